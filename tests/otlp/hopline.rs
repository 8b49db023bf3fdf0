//! A program that must take what it is sent.

use super::message::rejected;
use super::wire::{Call, Grpc, Request};
use crate::support::Server;

/// A running program and a gRPC connection to it.
pub(super) struct Hopline {
    pub(super) server: Server,
    grpc: Grpc,
}

impl Hopline {
    pub(super) fn start() -> Self {
        let server = Server::start();
        let grpc = Grpc::to(server.grpc());
        Self { server, grpc }
    }

    /// `body` is a full success by both transports. Every request is sent twice by
    /// this, which must not show.
    pub(super) fn accepts(&self, body: &[u8], what: &str) {
        let answer = Request::protobuf(body).send(self.server.http());
        assert_eq!(answer.status, 200, "{what}: {answer:?}");
        assert_eq!(rejected(&answer.body), None, "{what}");
        let answer = self.grpc.call(&Call::export(body));
        assert_eq!(rejected(answer.response()), None, "{what}");
    }

    /// `body` is a partial success by both transports: the spans that were refused,
    /// and why.
    pub(super) fn partly_accepts(&self, body: &[u8]) -> (i64, String) {
        let by_http = Request::protobuf(body).send(self.server.http());
        assert_eq!(by_http.status, 200, "{by_http:?}");
        let by_grpc = self.grpc.call(&Call::export(body));
        let refused = rejected(by_grpc.response());
        assert_eq!(rejected(&by_http.body), refused);
        refused.expect("a partial success")
    }
}
