//! A first look at hot traces: which of them certainly do not match, told from heads
//! and from what is known of each batch's attributes. The evaluator decides on the
//! others.

use std::sync::Arc;

use hashbrown::HashMap;
use proto::batch::body::More;
use proto::batch::{AttributeNumber, Head, body, value};

use super::plan;
use crate::contract::scan::Need;
use crate::contract::search::{AttributeScope, Condition, Field};
use crate::evaluate::{number_meets, text_meets, value_meets};
use crate::hot::{HotBatch, HotTrace};
use crate::segment::term::{Term, Terms};

/// What traces need.
pub(super) struct Precheck<'a> {
    /// Of each need, its alternatives.
    needs: Vec<Vec<OneSpan<'a>>>,
}

impl<'a> Precheck<'a> {
    /// For traces that have all `needs`.
    pub(super) fn new(needs: &'a [Need]) -> Self {
        let of_need = |need: &'a Need| {
            need.any_of.iter().map(|conditions| OneSpan::new(conditions)).collect()
        };
        Self { needs: needs.iter().map(of_need).collect() }
    }

    /// Whether a trace with spans in the batches may have them. Batches must stay where they
    /// are as long as this is used.
    pub(super) fn may_match_any(&mut self, batches: &[Arc<HotBatch>]) -> bool {
        self.may_have_all(|one| one.may_match_any(batches))
    }

    /// Whether the trace may have them. What a span does not say, its log records may.
    pub(super) fn may_match(&mut self, trace: &HotTrace) -> bool {
        self.may_have_all(|one| one.may_match(trace))
    }

    fn may_have_all(&mut self, mut may_be: impl FnMut(&mut OneSpan<'a>) -> bool) -> bool {
        self.needs.iter_mut().all(|alternatives| alternatives.iter_mut().any(&mut may_be))
    }
}

/// Conditions on one span, and what of each batch meets them, found out once for all spans
/// of the batch.
struct OneSpan<'a> {
    conditions: Vec<(&'a Condition, Option<Vec<Term>>)>,
    batches: HashMap<*const HotBatch, OfBatch<'a>>,
}

/// What of a batch meets each condition, and whether one of its spans may meet all.
struct OfBatch<'a> {
    met: Vec<(&'a Condition, Met)>,
    is_possible: bool,
}

/// What of a batch can meet one condition.
enum Met {
    /// Spans of these resources.
    Resources(Vec<bool>),
    /// Spans of these instrumentation scopes.
    Scopes(Vec<bool>),
    /// Spans with this name, by text number.
    Name(u32),
    /// Spans with one of these names, by text number.
    Names(Vec<bool>),
    /// Spans with one of these attributes: of their own, or, by resource and scope,
    /// of what they share.
    Attributes { own: Vec<bool>, is_any_own: bool, resources: Vec<bool>, scopes: Vec<bool> },
    /// Told by the head alone.
    Head,
    /// Spans with an event of this name, by text number.
    EventName(u32),
    /// Only spans with events, links or a status message.
    More,
    /// None.
    Nothing,
}

impl<'a> OneSpan<'a> {
    /// For spans that meet all `conditions`.
    fn new(conditions: &'a [Condition]) -> Self {
        let mut terms = Terms::default();
        let with_terms = conditions.iter().map(|condition| {
            let any_of = match &condition.field {
                Field::Attribute { key, .. } => {
                    plan::attribute_values(&mut terms, AttributeScope::Any, key, condition)
                }
                _ => None,
            };
            (condition, any_of)
        });
        Self { conditions: with_terms.collect(), batches: HashMap::new() }
    }

    /// Whether a span in one of the batches may meet them.
    fn may_match_any(&mut self, batches: &[Arc<HotBatch>]) -> bool {
        self.conditions.is_empty() || batches.iter().any(|batch| self.met(batch).is_possible)
    }

    /// Whether a span of the trace may meet them.
    fn may_match(&mut self, trace: &HotTrace) -> bool {
        let has_log_records = trace.has_log_records();
        self.conditions.is_empty()
            || trace.parts().any(|(batch, mut heads)| {
                let OfBatch { met, is_possible } = self.met(batch);
                (*is_possible || has_log_records)
                    && heads.any(|head| {
                        met.iter().all(|(one, met)| {
                            has_log_records && is_met_by_events(one) || met.by(batch, head, one)
                        })
                    })
            })
    }

    fn met(&mut self, batch: &HotBatch) -> &OfBatch<'a> {
        let Self { conditions, batches } = self;
        batches.entry(std::ptr::from_ref(batch)).or_insert_with(|| {
            let met = conditions.iter().map(|(one, terms)| (*one, met_by(batch, one, terms)));
            let met: Vec<_> = met.collect();
            let is_possible = met.iter().all(|(_, met)| met.is_possible());
            OfBatch { met, is_possible }
        })
    }
}

/// Whether events can meet a condition.
fn is_met_by_events(condition: &Condition) -> bool {
    match &condition.field {
        Field::EventName => true,
        Field::Attribute { scope, .. } => {
            matches!(scope, AttributeScope::Any | AttributeScope::Event)
        }
        _ => false,
    }
}

