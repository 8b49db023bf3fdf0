//! The types of expressions about one span.

use super::error;
use crate::ast::{Attribute, BinaryOp, Field, Intrinsic, Scope, SpansetFilter, UnaryOp};
use crate::value::{Static, Type};
use crate::{ParseError, Pattern, Position, operate};

/// A filter must come to true or false.
pub(super) fn filter(filter: &SpansetFilter) -> Result<(), ParseError> {
    match type_of(&filter.field)? {
        Type::Bool | Type::Unknown => Ok(()),
        other => {
            let reason = format!("a filter must be true or false, but {filter} is {other}");
            Err(error(filter.at, reason))
        }
    }
}

/// The type of what `field` comes to, if its parts go together.
pub(super) fn type_of(field: &Field) -> Result<Type, ParseError> {
    match field {
        Field::Static(value) => Ok(value.kind_of()),
        Field::Attribute(attribute, at) => {
            is_supported(attribute, *at)?;
            Ok(attribute_type(attribute))
        }
        Field::Unary { op, operand, at } => {
            let of = type_of(operand)?;
            let is_fit = match op {
                UnaryOp::Minus => of.is_numeric(),
                UnaryOp::Not => of == Type::Bool,
            };
            if is_fit || of == Type::Unknown {
                return Ok(of);
            }
            Err(error(*at, format!("`{}` cannot be before {of}", op.text())))
        }
        Field::Binary { op, left, right, at, .. } => binary(*op, left, right, *at),
        Field::Presence { operand, is_present, at } => {
            type_of(operand)?;
            if !is_present && let Some(name) = never_nil(operand) {
                return Err(error(*at, format!("{name} is never nil")));
            }
            Ok(Type::Bool)
        }
    }
}

fn binary(op: BinaryOp, left: &Field, right: &Field, at: Position) -> Result<Type, ParseError> {
    let (left_type, right_type) = (type_of(left)?, type_of(right)?);
    let is_fit = left_type.matches(right_type)
        && operate::is_allowed(op, left_type)
        && operate::is_allowed(op, right_type);
    if !is_fit {
        let reason = format!("`{}` cannot be between {left_type} and {right_type}", op.text());
        return Err(error(at, reason));
    }
    if matches!(op, BinaryOp::Regex | BinaryOp::NotRegex) {
        let Field::Static(Static::Text(text)) = right else {
            let reason =
                format!("`{}` needs a text on its right, as it stands in the query", op.text());
            return Err(error(at, reason));
        };
        Pattern::try_new(text)
            .map_err(|reason| error(at, format!("no regular expression: {reason}")))?;
    }
    if !op.is_arithmetic() {
        return Ok(Type::Bool);
    }
    Ok(if left_type == Type::Unknown { right_type } else { left_type })
}

/// What every span has, if `field` is that.
fn never_nil(field: &Field) -> Option<String> {
    match field {
        Field::Attribute(attribute @ Attribute::Intrinsic(_), _) => Some(attribute.to_string()),
        Field::Attribute(attribute, _)
            if *attribute == Attribute::named(Scope::Resource, proto::semconv::SERVICE_NAME) =>
        {
            Some(attribute.to_string())
        }
        _ => None,
    }
}

/// Whether `attribute` can be looked up; those of the parent cannot.
pub(super) fn is_supported(attribute: &Attribute, at: Position) -> Result<(), ParseError> {
    match attribute {
        Attribute::Named { of_parent: true, .. } | Attribute::Intrinsic(Intrinsic::Parent) => {
            let reason = "attributes of the parent cannot be asked for; write `{ … } > { … }`";
            Err(error(at, reason))
        }
        _ => Ok(()),
    }
}

fn attribute_type(attribute: &Attribute) -> Type {
    use Intrinsic as I;
    let Attribute::Intrinsic(intrinsic) = attribute else {
        return Type::Unknown;
    };
    match intrinsic {
        I::Duration | I::TraceDuration | I::EventTime => Type::Duration,
        I::Status => Type::Status,
        I::Kind => Type::Kind,
        I::ChildCount | I::NestedSetLeft | I::NestedSetRight | I::NestedSetParent => Type::Int,
        I::Name
        | I::StatusMessage
        | I::SpanId
        | I::ParentId
        | I::RootName
        | I::RootService
        | I::TraceId
        | I::EventName
        | I::LinkTraceId
        | I::LinkSpanId => Type::Text,
        // Not every instrumentation has them.
        I::ScopeName | I::ScopeVersion | I::Parent => Type::Unknown,
    }
}
