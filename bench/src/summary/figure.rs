//! The figures that a page has a row for.

use crate::findings::AtRest;
use crate::load::{Report, ServerReport};
use crate::results::Results;

/// A figure.
pub(super) struct Figure {
    /// With its unit.
    pub(super) name: &'static str,
    /// Digits after the point.
    digits: usize,
    /// None where this run does not have it.
    pub(super) value: fn(&Results) -> Option<f64>,
}

impl Figure {
    const fn new(name: &'static str, digits: usize, value: fn(&Results) -> Option<f64>) -> Self {
        Self { name, digits, value }
    }

    /// A value as the page has it.
    pub(super) fn text(&self, value: f64) -> String {
        format!("{value:.*}", self.digits)
    }
}

const MIB: f64 = 1024.0 * 1024.0;

/// All of them. Those per span are over the spans acknowledged.
pub(super) const FIGURES: &[Figure] = &[
    Figure::new("spans acknowledged", 0, |run| Some(load(run).acknowledged_spans as f64)),
    Figure::new("spans rejected", 0, |run| Some(load(run).rejected_spans as f64)),
    Figure::new("requests refused, and sent again", 0, |run| {
        Some(load(run).refused_requests as f64)
    }),
    Figure::new("OTLP per span, bytes", 0, |run| Some(load(run).otlp_bytes_per_span)),
    Figure::new("spans per second", 0, |run| Some(load(run).spans_per_second)),
    Figure::new("acknowledged after, p50, ms", 1, |run| Some(load(run).acknowledged_after.p50_ms)),
    Figure::new("acknowledged after, p99, ms", 1, |run| Some(load(run).acknowledged_after.p99_ms)),
    Figure::new("CPU until the last answer, s", 2, |run| Some(server(run)?.cpu_seconds)),
    Figure::new("CPU per span until the last answer, µs", 2, |run| {
        Some(server(run)?.cpu_micros_per_span)
    }),
    Figure::new("CPU per span until at rest, µs", 2, |run| Some(at_rest(run).cpu_micros_per_span)),
    Figure::new("resident memory, most until at rest, MiB", 0, |run| {
        Some(at_rest(run).resident_bytes_max as f64 / MIB)
    }),
    Figure::new("resident memory, at rest, MiB", 0, |run| {
        Some(at_rest(run).resident_bytes as f64 / MIB)
    }),
    Figure::new("resident memory, most while asked under ingest, MiB", 0, |run| {
        let further = run.findings.under_ingest.as_ref()?;
        Some(further.load.server.as_ref()?.resident_bytes_max as f64 / MIB)
    }),
    Figure::new("disk per span, at the last answer, bytes", 1, |run| {
        let spans = load(run).acknowledged_spans.max(1);
        Some(run.findings.disk_bytes_at_last_answer as f64 / spans as f64)
    }),
    Figure::new("disk per span, at rest, bytes", 1, |run| Some(at_rest(run).disk_bytes_per_span)),
    Figure::new("disk, at rest, MiB", 1, |run| Some(at_rest(run).disk_bytes as f64 / MIB)),
    Figure::new("written per span until the last answer, bytes", 1, |run| {
        server(run)?.disk_write_bytes_per_span
    }),
    Figure::new("written per span until at rest, bytes", 1, |run| {
        at_rest(run).disk_write_bytes_per_span
    }),
    Figure::new("written until at rest, MiB", 1, |run| {
        Some(at_rest(run).disk_write_bytes? as f64 / MIB)
    }),
    Figure::new("spans sealed, at rest", 0, |run| status(run, "sealed_spans")),
    Figure::new("spans in memory, at rest", 0, |run| status(run, "hot_spans")),
    Figure::new("spans when opened again", 0, |run| Some(run.reopened.as_ref()?.spans as f64)),
    Figure::new("opened again in, s", 2, |run| Some(run.reopened.as_ref()?.seconds)),
    Figure::new("disk per span, opened again, bytes", 1, |run| {
        Some(run.reopened.as_ref()?.disk_bytes_per_span)
    }),
    Figure::new("generator's CPU per span, µs", 2, |run| {
        Some(load(run).generator_cpu_micros_per_span)
    }),
    Figure::new("cores that others used, while loaded", 2, |run| {
        Some(run.findings.others_cores_while_loaded)
    }),
    Figure::new("cores that others used, while asked", 2, |run| {
        Some(run.findings.idle.as_ref()?.others_cores)
    }),
    Figure::new("cores that others used, while asked under ingest", 2, |run| {
        Some(run.findings.under_ingest.as_ref()?.asked.others_cores)
    }),
];

fn load(run: &Results) -> &Report {
    &run.findings.load
}

fn server(run: &Results) -> Option<&ServerReport> {
    load(run).server.as_ref()
}

fn at_rest(run: &Results) -> &AtRest {
    &run.findings.at_rest
}

/// A number that a Hopline says of itself.
fn status(run: &Results, name: &str) -> Option<f64> {
    run.findings.status.as_ref()?[name].as_f64()
}
