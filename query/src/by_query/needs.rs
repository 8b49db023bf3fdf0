//! What an index can know of a query, in the store's words.

use proto::{SpanKind, StatusCode, Value, semconv};
use storage::{AttributeScope, Comparison, Condition, Field, Need, Operand, Scan, TraceConditions};
use traceql::ast::{Attribute, Intrinsic, Metrics, Pipeline, Scope};
use traceql::value::{Kind, Status};
use traceql::{Comparison as Is, PushDown, Static};

/// What a trace needs to be found, as far as the store can tell: never more than the query
/// asks for.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Lowered {
    needs: Vec<Need>,
    trace: TraceConditions,
}

impl Lowered {
    /// Of `pipeline`, which has been checked.
    pub(crate) fn of(pipeline: &Pipeline) -> Self {
        let mut lowered = Self::default();
        for requirement in PushDown::of(pipeline).requirements {
            match &*requirement.alternatives {
                [one] => lowered.add_conjunction(one),
                several => {
                    let any_of = several.iter().map(|one| on_one_span(one)).collect();
                    lowered.needs.push(Need { any_of });
                }
            }
        }
        // Every trace has such a need.
        lowered.needs.retain(|need| !need.any_of.iter().any(Vec::is_empty));
        lowered
    }

    /// Adds it to what `scan` asks for.
    pub(crate) fn add_to(self, scan: &mut Scan) {
        scan.needs.extend(self.needs);
        narrow(&mut scan.trace, self.trace.duration_nano_min, self.trace.duration_nano_max);
    }

    /// The one need with the fewest alternatives.
    fn into_one(self) -> Option<Need> {
        self.needs.into_iter().min_by_key(|need| need.any_of.len())
    }

    /// One span meets all `conditions`, but for those that are about the trace.
    fn add_conjunction(&mut self, conditions: &[traceql::Condition]) {
        self.needs.push(Need { any_of: vec![on_one_span(conditions)] });
        let mut of_root = Vec::new();
        for condition in conditions {
            match condition.attribute {
                // The root is one of the spans.
                Attribute::Intrinsic(Intrinsic::RootName) => {
                    of_root.extend(equal_text(Field::Name, &condition.comparison));
                }
                Attribute::Intrinsic(Intrinsic::RootService) => {
                    of_root.extend(equal_text(Field::Service, &condition.comparison));
                }
                Attribute::Intrinsic(Intrinsic::TraceDuration) => {
                    let (min, max) = bounds(&condition.comparison);
                    narrow(&mut self.trace, min, max);
                }
                _ => {}
            }
        }
        self.needs.push(Need { any_of: vec![of_root] });
    }
}

/// What a trace needs to add to the series of `metrics`, for `scan` to ask for.
pub(crate) fn needs_of_metrics(metrics: &Metrics, scan: &mut Scan) {
    match metrics.pipelines().as_slice() {
        [one] => Lowered::of(&one.pipeline).add_to(scan),
        several => {
            // It is enough to add to one of them.
            let needs = several.iter().map(|one| Lowered::of(&one.pipeline).into_one());
            if let Some(needs) = needs.collect::<Option<Vec<Need>>>() {
                let any_of = needs.into_iter().flat_map(|need| need.any_of).collect();
                scan.needs.push(Need { any_of });
            }
        }
    }
}

/// Lets the trace's duration be at least `min` and at most `max`, too, in nanoseconds.
fn narrow(trace: &mut TraceConditions, min: Option<u64>, max: Option<u64>) {
    trace.duration_nano_min = trace.duration_nano_min.max(min);
    let maxima = trace.duration_nano_max.into_iter().chain(max);
    trace.duration_nano_max = maxima.min();
}

/// Bounds of what compares so, in nanoseconds: rather too wide by the width of a double.
fn bounds(comparison: &Is) -> (Option<u64>, Option<u64>) {
    // The casts saturate.
    let nano = |value: &Static<'_>, factor: f64| value.number().map(|number| number * factor);
    let min = |value| nano(value, 1.0 - f64::EPSILON).map(|nano| nano.floor() as u64);
    let max = |value| nano(value, 1.0 + f64::EPSILON).map(|nano| nano.ceil() as u64);
    match comparison {
        Is::Equal(value) => (min(value), max(value)),
        Is::Greater(value) | Is::GreaterEqual(value) => (min(value), None),
        Is::Less(value) | Is::LessEqual(value) => (None, max(value)),
        Is::Exists => (None, None),
    }
}

