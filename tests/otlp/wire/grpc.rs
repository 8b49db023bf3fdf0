use std::net::SocketAddr;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use ::http::Request;
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bytes::Bytes;
use h2::client::{ResponseFuture, SendRequest};
use h2::{PingPong, RecvStream, SendStream};

use super::PATIENCE;

/// The gRPC method that takes spans.
pub(crate) const EXPORT: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

/// What a gRPC call ended with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GrpcAnswer {
    pub(crate) code: i32,
    pub(crate) message: String,
    /// The `google.rpc.Status` of `grpc-status-details-bin`, as protobuf.
    pub(crate) details: Vec<u8>,
    /// The value of `grpc-accept-encoding`.
    pub(crate) accept_encoding: Option<String>,
    /// The answer's messages, each with its prefix.
    pub(crate) body: Vec<u8>,
    /// How long it took from the first of the calls made together.
    pub(crate) took: Duration,
}

impl GrpcAnswer {
    /// Whether a detail of google.rpc's type `name` is among the details.
    pub(crate) fn has_detail(&self, name: &str) -> bool {
        String::from_utf8_lossy(&self.details).contains(&format!("google.rpc.{name}"))
    }

    /// The message of a successful call.
    pub(crate) fn response(&self) -> &[u8] {
        assert_eq!(self.code, 0, "{self:?}");
        &self.body[5..]
    }
}

/// A gRPC call in the making.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    path: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    is_ended: bool,
}

impl Call {
    /// An export of `message`.
    pub(crate) fn export(message: &[u8]) -> Self {
        Self::raw(EXPORT, frame(0, message))
    }

    /// A call with any bytes for a body.
    pub(crate) fn raw(path: &str, body: Vec<u8>) -> Self {
        Self { path: path.to_owned(), headers: Vec::new(), body, is_ended: true }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Leaves the request open after its body.
    pub(crate) fn stalled(mut self) -> Self {
        self.is_ended = false;
        self
    }
}

/// A message with its prefix.
pub(crate) fn frame(flag: u8, message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).expect("a short message");
    [&[flag], length.to_be_bytes().as_slice(), message].concat()
}

/// One HTTP/2 connection for gRPC calls.
#[derive(Debug)]
pub(crate) struct Grpc {
    runtime: tokio::runtime::Runtime,
    requests: SendRequest<Bytes>,
    pings: Mutex<PingPong>,
}

impl Grpc {
    pub(crate) fn to(address: SocketAddr) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let (requests, pings) = runtime.block_on(async {
            let stream = tokio::net::TcpStream::connect(address).await.expect("a listener");
            let (requests, mut connection) = h2::client::handshake(stream).await.expect("HTTP/2");
            let pings = connection.ping_pong().expect("the first to ask");
            tokio::spawn(connection);
            (requests, pings)
        });
        Self { runtime, requests, pings: Mutex::new(pings) }
    }

    /// One call to its end.
    pub(crate) fn call(&self, call: &Call) -> GrpcAnswer {
        self.calls(std::slice::from_ref(call)).remove(0)
    }

    /// All calls at once; the answers in the order of the calls.
    pub(crate) fn calls(&self, calls: &[Call]) -> Vec<GrpcAnswer> {
        self.runtime.block_on(async {
            let begin = Instant::now();
            let mut running = Vec::new();
            for call in calls {
                let (response, body) = self.start(call).await;
                let (bytes, is_ended) = (Bytes::from(call.body.clone()), call.is_ended);
                let sender = tokio::spawn(send(body, bytes, is_ended));
                running.push(tokio::spawn(async move {
                    let answer = tokio::time::timeout(PATIENCE, finish(response)).await;
                    sender.abort();
                    let answer = answer.expect("an answer in time");
                    GrpcAnswer { took: begin.elapsed(), ..answer }
                }));
            }
            let mut answers = Vec::new();
            for call in running {
                answers.push(call.await.expect("an answer"));
            }
            answers
        })
    }

    /// Sends a call, and resets it as soon as all of it is on its way.
    pub(crate) fn cancel(&self, call: &Call) {
        self.runtime.block_on(async {
            let (_response, mut body) = self.start(call).await;
            body.send_data(Bytes::from(call.body.clone()), false).expect("an open call");
            body.send_reset(h2::Reason::CANCEL);
        });
    }

    /// A ping, and its answer.
    pub(crate) fn ping(&self) {
        let mut pings = self.pings.lock().expect("no panic");
        let answered = self.runtime.block_on(pings.ping(h2::Ping::opaque()));
        answered.expect("an answer to a ping");
    }

    /// A plain HTTP/2 request; its status and body.
    pub(crate) fn post(&self, path: &str, content_type: &str, body: &[u8]) -> (u16, Vec<u8>) {
        self.runtime.block_on(async {
            let mut requests = self.requests.clone().ready().await.expect("an open connection");
            let request = Request::post(format!("http://hopline.test{path}"))
                .header("content-type", content_type)
                .body(())
                .expect("a request");
            let (response, stream) = requests.send_request(request, false).expect("a connection");
            tokio::spawn(send(stream, Bytes::copy_from_slice(body), true));
            let response = response.await.expect("a response");
            let status = response.status().as_u16();
            (status, read(&mut response.into_body()).await)
        })
    }

    async fn start(&self, call: &Call) -> (ResponseFuture, SendStream<Bytes>) {
        let mut requests = self.requests.clone().ready().await.expect("an open connection");
        let mut request = Request::post(format!("http://hopline.test{}", call.path))
            .header("te", "trailers")
            .header("content-type", "application/grpc");
        for (name, value) in &call.headers {
            request = request.header(name, value);
        }
        let request = request.body(()).expect("a request");
        requests.send_request(request, false).expect("an open connection")
    }
}

/// Sends a body at the pace that the server allows.
async fn send(mut stream: SendStream<Bytes>, mut bytes: Bytes, is_ended: bool) {
    while !bytes.is_empty() {
        stream.reserve_capacity(bytes.len());
        match std::future::poll_fn(|context| stream.poll_capacity(context)).await {
            Some(Ok(capacity)) => {
                let part = bytes.split_to(capacity.min(bytes.len()));
                if stream.send_data(part, false).is_err() {
                    return;
                }
            }
            // The server has answered and wants no more.
            Some(Err(_)) | None => return,
        }
    }
    if is_ended {
        stream.send_data(Bytes::new(), true).ok();
    } else {
        std::future::pending::<()>().await;
    }
}

/// Everything that comes.
async fn read(stream: &mut RecvStream) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(Ok(chunk)) = stream.data().await {
        stream.flow_control().release_capacity(chunk.len()).ok();
        body.extend_from_slice(&chunk);
    }
    body
}

async fn finish(response: ResponseFuture) -> GrpcAnswer {
    let response = response.await.expect("a response");
    assert_eq!(response.status(), 200, "{response:?}");
    let mut headers = response.headers().clone();
    let mut stream: RecvStream = response.into_body();
    let body = read(&mut stream).await;
    if let Ok(Some(trailers)) = stream.trailers().await {
        headers.extend(trailers);
    }
    let text =
        |name: &str| headers.get(name).map(|value| value.to_str().expect("ASCII").to_owned());
    let details = text("grpc-status-details-bin").unwrap_or_default();
    GrpcAnswer {
        code: text("grpc-status").expect("grpc-status").parse().expect("a number"),
        message: percent_decoded(&text("grpc-message").unwrap_or_default()),
        details: STANDARD_NO_PAD.decode(details).expect("base64"),
        accept_encoding: text("grpc-accept-encoding"),
        body,
        took: Duration::ZERO,
    }
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).expect("UTF-8")
}
