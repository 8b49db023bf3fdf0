//! Calls to a PostgreSQL that nobody runs: the client spans that its drivers make
//! (semantic conventions for database client spans), and the time they take.

use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::trace::{SpanKind, TraceContextExt, Tracer};

use super::service::{Failure, Inside, Service, record_exception};

/// How long a query takes at best.
const QUERY: Duration = Duration::from_millis(3);

/// One statement of the shop.
#[derive(Debug, Clone, Copy)]
pub(super) struct Query {
    /// `SELECT`, `UPDATE`.
    pub(super) operation: &'static str,
    /// The table.
    pub(super) table: &'static str,
    /// The whole statement, its values left out.
    pub(super) text: &'static str,
}

/// How the database refuses a statement.
#[derive(Debug, Clone, Copy)]
pub(super) struct Refusal {
    /// The SQLSTATE (PostgreSQL's manual, appendix A).
    pub(super) code: &'static str,
    pub(super) message: &'static str,
}

/// Runs `query` inside a client span, `delay` slower than usual.
///
/// # Errors
/// Where there is a `refusal`.
pub(super) async fn run(
    service: &Service,
    Inside(parent): &Inside,
    query: Query,
    delay: Duration,
    refusal: Option<Refusal>,
) -> Result<(), Failure> {
    let span = service
        .tracer
        .span_builder(format!("{} {}", query.operation, query.table))
        .with_kind(SpanKind::Client)
        .with_attributes([
            KeyValue::new("db.system.name", "postgresql"),
            KeyValue::new("db.namespace", "shop"),
            KeyValue::new("db.operation.name", query.operation),
            KeyValue::new("db.collection.name", query.table),
            KeyValue::new("db.query.text", query.text),
            KeyValue::new("server.address", "postgres.shop.internal"),
            KeyValue::new("server.port", 5432),
        ])
        .start_with_context(&service.tracer, parent);
    let context = parent.with_span(span);
    tokio::time::sleep(QUERY + delay).await;
    let Some(Refusal { code, message }) = refusal else {
        return Ok(());
    };
    let span = context.span();
    span.set_attribute(KeyValue::new("db.response.status_code", code));
    span.set_attribute(KeyValue::new("error.type", code));
    record_exception(&context, "PostgresError", message);
    Err(Failure::new("PostgresError", message))
}
