//! `MetricFamily` (`internal/proto/metrics/openmetrics.proto`) as JSON.

use std::time::{Duration, UNIX_EPOCH};

use chain::Cell;
use serde::Serialize;

use super::series::{Asked, Line, Point};

/// What a line shows.
#[derive(Debug, Clone, Copy)]
pub(super) enum Figure {
    /// How long so many of all calls take at most, in milliseconds.
    Latency {
        /// Of 1.
        quantile: f64,
    },
    /// Calls a second.
    CallRate,
    /// The part of calls that failed.
    ErrorRate,
}

#[derive(Debug, Serialize)]
pub(super) struct Family {
    name: String,
    #[serde(rename = "type")]
    kind: &'static str,
    help: String,
    metrics: Vec<Metric>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Metric {
    labels: Vec<Label>,
    metric_points: Vec<MetricPoint>,
}

#[derive(Debug, Serialize)]
struct Label {
    name: &'static str,
    value: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct MetricPoint {
    gauge_value: GaugeValue,
    timestamp: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct GaugeValue {
    double_value: Double,
}

/// A number as proto3 writes it in JSON.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Double {
    Number(f64),
    NoNumber(&'static str),
}

impl Family {
    pub(super) fn of(figure: Figure, asked: &Asked, lines: &[Line]) -> Self {
        let (noun, help) = match figure {
            Figure::Latency { quantile } => ("latencies", format!("{quantile}th quantile latency")),
            Figure::CallRate => ("call_rate", "calls/sec".to_owned()),
            Figure::ErrorRate => {
                let help = "error rate, computed as a fraction of errors/sec over calls/sec";
                ("error_rate", help.to_owned())
            }
        };
        let (of, grouped) = match asked.by_operation {
            true => ("service_operation", "service & operation"),
            false => ("service", "service"),
        };
        Self {
            name: format!("{of}_{noun}"),
            kind: "GAUGE",
            help: format!("{help}, grouped by {grouped}"),
            metrics: lines.iter().map(|line| Metric::of(figure, line)).collect(),
        }
    }
}

impl Metric {
    fn of(figure: Figure, line: &Line) -> Self {
        // Jaeger's viewer takes the first label for the service.
        let service = Label { name: "service_name", value: line.service.clone() };
        let operation = line.operation.clone().map(|value| Label { name: "operation", value });
        Self {
            labels: std::iter::once(service).chain(operation).collect(),
            metric_points: line.points.iter().map(|point| MetricPoint::of(figure, point)).collect(),
        }
    }
}

impl MetricPoint {
    fn of(figure: Figure, point: &Point) -> Self {
        let moment = UNIX_EPOCH.checked_add(Duration::from_secs(point.seconds));
        let moment = moment.unwrap_or(UNIX_EPOCH);
        Self {
            gauge_value: GaugeValue {
                double_value: figure.value(&point.cell, point.window_seconds),
            },
            timestamp: humantime::format_rfc3339(moment).to_string(),
        }
    }
}

impl Figure {
    fn value(self, cell: &Cell, seconds: u64) -> Double {
        let calls = cell.calls();
        match self {
            Self::CallRate => Double::Number(calls / seconds.max(1) as f64),
            // What there is none of has no part and no quantile.
            Self::ErrorRate | Self::Latency { .. } if calls == 0.0 => Double::NoNumber("NaN"),
            Self::ErrorRate => Double::Number((cell.counts.errors.max(0) as f64 / calls).min(1.0)),
            // Durations are only kept of spans at the edge of a service.
            Self::Latency { .. } if cell.duration.is_empty() => Double::NoNumber("NaN"),
            Self::Latency { quantile } => {
                Double::Number(cell.duration.quantile(quantile.clamp(0.0, 1.0)) / 1e6)
            }
        }
    }
}
