//! Questions for traces.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proto::Span;

use hopline_storage::{
    AttributeScope, Field, LooksAt, Need, Order, Scan, Search, TraceConditions, Within, keys_of,
};

use super::condition::{self, ConditionSeed};
use super::{RangeSeed, range_strategy};

/// A [`Search`]'s seed. Its conditions are true of one span, unless they want
/// otherwise.
#[derive(Debug, Clone)]
pub(crate) struct SearchSeed {
    of: Index,
    range: RangeSeed,
    conditions: Vec<ConditionSeed>,
    duration_nano_min: Option<Index>,
    duration_nano_max: Option<Index>,
    root_service: Option<Index>,
    root_name: Option<Index>,
    order: Order,
    limit: usize,
}

pub(super) fn strategy() -> impl Strategy<Value = SearchSeed> {
    let bound = || option::weighted(0.06, any::<Index>());
    let order = select(Order::ALL.to_vec());
    (
        (any::<Index>(), range_strategy(), vec(condition::strategy(), 0..4)),
        (bound(), bound(), bound(), bound()),
        (order, select(vec![1, 2, 3, 20, usize::MAX])),
    )
        .prop_map(|((of, range, conditions), bounds, (order, limit))| SearchSeed {
            of,
            range,
            conditions,
            duration_nano_min: bounds.0,
            duration_nano_max: bounds.1,
            root_service: bounds.2,
            root_name: bounds.3,
            order,
            limit,
        })
}

/// A [`Scan`]'s seed: what each of some spans says, as alternatives or all together.
#[derive(Debug, Clone)]
pub(crate) struct ScanSeed {
    search: SearchSeed,
    within: Within,
    looks: [bool; 4],
    needs: Vec<Vec<(Index, Vec<ConditionSeed>)>>,
}

pub(super) fn scan_strategy() -> impl Strategy<Value = ScanSeed> {
    let alternative = || (any::<Index>(), vec(condition::strategy(), 0..3));
    let needs = vec(vec(alternative(), 0..4), 0..3);
    (strategy(), select(vec![Within::Starts, Within::Overlaps]), any::<[bool; 4]>(), needs)
        .prop_map(|(search, within, looks, needs)| ScanSeed { search, within, looks, needs })
}

impl ScanSeed {
    pub(super) fn about(&self, spans: &[Span]) -> Scan {
        let alternative = |(of, conditions): &(Index, Vec<ConditionSeed>)| {
            conditions.iter().map(|seed| seed.about(of.get(spans))).collect()
        };
        let need =
            |alternatives: &Vec<_>| Need { any_of: alternatives.iter().map(alternative).collect() };
        let needs: Vec<Need> = self.needs.iter().map(need).collect();
        let looks_at = self.looks_at(&needs);
        Scan { within: self.within, needs, looks_at, ..Scan::of(&self.search.about(spans)) }
    }
}

impl ScanSeed {
    /// What `needs` are decided on, and more or less of the rest.
    fn looks_at(&self, needs: &[Need]) -> LooksAt {
        let [all_keys, names, details, others_by_number] = self.looks;
        let conditions = needs.iter().flat_map(|need| need.any_of.iter().flatten());
        let conditions: Vec<_> = conditions.cloned().collect();
        let has = |wanted: fn(&Field) -> bool| conditions.iter().any(|one| wanted(&one.field));
        LooksAt {
            keys: (!all_keys).then(|| keys_of(&conditions)),
            names: names || has(|field| *field == Field::Name),
            details: details || has(is_in_details),
            others_by_number,
        }
    }
}

/// Whether events, links or the status message may tell of it.
fn is_in_details(field: &Field) -> bool {
    match field {
        Field::Attribute { scope, .. } => {
            matches!(scope, AttributeScope::Any | AttributeScope::Event | AttributeScope::Link)
        }
        Field::StatusMessage | Field::EventName | Field::LinkTraceId | Field::LinkSpanId => true,
        _ => false,
    }
}

impl SearchSeed {
    pub(super) fn about(&self, spans: &[Span]) -> Search {
        let of = self.of.get(spans);
        let condition =
            |seed: &ConditionSeed| seed.about(seed.of_another.map_or(of, |index| index.get(spans)));
        Search {
            range: self.range.about(spans),
            span: self.conditions.iter().map(condition).collect(),
            trace: TraceConditions {
                duration_nano_min: self.duration_nano_min.map(|i| i.get(spans).duration_nano()),
                duration_nano_max: self.duration_nano_max.map(|i| i.get(spans).duration_nano()),
                root_service: self.root_service.map(|i| i.get(spans).service_name().into_owned()),
                root_name: self.root_name.map(|i| i.get(spans).name.clone()),
            },
            order: self.order,
            limit: self.limit,
            after: None,
        }
    }
}
