//! A first look at hot traces: which of them certainly do not match, told from heads
//! and from what is known of each batch's attributes. The evaluator decides on the
//! others.

use std::sync::Arc;

use hashbrown::HashMap;
use proto::Batch;
use proto::batch::{Head, body, value};

use super::HotTrace;
use crate::contract::search::{AttributeScope, Condition, Field};
use crate::evaluate::{number_meets, text_meets, value_meets};

/// Span conditions, and what of each batch meets them, found out once for all spans of
/// the batch.
pub(crate) struct Precheck<'a> {
    conditions: &'a [Condition],
    /// What of each batch meets each condition; `None` where no span can meet one.
    batches: HashMap<*const Batch, Option<Vec<Met>>>,
}

/// What of a batch can meet one condition.
enum Met {
    /// Spans of these resources.
    Resources(Vec<bool>),
    /// Spans of these instrumentation scopes.
    Scopes(Vec<bool>),
    /// Spans with one of these names, by text number.
    Names(Vec<bool>),
    /// Spans with one of these attributes: of their own, or, by resource and scope,
    /// of what they share.
    Attributes { own: Vec<bool>, is_any_own: bool, resources: Vec<bool>, scopes: Vec<bool> },
    /// Told by the head alone.
    Head,
    /// Only spans with events, links or a status message.
    More,
}

impl<'a> Precheck<'a> {
    /// For spans that meet all `conditions`.
    pub(crate) fn new(conditions: &'a [Condition]) -> Self {
        Self { conditions, batches: HashMap::new() }
    }

    /// Whether a span of the trace may meet them. The trace's batches must stay where
    /// they are as long as this is used.
    pub(crate) fn may_match(&mut self, trace: &HotTrace) -> bool {
        let Self { conditions, batches } = self;
        conditions.is_empty()
            || trace.parts().any(|(batch, mut heads)| {
                let met = batches.entry(Arc::as_ptr(batch)).or_insert_with(|| {
                    let met = conditions.iter().map(|one| met_by(batch, one));
                    met.map(|met| Some(met).filter(Met::is_possible)).collect()
                });
                met.as_ref().is_some_and(|met| {
                    heads.any(|head| {
                        let mut both = conditions.iter().zip(met);
                        both.all(|(condition, met)| met.by(batch, head, condition))
                    })
                })
            })
    }
}

fn met_by(batch: &Batch, condition: &Condition) -> Met {
    match &condition.field {
        Field::Service => Met::Resources(
            (0..)
                .take(batch.resources().len())
                .map(|number| text_meets(batch.service_name(number), condition))
                .collect(),
        ),
        Field::Name => Met::Names(
            (0..).take(batch.text_count()).map(|n| text_meets(batch.text(n), condition)).collect(),
        ),
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
        Field::StatusMessage | Field::EventName | Field::LinkTraceId | Field::LinkSpanId => {
            Met::More
        }
        Field::Attribute { scope, key } => attributes(batch, condition, *scope, key),
    }
}

fn attributes(batch: &Batch, condition: &Condition, scope: AttributeScope, key: &str) -> Met {
    // The key is one text of the batch, or none.
    let mut texts = (0..).take(batch.text_count());
    let key = texts.find(|number| batch.text(*number) == key);
    let meets: Vec<bool> = (0..)
        .take(batch.attribute_count())
        .map(|number| {
            let (found, value) = batch.attribute(number);
            Some(found) == key
                && value::read(value).is_ok_and(|value| value_meets(&value, condition))
        })
        .collect();
    let any = |numbers: &[u32]| {
        numbers.iter().any(|number| meets.get(*number as usize).copied().unwrap_or_default())
    };
    let is_in = |one: AttributeScope| scope == AttributeScope::Any || scope == one;
    let resources = batch.resources().iter();
    let scopes = batch.scopes().iter();
    Met::Attributes {
        resources: resources
            .map(|one| is_in(AttributeScope::Resource) && any(&one.attributes))
            .collect(),
        scopes: scopes.map(|one| is_in(AttributeScope::Scope) && any(&one.attributes)).collect(),
        is_any_own: meets.contains(&true)
            && !matches!(scope, AttributeScope::Resource | AttributeScope::Scope),
        own: meets,
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
            Self::Head | Self::More => true,
        }
    }

    fn by(&self, batch: &Batch, head: &Head, condition: &Condition) -> bool {
        let at = |list: &[bool], number: u32| list.get(number as usize).copied().unwrap_or(true);
        match self {
            Self::Resources(resources) => at(resources, head.resource),
            Self::Scopes(scopes) => at(scopes, head.scope),
            Self::Names(names) => at(names, head.name),
            Self::Attributes { own, is_any_own, resources, scopes } => {
                at(resources, head.resource)
                    || at(scopes, head.scope)
                    || *is_any_own && {
                        let body = batch.body(head);
                        body::own_attributes(body).any(|number| at(own, number))
                            || body::has_more(body)
                    }
            }
            Self::Head => match condition.field {
                Field::Kind => number_meets(head.kind.0.into(), condition),
                Field::Status => number_meets(head.status_code.0.into(), condition),
                Field::DurationNano => number_meets(head.duration_nano().into(), condition),
                _ => true,
            },
            Self::More => body::has_more(batch.body(head)),
        }
    }
}
