//! The exporters of OpenTelemetry Rust, inside the test's own process.

use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::trace::{Span, Tracer, TracerProvider};
use opentelemetry_otlp::{
    Protocol, RetryPolicy, SpanExporter, WithExportConfig, WithHttpConfig, WithTonicConfig,
};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, SdkTracerProvider, SpanData,
    SpanExporter as ExportSpans,
};

use super::sender::Confirmed;

/// Longer than a restart takes; the SDK's own three tries in under a second are not.
const PATIENCE: Duration = Duration::from_secs(90);

/// Notes what the real exporter confirms.
#[derive(Debug)]
struct Ledger {
    exporter: SpanExporter,
    confirmed: Arc<Mutex<Confirmed>>,
}

impl ExportSpans for Ledger {
    async fn export(&self, spans: Vec<SpanData>) -> OTelSdkResult {
        let id = |span: &SpanData| {
            (span.span_context.trace_id().to_string(), span.span_context.span_id().to_string())
        };
        let ids: Vec<_> = spans.iter().map(id).collect();
        self.exporter.export(spans).await?;
        self.confirmed.lock().expect("the ledger").extend(ids);
        Ok(())
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

fn exporter(protocol: &str, endpoint: &str) -> SpanExporter {
    let retries = RetryPolicy::recommended().with_max_retries(1000);
    let exporter = if protocol == "grpc" {
        SpanExporter::builder()
            .with_tonic()
            .with_endpoint(endpoint)
            .with_timeout(PATIENCE)
            .with_retry_policy(retries)
            .build()
    } else {
        SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(format!("{endpoint}/v1/traces"))
            .with_timeout(PATIENCE)
            .with_retry_policy(retries)
            .build()
    };
    exporter.expect("an exporter")
}

/// As [`super::sender::Sender::send`].
pub(super) fn send(
    protocol: &str,
    endpoint: &str,
    service: &'static str,
    spans: usize,
    per_second: usize,
) -> Confirmed {
    // Carries the gRPC connection.
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let _inside = runtime.enter();
    let confirmed = Arc::<Mutex<Confirmed>>::default();
    let ledger =
        Ledger { exporter: exporter(protocol, endpoint), confirmed: Arc::clone(&confirmed) };
    let batches = BatchConfigBuilder::default()
        .with_max_queue_size(65_536)
        .with_max_export_batch_size(128)
        .with_scheduled_delay(Duration::from_millis(200))
        .build();
    let provider = SdkTracerProvider::builder()
        .with_span_processor(BatchSpanProcessor::builder(ledger).with_batch_config(batches).build())
        .with_resource(Resource::builder().with_service_name(service).build())
        .build();
    let tracer = provider.tracer("hopline-sdk-test");
    let number_of = |number: usize| KeyValue::new("number", i64::try_from(number).unwrap_or(0));
    for number in 0..spans {
        let mut span = tracer.start("work");
        span.set_attribute(number_of(number));
        span.end();
        // The pace of the load, not a wait for anything.
        thread::sleep(Duration::from_secs(1) / u32::try_from(per_second).expect("a rate"));
    }
    provider.shutdown_with_timeout(PATIENCE).expect("a shutdown in time");
    let mut confirmed = confirmed.lock().expect("the ledger");
    std::mem::take(&mut confirmed)
}
