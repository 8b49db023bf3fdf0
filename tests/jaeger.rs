//! Jaeger's API, where its clients look for it.

use serde_json::Value;
use tonic::Streaming;
use tonic::transport::{Channel, Endpoint};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;

use crate::support::{Server, otlp};

fn get(address: std::net::SocketAddr, path: &str) -> (u16, String) {
    let response = otlp::client().get(format!("http://{address}{path}")).send().expect("an answer");
    (response.status().as_u16(), response.text().expect("a body"))
}

#[test]
fn it_is_on_its_own_port_and_under_the_web_address() {
    let server = Server::start();
    let spans = include_str!("../query/tests/api/jaeger/spans.json");
    let sent = otlp::client()
        .post(format!("http://{}/v1/traces", server.http()))
        .header("content-type", "application/json")
        .body(spans)
        .send()
        .expect("an answer");
    assert_eq!(sent.status(), 200);
    let (_, own) = get(server.jaeger(), "/api/traces/463ac35c9f6413ad");
    let (_, beside) = get(server.web(), "/jaeger/api/traces/463ac35c9f6413ad");
    assert_eq!(own, beside);
    let trace: Value = serde_json::from_str(&own).expect("JSON");
    assert_eq!(trace["data"][0]["spans"].as_array().expect("spans").len(), 2);
    assert_eq!(get(server.jaeger(), "/api/v1/services").0, 404);
    assert_eq!(get(server.jaeger(), "/").0, 404);
    assert!(server.stop().success());
}

#[test]
fn its_port_can_be_left_out() {
    let server = Server::start_with("serve", &["--jaeger-listen", "off"]);
    assert_eq!(server.jaeger().port(), 0);
    assert_eq!(get(server.web(), "/jaeger/api/services").0, 200);
    assert!(server.stop().success());
}

/// Health and reflection as any client of gRPC asks for them; who waits for a change of
/// health does not keep the server from stopping.
#[test]
fn its_grpc_says_what_it_is() {
    let server = Server::start();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let endpoint = Endpoint::try_from(format!("http://{}", server.jaeger())).expect("an address");
    let channel = runtime.block_on(endpoint.connect()).expect("a connection");
    let mut watched = runtime.block_on(health(channel.clone()));
    let names = runtime.block_on(reflected(channel));
    assert_eq!(
        names,
        [
            "grpc.health.v1.Health",
            "grpc.reflection.v1.ServerReflection",
            "jaeger.api_v2.QueryService",
            "jaeger.api_v3.QueryService",
            "jaeger.storage.v2.Capabilities",
            "jaeger.storage.v2.DependencyReader",
            "jaeger.storage.v2.TraceReader",
        ]
    );
    assert!(server.stop().success());
    assert_eq!(runtime.block_on(watched.message()).expect("an end"), None);
}

/// Health as it is asked for once; answers what comes to someone who waits for a change.
async fn health(channel: Channel) -> Streaming<HealthCheckResponse> {
    let mut health = HealthClient::new(channel);
    let of = |service: &str| HealthCheckRequest { service: service.to_owned() };
    for service in ["", "jaeger.api_v2.QueryService", "jaeger.storage.v2.TraceReader"] {
        let status = health.check(of(service)).await.expect("an answer").into_inner().status();
        assert_eq!(status, ServingStatus::Serving, "{service}");
    }
    let unknown = health.check(of("tempopb.StreamingQuerier")).await.expect_err("no answer");
    assert_eq!(unknown.code(), tonic::Code::NotFound);
    let mut watched = health.watch(of("")).await.expect("an answer").into_inner();
    let first = watched.message().await.expect("a stream").expect("a message");
    assert_eq!(first.status(), ServingStatus::Serving);
    watched
}

/// The names of the services that reflection tells of.
async fn reflected(channel: Channel) -> Vec<String> {
    let request = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let mut reflection = ServerReflectionClient::new(channel);
    let requests = tonic::codegen::tokio_stream::once(request);
    let answers = reflection.server_reflection_info(requests).await;
    let answer = answers.expect("an answer").into_inner().message().await.expect("a stream");
    let answer = answer.and_then(|answer| answer.message_response);
    let Some(MessageResponse::ListServicesResponse(list)) = answer else { panic!("no list") };
    let mut names: Vec<_> = list.service.into_iter().map(|service| service.name).collect();
    names.sort();
    names
}
