//! The canonical text of a query.

use std::fmt::{Display, Formatter, Result};

use super::{
    Aggregate, Field, Function, Hint, Metrics, MetricsPipeline, Pipeline, Query, Root, Scalar,
    ScalarFilter, SecondStage, SpansetExpr, SpansetFilter, Stage, TOP_COUNT_DEFAULT,
};

impl Display for Query {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match &self.root {
            Root::Spansets(pipeline) => write!(f, "{pipeline}")?,
            Root::Metrics(metrics) => write!(f, "{metrics}")?,
        }
        if self.hints.is_empty() {
            return Ok(());
        }
        f.write_str(" with(")?;
        separated(f, ",", &self.hints)?;
        f.write_str(")")
    }
}

impl Display for Hint {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{}={}", self.name, self.value)
    }
}

impl Display for Pipeline {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        separated(f, "|", &self.stages)
    }
}

impl Display for Stage {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Spansets(expr) => write!(f, "{expr}"),
            Self::By(field, _) => write!(f, "by({field})"),
            Self::Coalesce => f.write_str("coalesce()"),
            Self::Select(attributes, _) => {
                f.write_str("select(")?;
                separated(f, ", ", attributes)?;
                f.write_str(")")
            }
            Self::Filter(filter) => write!(f, "{filter}"),
        }
    }
}

impl Display for SpansetExpr {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Filter(filter) => write!(f, "{filter}"),
            Self::Pipeline(pipeline) => write!(f, "({pipeline})"),
            Self::Operation { op, left, right, .. } => {
                operand(f, left)?;
                write!(f, " {} ", op.text())?;
                operand(f, right)
            }
        }
    }
}

fn operand(f: &mut Formatter<'_>, expr: &SpansetExpr) -> Result {
    match expr {
        // Has its parentheses.
        SpansetExpr::Pipeline(_) => write!(f, "{expr}"),
        _ => write!(f, "({expr})"),
    }
}

impl Display for SpansetFilter {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{{ {} }}", self.field)
    }
}

impl Display for ScalarFilter {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        scalar_operand(f, &self.left)?;
        write!(f, " {} ", self.op.text())?;
        scalar_operand(f, &self.right)
    }
}

impl Display for Scalar {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Static(value) => write!(f, "{value}"),
            Self::Aggregate(aggregate) => write!(f, "{aggregate}"),
            Self::Arithmetic { op, left, right, .. } => {
                scalar_operand(f, left)?;
                write!(f, " {} ", op.text())?;
                scalar_operand(f, right)
            }
            Self::Pipeline { pipeline, scalar, .. } => write!(f, "{pipeline}|{scalar}"),
        }
    }
}

impl Display for Aggregate {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match &self.field {
            Some(field) => write!(f, "{}({field})", self.function.text()),
            None => write!(f, "{}()", self.function.text()),
        }
    }
}

fn scalar_operand(f: &mut Formatter<'_>, scalar: &Scalar) -> Result {
    match scalar {
        Scalar::Static(value) => write!(f, "{value}"),
        other => write!(f, "({other})"),
    }
}

impl Display for Field {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Static(value) => write!(f, "{value}"),
            Self::Attribute(attribute, _) => write!(f, "{attribute}"),
            Self::Unary { op, operand, .. } => {
                f.write_str(op.text())?;
                field_operand(f, operand)
            }
            Self::Binary { op, left, right, .. } => {
                field_operand(f, left)?;
                write!(f, " {} ", op.text())?;
                field_operand(f, right)
            }
            Self::Presence { operand, is_present, .. } => {
                field_operand(f, operand)?;
                f.write_str(if *is_present { " != nil" } else { " = nil" })
            }
        }
    }
}

fn field_operand(f: &mut Formatter<'_>, field: &Field) -> Result {
    match field {
        Field::Static(_) | Field::Attribute(..) => write!(f, "{field}"),
        other => write!(f, "({other})"),
    }
}

impl Display for Metrics {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Pipeline(pipeline) => write!(f, "{pipeline}"),
            Self::Scalar(value) => write!(f, "{value}"),
            Self::Math { op, left, right, then, .. } => {
                metrics_operand(f, left)?;
                write!(f, " {} ", op.text())?;
                metrics_operand(f, right)?;
                then.iter().try_for_each(|stage| write!(f, "{stage}"))
            }
        }
    }
}

fn metrics_operand(f: &mut Formatter<'_>, metrics: &Metrics) -> Result {
    match metrics {
        Metrics::Scalar(value) => write!(f, "{value}"),
        other => write!(f, "({other})"),
    }
}

impl Display for MetricsPipeline {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{} | {}", self.pipeline, self.function)?;
        if !self.by.is_empty() {
            f.write_str("by(")?;
            separated(f, ",", &self.by)?;
            f.write_str(")")?;
        }
        self.then.iter().try_for_each(|stage| write!(f, "{stage}"))
    }
}

impl Display for Function {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{}(", self.text())?;
        match self {
            Self::Rate | Self::CountOverTime => {}
            Self::QuantileOverTime(attribute, quantiles) => {
                write!(f, "{attribute}")?;
                quantiles.iter().try_for_each(|value| write!(f, ",{}", quantile_text(*value)))?;
            }
            Self::Compare(compare) => {
                write!(f, "{}", compare.selection)?;
                let has_time = compare.start_unix_nano != 0 || compare.end_unix_nano != 0;
                if has_time || compare.top_count != TOP_COUNT_DEFAULT {
                    write!(f, ", {}", compare.top_count)?;
                }
                if has_time {
                    write!(f, ", {}, {}", compare.start_unix_nano, compare.end_unix_nano)?;
                }
            }
            other => {
                if let Some(attribute) = other.attribute() {
                    write!(f, "{attribute}")?;
                }
            }
        }
        f.write_str(")")
    }
}

/// Five digits behind the point, or as many as it takes to read back the same.
fn quantile_text(value: f64) -> String {
    let short = format!("{value:.5}");
    if short.parse() == Ok(value) { short } else { format!("{value}") }
}

impl Display for SecondStage {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::TopK(count, _) => write!(f, " | topk({count})"),
            Self::BottomK(count, _) => write!(f, " | bottomk({count})"),
            Self::Filter(op, value) => write!(f, " {} {value}", op.text()),
        }
    }
}

fn separated<T: Display>(f: &mut Formatter<'_>, separator: &str, items: &[T]) -> Result {
    for (position, item) in items.iter().enumerate() {
        if position > 0 {
            f.write_str(separator)?;
        }
        write!(f, "{item}")?;
    }
    Ok(())
}
