//! From span conditions to terms: which postings have every trace that can match.

use proto::{StatusCode, Value};
use roaring::RoaringBitmap;

use crate::contract::coarse::CoarseDuration;
use crate::contract::scan::Need;
use crate::contract::search::{AttributeScope, Comparison, Condition, Field, Operand};
use crate::fault::Fault;
use crate::segment::commit::Lists;
use crate::segment::term::{ATTRIBUTE_SCOPES, Term, Terms, duration_class, number};
use crate::segment::{Segment, SegmentReader, ServiceNeed};

/// Doubles from here on do not tell all whole numbers apart (2^53).
const DOUBLE_EXACT_MAX: f64 = 9_007_199_254_740_992.0;

/// What a trace must have to be a candidate.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Plans {
    needs: Vec<Vec<Conjunction>>,
    /// The same for segments that know lists only as a whole.
    needs_of_whole_lists: Vec<Vec<Conjunction>>,
    /// What it must have of services, beside a span.
    pub(super) services: Vec<ServiceNeed>,
}

/// Of each list, one term at least.
type Conjunction = Vec<Vec<Term>>;

impl Plans {
    /// For traces that have `needs`. What no posting can tell is left out: a plan may let
    /// too much through, never too little.
    pub(super) fn of(needs: &[Need]) -> Self {
        let of_need = |need: &Need, lists| {
            let mut alternatives = need.any_of.iter();
            // What nothing is known of lets every trace through.
            let known = |conditions| Some(conjunction(conditions, lists)).filter(|c| !c.is_empty());
            alternatives.try_fold(Vec::new(), |mut all, conditions| {
                all.push(known(conditions)?);
                Some(all)
            })
        };
        let of_needs = |lists| needs.iter().filter_map(|need| of_need(need, lists)).collect();
        let services = needs.iter().filter_map(|need| match &*need.any_of {
            [conditions] => service_of(conditions),
            _ => None,
        });
        Self {
            needs: of_needs(Lists::ByElement),
            needs_of_whole_lists: of_needs(Lists::Whole),
            services: services.collect(),
        }
    }

    /// The ordinals of the segment's candidates.
    pub(super) fn candidates(
        &self,
        reader: &SegmentReader,
        segment: &Segment,
    ) -> Result<RoaringBitmap, Fault> {
        let mut candidates = RoaringBitmap::new();
        candidates.insert_range(0..segment.commit.traces);
        let needs = match segment.commit.lists {
            Lists::ByElement => &self.needs,
            Lists::Whole => &self.needs_of_whole_lists,
        };
        for need in needs {
            let mut having = RoaringBitmap::new();
            for conjunction in need {
                having |= meeting(conjunction, candidates.clone(), reader, segment)?;
            }
            candidates = having;
            if candidates.is_empty() {
                break;
            }
        }
        Ok(candidates)
    }
}

/// Those of `candidates` that have a term of each list.
fn meeting(
    conjunction: &Conjunction,
    mut candidates: RoaringBitmap,
    reader: &SegmentReader,
    segment: &Segment,
) -> Result<RoaringBitmap, Fault> {
    for any_of in conjunction {
        if candidates.is_empty() {
            break;
        }
        let mut having = RoaringBitmap::new();
        for term in any_of {
            having |= reader.posting(segment.id, *term)?;
        }
        candidates &= having;
    }
    Ok(candidates)
}

/// The terms of a span that meets all `conditions`.
fn conjunction(conditions: &[Condition], lists: Lists) -> Conjunction {
    let mut terms = Terms::default();
    let mut all_of: Conjunction =
        conditions.iter().filter_map(|condition| any_of(&mut terms, condition, lists)).collect();
    let equal_text = |field: &Field| {
        let mut with_field = conditions.iter().filter(|condition| condition.field == *field);
        with_field.find_map(equal_text)
    };
    if let (Some(service), Some(name)) = (equal_text(&Field::Service), equal_text(&Field::Name)) {
        all_of.push(vec![terms.service_and_name(service, name)]);
    }
    all_of
}

