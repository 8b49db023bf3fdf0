//! One HTTP service, instrumented as the OpenTelemetry HTTP libraries do it: a
//! server span around every request it answers, a client span around every request
//! it makes, W3C trace context in between (semantic conventions for HTTP spans).

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{SpanKind, Status, TraceContextExt, Tracer, TracerProvider};
use opentelemetry::{Context, KeyValue};
use opentelemetry_http::{HeaderExtractor, HeaderInjector};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};

use super::rota::Rota;

/// How long one service waits for another.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// What a service needs to do its work.
#[derive(Debug)]
pub(super) struct Service {
    pub(super) rota: Arc<Rota>,
    pub(super) tracer: SdkTracer,
    client: reqwest::Client,
}

/// The span that a handler works in, left by [`instrument`] among the request's
/// extensions.
#[derive(Debug, Clone)]
pub(super) struct Inside(pub(super) Context);

/// Why a service could not do its work. Answered with 500, and recorded on the
/// server span as the exception that it stands for.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    /// The exception's type, as the service's own language would name it.
    pub(super) kind: &'static str,
    pub(super) message: String,
}

impl Failure {
    /// A failure that begins here.
    pub(super) fn new(kind: &'static str, message: &str) -> Self {
        Self { kind, message: message.to_owned() }
    }
}

impl Service {
    /// A service that sends its spans to `provider`.
    pub(super) fn new(provider: &SdkTracerProvider, rota: Arc<Rota>) -> reqwest::Result<Self> {
        let client = reqwest::Client::builder().timeout(CALL_TIMEOUT).no_proxy().build()?;
        Ok(Self { rota, tracer: provider.tracer("hopline-demo"), client })
    }

    /// Asks another service, inside a client span; the request takes so long on its way.
    ///
    /// # Errors
    /// Where there is no answer or one that says no.
    pub(super) async fn call(
        &self,
        Inside(parent): &Inside,
        method: Method,
        address: SocketAddr,
        path: &str,
        way: Duration,
    ) -> Result<String, Failure> {
        let url = format!("http://{address}{path}");
        let span = self
            .tracer
            .span_builder(method.to_string())
            .with_kind(SpanKind::Client)
            .with_attributes([
                KeyValue::new("http.request.method", method.to_string()),
                KeyValue::new("url.full", url.clone()),
                KeyValue::new("server.address", address.ip().to_string()),
                KeyValue::new("server.port", i64::from(address.port())),
                KeyValue::new("network.protocol.version", "1.1"),
            ])
            .start_with_context(&self.tracer, parent);
        let context = parent.with_span(span);
        let mut headers = HeaderMap::new();
        TraceContextPropagator::new().inject_context(&context, &mut HeaderInjector(&mut headers));

        tokio::time::sleep(way).await;
        let answer = self.client.request(method, url).headers(headers).send().await;
        let outcome = match answer {
            Ok(answer) => {
                let status = answer.status();
                let code = i64::from(status.as_u16());
                context.span().set_attribute(KeyValue::new("http.response.status_code", code));
                let text = answer.text().await.unwrap_or_default();
                if status.is_success() { Ok(text) } else { Err((status.as_str().to_owned(), text)) }
            }
            Err(error) => Err(("connection_error".to_owned(), error.to_string())),
        };
        outcome.map_err(|(error_type, text)| {
            context.span().set_attribute(KeyValue::new("error.type", error_type));
            context.span().set_status(Status::error(""));
            Failure { kind: "UpstreamError", message: text }
        })
    }
}

/// The middleware that puts a server span around a request.
pub(super) async fn instrument(
    State(service): State<Arc<Service>>,
    mut request: Request,
    next: Next,
) -> Response {
    let parent = TraceContextPropagator::new().extract(&HeaderExtractor(request.headers()));
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(String::new, |path| path.as_str().to_owned());
    let method = request.method().to_string();
    let span = service
        .tracer
        .span_builder(format!("{method} {route}"))
        .with_kind(SpanKind::Server)
        .with_attributes([
            KeyValue::new("http.request.method", method),
            KeyValue::new("http.route", route),
            KeyValue::new("url.path", request.uri().path().to_owned()),
            KeyValue::new("url.scheme", "http"),
            KeyValue::new("network.protocol.version", "1.1"),
        ])
        .start_with_context(&service.tracer, &parent);
    let context = parent.with_span(span);
    request.extensions_mut().insert(Inside(context.clone()));

    let response = next.run(request).await;
    let status = response.status();
    let span = context.span();
    span.set_attribute(KeyValue::new("http.response.status_code", i64::from(status.as_u16())));
    if status.is_server_error() {
        let error_type = match response.extensions().get::<Failure>() {
            Some(failure) => {
                record_exception(&context, failure.kind, &failure.message);
                failure.kind
            }
            None => status.as_str(),
        };
        span.set_attribute(KeyValue::new("error.type", error_type.to_owned()));
    }
    span.end();
    response
}

/// Marks the span of `context` as failed by an exception (semantic conventions for
/// exceptions on spans).
pub(super) fn record_exception(context: &Context, kind: &'static str, message: &str) {
    let span = context.span();
    span.add_event(
        "exception",
        vec![
            KeyValue::new("exception.type", kind),
            KeyValue::new("exception.message", message.to_owned()),
        ],
    );
    span.set_status(Status::error(message.to_owned()));
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response =
            (StatusCode::INTERNAL_SERVER_ERROR, self.message.clone()).into_response();
        response.extensions_mut().insert(self);
        response
    }
}
