use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::codec::{Reader, Writer};
use crate::testing::{span_strategy, trace_strategy};

/// As text, by which NaN is NaN and -0 is not 0.
fn text(spans: &[crate::Span]) -> String {
    format!("{spans:#?}")
}

fn encoded(batch: &Batch) -> Vec<u8> {
    let mut out = Writer::new();
    batch.encode(&mut out);
    out.into_bytes()
}

proptest! {
    #[test]
    fn spans_go_there_and_back(
        traces in vec(trace_strategy(12), 0..4),
        others in vec(span_strategy(), 0..12),
    ) {
        let spans: Vec<_> = traces.into_iter().flatten().chain(others).collect();
        let batch = Batch::of(&spans);
        prop_assert_eq!(text(&batch.spans()), text(&spans));
        prop_assert_eq!(batch.len(), spans.len());
    }

    #[test]
    fn bytes_go_there_and_back(spans in vec(span_strategy(), 0..24)) {
        let batch = Batch::of(&spans);
        let bytes = encoded(&batch);
        let mut reader = Reader::new(&bytes);
        let decoded = Batch::decode(&mut reader).unwrap();
        prop_assert_eq!(reader.end(), Ok(()));
        // Bytes keep the order within a trace only.
        prop_assert_eq!(decoded.traces(), batch.traces());
        let sorted = |batch: &Batch| {
            let mut spans = batch.spans();
            spans.sort_by_key(|span| span.trace_id);
            text(&spans)
        };
        prop_assert_eq!(sorted(&decoded), sorted(&batch));
    }

    #[test]
    fn events_are_told_by_their_numbers(spans in vec(span_strategy(), 0..12)) {
        let batch = Batch::of(&spans);
        let mut told = Vec::new();
        for trace in batch.traces() {
            for head in batch.heads_of(trace) {
                body::each_event(batch.body(head), |name, attributes| {
                    let attributes = attributes.iter().map(|number| batch.read_attribute(*number));
                    told.push((batch.text(name).to_owned(), attributes.collect::<Vec<_>>()));
                });
            }
        }
        let of = |span: crate::Span| span.events.into_iter().map(|it| (it.name, it.attributes));
        let expected: Vec<_> = batch.traces().iter().flat_map(|trace| {
            let mut reader = SpanReader::new(&batch);
            let heads = batch.heads_of(trace).iter();
            heads.flat_map(|head| of(reader.span(trace.id, head))).collect::<Vec<_>>()
        }).collect();
        prop_assert_eq!(format!("{told:?}"), format!("{expected:?}"));
    }

    #[test]
    fn changed_bytes_are_refused_or_read_without_a_panic(
        spans in vec(span_strategy(), 1..6),
        at: prop::sample::Index,
        byte: u8,
    ) {
        let mut bytes = encoded(&Batch::of(&spans));
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(batch) = Batch::decode(&mut Reader::new(&bytes)) {
            batch.spans();
            let heads = batch.traces().iter().flat_map(|trace| batch.heads_of(trace));
            heads.for_each(|head| body::each_event(batch.body(head), |_, _| {}));
        }
    }

    #[test]
    fn noise_is_no_panic(bytes: Vec<u8>) {
        if let Ok(batch) = Batch::decode(&mut Reader::new(&bytes)) {
            batch.spans();
        }
    }
}

#[test]
fn a_trace_lies_together_and_keeps_its_order() {
    let spans = crate::testing::trace("frontend GET / 0..10\n  cart add 1..5\n  bank pay 6..9");
    let other = crate::testing::trace("shop open 0..3");
    let mut mixed = [&spans[0], &other[0], &spans[1], &spans[2]].map(Clone::clone);
    mixed[1].trace_id = TraceId::new([9; 16]);
    let batch = Batch::of(&mixed);
    let names = |trace: &TraceSpans| -> Vec<&str> {
        batch.heads_of(trace).iter().map(|head| batch.text(head.name)).collect()
    };
    let [first, second] = batch.traces() else { panic!("{:?}", batch.traces()) };
    assert_eq!(names(first), [&*spans[0].name, &spans[1].name, &spans[2].name]);
    assert_eq!(names(second), [&*other[0].name]);
}
