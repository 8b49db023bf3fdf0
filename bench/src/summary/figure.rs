//! The figures that a page has a row for.

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
    Figure::new("spans acknowledged", 0, |run| Some(run.load.acknowledged_spans as f64)),
    Figure::new("spans rejected", 0, |run| Some(run.load.rejected_spans as f64)),
    Figure::new("requests refused, and sent again", 0, |run| {
        Some(run.load.refused_requests as f64)
    }),
    Figure::new("OTLP per span, bytes", 0, |run| Some(run.load.otlp_bytes_per_span)),
    Figure::new("spans per second", 0, |run| Some(run.load.spans_per_second)),
    Figure::new("acknowledged after, p50, ms", 1, |run| Some(run.load.acknowledged_after.p50_ms)),
    Figure::new("acknowledged after, p99, ms", 1, |run| Some(run.load.acknowledged_after.p99_ms)),
    Figure::new("CPU until the last answer, s", 2, |run| {
        Some(run.load.server.as_ref()?.cpu_seconds)
    }),
    Figure::new("CPU per span until the last answer, µs", 2, |run| {
        Some(run.load.server.as_ref()?.cpu_micros_per_span)
    }),
    Figure::new("CPU per span until at rest, µs", 2, |run| Some(run.at_rest.cpu_micros_per_span)),
    Figure::new("resident memory, most until at rest, MiB", 0, |run| {
        Some(run.at_rest.resident_bytes_max as f64 / MIB)
    }),
    Figure::new("resident memory, at rest, MiB", 0, |run| {
        Some(run.at_rest.resident_bytes as f64 / MIB)
    }),
    Figure::new("resident memory, most while asked under ingest, MiB", 0, |run| {
        let server = run.under_ingest.as_ref()?.load.server.as_ref()?;
        Some(server.resident_bytes_max as f64 / MIB)
    }),
    Figure::new("disk, at rest, MiB", 1, |run| Some(run.at_rest.disk_bytes as f64 / MIB)),
    Figure::new("disk per span, at rest, bytes", 1, |run| Some(run.at_rest.disk_bytes_per_span)),
    Figure::new("written to disk until at rest, MiB", 1, |run| {
        Some(run.at_rest.disk_write_bytes? as f64 / MIB)
    }),
    Figure::new("written per span until the last answer, bytes", 1, |run| {
        run.load.server.as_ref()?.disk_write_bytes_per_span
    }),
    Figure::new("written per span until at rest, bytes", 1, |run| {
        run.at_rest.disk_write_bytes_per_span
    }),
    Figure::new("spans sealed, at rest", 0, |run| run.status.as_ref()?["sealed_spans"].as_f64()),
    Figure::new("spans in memory, at rest", 0, |run| run.status.as_ref()?["hot_spans"].as_f64()),
    Figure::new("spans when opened again", 0, |run| Some(run.reopened.as_ref()?.spans as f64)),
    Figure::new("opened again in, s", 2, |run| Some(run.reopened.as_ref()?.seconds)),
    Figure::new("disk per span, opened again, bytes", 1, |run| {
        Some(run.reopened.as_ref()?.disk_bytes_per_span)
    }),
    Figure::new("generator's CPU per span, µs", 2, |run| {
        Some(run.load.generator_cpu_micros_per_span)
    }),
];
