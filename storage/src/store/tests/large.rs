//! Traces that are larger than the memory meant for one.

use proto::SpanId;

use super::*;
use crate::contract::Beyond;
use crate::contract::search::{Comparison, Condition, Field, Operand};
use crate::store::SearchTraceBytes;

/// Spans `numbers` of one trace, each later than those before it.
fn part(numbers: std::ops::Range<u64>) -> Vec<Span> {
    let template = trace("worker item 0..1 payload=0123456789").remove(0);
    let span = |number: u64| {
        let mut span = template.clone();
        span.span_id = SpanId::new((number + 1).to_be_bytes());
        span.name = format!("item {number}");
        span.start_time_unix_nano += number * 1_000;
        span.end_time_unix_nano += number * 1_000;
        span
    };
    numbers.map(span).collect()
}

/// The same, sent again with another content: earlier than everything, but what counts is
/// that it came second.
fn again(numbers: std::ops::Range<u64>) -> Vec<Span> {
    let mut spans = part(numbers);
    for span in &mut spans {
        span.start_time_unix_nano = 1;
        span.name = "again".to_owned();
    }
    spans
}

/// A trace in three parts, the last one hot, of which some spans were sent again.
fn in_parts(configure: impl FnOnce(&mut Config)) -> (Lab, Vec<Span>) {
    let lab = Lab::with(configure);
    lab.write(&part(0..150));
    lab.store().seal_now().unwrap();
    lab.write(&[again(50..60), part(150..250)].concat());
    lab.store().seal_now().unwrap();
    lab.write(&[again(140..220), part(220..300)].concat());
    (lab, part(0..300))
}

#[test]
fn as_much_of_a_trace_as_there_is_room_for_is_its_beginning() {
    let (lab, all) = in_parts(|_| {});
    lab.check(&all);
    let id = all[0].trace_id;
    let read = |bounds| lab.store().trace(id, bounds, soon()).unwrap().unwrap();
    for spans_max in [1, 49, 120, 299] {
        let found = read(TraceBounds::spans(spans_max));
        assert_eq!(found.spans, all[..spans_max]);
        let limit = format!("spans_max {spans_max}");
        assert_eq!(found.completeness, Completeness::Truncated { limit });
    }
    assert_eq!(read(TraceBounds::spans(300)).completeness, Completeness::Complete);
    let mut counts = Vec::new();
    for bytes_max in [0, 10_000, 60_000] {
        let found = read(TraceBounds::bytes(bytes_max));
        let count = found.spans.len();
        assert_eq!(found.spans, all[..count]);
        let told = matches!(&found.completeness, Completeness::Truncated { limit }
            if limit.contains("MiB of memory") && limit.ends_with(&format!("the first {count}")));
        assert!(told, "{:?}", found.completeness);
        counts.push(count);
    }
    for bytes_max in [0, 10_000, 60_000] {
        let beyond_bytes = Beyond::Nothing;
        let found = read(TraceBounds { beyond_bytes, ..TraceBounds::bytes(bytes_max) });
        assert_eq!(found.spans, []);
        assert!(matches!(found.completeness, Completeness::Truncated { .. }));
        let found = read(TraceBounds { beyond_bytes, spans_max: 1, bytes_max });
        assert_eq!(found.spans, all[..1]);
    }
    assert!(counts[0] == 1 && counts[1] > 10 && counts[2] > 5 * counts[1], "{counts:?}");
}

#[test]
fn a_search_decides_on_all_of_a_large_trace_or_says_that_it_does_not() {
    let name = Operand::Text("item 299".to_owned());
    let last = Condition { field: Field::Name, comparison: Comparison::Equal, operand: name };
    let search = Search { span: vec![last], ..search_all() };
    let (lab, all) = in_parts(|config| {
        config.search_trace_bytes = SearchTraceBytes { common_max: 1_000, large_max: 1 << 20 };
    });
    lab.check(&all);
    let page = lab.search(search.clone());
    assert_eq!((page.traces.len(), page.completeness), (1, Completeness::Complete));

    let (lab, _) = in_parts(|config| {
        config.search_trace_bytes = SearchTraceBytes { common_max: 1_000, large_max: 10_000 };
    });
    let page = lab.search(search);
    let Completeness::Partial { missing } = &page.completeness else {
        panic!("{:?}", page.completeness);
    };
    assert!(missing[0].contains("searches know its first"), "{missing:?}");
}
