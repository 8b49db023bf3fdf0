//! Calls over gRPC.

use axum::body::Body;
use http::{HeaderMap, Request};
use prost::Message;

use crate::support::Api;

/// Calls the method at `path`; the messages that came, and the status behind them.
pub(crate) fn call(api: &Api, path: &str, request: &impl Message) -> (Vec<Vec<u8>>, String) {
    let request = request.encode_to_vec();
    let mut framed = vec![0];
    framed.extend(u32::try_from(request.len()).unwrap().to_be_bytes());
    framed.extend(request);
    let request = Request::post(path)
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(Body::from(framed))
        .unwrap();
    let (headers, body, trailers) = api.exchange(request);
    let status = |from: &HeaderMap| from.get("grpc-status").cloned();
    let status = status(&headers).or(trailers.as_ref().and_then(status)).unwrap();
    let mut messages = Vec::new();
    let mut rest = body.as_slice();
    while let [0, a, b, c, d, behind @ ..] = rest {
        let length = u32::from_be_bytes([*a, *b, *c, *d]) as usize;
        messages.push(behind[..length].to_vec());
        rest = &behind[length..];
    }
    assert!(rest.is_empty());
    (messages, status.to_str().unwrap().to_owned())
}

/// The same of a method that answers with one message.
#[track_caller]
pub(crate) fn one<T: Message + Default>(api: &Api, path: &str, request: &impl Message) -> T {
    let (messages, status) = call(api, path, request);
    assert_eq!((status.as_str(), messages.len()), ("0", 1));
    T::decode(messages[0].as_slice()).unwrap()
}
