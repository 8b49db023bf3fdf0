//! There and back: every span through a segment on disk.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proto::batch::body::Wanted;
use proto::testing::{span_strategy, trace_strategy};
use proto::{Batch, Span, TraceId};

use super::commit::Lists;
use super::term::Terms;
use super::*;
use crate::contract::search::AttributeScope;
use crate::contract::summary::TraceSummary;
use crate::evaluate;
use crate::hot::summarize;
use crate::rocks::{Family, Rocks};
use crate::store::Caches;

const ID: SegmentId = SegmentId(7);

/// A segment, and what went into it.
struct Lab {
    traces: BTreeMap<TraceId, Vec<Span>>,
    built: Built,
}

impl Lab {
    /// Of `spans`, which came in batches of three.
    fn of(spans: &[Span]) -> Self {
        let batches: Vec<_> = spans.chunks(3).map(|spans| Arc::new(Batch::of(spans))).collect();
        let mut traces: BTreeMap<TraceId, Vec<Span>> = BTreeMap::new();
        for span in spans {
            traces.entry(span.trace_id).or_default().push(span.clone());
        }
        traces.values_mut().for_each(evaluate::dedup_and_sort);
        let sealed = traces.keys().map(|id| {
            let mut seen = std::collections::HashSet::new();
            let of_batch = |batch| {
                let batch: &Arc<Batch> = batch;
                let own = batch.traces().iter().filter(|trace| trace.id == *id);
                own.flat_map(move |trace| batch.heads_of(trace)).map(move |head| (batch, head))
            };
            let spans = batches.iter().flat_map(of_batch);
            let spans: Vec<_> =
                spans.filter(|(_, head)| seen.insert((head.span_id, head.kind))).collect();
            let summary = summarize(*id, &spans).unwrap();
            SealedTrace { id: *id, spans, summary, whole: None }
        });
        let built = build(ID, sealed.collect(), 1, u64::MAX).unwrap();
        Self { traces, built }
    }

    /// Takes it in, and calls `check` with a reader.
    fn read(self, check: impl FnOnce(&BTreeMap<TraceId, Vec<Span>>, &SegmentReader)) {
        let dir = tempfile::tempdir().unwrap();
        let scratch = dir.path().join("scratch");
        std::fs::create_dir(&scratch).unwrap();
        let rocks = Rocks::open(&dir.path().join("db"), scratch, &Caches::default()).unwrap();
        rocks.ingest(Family::Segment, self.built.records.into_iter()).unwrap();
        check(&self.traces, &SegmentReader::new(Arc::new(rocks), &Caches::default()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn spans_go_there_and_back(
        mut spans in vec(span_strategy(), 1..12), trace in trace_strategy(60),
    ) {
        spans.extend(trace);
        let lab = Lab::of(&spans);
        prop_assert!(lab.built.records.is_sorted_by(|a, b| a.key < b.key));
        prop_assert_eq!(lab.built.commit.traces as usize, lab.traces.len());
        lab.read(|traces, reader| {
            for (id, spans) in traces {
                let ordinal = reader.find(ID, *id).unwrap().unwrap();
                assert_eq!(&reader.trace(ID, ordinal, *id).unwrap(), spans);
                let summaries = reader.summaries(ID, first_of_chunk(ordinal)).unwrap();
                assert_eq!(summaries.summary(ordinal), TraceSummary::of(spans));
                let terms_of = |span| Terms::default().of_span(span, Lists::ByElement);
                for term in spans.iter().flat_map(terms_of) {
                    assert!(reader.posting(ID, term).unwrap().contains(ordinal));
                }
            }
            assert!(reader.find(ID, TraceId::default()).unwrap().is_none());
        });
    }

    #[test]
    fn no_bytes_panic_the_readers(
        spans in vec(span_strategy(), 1..10), at: prop::sample::Index, flip in 1u8..,
    ) {
        let lab = Lab::of(&spans);
        let of_part = |part: Part| {
            lab.built.records.iter().find(|record| record.key[4] == part as u8).unwrap()
        };
        let table = Arc::new(table::Table::decode(&of_part(Part::Table).payload).unwrap());
        let wanted = part::WantedHere::of(Wanted::ALL, &table);
        let ids = &of_part(Part::TraceIds).payload;
        for record in &lab.built.records {
            let mut bytes = record.payload.clone();
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
            // Whatever comes of it: the checksum around it is what notices.
            let _: bool = match record.key[4] {
                1 => table::Table::decode(&bytes).is_ok(),
                2 => block::Block::read(&bytes, &table)
                    .is_ok_and(|block| block.trace(0, &table, TraceId::default(), &wanted, None, &mut drop).is_ok()),
                3 => HashIndex::decode(bytes).is_ok(),
                6 => Summaries::decode(ids, &bytes).is_ok(),
                7 | 8 => posting::find(&bytes, 1).is_ok_and(|found| found.count() > 0),
                9 => posting::read_list(&bytes, 0).is_ok(),
                _ => proto::codec::Reader::new(&bytes).text().is_ok(),
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
    let id = span.trace_id;
    Lab::of(std::slice::from_ref(&span))
        .read(|_, reader| assert_eq!(reader.trace(ID, 0, id), Ok(vec![span])));
}

/// So many traces of one shape.
fn shop(traces: u32) -> Vec<Span> {
    let trace = |number: u32| {
        let mut spans = proto::testing::trace(
            "frontend GET /checkout  0..100  kind=server http.request.method=GET
               cart AddItem          10..50  kind=client server.address=cart
                 redis HSET          20..30  db.system.name=redis
               payment Charge        55..95  http.response.status_code=200",
        );
        for span in &mut spans {
            span.trace_id = TraceId::new(u128::from(number + 1).to_be_bytes());
        }
        spans
    };
    (0..traces).flat_map(trace).collect()
}

#[test]
fn spans_take_few_bytes() {
    let lab = Lab::of(&shop(200));
    let bytes: usize = lab.built.records.iter().map(|record| record.payload.len()).sum();
    // 8 are the span's id, 4 a quarter of the trace's.
    assert!(bytes < 800 * 24, "{bytes} bytes for 800 spans");
}

#[test]
fn traces_are_found_in_every_chunk_and_block() {
    Lab::of(&shop(3_000)).read(|traces, reader| {
        for (id, spans) in traces {
            let ordinal = reader.find(ID, *id).unwrap().unwrap();
            assert_eq!(&reader.trace(ID, ordinal, *id).unwrap(), spans);
            let summaries = reader.summaries(ID, first_of_chunk(ordinal)).unwrap();
            let number = ordinal - first_of_chunk(ordinal);
            assert_eq!(summaries.summary(number), TraceSummary::of(spans));
        }
        let term = Terms::default().attribute_key(AttributeScope::Span, "server.address");
        assert_eq!(reader.posting(ID, term).unwrap().len(), 3_000);
        assert_eq!(reader.reaches(ID).unwrap().len(), 3);
    });
}