/// What a trace must have of the service that `conditions` name, if they name one.
fn service_of(conditions: &[Condition]) -> Option<ServiceNeed> {
    let mut named = conditions.iter().filter(|condition| condition.field == Field::Service);
    named.find_map(equal_text).and_then(|name| service_need(name, conditions))
}

/// What the conditions ask of a span of `service` that summaries can tell, if anything.
fn service_need(service: &str, conditions: &[Condition]) -> Option<ServiceNeed> {
    let none = ServiceNeed {
        service: service.to_owned(),
        error: false,
        longest_min: CoarseDuration::default(),
    };
    let mut need = none.clone();
    for condition in conditions {
        match condition.field {
            Field::Status => {
                need.error |= equal_whole(condition) == Some(StatusCode::ERROR.0);
            }
            Field::DurationNano => need.longest_min = need.longest_min.max(longest_min(condition)),
            _ => {}
        }
    }
    (need != none).then_some(need)
}

/// What the longest span must have at least for one to meet `condition`.
fn longest_min(condition: &Condition) -> CoarseDuration {
    let number = match condition.comparison {
        Comparison::Equal | Comparison::Greater | Comparison::GreaterOrEqual => {
            numeric_operand(condition).unwrap_or(0.0)
        }
        _ => 0.0,
    };
    // The cast saturates: below 0 is 0, beyond all durations is the longest.
    let nano = number.floor() as u64;
    let may_be_less = if number >= DOUBLE_EXACT_MAX { nano / 16 } else { 0 };
    CoarseDuration::of_nano(nano.saturating_sub(may_be_less))
}

/// The terms of which a span that meets `condition` has at least one; `None` where
/// any span may meet it.
fn any_of(terms: &mut Terms, condition: &Condition, lists: Lists) -> Option<Vec<Term>> {
    if let Field::Attribute { scope, key } = &condition.field {
        let scopes =
            ATTRIBUTE_SCOPES.iter().filter(|one| *scope == AttributeScope::Any || scope == *one);
        return Some(
            scopes.flat_map(|scope| attribute(terms, *scope, key, condition, lists)).collect(),
        );
    }
    match condition.field {
        Field::Kind => equal_whole(condition).map(|kind| vec![terms.span_kind(kind)]),
        Field::Status => equal_whole(condition).map(|code| vec![terms.status_code(code)]),
        Field::DurationNano => {
            let (first, last) = duration_classes(condition)?;
            Some((first..=last).map(|class| terms.duration_class(class)).collect())
        }
        _ => {
            let text = equal_text(condition)?;
            let term = match condition.field {
                Field::Service => terms.service(text),
                Field::Name => terms.name(text),
                Field::StatusMessage => terms.status_message(text),
                Field::EventName => terms.event_name(text),
                Field::ScopeName => terms.scope_name(text),
                Field::ScopeVersion => terms.scope_version(text),
                Field::LinkTraceId => terms.link_trace_id(text),
                Field::LinkSpanId => terms.link_span_id(text),
                Field::Kind | Field::Status | Field::DurationNano | Field::Attribute { .. } => {
                    return None;
                }
            };
            Some(vec![term])
        }
    }
}

/// The terms for an attribute in one scope.
fn attribute(
    terms: &mut Terms,
    scope: AttributeScope,
    key: &str,
    condition: &Condition,
    lists: Lists,
) -> Vec<Term> {
    let values = attribute_values(terms, scope, key, condition);
    values
        .filter(|_| lists == Lists::ByElement)
        .unwrap_or_else(|| vec![terms.attribute_key(scope, key)])
}

