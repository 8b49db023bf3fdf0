//! Random questions about given spans: operands are drawn from the data, so that
//! they hit, and from the edges. A *seed* is a question that does not know the
//! spans yet.

mod catalog;
mod condition;
mod search;

use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proto::span::find_attribute;
use proto::{Attribute, Span, TraceId};

use hopline_storage::{AttributeScope, CatalogQuestion, Scan, Search, TimeRange};

/// One question to a store.
#[derive(Debug, Clone)]
pub(crate) enum Question {
    /// All pages of a search.
    Search(Search),
    /// All traces of a scan.
    Scan(Scan),
    /// One trace.
    Trace {
        /// Its id.
        id: TraceId,
        /// How many spans at most.
        spans_max: usize,
    },
    /// Names.
    Catalog(CatalogQuestion),
    /// What hops add up to.
    Chains(TimeRange),
}

/// A [`Question`]'s seed.
#[derive(Debug, Clone)]
pub(crate) enum QuestionSeed {
    Search(search::SearchSeed),
    Scan(search::ScanSeed),
    Trace { of: Index, is_absent: bool, spans_max: usize },
    Catalog { seed: catalog::CatalogSeed, range: RangeSeed, limit: usize },
    Chains(RangeSeed),
}

/// Any question.
pub(crate) fn question_strategy() -> impl Strategy<Value = QuestionSeed> {
    let spans_max = select(vec![0, 1, 3, usize::MAX]);
    let trace = (any::<Index>(), proptest::bool::weighted(0.1), spans_max)
        .prop_map(|(of, is_absent, spans_max)| QuestionSeed::Trace { of, is_absent, spans_max });
    let catalog = (catalog::strategy(), range_strategy(), select(vec![1, 3, 10_000]))
        .prop_map(|(seed, range, limit)| QuestionSeed::Catalog { seed, range, limit });
    prop_oneof![
        6 => search::strategy().prop_map(QuestionSeed::Search),
        3 => search::scan_strategy().prop_map(QuestionSeed::Scan),
        2 => trace,
        2 => catalog,
        2 => range_strategy().prop_map(QuestionSeed::Chains),
    ]
}

impl QuestionSeed {
    /// The question, about `spans`, of which there is one at least.
    pub(crate) fn about(&self, spans: &[Span]) -> Question {
        match self {
            Self::Search(seed) => Question::Search(seed.about(spans)),
            Self::Scan(seed) => Question::Scan(seed.about(spans)),
            Self::Trace { of, is_absent, spans_max } => {
                let absent = TraceId::new([0xfe; 16]);
                let id = if *is_absent { absent } else { of.get(spans).trace_id };
                Question::Trace { id, spans_max: *spans_max }
            }
            Self::Catalog { seed, range, limit } => Question::Catalog(CatalogQuestion {
                catalog: seed.about(spans),
                range: range.about(spans),
                limit: *limit,
            }),
            Self::Chains(range) => Question::Chains(range.about(spans)),
        }
    }
}

/// A range between the starts of two spans, open where there is none.
#[derive(Debug, Clone)]
pub(crate) struct RangeSeed {
    from: Option<Index>,
    to: Option<Index>,
}

fn range_strategy() -> impl Strategy<Value = RangeSeed> {
    let bound = || option::weighted(0.3, any::<Index>());
    (bound(), bound()).prop_map(|(from, to)| RangeSeed { from, to })
}

impl RangeSeed {
    fn about(&self, spans: &[Span]) -> TimeRange {
        let start = |index: Index| index.get(spans).start_time_unix_nano;
        let a = self.from.map_or(0, start);
        let b = self.to.map_or(u64::MAX, start);
        TimeRange { from_unix_nano: a.min(b), to_unix_nano: a.max(b) }
    }
}

/// Any scope.
fn scope_strategy() -> impl Strategy<Value = AttributeScope> {
    select(vec![
        AttributeScope::Any,
        AttributeScope::Span,
        AttributeScope::Span,
        AttributeScope::Resource,
        AttributeScope::Scope,
        AttributeScope::Event,
        AttributeScope::Link,
    ])
}

/// An attribute that `span` has in `scope`; one that no span has, where there is
/// none.
fn attribute_of(span: &Span, scope: AttributeScope, detail: Index) -> Attribute {
    let events = || span.events.iter().map(|event| &event.attributes);
    let links = || span.links.iter().map(|link| &link.attributes);
    let mut lists: Vec<&Vec<Attribute>> = match scope {
        AttributeScope::Any => {
            let own = [&span.attributes, &span.resource.attributes, &span.scope.attributes];
            own.into_iter().chain(events()).chain(links()).collect()
        }
        AttributeScope::Span => vec![&span.attributes],
        AttributeScope::Resource => vec![&span.resource.attributes],
        AttributeScope::Scope => vec![&span.scope.attributes],
        AttributeScope::Event => events().collect(),
        AttributeScope::Link => links().collect(),
    };
    lists.retain(|list| !list.is_empty());
    if lists.is_empty() {
        return Attribute::new("absent", 1);
    }
    let list = *detail.get(&lists);
    let Attribute { key, value } = detail.get(list);
    // Where the key occurs twice, the value that counts.
    let value = find_attribute(list, key).unwrap_or(value);
    Attribute { key: key.clone(), value: value.clone() }
}
