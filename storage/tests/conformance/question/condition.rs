//! What a question wants of one span.

use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proto::testing::value_strategy;
use proto::{Attribute, Span, Value};

use hopline_storage::{AttributeScope, Comparison, Condition, Field, Operand};

use super::{attribute_of, scope_strategy};

/// A [`Condition`]'s seed.
#[derive(Debug, Clone)]
pub(crate) struct ConditionSeed {
    /// True of this span, and not of the one that the rest of the search is about.
    pub(super) of_another: Option<Index>,
    field: FieldSeed,
    scope: AttributeScope,
    detail: Index,
    comparison: Comparison,
    is_text: bool,
    /// The operand, where it is not drawn from the data.
    edge: Option<Value>,
}

#[derive(Debug, Clone, Copy)]
enum FieldSeed {
    Service,
    Name,
    Kind,
    Status,
    StatusMessage,
    DurationNano,
    Attribute,
    EventName,
    ScopeName,
    ScopeVersion,
    LinkTraceId,
    LinkSpanId,
}

pub(super) fn strategy() -> impl Strategy<Value = ConditionSeed> {
    (
        (option::weighted(0.1, any::<Index>()), field_strategy(), scope_strategy()),
        (any::<Index>(), comparison_strategy()),
        (any::<bool>(), option::weighted(0.15, edge_strategy())),
    )
        .prop_map(|((of_another, field, scope), (detail, comparison), (is_text, edge))| {
            ConditionSeed { of_another, field, scope, detail, comparison, is_text, edge }
        })
}

fn field_strategy() -> impl Strategy<Value = FieldSeed> {
    use FieldSeed::*;
    prop_oneof![
        5 => Just(Attribute),
        5 => select(vec![Service, Name, Kind, Status, DurationNano]),
        2 => select(vec![
            StatusMessage, EventName, ScopeName, ScopeVersion, LinkTraceId, LinkSpanId,
        ]),
    ]
}

/// Those that are true of the value itself come often.
fn comparison_strategy() -> impl Strategy<Value = Comparison> {
    use Comparison::*;
    prop_oneof![
        6 => Just(Equal),
        4 => select(vec![LessOrEqual, GreaterOrEqual, Exists]),
        3 => select(vec![NotEqual, Less, Greater]),
    ]
}

/// Operands that the data need not have.
fn edge_strategy() -> impl Strategy<Value = Value> {
    let texts = vec![
        "",
        "nan",
        "inf",
        "1e999",
        "0",
        "-0",
        "2.0",
        "18446744073709551615",
        "9223372036854775808",
        "-1e300",
        "\0",
    ];
    let numbers = vec![
        Value::Int(i64::MIN),
        Value::Int(i64::MAX),
        Value::Int(0),
        Value::Double(-0.0),
        Value::Double(9_223_372_036_854_775_808.0),
        Value::Double(f64::NAN),
        Value::Double(f64::NEG_INFINITY),
        Value::Double(0.5),
    ];
    prop_oneof![
        select(texts).prop_map(|text| Value::String(text.to_owned())),
        select(numbers),
        value_strategy(),
    ]
}

impl ConditionSeed {
    /// The condition, drawn from what `span` has.
    pub(super) fn about(&self, span: &Span) -> Condition {
        let (field, value) = self.field_of(span);
        let value = self.edge.clone().unwrap_or(value);
        let operand = if self.is_text {
            Operand::Text(value.text().into_owned())
        } else {
            Operand::Value(value)
        };
        Condition { field, comparison: self.comparison, operand }
    }

    /// The field, and the value that `span` has there.
    fn field_of(&self, span: &Span) -> (Field, Value) {
        let one_of = |texts: Vec<String>| -> Value {
            if texts.is_empty() { "".into() } else { self.detail.get(&texts).as_str().into() }
        };
        let link_text = |text: fn(&proto::Link) -> String| span.links.iter().map(text).collect();
        match self.field {
            FieldSeed::Service => (Field::Service, span.service_name().as_ref().into()),
            FieldSeed::Name => (Field::Name, span.name.as_str().into()),
            FieldSeed::Kind => (Field::Kind, i64::from(span.kind.0).into()),
            FieldSeed::Status => (Field::Status, i64::from(span.status.code.0).into()),
            FieldSeed::StatusMessage => (Field::StatusMessage, span.status.message.as_str().into()),
            FieldSeed::DurationNano => {
                let duration = i64::try_from(span.duration_nano()).unwrap_or(i64::MAX);
                (Field::DurationNano, duration.into())
            }
            FieldSeed::Attribute => {
                let Attribute { key, value } = attribute_of(span, self.scope, self.detail);
                (Field::Attribute { scope: self.scope, key }, value)
            }
            FieldSeed::EventName => {
                let names = span.events.iter().map(|event| event.name.clone());
                (Field::EventName, one_of(names.collect()))
            }
            FieldSeed::ScopeName => (Field::ScopeName, span.scope.name.as_str().into()),
            FieldSeed::ScopeVersion => (Field::ScopeVersion, span.scope.version.as_str().into()),
            FieldSeed::LinkTraceId => {
                (Field::LinkTraceId, one_of(link_text(|link| link.trace_id.to_string())))
            }
            FieldSeed::LinkSpanId => {
                (Field::LinkSpanId, one_of(link_text(|link| link.span_id.to_string())))
            }
        }
    }
}