/// The terms of which an attribute's value that meets `condition` has one; `None` where
/// any value may meet it.
pub(super) fn attribute_values(
    terms: &mut Terms,
    scope: AttributeScope,
    key: &str,
    condition: &Condition,
) -> Option<Vec<Term>> {
    if condition.comparison != Comparison::Equal {
        return None;
    }
    match &condition.operand {
        // The text may be that of a number, too.
        Operand::Text(text) => {
            let mut any_of = vec![terms.attribute_text(scope, key, text)];
            if let Some(number) = text.parse().ok().filter(|number: &f64| !number.is_nan()) {
                any_of.push(terms.attribute_number(scope, key, number));
            }
            Some(any_of)
        }
        Operand::Value(value @ (Value::String(_) | Value::Bool(_) | Value::Bytes(_))) => {
            Some(vec![terms.attribute_text(scope, key, &value.text())])
        }
        Operand::Value(value) => {
            number(value).map(|number| vec![terms.attribute_number(scope, key, number)])
        }
    }
}

/// The text that a text field must equal.
pub(super) fn equal_text(condition: &Condition) -> Option<&str> {
    match (condition.comparison, &condition.operand) {
        (Comparison::Equal, Operand::Text(text) | Operand::Value(Value::String(text))) => {
            Some(text)
        }
        _ => None,
    }
}

/// The number that a numeric field is compared with.
fn numeric_operand(condition: &Condition) -> Option<f64> {
    match &condition.operand {
        Operand::Text(text) => text.parse().ok().filter(|number: &f64| number.is_finite()),
        Operand::Value(value) => number(value),
    }
}

/// The whole number of 32 bits that a numeric field must equal.
fn equal_whole(condition: &Condition) -> Option<i32> {
    let number =
        numeric_operand(condition).filter(|_| condition.comparison == Comparison::Equal)?;
    let whole = number as i32;
    (f64::from(whole) == number).then_some(whole)
}

/// The first and last class of the durations that can meet `condition`.
fn duration_classes(condition: &Condition) -> Option<(u8, u8)> {
    let number = numeric_operand(condition)?;
    // The casts saturate: below 0 is 0, beyond all durations is the longest.
    let mut first = duration_class(number.floor() as u64);
    let mut last = duration_class(number.ceil() as u64);
    if number >= DOUBLE_EXACT_MAX {
        first = first.saturating_sub(1);
        last = last.saturating_add(1);
    }
    let longest = duration_class(u64::MAX);
    match condition.comparison {
        Comparison::Equal => Some((first, last.min(longest))),
        Comparison::Less | Comparison::LessOrEqual => Some((0, last.min(longest))),
        Comparison::Greater | Comparison::GreaterOrEqual => Some((first, longest)),
        Comparison::NotEqual | Comparison::Exists => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_lists_are_known_as_a_whole_a_value_may_be_in_any() {
        let scope = AttributeScope::Span;
        let condition = Condition {
            field: Field::Attribute { scope, key: "tag".to_owned() },
            comparison: Comparison::Equal,
            operand: Operand::Value("a".into()),
        };
        let plans = Plans::of(&[Need { any_of: vec![vec![condition]] }]);
        let mut terms = Terms::default();
        let value = terms.attribute_text(scope, "tag", "a");
        let key = terms.attribute_key(scope, "tag");
        assert_eq!(plans.needs, [vec![vec![vec![value]]]]);
        assert_eq!(plans.needs_of_whole_lists, [vec![vec![vec![key]]]]);
    }

    #[test]
    fn an_alternative_of_which_nothing_is_known_lets_every_trace_through() {
        let unknown = Condition {
            field: Field::Name,
            comparison: Comparison::NotEqual,
            operand: Operand::Text("a".to_owned()),
        };
        let known = Condition { comparison: Comparison::Equal, ..unknown.clone() };
        let needs_of = |any_of| Plans::of(&[Need { any_of }]).needs;
        assert!(needs_of(vec![vec![known.clone()], vec![unknown]]).is_empty());
        assert!(needs_of(vec![vec![known], vec![]]).is_empty());
        assert_eq!(needs_of(vec![]), [Vec::<Conjunction>::new()]);
    }
}
