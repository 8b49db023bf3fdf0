//! Series over time.

use super::{Attribute, BinaryOp, Pipeline, SpansetFilter};
use crate::{Position, Static};

/// How many values of an attribute `compare` shows, where the query does not say.
pub const TOP_COUNT_DEFAULT: i64 = 10;

/// Series, and what is calculated with them.
#[derive(Debug, Clone, PartialEq)]
pub enum Metrics {
    /// Series of spans.
    Pipeline(Box<MetricsPipeline>),
    /// A number, on one side of an operator.
    Scalar(Static<'static>),
    /// Two sides, and what is made of the result.
    Math {
        /// What is done.
        op: MathOp,
        /// To what.
        left: Box<Metrics>,
        /// And what.
        right: Box<Metrics>,
        /// What happens to the result, in order.
        then: Vec<SecondStage>,
        /// Where the operator stands.
        at: Position,
    },
}

impl Metrics {
    /// All pipelines in it, from left to right. A trace counts if any of them wants it.
    pub fn pipelines(&self) -> Vec<&MetricsPipeline> {
        match self {
            Self::Pipeline(pipeline) => vec![pipeline],
            Self::Scalar(_) => Vec::new(),
            Self::Math { left, right, .. } => {
                let mut pipelines = left.pipelines();
                pipelines.extend(right.pipelines());
                pipelines
            }
        }
    }
}

/// Spans counted or measured over time.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricsPipeline {
    /// Which spans.
    pub pipeline: Pipeline,
    /// What is made of them.
    pub function: Function,
    /// A series for each combination of these.
    pub by: Vec<Attribute>,
    /// What happens to the series, in order.
    pub then: Vec<SecondStage>,
    /// Where the function stands.
    pub at: Position,
}

/// What is made of spans.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "`text` says how each is written")]
pub enum Function {
    Rate,
    CountOverTime,
    MinOverTime(Attribute),
    MaxOverTime(Attribute),
    AvgOverTime(Attribute),
    SumOverTime(Attribute),
    HistogramOverTime(Attribute),
    /// An attribute, and which quantiles of it.
    QuantileOverTime(Attribute, Vec<f64>),
    Compare(Compare),
}

/// `compare({ … }, n, start, end)`: what spans that match have more often than others.
#[derive(Debug, Clone, PartialEq)]
pub struct Compare {
    /// Which spans are the selection; all others are the baseline.
    pub selection: SpansetFilter,
    /// How many values of each attribute are shown.
    pub top_count: i64,
    /// The selection's time, start exclusive, in nanoseconds since the Unix epoch; zeros
    /// mean any.
    pub start_unix_nano: i64,
    /// Its end, inclusive.
    pub end_unix_nano: i64,
}

impl Function {
    /// How it is written.
    pub fn text(&self) -> &'static str {
        match self {
            Self::Rate => "rate",
            Self::CountOverTime => "count_over_time",
            Self::MinOverTime(_) => "min_over_time",
            Self::MaxOverTime(_) => "max_over_time",
            Self::AvgOverTime(_) => "avg_over_time",
            Self::SumOverTime(_) => "sum_over_time",
            Self::HistogramOverTime(_) => "histogram_over_time",
            Self::QuantileOverTime(..) => "quantile_over_time",
            Self::Compare(_) => "compare",
        }
    }

    /// What is measured, where something is.
    pub fn attribute(&self) -> Option<&Attribute> {
        match self {
            Self::MinOverTime(attribute)
            | Self::MaxOverTime(attribute)
            | Self::AvgOverTime(attribute)
            | Self::SumOverTime(attribute)
            | Self::HistogramOverTime(attribute)
            | Self::QuantileOverTime(attribute, _) => Some(attribute),
            Self::Rate | Self::CountOverTime | Self::Compare(_) => None,
        }
    }
}

/// What happens to series.
#[derive(Debug, Clone, PartialEq)]
pub enum SecondStage {
    /// The largest, at each point.
    TopK(i64, Position),
    /// The smallest, at each point.
    BottomK(i64, Position),
    /// Points that satisfy a comparison; durations are seconds.
    Filter(BinaryOp, Static<'static>),
}

/// What is calculated with series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "`text` says how each is written")]
pub enum MathOp {
    Add,
    Subtract,
    Multiply,
    Divide,
}

impl MathOp {
    /// How it is written.
    pub fn text(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
        }
    }
}
