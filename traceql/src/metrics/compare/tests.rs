//! Counts compared with naive ones, of attributes that are the spans' own and by number.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::select;
use proto::batch::SpanReader;
use proto::batch::body::{Keys, Wanted};
use proto::numbered::Numbered;
use proto::testing::{EPOCH_UNIX_NANO, trace_strategy};
use proto::{Attribute as SentAttribute, Batch, Span};

use crate::ast::{Attribute, Intrinsic, Root, Scope};
use crate::evaluate::first_value;
use crate::metrics::{Evaluation, Limits, Range};
use crate::{LooksAt, Static, Trace, evaluate};

const SECOND: u64 = 1_000_000_000;
const SELECTIONS: &[&str] = &[
    "{ status = error }",
    "{ .retry = 1 }",
    "{ span.order.id != nil && kind = server }",
    "{ event.retry != nil }",
    "{ rootName = `GET /` || duration > 1s }",
];

fn range() -> Range {
    Range::try_new(EPOCH_UNIX_NANO, EPOCH_UNIX_NANO + 3 * SECOND, SECOND).unwrap()
}

/// Each value with its side and how often it came in each interval, as texts.
type Found = BTreeSet<String>;

/// Counts one value of one span after the other.
fn naive(spans: &[Span], selection: &str) -> Found {
    let Root::Spansets(pipeline) = crate::compile(selection).unwrap().root else {
        panic!("no spansets");
    };
    let trace = Trace::new(spans);
    let answer = evaluate(&pipeline, &trace).unwrap();
    let selected: BTreeSet<usize> =
        answer.spansets.iter().flat_map(|one| one.spans.iter().copied()).collect();
    let mut counts: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for (place, span) in spans.iter().enumerate() {
        let Some(interval) = range().interval_of(span.start_time_unix_nano) else {
            continue;
        };
        let mut count = |attribute: &Attribute, value: &Static<'_>| {
            if *value != Static::Nil {
                let is_selected = selected.contains(&place);
                let counts =
                    counts.entry(format!("{is_selected} {attribute}={value}")).or_default();
                counts.resize(range().interval_count(), 0);
                counts[interval] += 1;
            }
        };
        for intrinsic in [
            Intrinsic::Name,
            Intrinsic::Kind,
            Intrinsic::Status,
            Intrinsic::StatusMessage,
            Intrinsic::ChildCount,
            Intrinsic::RootName,
            Intrinsic::RootService,
            Intrinsic::ScopeName,
            Intrinsic::ScopeVersion,
        ] {
            let attribute = Attribute::Intrinsic(intrinsic);
            count(&attribute, &first_value(&attribute, &trace, place));
        }
        let events = span.events.iter().map(|event| (Scope::Event, &event.attributes));
        let lists = [
            (Scope::Span, &span.attributes),
            (Scope::Resource, &span.resource.attributes),
            (Scope::Instrumentation, &span.scope.attributes),
        ];
        for (scope, list) in lists.into_iter().chain(events) {
            let last: BTreeMap<_, _> = list.iter().map(|one| (&one.key, &one.value)).collect();
            for (key, value) in last {
                count(&Attribute::named(scope, key), &Static::of_value(value));
            }
        }
    }
    counts.into_iter().map(|(value, counts)| format!("{value} {counts:?}")).collect()
}

/// What `compare` says; `by_number` says whether attributes that it does not look at come so.
fn found(spans: &[Span], selection: &str, by_number: bool) -> Found {
    let query = format!("{{}} | compare({selection}, 1000)");
    let Root::Metrics(metrics) = crate::compile(&query).unwrap().root else {
        panic!("no metrics");
    };
    let metrics = Arc::new(metrics);
    let LooksAt { keys, names, details, counts_others } = metrics.looks_at();
    let keys = keys.unwrap();
    let mut numbered = Numbered::default();
    let batch = Arc::new(Batch::of(spans));
    let keys = Keys::Only(&keys);
    let wanted = Wanted { keys, names, details, others_by_number: counts_others };
    let mut reader = SpanReader::new(&batch).with_only(wanted);
    let mut numbered_spans = Vec::new();
    let heads = batch.traces().iter().flat_map(|trace| batch.heads_of(trace));
    for head in heads {
        let trace_id = spans[0].trace_id;
        numbered_spans.push(reader.span_numbered(trace_id, head, &batch, &mut numbered));
    }
    let trace = match by_number {
        true => Trace::new(&numbered_spans).with_numbered(Some(&numbered)),
        false => Trace::new(spans),
    };
    let mut evaluation = Evaluation::new(&metrics, range(), Limits::default());
    evaluation.observe(&trace).unwrap();
    let outcome = evaluation.finish();
    assert!(!outcome.is_partial);
    let values = outcome.series.iter().filter_map(|series| {
        let [side, value] = &*series.labels else { return None };
        let is_selected = match side.value.to_string().as_str() {
            "`selection`" => true,
            "`baseline`" => false,
            _ => return None,
        };
        let counts: Vec<u64> = series.values.iter().map(|count| *count as u64).collect();
        Some(format!("{is_selected} {}={} {counts:?}", value.name, value.value))
    });
    values.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn values_are_counted_as_one_would_by_hand(
        mut spans in trace_strategy(8),
        selection in select(SELECTIONS.to_vec()),
        twice in any::<bool>(),
    ) {
        let mut seconds = 0;
        for span in &mut spans {
            // One of five is outside.
            seconds = (seconds + 2) % 5;
            span.start_time_unix_nano = EPOCH_UNIX_NANO + seconds * SECOND + 1;
            if twice && let Some(first) = span.attributes.first() {
                span.attributes.push(SentAttribute::new(first.key.clone(), 7i64));
            }
        }
        let expected = naive(&spans, selection);
        prop_assert_eq!(&found(&spans, selection, false), &expected);
        prop_assert_eq!(&found(&spans, selection, true), &expected);
    }
}
