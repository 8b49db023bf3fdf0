//! Comparing what a store answers with what is right.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use chain::Cell;
use hashbrown::HashSet;
use hopline_storage::{
    CatalogQuestion, Chains, ChainsQuestion, Completeness, Cursor, Deadline, LooksAt, MemoryStore,
    Page, Period, Scan, Search, SearchPage, SeriesQuestion, Shown, SpanWriter, TimeRange,
    TraceBounds, TraceReader, TraceSummary, Visitor, WriteError,
};
use proptest::prelude::*;
use proto::batch::body::Owner;
use proto::numbered::OfSpan;
use proto::{Attribute, Batch, Span, SpanId, TraceId};

use crate::question::Question;
use crate::subject::{Faces, Subject};

/// Long enough for any question of these tests.
pub(crate) fn deadline() -> Deadline {
    Deadline::after(Duration::from_secs(60))
}

/// The same spans in memory.
#[derive(Default)]
pub(crate) struct Expected {
    oracle: MemoryStore,
    /// Every content ever written, an identity's second one too, each under an id
    /// of its own.
    all_contents: MemoryStore,
    contents: u64,
}

impl Expected {
    /// Takes note of what is written.
    pub(crate) fn write(&mut self, group: &[Arc<Batch>]) {
        self.oracle.write(group).unwrap();
        let mut spans: Vec<_> = group.iter().flat_map(|batch| batch.spans()).collect();
        for span in &mut spans {
            self.contents += 1;
            span.span_id = SpanId::new(self.contents.to_be_bytes());
        }
        self.all_contents.write(&[Arc::new(Batch::of(&spans))]).unwrap();
    }
}

/// Writes `group`; the answer accounts for every span. A store that is busy is
/// given the time for its maintenance.
pub(crate) fn write(subject: &impl Subject, group: &[Arc<Batch>]) -> Result<(), TestCaseError> {
    let written = loop {
        match subject.store().write(group) {
            Ok(written) => break written,
            Err(WriteError::Busy { .. }) => subject.maintain(),
            Err(error) => return Err(TestCaseError::fail(error.to_string())),
        }
    };
    prop_assert_eq!(written.len(), group.len());
    for (written, batch) in written.iter().zip(group) {
        prop_assert_eq!(written.new_spans + written.known_spans, batch.len());
    }
    Ok(())
}

/// Asks `store`; the answer is the oracle's.
pub(crate) fn answers(
    store: &dyn Faces,
    expected: &Expected,
    question: &Question,
) -> Result<(), TestCaseError> {
    match question {
        Question::Search(search) => same_pages(store, &expected.oracle, search),
        Question::Scan(scan) => {
            same_first(store, &expected.oracle, scan)?;
            same_sweep(store, &expected.oracle, scan)
        }
        Question::Trace { id, spans_max } => same_trace(store, &expected.oracle, *id, *spans_max),
        Question::Catalog(question) => names_within_bounds(store, expected, question),
        Question::Chains(range) => same_chains(store, &expected.oracle, *range),
    }
}

/// Every page of `search`, by following the cursor.
pub(crate) fn all_pages(store: &dyn TraceReader, search: &Search) -> Vec<SearchPage> {
    let mut search = search.clone();
    let mut pages = Vec::new();
    loop {
        let page = store.search(&search, deadline()).unwrap();
        search.after = page.next;
        pages.push(page);
        if search.after.is_none() {
            return pages;
        }
        assert!(pages.len() < 10_000, "the cursor does not come to an end");
    }
}

fn same_pages(
    store: &dyn TraceReader,
    oracle: &MemoryStore,
    search: &Search,
) -> Result<(), TestCaseError> {
    prop_assert_eq!(all_pages(store, search), all_pages(oracle, search), "of {:?}", search);
    Ok(())
}

/// The first traces of a scan that have what it needs, and their spans.
fn same_first(
    store: &dyn TraceReader,
    oracle: &MemoryStore,
    scan: &Scan,
) -> Result<(), TestCaseError> {
    for limit in [1, 3, usize::MAX] {
        let first = |store: &dyn TraceReader| {
            let mut first = First { scan, page: Page::new(limit, scan.after) };
            let completeness = store.scan(scan, deadline(), &mut first).unwrap();
            (completeness, first.page.finish())
        };
        // As text, by which NaN is NaN.
        let (found, expected) = (first(store), first(oracle));
        prop_assert_eq!(format!("{found:#?}"), format!("{expected:#?}"), "of {:?}", scan);
    }
    Ok(())
}

