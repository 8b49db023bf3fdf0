//! Small senders of OTLP, and the spans they send.

use std::sync::LazyLock;
use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use prost::Message;
use reqwest::blocking::{Client, Response};
use tonic::transport::{Channel, Endpoint};

use super::Server;

/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(30);

static CLIENT: LazyLock<Client> =
    LazyLock::new(|| Client::builder().timeout(PATIENCE).build().expect("a client"));

/// The HTTP client that all tests share.
pub(crate) fn client() -> &'static Client {
    &CLIENT
}

/// An id as hex.
pub(crate) fn hex(id: &[u8]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One span with ids of its own: a trace of one, 1 ms long, ending about now.
pub(crate) fn span(name: &str) -> Span {
    let now = proto::clock::now_unix_nano();
    Span {
        trace_id: rand::random::<[u8; 16]>().to_vec(),
        span_id: rand::random::<[u8; 8]>().to_vec(),
        name: name.to_owned(),
        kind: 2,
        start_time_unix_nano: now.saturating_sub(1_000_000),
        end_time_unix_nano: now,
        ..Span::default()
    }
}

/// So many [`span`]s, each a trace of its own.
pub(crate) fn spans(count: usize) -> Vec<Span> {
    (0..count).map(|_| span("work")).collect()
}

/// An attribute whose value is text.
pub(crate) fn attribute(key: &str, value: &str) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue { value: Some(Value::StringValue(value.to_owned())) }),
        ..KeyValue::default()
    }
}

/// The request by which `service` exports `spans`.
pub(crate) fn request(service: &str, spans: Vec<Span>) -> ExportTraceServiceRequest {
    let resource =
        Resource { attributes: vec![attribute("service.name", service)], ..Resource::default() };
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            resource: Some(resource),
            scope_spans: vec![ScopeSpans { spans, ..ScopeSpans::default() }],
            ..ResourceSpans::default()
        }],
    }
}

/// Posts `request` as protobuf.
pub(crate) fn send_http(
    server: &Server,
    request: &ExportTraceServiceRequest,
) -> reqwest::Result<Response> {
    post(server, "application/x-protobuf", None, request.encode_to_vec())
}

/// Posts any bytes to `/v1/traces`.
pub(crate) fn post(
    server: &Server,
    content_type: &str,
    content_encoding: Option<&str>,
    body: Vec<u8>,
) -> reqwest::Result<Response> {
    let url = format!("http://{}/v1/traces", server.http());
    let mut builder = client().post(url).header("content-type", content_type).body(body);
    if let Some(encoding) = content_encoding {
        builder = builder.header("content-encoding", encoding);
    }
    builder.send()
}

/// A gRPC client with one connection, which it opens anew after a failure.
#[derive(Debug)]
pub(crate) struct Grpc {
    runtime: tokio::runtime::Runtime,
    client: TraceServiceClient<Channel>,
}

impl Grpc {
    /// To whatever listens on this port of the loopback address; connects with the
    /// first request.
    pub(crate) fn to(port: u16) -> Self {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let endpoint = Endpoint::try_from(format!("http://127.0.0.1:{port}"))
            .expect("an address")
            .timeout(PATIENCE);
        let channel = {
            let _inside = runtime.enter();
            endpoint.connect_lazy()
        };
        Self { runtime, client: TraceServiceClient::new(channel) }
    }

    /// Exports `request`.
    pub(crate) fn send(
        &mut self,
        request: &ExportTraceServiceRequest,
    ) -> Result<ExportTraceServiceResponse, tonic::Status> {
        self.send_raw(tonic::Request::new(request.clone())).map(tonic::Response::into_inner)
    }

    /// Exports with the metadata that the caller set.
    pub(crate) fn send_raw(
        &mut self,
        request: tonic::Request<ExportTraceServiceRequest>,
    ) -> Result<tonic::Response<ExportTraceServiceResponse>, tonic::Status> {
        self.runtime.block_on(self.client.export(request))
    }
}