fn on_one_span(conditions: &[traceql::Condition]) -> Vec<Condition> {
    conditions.iter().filter_map(lowered).collect()
}

/// The condition in the store's words; `None` where it has none that are as wide.
fn lowered(condition: &traceql::Condition) -> Option<Condition> {
    let comparison = &condition.comparison;
    match &condition.attribute {
        Attribute::Named { scope: Scope::Resource, name, .. } if name == semconv::SERVICE_NAME => {
            equal_text(Field::Service, comparison)
        }
        Attribute::Named { scope, name, .. } => of_attribute(*scope, name, comparison),
        Attribute::Intrinsic(intrinsic) => match intrinsic {
            Intrinsic::Name => equal_text(Field::Name, comparison),
            Intrinsic::StatusMessage => equal_text(Field::StatusMessage, comparison),
            Intrinsic::EventName => equal_text(Field::EventName, comparison),
            Intrinsic::ScopeName => equal_text(Field::ScopeName, comparison),
            Intrinsic::ScopeVersion => equal_text(Field::ScopeVersion, comparison),
            Intrinsic::Duration => compared(Field::DurationNano, comparison),
            Intrinsic::Kind => match comparison {
                Is::Equal(Static::Kind(kind)) => Some(equal(Field::Kind, kind_number(*kind)?)),
                _ => None,
            },
            Intrinsic::Status => match comparison {
                Is::Equal(Static::Status(status)) => {
                    Some(equal(Field::Status, status_number(*status)?))
                }
                _ => None,
            },
            _ => None,
        },
    }
}

fn of_attribute(scope: Scope, name: &str, comparison: &Is) -> Option<Condition> {
    let scope = match scope {
        // The span, else its resource; the store looks at events and links, too.
        Scope::None => AttributeScope::Any,
        Scope::Span => AttributeScope::Span,
        Scope::Resource => AttributeScope::Resource,
        Scope::Event => AttributeScope::Event,
        Scope::Link => AttributeScope::Link,
        Scope::Instrumentation => AttributeScope::Scope,
        Scope::Parent | Scope::Trace => return None,
    };
    compared(Field::Attribute { scope, key: name.to_owned() }, comparison)
}

fn compared(field: Field, comparison: &Is) -> Option<Condition> {
    let (comparison, value) = match comparison {
        Is::Exists => (Comparison::Exists, &Static::Nil),
        Is::Equal(value) => (Comparison::Equal, value),
        Is::Less(value) => (Comparison::Less, value),
        Is::LessEqual(value) => (Comparison::LessOrEqual, value),
        Is::Greater(value) => (Comparison::Greater, value),
        Is::GreaterEqual(value) => (Comparison::GreaterOrEqual, value),
    };
    let value = match value {
        Static::Nil if comparison == Comparison::Exists => Value::Empty,
        Static::Text(text) => Value::String(text.clone().into_owned()),
        Static::Bool(value) => Value::Bool(*value),
        Static::Int(value) | Static::Duration(value) => Value::Int(*value),
        Static::Float(value) => Value::Double(*value),
        Static::Nil | Static::Status(_) | Static::Kind(_) | Static::Array(_) => return None,
    };
    Some(Condition { field, comparison, operand: Operand::Value(value) })
}

/// Of a text field, which the store takes for absent where it is empty.
fn equal_text(field: Field, comparison: &Is) -> Option<Condition> {
    match comparison {
        Is::Equal(Static::Text(text)) if !text.is_empty() => Some(equal(field, text.as_ref())),
        _ => None,
    }
}

fn equal(field: Field, value: impl Into<Value>) -> Condition {
    Condition { field, comparison: Comparison::Equal, operand: Operand::Value(value.into()) }
}

/// The number of a kind; numbers that have no name are of none.
fn kind_number(kind: Kind) -> Option<i64> {
    let number = match kind {
        Kind::Unspecified => return None,
        Kind::Internal => SpanKind::INTERNAL,
        Kind::Server => SpanKind::SERVER,
        Kind::Client => SpanKind::CLIENT,
        Kind::Producer => SpanKind::PRODUCER,
        Kind::Consumer => SpanKind::CONSUMER,
    };
    Some(number.0.into())
}

/// The number of a status; numbers that have no name are unset.
fn status_number(status: Status) -> Option<i64> {
    match status {
        Status::Error => Some(StatusCode::ERROR.0.into()),
        Status::Ok => Some(StatusCode::OK.0.into()),
        Status::Unset => None,
    }
}