fn leave_no_attributes(span: &mut Span) {
    span.attributes.clear();
    span.events.iter_mut().for_each(|event| event.attributes.clear());
    span.links.iter_mut().for_each(|link| link.attributes.clear());
}

/// Leaves what the scan looks at.
fn leave_wanted(span: &mut Span, scan: &Scan) {
    let LooksAt { keys, names, details, others_by_number } = &scan.looks_at;
    if !names {
        span.name.clear();
    }
    if !details {
        span.events.clear();
        span.links.clear();
        span.trace_state.clear();
        span.status.message.clear();
        span.flags = 0;
        span.dropped_attributes_count = 0;
        span.dropped_events_count = 0;
        span.dropped_links_count = 0;
    }
    let Some(keys) = keys.as_ref().filter(|_| !others_by_number) else {
        return;
    };
    let events = span.events.iter_mut().map(|event| &mut event.attributes);
    let links = span.links.iter_mut().map(|link| &mut link.attributes);
    for attributes in events.chain(links).chain([&mut span.attributes]) {
        attributes.retain(|attribute| keys.contains(&attribute.key));
    }
}

/// What the spans of a trace have, each key of a list once, whether it is told by number or not:
/// of each span its name, its own attributes and its events', sorted.
fn told_of(trace: &Shown<'_>) -> Vec<(String, [Vec<String>; 2])> {
    let last_of = |list: &[Attribute]| {
        let last = list
            .iter()
            .enumerate()
            .filter(|(place, one)| list[place + 1..].iter().all(|later| later.key != one.key));
        last.map(|(_, one)| format!("{one:?}")).collect::<Vec<_>>()
    };
    let of_span = |(place, span): (usize, &Span)| {
        let of_events = span.events.iter().flat_map(|event| last_of(&event.attributes));
        let mut both = [last_of(&span.attributes), of_events.collect()];
        let mut own_name = span.name.clone();
        let numbered = trace.numbered().map(|numbered| numbered.of_span(place).unwrap());
        if let Some(OfSpan { dictionary, name, numbers }) = numbered {
            if let Some(number) = name {
                assert!(own_name.is_empty() && span.parent_span_id.is_some());
                own_name = dictionary.text_of(number).unwrap();
            }
            for one in numbers {
                let attribute = dictionary.attribute_of(one.number).unwrap();
                both[usize::from(one.owner == Owner::Event)].push(format!("{attribute:?}"));
            }
        }
        both.iter_mut().for_each(|list| list.sort());
        (own_name, both)
    };
    trace.spans().iter().enumerate().map(of_span).collect()
}

/// All traces of a scan that have what it needs, whatever comes first, and how often each came.
fn same_sweep(
    store: &dyn TraceReader,
    oracle: &MemoryStore,
    scan: &Scan,
) -> Result<(), TestCaseError> {
    let all = |store: &dyn TraceReader| {
        let sweep = store.sweep(scan, deadline()).unwrap();
        let mut all = BTreeMap::new();
        let mut take = |trace: &Shown<'_>| {
            assert_eq!(trace.place(), Cursor::of(trace.summary(), scan.order));
            if scan.needs.iter().all(|need| need.is_met_by(trace.spans())) {
                let LooksAt { keys, details, others_by_number, .. } = &scan.looks_at;
                let mut spans = trace.spans().to_vec();
                let told = (*others_by_number && *details).then(|| told_of(trace));
                if *others_by_number && keys.is_some() {
                    spans.iter_mut().for_each(leave_no_attributes);
                }
                spans.iter_mut().for_each(|span| leave_wanted(span, scan));
                let before = all.insert(trace.place(), (spans, told));
                assert!(before.is_none(), "twice");
            }
        };
        while sweep.next(&mut take).unwrap() {}
        (sweep.completeness(), all)
    };
    // As text, by which NaN is NaN.
    let (found, expected) = (all(store), all(oracle));
    prop_assert_eq!(format!("{found:#?}"), format!("{expected:#?}"), "of {:?}", scan);
    Ok(())
}

