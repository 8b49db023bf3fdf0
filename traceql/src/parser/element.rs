//! Pipelines: elements with `|` between them.

use super::tokens::Tokens;
use super::{field, metrics, operation, primary};
use crate::ast::{Metrics, Pipeline, Scalar, ScalarFilter, SpansetExpr, SpansetFilter, Stage};
use crate::lexer::Symbol;
use crate::{ParseError, Position, Static};

/// What an expression outside of braces can be.
pub(super) enum Operand {
    Spansets(SpansetExpr),
    /// Stages; of several, or of one that is no spanset expression.
    Pipeline(Pipeline),
    Scalar(Scalar),
    Filter(ScalarFilter),
    Metrics(Metrics),
}

/// An operand, where it begins (parentheses left out) and how deep it is.
pub(super) struct Part {
    pub(super) operand: Operand,
    pub(super) at: Position,
    pub(super) depth: u32,
}

/// Elements with `|` between them. Ends before what cannot go on: an operator that does
/// not fit, `)`, second stages of metrics, hints.
pub(super) fn sequence(tokens: &mut Tokens) -> Result<Part, ParseError> {
    let at = tokens.at();
    if tokens.word() == Some("coalesce") {
        return Err(tokens.unexpected("a filter, as there is nothing to coalesce yet"));
    }
    let first = element(tokens)?;
    if tokens.symbol() != Some(Symbol::Pipe) {
        return Ok(first);
    }
    let mut depth = first.depth;
    let mut stages = match into_stage(first.operand) {
        Ok(stage) => vec![stage],
        Err(operand) => match *operand {
            // Second stages follow; whoever asked reads them.
            operand @ Operand::Metrics(_) => return Ok(Part { operand, at, depth }),
            _ => return Err(tokens.unexpected("a comparison")),
        },
    };
    while tokens.take(Symbol::Pipe) {
        let at_stage = tokens.at();
        let pipeline = |stages| Pipeline { stages };
        if let Some(function) = metrics::function(tokens)? {
            let metrics = metrics::pipeline(tokens, pipeline(stages), function, at_stage)?;
            return Ok(Part { operand: Operand::Metrics(metrics), at, depth });
        }
        let part = element(tokens)?;
        depth = depth.max(part.depth);
        match into_stage(part.operand) {
            Ok(stage) => stages.push(stage),
            Err(operand) => match *operand {
                Operand::Scalar(Scalar::Static(_)) => {
                    return Err(tokens.unexpected("an aggregate"));
                }
                Operand::Scalar(scalar) => {
                    let scalar = Box::new(scalar);
                    let pipeline = pipeline(stages);
                    let scalar = Scalar::Pipeline { pipeline, scalar, at: at_stage };
                    return Ok(Part { operand: Operand::Scalar(scalar), at, depth });
                }
                _ => {
                    let reason = "metrics cannot be a stage of a pipeline";
                    return Err(ParseError::new(part.at, reason));
                }
            },
        }
    }
    Ok(Part { operand: Operand::Pipeline(Pipeline { stages }), at, depth })
}

fn element(tokens: &mut Tokens) -> Result<Part, ParseError> {
    let at = tokens.at();
    let stage = if tokens.take_word("by") {
        tokens.expect(Symbol::OpenParen)?;
        let (field, depth) = field::expression(tokens, 0)?;
        tokens.expect(Symbol::CloseParen)?;
        Some((Stage::By(field, at), depth))
    } else if tokens.take_word("select") {
        tokens.expect(Symbol::OpenParen)?;
        Some((Stage::Select(primary::attributes(tokens)?, at), 1))
    } else if tokens.take_word("coalesce") {
        tokens.expect(Symbol::OpenParen)?;
        tokens.expect(Symbol::CloseParen)?;
        Some((Stage::Coalesce, 1))
    } else {
        None
    };
    match stage {
        Some((stage, depth)) => {
            let operand = Operand::Pipeline(Pipeline { stages: vec![stage] });
            Ok(Part { operand, at, depth })
        }
        None => operation::expression(tokens, 0),
    }
}

/// `{ … }`, of which the brace is next.
pub(super) fn filter(tokens: &mut Tokens) -> Result<(SpansetFilter, u32), ParseError> {
    let at = tokens.at();
    tokens.expect(Symbol::OpenBrace)?;
    if tokens.take(Symbol::CloseBrace) {
        let field = crate::ast::Field::Static(Static::Bool(true));
        return Ok((SpansetFilter { field, at }, 1));
    }
    let (field, depth) = field::expression(tokens, 0)?;
    if !tokens.take(Symbol::CloseBrace) {
        return Err(tokens.unexpected("an operator or `}`"));
    }
    Ok((SpansetFilter { field, at }, depth))
}

/// The operand as a stage of a pipeline, or itself where it can be none.
fn into_stage(operand: Operand) -> Result<Stage, Box<Operand>> {
    match operand {
        Operand::Spansets(expr) => Ok(Stage::Spansets(expr)),
        Operand::Filter(filter) => Ok(Stage::Filter(filter)),
        Operand::Pipeline(mut pipeline) => match pipeline.stages.pop() {
            Some(only) if pipeline.stages.is_empty() => Ok(only),
            last => {
                pipeline.stages.extend(last);
                Ok(Stage::Spansets(SpansetExpr::Pipeline(Box::new(pipeline))))
            }
        },
        other @ (Operand::Scalar(_) | Operand::Metrics(_)) => Err(Box::new(other)),
    }
}

/// The operand as a pipeline, or itself where it is none.
pub(super) fn into_pipeline(operand: Operand) -> Result<Pipeline, Box<Operand>> {
    match operand {
        Operand::Pipeline(pipeline) => Ok(pipeline),
        other => Ok(Pipeline { stages: vec![into_stage(other)?] }),
    }
}
