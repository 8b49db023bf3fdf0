//! Metrics: functions over time and what happens to their series.

use super::element::{self, Operand};
use super::operation::{self, is_comparison};
use super::tokens::Tokens;
use super::{field, primary};
use crate::ast::{
    BinaryOp, Compare, Function, MathOp, Metrics, MetricsPipeline, Pipeline, Scalar, SecondStage,
    TOP_COUNT_DEFAULT,
};
use crate::lexer::{Symbol, TokenKind};
use crate::{ParseError, Position, Static};

/// The function over time that is next; `None` where something else is.
pub(super) fn function(tokens: &mut Tokens) -> Result<Option<Function>, ParseError> {
    let Some(word) = tokens.word().map(str::to_owned) else {
        return Ok(None);
    };
    type OfAttribute = fn(crate::ast::Attribute) -> Function;
    let of_attribute: OfAttribute = match word.as_str() {
        "rate" | "count_over_time" => {
            tokens.advance();
            tokens.expect(Symbol::OpenParen)?;
            tokens.expect(Symbol::CloseParen)?;
            let is_rate = word == "rate";
            return Ok(Some(if is_rate { Function::Rate } else { Function::CountOverTime }));
        }
        "compare" => return compare(tokens).map(Some),
        "min_over_time" => Function::MinOverTime,
        "max_over_time" => Function::MaxOverTime,
        "avg_over_time" => Function::AvgOverTime,
        "sum_over_time" => Function::SumOverTime,
        "histogram_over_time" => Function::HistogramOverTime,
        "quantile_over_time" => |attribute| Function::QuantileOverTime(attribute, Vec::new()),
        _ => return Ok(None),
    };
    tokens.advance();
    tokens.expect(Symbol::OpenParen)?;
    let mut function = of_attribute(primary::attribute(tokens)?);
    if let Function::QuantileOverTime(_, quantiles) = &mut function {
        tokens.expect(Symbol::Comma)?;
        loop {
            quantiles.push(number(tokens)?);
            if !tokens.take(Symbol::Comma) {
                break;
            }
        }
    }
    tokens.expect(Symbol::CloseParen)?;
    Ok(Some(function))
}

fn number(tokens: &mut Tokens) -> Result<f64, ParseError> {
    let sign = if tokens.take(Symbol::Minus) { -1.0 } else { 1.0 };
    let value = match tokens.kind() {
        TokenKind::Int(value) => *value as f64,
        TokenKind::Float(value) => *value,
        _ => return Err(tokens.unexpected("a number")),
    };
    tokens.advance();
    Ok(sign * value)
}

fn compare(tokens: &mut Tokens) -> Result<Function, ParseError> {
    tokens.advance();
    tokens.expect(Symbol::OpenParen)?;
    let (selection, _) = element::filter(tokens)?;
    let mut compare =
        Compare { selection, top_count: TOP_COUNT_DEFAULT, start_unix_nano: 0, end_unix_nano: 0 };
    if tokens.take(Symbol::Comma) {
        compare.top_count = whole_number(tokens)?;
        if tokens.take(Symbol::Comma) {
            compare.start_unix_nano = whole_number(tokens)?;
            tokens.expect(Symbol::Comma)?;
            compare.end_unix_nano = whole_number(tokens)?;
        }
    }
    tokens.expect(Symbol::CloseParen)?;
    Ok(Function::Compare(compare))
}

fn whole_number(tokens: &mut Tokens) -> Result<i64, ParseError> {
    let TokenKind::Int(value) = *tokens.kind() else {
        return Err(tokens.unexpected("a whole number"));
    };
    tokens.advance();
    Ok(value)
}

/// The rest of a metrics pipeline behind its function: groups and second stages.
pub(super) fn pipeline(
    tokens: &mut Tokens,
    pipeline: Pipeline,
    function: Function,
    at: Position,
) -> Result<Metrics, ParseError> {
    let mut by = Vec::new();
    if tokens.take_word("by") {
        tokens.expect(Symbol::OpenParen)?;
        by = primary::attributes(tokens)?;
    }
    let then = second_stages(tokens)?;
    Ok(Metrics::Pipeline(Box::new(MetricsPipeline { pipeline, function, by, then, at })))
}

/// `| topk(n)`, `| bottomk(n)` and comparisons, as many as there are.
pub(super) fn second_stages(tokens: &mut Tokens) -> Result<Vec<SecondStage>, ParseError> {
    let mut stages = Vec::new();
    loop {
        let op = tokens.symbol().and_then(field::operator).map(|(op, _)| op);
        if let Some(op) = op.filter(|op| is_comparison(*op)) {
            tokens.advance();
            let part = operation::expression(tokens, 4)?;
            let Operand::Scalar(Scalar::Static(value)) = part.operand else {
                return Err(ParseError::new(part.at, "expected a number or a duration"));
            };
            stages.push(SecondStage::Filter(op, in_seconds(value)));
        } else if tokens.take(Symbol::Pipe) {
            let make: fn(i64, Position) -> SecondStage = match tokens.word() {
                Some("topk") => SecondStage::TopK,
                Some("bottomk") => SecondStage::BottomK,
                _ => return Err(tokens.unexpected("`topk(…)` or `bottomk(…)`")),
            };
            tokens.advance();
            tokens.expect(Symbol::OpenParen)?;
            let at = tokens.at();
            stages.push(make(whole_number(tokens)?, at));
            tokens.expect(Symbol::CloseParen)?;
        } else {
            return Ok(stages);
        }
    }
}

/// Durations as the seconds that metrics measure in.
fn in_seconds(value: Static<'static>) -> Static<'static> {
    const SECOND: i64 = 1_000_000_000;
    match value {
        Static::Duration(nanos) if nanos % SECOND == 0 => Static::Int(nanos / SECOND),
        Static::Duration(nanos) => Static::Float(nanos as f64 / SECOND as f64),
        other => other,
    }
}

/// Lets `stages` happen to what `metrics` gives.
pub(super) fn append(metrics: &mut Metrics, stages: Vec<SecondStage>) {
    match metrics {
        Metrics::Pipeline(pipeline) => pipeline.then.extend(stages),
        Metrics::Math { then, .. } => then.extend(stages),
        Metrics::Scalar(_) => {}
    }
}

/// The operator between series, if it is one.
pub(super) fn math_op(op: BinaryOp) -> Option<MathOp> {
    match op {
        BinaryOp::Add => Some(MathOp::Add),
        BinaryOp::Subtract => Some(MathOp::Subtract),
        BinaryOp::Multiply => Some(MathOp::Multiply),
        BinaryOp::Divide => Some(MathOp::Divide),
        _ => None,
    }
}

/// Two sides, at least one of which is series.
pub(super) fn math(
    op: BinaryOp,
    left: Metrics,
    right: Metrics,
    right_at: Position,
    at: Position,
) -> Result<Metrics, ParseError> {
    let Some(op) = math_op(op) else {
        return Err(ParseError::new(at, "of metrics there are `+`, `-`, `*` and `/`"));
    };
    for side in [&left, &right] {
        if matches!(side, Metrics::Scalar(Static::Duration(_))) {
            let reason = "one cannot calculate with metrics and durations";
            return Err(ParseError::new(right_at, reason));
        }
    }
    let (left, right) = (Box::new(left), Box::new(right));
    Ok(Metrics::Math { op, left, right, then: Vec::new(), at })
}
