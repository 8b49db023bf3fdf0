//! Writers, readers and maintenance at the same time.

use std::sync::atomic::{AtomicBool, Ordering};

use proto::{Span, SpanId, TraceId};

use super::*;
use crate::contract::{Health, WriteError};
use crate::fault::Fault;

/// Span `number` of trace `trace`.
fn span(trace: u8, number: u16) -> Span {
    let mut span = shop().remove(0);
    span.trace_id = TraceId::new([trace; 16]);
    let [high, low] = (number + 1).to_be_bytes();
    span.span_id = SpanId::new([0, 0, 0, 0, 0, 0, high, low]);
    span.start_time_unix_nano += u64::from(number);
    span
}

#[test]
fn readers_never_miss_what_was_acknowledged_while_it_is_sealed() {
    const TRACES: u8 = 8;
    const SPANS: u16 = 60;
    let mut lab = Lab::with(|config| {
        config.hot_spans_max = 50;
        config.durability = crate::store::Durability::Process;
    });
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let lab = &lab;
        let writers: Vec<_> = (1..=TRACES)
            .map(|trace| {
                scope.spawn(move || {
                    for number in 0..SPANS {
                        let batch = Arc::new(Batch::of(&[span(trace, number)]));
                        while let Err(error) = lab.store().write(std::slice::from_ref(&batch)) {
                            assert!(matches!(error, WriteError::Busy { .. }), "{error}");
                            std::thread::yield_now();
                        }
                        let id = TraceId::new([trace; 16]);
                        let found =
                            lab.store().trace(id, TraceBounds::NONE, soon()).unwrap().unwrap();
                        assert_eq!(found.spans.len(), usize::from(number) + 1);
                        let page = lab.search(search_all());
                        let mut counts = page.traces.iter().map(|found| &found.summary);
                        let own = counts.find(|summary| summary.trace_id == id).unwrap();
                        assert_eq!(own.span_count, u32::from(number) + 1);
                    }
                })
            })
            .collect();
        let is_over = &is_over;
        scope.spawn(move || {
            while !is_over.load(Ordering::Relaxed) {
                lab.store().seal_now().unwrap();
            }
        });
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        is_over.store(true, Ordering::Relaxed);
    });
    let all: Vec<Span> =
        (1..=TRACES).flat_map(|trace| (0..SPANS).map(move |number| span(trace, number))).collect();
    lab.check(&all);
    lab.after_a_kill().check(&all);
    lab.reopen();
    lab.check(&all);
}

#[test]
fn after_a_failed_write_nothing_is_taken_but_everything_read_until_reopening() {
    let mut lab = Lab::new();
    lab.write(&shop());
    lab.store().shared.poison(&Fault::Refused("IO error: fsync".to_owned()));
    let error = lab.store().write(&[Arc::new(Batch::of(&other("b")))]).unwrap_err();
    assert!(matches!(error, WriteError::Unavailable { .. }));
    assert!(
        matches!(lab.store().health(), Health::Refusing { reason } if reason.contains("fsync"))
    );
    lab.check(&shop());
    lab.store().seal_now().unwrap();
    assert_eq!(lab.store().stats().hot_spans, 4);
    lab.reopen();
    assert_eq!(lab.store().health(), Health::Accepting);
    lab.write(&other("b"));
    lab.check(&[shop(), other("b")].concat());
}