struct First<'a> {
    scan: &'a Scan,
    page: Page<Vec<Span>>,
}

impl Visitor for First<'_> {
    fn visit(&mut self, trace: &Shown<'_>) {
        let summary = trace.summary();
        if self.scan.looks_at.names {
            assert_eq!(Some(summary), TraceSummary::of(trace.spans()).as_ref());
        }
        assert_eq!(trace.place(), Cursor::of(summary, self.scan.order));
        if self.scan.needs.iter().all(|need| need.is_met_by(trace.spans())) {
            let mut spans = trace.spans().to_vec();
            spans.iter_mut().for_each(|span| leave_wanted(span, self.scan));
            self.page.offer(trace.place(), spans);
        }
    }

    fn has_enough(&self, next: Cursor) -> bool {
        self.page.has_enough(next)
    }
}

fn same_trace(
    store: &dyn TraceReader,
    oracle: &MemoryStore,
    id: TraceId,
    spans_max: usize,
) -> Result<(), TestCaseError> {
    let found = store.trace(id, TraceBounds::spans(spans_max), deadline()).unwrap();
    let expected = oracle.trace(id, TraceBounds::spans(spans_max), deadline()).unwrap();
    // As text, by which NaN is NaN and -0 is not 0.
    prop_assert_eq!(format!("{found:#?}"), format!("{expected:#?}"));
    Ok(())
}

fn same_chains(
    store: &dyn TraceReader,
    oracle: &MemoryStore,
    range: TimeRange,
) -> Result<(), TestCaseError> {
    let question = ChainsQuestion { range, settled: Duration::ZERO };
    let found = store.chains(&question, deadline()).unwrap();
    let expected = oracle.chains(&question, deadline()).unwrap();
    prop_assert_eq!(&found, &expected);
    same_series(store, oracle, range, &found)
}

/// Of every other path of `chains`, of that range.
fn same_series(
    store: &dyn TraceReader,
    oracle: &MemoryStore,
    range: TimeRange,
    chains: &Chains,
) -> Result<(), TestCaseError> {
    let paths: HashSet<_> =
        chains.roll_up.cells.keys().filter(|path| path.0 % 2 == 0).copied().collect();
    let mut whole = Cell::default();
    paths.iter().filter_map(|path| chains.roll_up.cells.get(path)).for_each(|it| whole.merge(it));
    for period in Period::ALL {
        let question = SeriesQuestion { range, period, paths: paths.clone() };
        let found = store.series(&question, deadline()).unwrap();
        prop_assert_eq!(&found, &oracle.series(&question, deadline()).unwrap());
        let mut sum = Cell::default();
        found.times.values().for_each(|cell| sum.merge(cell));
        prop_assert_eq!(&sum, &whole, "by {}", period);
    }
    Ok(())
}

/// A store may list names of traces outside the range, and names of a content
/// that came second for its identity; it must list the others. Where there is
/// nothing of the kind, it answers exactly as the oracle.
fn names_within_bounds(
    store: &dyn TraceReader,
    expected: &Expected,
    question: &CatalogQuestion,
) -> Result<(), TestCaseError> {
    let unlimited = CatalogQuestion { limit: usize::MAX, ..question.clone() };
    let widest = CatalogQuestion { range: TimeRange::ALL, ..unlimited.clone() };
    let least = expected.oracle.catalog(&unlimited, deadline()).unwrap();
    let most = expected.all_contents.catalog(&widest, deadline()).unwrap();

    let found = store.catalog(&unlimited, deadline()).unwrap();
    prop_assert_eq!(&found.completeness, &Completeness::Complete);
    prop_assert!(found.entries.is_sorted_by(|a, b| a < b), "{:?}", found);
    let [least, found, most] = [least, found, most].map(|page| BTreeSet::from_iter(page.entries));
    prop_assert!(least.is_subset(&found), "{:?} lacks some of {:?}", found, least);
    prop_assert!(found.is_subset(&most), "{:?} has more than {:?}", found, most);

    let limited = store.catalog(question, deadline()).unwrap();
    let is_cut = found.len() > question.limit;
    prop_assert_eq!(is_cut, limited.completeness != Completeness::Complete);
    let first: Vec<_> = found.into_iter().take(question.limit).collect();
    prop_assert_eq!(limited.entries, first);
    Ok(())
}