fn met_by(batch: &HotBatch, condition: &Condition, terms: &Option<Vec<Term>>) -> Met {
    match &condition.field {
        Field::Service => Met::Resources(
            (0..)
                .take(batch.resources().len())
                .map(|number| text_meets(batch.service_name(number), condition))
                .collect(),
        ),
        Field::Name => match plan::equal_text(condition) {
            Some(name) => batch.lookup().text(batch, name).map_or(Met::Nothing, Met::Name),
            None => {
                let texts = (0..).take(batch.text_count());
                Met::Names(texts.map(|text| text_meets(batch.text(text), condition)).collect())
            }
        },
        Field::ScopeName => Met::Scopes(
            batch.scopes().iter().map(|one| text_meets(batch.text(one.name), condition)).collect(),
        ),
        Field::ScopeVersion => Met::Scopes(
            batch
                .scopes()
                .iter()
                .map(|one| text_meets(batch.text(one.version), condition))
                .collect(),
        ),
        Field::Kind | Field::Status | Field::DurationNano => Met::Head,
        Field::EventName => match plan::equal_text(condition).filter(|name| !name.is_empty()) {
            Some(name) => batch.lookup().text(batch, name).map_or(Met::Nothing, Met::EventName),
            None => Met::More,
        },
        Field::StatusMessage | Field::LinkTraceId | Field::LinkSpanId => Met::More,
        Field::Attribute { scope, key } => {
            attributes(batch, *scope, attributes_that_meet(batch, key, condition, terms))
        }
    }
}

/// The batch's attributes that meet `condition`, whoever has them.
fn attributes_that_meet(
    batch: &HotBatch,
    key: &str,
    condition: &Condition,
    terms: &Option<Vec<Term>>,
) -> Vec<AttributeNumber> {
    let lookup = batch.lookup();
    // The key is one text of the batch, or none.
    let Some(key) = lookup.text(batch, key) else {
        return Vec::new();
    };
    let meets = |number: &AttributeNumber| {
        let (found, value) = batch.attribute(*number);
        found == key && value::read(value).is_ok_and(|value| value_meets(&value, condition))
    };
    match terms {
        Some(terms) => {
            terms.iter().flat_map(|term| lookup.attributes(*term)).filter(meets).collect()
        }
        None => (0..).take(batch.attribute_count()).filter(meets).collect(),
    }
}

fn attributes(batch: &HotBatch, scope: AttributeScope, meeting: Vec<AttributeNumber>) -> Met {
    if meeting.is_empty() {
        return Met::Nothing;
    }
    let mut own = vec![false; batch.attribute_count()];
    for number in meeting {
        if let Some(meets) = own.get_mut(number as usize) {
            *meets = true;
        }
    }
    let any = |numbers: &[u32]| {
        numbers.iter().any(|number| own.get(*number as usize).copied().unwrap_or_default())
    };
    let is_in = |one: AttributeScope| scope == AttributeScope::Any || scope == one;
    let resources = batch.resources().iter();
    let scopes = batch.scopes().iter();
    Met::Attributes {
        resources: resources
            .map(|one| is_in(AttributeScope::Resource) && any(&one.attributes))
            .collect(),
        scopes: scopes.map(|one| is_in(AttributeScope::Scope) && any(&one.attributes)).collect(),
        is_any_own: !matches!(scope, AttributeScope::Resource | AttributeScope::Scope),
        own,
    }
}

impl Met {
    /// Whether any span of the batch may meet the condition.
    fn is_possible(&self) -> bool {
        match self {
            Self::Resources(list) | Self::Scopes(list) | Self::Names(list) => list.contains(&true),
            Self::Attributes { is_any_own, resources, scopes, .. } => {
                *is_any_own || resources.contains(&true) || scopes.contains(&true)
            }
            Self::Name(_) | Self::EventName(_) | Self::Head | Self::More => true,
            Self::Nothing => false,
        }
    }

    fn by(&self, batch: &HotBatch, head: &Head, condition: &Condition) -> bool {
        let at = |list: &[bool], number: u32| list.get(number as usize).copied().unwrap_or(true);
        match self {
            Self::Resources(resources) => at(resources, head.resource),
            Self::Scopes(scopes) => at(scopes, head.scope),
            Self::Name(name) => head.name == *name,
            Self::Names(names) => at(names, head.name),
            Self::Attributes { own, is_any_own, resources, scopes } => {
                at(resources, head.resource)
                    || at(scopes, head.scope)
                    || *is_any_own && {
                        let body = batch.body(head);
                        let has_it =
                            |more| matches!(more, More::Attribute(number) if at(own, number));
                        body::own_attributes(body).any(|number| at(own, number))
                            || body::any_more(body, has_it)
                    }
            }
            Self::Head => match condition.field {
                Field::Kind => number_meets(head.kind.0.into(), condition),
                Field::Status => number_meets(head.status_code.0.into(), condition),
                Field::DurationNano => number_meets(head.duration_nano().into(), condition),
                _ => true,
            },
            Self::EventName(name) => {
                body::any_more(batch.body(head), |more| more == More::EventName(*name))
            }
            Self::More => body::has_more(batch.body(head)),
            Self::Nothing => false,
        }
    }
}
