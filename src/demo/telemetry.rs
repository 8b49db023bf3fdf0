//! One OpenTelemetry SDK per service, as if each were a process of its own.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use opentelemetry::KeyValue;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{BatchConfigBuilder, BatchSpanProcessor, SdkTracerProvider};

/// How long spans wait for others before they are sent. Shorter than the SDK's
/// 5 s, so that the page shows what happens now.
const BATCH_DELAY: Duration = Duration::from_millis(500);

/// By which protocol a service exports, and to which address.
#[derive(Debug, Clone, Copy)]
pub(super) enum Exporter {
    Grpc(SocketAddr),
    Http(SocketAddr),
}

/// The SDK of the service `name`. To be called inside a runtime, which carries the
/// gRPC connection.
///
/// # Errors
/// Where the exporter cannot be built.
pub(super) fn provider(
    name: &'static str,
    exporter: Exporter,
) -> anyhow::Result<SdkTracerProvider> {
    let exporter = match exporter {
        Exporter::Grpc(address) => {
            SpanExporter::builder().with_tonic().with_endpoint(format!("http://{address}")).build()
        }
        Exporter::Http(address) => SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(format!("http://{address}/v1/traces"))
            .build(),
    };
    let exporter = exporter.with_context(|| format!("cannot build the exporter of {name}"))?;
    let batches = BatchSpanProcessor::builder(exporter)
        .with_batch_config(BatchConfigBuilder::default().with_scheduled_delay(BATCH_DELAY).build())
        .build();
    Ok(SdkTracerProvider::builder()
        .with_span_processor(batches)
        .with_resource(resource(name))
        .build())
}

/// Who the service says it is.
fn resource(name: &'static str) -> Resource {
    Resource::builder()
        .with_service_name(name)
        .with_attributes([
            KeyValue::new("service.namespace", "demo-shop"),
            KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
            KeyValue::new("service.instance.id", instance_id()),
            KeyValue::new("deployment.environment.name", "demo"),
        ])
        .build()
}

/// A random UUID, version 4 (RFC 9562 section 5.4), as the semantic conventions
/// recommend for `service.instance.id`.
fn instance_id() -> String {
    let version = (rand::random::<u128>() & !(0xf << 76)) | (0x4 << 76);
    let hex = format!("{:032x}", (version & !(0b11 << 62)) | (0b10 << 62));
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
