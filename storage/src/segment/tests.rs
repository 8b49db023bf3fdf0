//! There and back: every span through a segment.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proto::testing::{span_strategy, trace_strategy};
use proto::{Span, TraceId};

use super::symbol::Symbols;
use super::term::Terms;
use super::*;
use crate::contract::summary::TraceSummary;
use crate::evaluate;
use crate::segment::seen::Seen;

/// A segment in memory.
struct Lab {
    traces: BTreeMap<TraceId, Vec<Span>>,
    built: Built,
}

impl Lab {
    fn of(spans: Vec<Span>) -> Self {
        let mut traces: BTreeMap<TraceId, Vec<Span>> = BTreeMap::new();
        for span in spans {
            traces.entry(span.trace_id).or_default().push(span);
        }
        traces.values_mut().for_each(evaluate::dedup_and_sort);
        let sealed: Vec<_> = traces
            .iter()
            .map(|(id, spans)| SealedTrace { id: *id, spans: spans.clone(), whole: None })
            .collect();
        let built = build(SegmentId(7), &sealed, 1, u64::MAX);
        Self { traces, built }
    }

    fn record(&self, part: Part, rest: &[u8]) -> &[u8] {
        let key = key_with(SegmentId(7), part, rest);
        let records = &self.built.records;
        &records[records.binary_search_by(|(one, _)| one.cmp(&key)).unwrap()].1
    }

    fn candidates(&self, term: term::Term) -> roaring::RoaringBitmap {
        let first = key_with(SegmentId(7), Part::Postings, &[]);
        let key = key_with(SegmentId(7), Part::Postings, &term.to_be_bytes());
        let mut chunks = self.built.records.iter().filter(|(one, _)| *one >= first && *one <= key);
        let chunk = chunks.next_back().unwrap();
        posting::find(&chunk.1, term).unwrap().unwrap_or_default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn spans_go_there_and_back(
        mut spans in vec(span_strategy(), 1..12), trace in trace_strategy(12),
    ) {
        spans.extend(trace);
        let lab = Lab::of(spans);
        prop_assert!(lab.built.records.is_sorted_by(|(a, _), (b, _)| a < b));
        let symbols = Symbols::decode(lab.record(Part::Symbols, &[])).unwrap();
        let summaries = Summaries::decode(lab.record(Part::Summaries, &[])).unwrap();
        prop_assert_eq!(lab.built.places.len(), lab.traces.len());
        let mut terms = Terms::default();
        for (id, place) in &lab.built.places {
            let block = lab.record(Part::Block, &place.block.to_be_bytes());
            let spans = block::read_trace(block, place.position, &symbols, *id).unwrap();
            prop_assert_eq!(&spans, &lab.traces[id]);
            prop_assert_eq!(summaries.summary(place.ordinal), TraceSummary::of(&spans));
            prop_assert!(block::read_trace(block, u32::MAX, &symbols, *id).is_err());
            prop_assert!(
                block::read_trace(block, place.position, &symbols, TraceId::default()).is_err()
            );
            for span in &spans {
                let mut found = true;
                terms.of_span(span, &mut Seen::default(), |term| {
                    found &= lab.candidates(term).contains(place.ordinal);
                });
                prop_assert!(found);
            }
        }
    }

    #[test]
    fn no_bytes_panic_the_readers(
        spans in vec(span_strategy(), 1..10), at: prop::sample::Index, flip in 1u8..,
    ) {
        let lab = Lab::of(spans);
        let symbols = Symbols::decode(lab.record(Part::Symbols, &[])).unwrap();
        for (key, record) in &lab.built.records {
            let mut record = record.clone();
            let at = at.index(record.len());
            record[at] ^= flip;
            // Whatever comes of it: the checksum around it is what notices.
            let _: bool = match key[4] {
                1 => Symbols::decode(&record).is_ok(),
                2 => block::read_trace(&record, 0, &symbols, lab.built.places[0].0).is_ok(),
                3 => Summaries::decode(&record).is_ok(),
                4 => posting::find(&record, 1).is_ok(),
                _ => proto::codec::Reader::new(&record).text().is_ok(),
            };
        }
    }
}

#[test]
fn a_value_of_any_depth_that_decoders_let_in_goes_there_and_back() {
    let mut value = proto::Value::from("inside");
    for _ in 0..proto::batch::value::DEPTH_MAX {
        value = proto::Value::Array(vec![value]);
    }
    let mut span = proto::testing::trace("a b 0..1").remove(0);
    span.attributes = vec![proto::Attribute::new("deep", value)];
    let lab = Lab::of(vec![span.clone()]);
    let symbols = Symbols::decode(lab.record(Part::Symbols, &[])).unwrap();
    let block = lab.record(Part::Block, &0u32.to_be_bytes());
    assert_eq!(block::read_trace(block, 0, &symbols, span.trace_id), Ok(vec![span]));
}

#[test]
fn spans_take_few_bytes() {
    let spans: Vec<Span> = (0u32..200)
        .flat_map(|number| {
            let mut spans = proto::testing::trace(
                "frontend GET /checkout  0..100  kind=server http.request.method=GET
                   cart AddItem          10..50  kind=client server.address=cart
                     redis HSET          20..30  db.system.name=redis
                   payment Charge        55..95  http.response.status_code=200",
            );
            for span in &mut spans {
                let mut id = [0; 16];
                id[..4].copy_from_slice(&number.to_le_bytes());
                span.trace_id = TraceId::new(id);
            }
            spans
        })
        .collect();
    let lab = Lab::of(spans);
    let blocks = lab.built.records.iter().filter(|(key, _)| key[4] == Part::Block as u8);
    let bytes: usize = blocks.map(|(_, record)| record.len()).sum();
    assert!(bytes < 800 * 60, "{bytes} bytes for 800 spans");
}
