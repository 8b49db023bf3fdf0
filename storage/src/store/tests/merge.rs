//! Small segments become few, and nothing else changes.

use proto::clock;

use super::*;
use crate::rocks::Family;

/// One span of the trace that is numbered so.
fn span(trace: u32, number: u32) -> Span {
    let mut span = shop().remove(0);
    span.trace_id = TraceId::new(u128::from(trace + 1).to_be_bytes());
    span.span_id = proto::SpanId::new(u64::from(number + 1).to_be_bytes());
    span.start_time_unix_nano += u64::from(trace * 7 + number);
    span.end_time_unix_nano = span.start_time_unix_nano + 5;
    span
}

/// Writes and seals in many small rounds: traces of one round, one that goes on in
/// each, and some that come back. Answers every span.
fn rounds(lab: &Lab, rounds: std::ops::Range<u32>) -> Vec<Span> {
    let mut all = Vec::new();
    for round in rounds {
        let spans = [
            span(1_000 + round, 0),
            span(0, round),
            span(500 + round % 3, round),
            span(1, round / 9),
        ];
        lab.write(&spans);
        all.extend(spans);
        lab.store().seal_now().unwrap();
        lab.store().maintain(clock::now_unix_nano()).unwrap();
    }
    all
}

fn segments(lab: &Lab) -> u64 {
    lab.store().stats().segments
}

#[test]
fn small_segments_become_few_and_every_answer_stays() {
    let mut lab = Lab::new();
    let mut all = rounds(&lab, 0..70);
    // 70 in the number system of eight is 106: one of 64, and six of one.
    assert_eq!(segments(&lab), 7);
    lab.check(&all);
    let audit = lab.store().audit(|_| {}).unwrap();
    assert_eq!(audit.faults, Vec::<String>::new());
    lab.reopen();
    lab.check(&all);
    all.extend(rounds(&lab, 70..79));
    lab.check(&all);
    lab.after_a_kill().check(&all);
}

#[test]
fn the_space_of_what_was_merged_comes_back() {
    let lab = Lab::new();
    rounds(&lab, 0..64);
    lab.store().maintain(clock::now_unix_nano()).unwrap();
    let rocks = &lab.store().shared.rocks;
    let found = rocks.scan(Family::Segment, &[], &[0xff; 5]).unwrap();
    let mut ids: Vec<_> =
        found.map(|found| crate::segment::id_of_key(&found.unwrap().key).unwrap()).collect();
    ids.dedup();
    assert_eq!(ids.len() as u64, segments(&lab));
}

#[test]
fn what_came_after_its_segment_is_not_lost_by_a_merge() {
    let lab = Lab::new();
    let mut all = rounds(&lab, 0..7);
    // Hot, and older in the log than the segment that follows.
    let late = [span(0, 100), span(1_000, 100)];
    lab.write(&late);
    all.extend(late);
    let early = {
        let state = lab.store().shared.state.read();
        let mut selection = state.hot.select_all();
        selection.log_needed_from = selection.through;
        selection.traces.retain(|trace| trace.id() == span(0, 0).trace_id);
        selection
    };
    lab.store().shared.seal(&mut lab.store().shared.upkeep.lock(), &early, 1).unwrap();
    lab.store().maintain(clock::now_unix_nano()).unwrap();
    lab.check(&all);
    lab.after_a_kill().check(&all);
}

#[test]
fn a_segment_that_cannot_be_read_is_left_alone() {
    let mut lab = Lab::new();
    rounds(&lab, 0..7);
    let block = [&3u32.to_be_bytes()[..], &[2], &0u32.to_be_bytes()].concat();
    damage::spoil(&lab, Family::Segment, &block);
    rounds(&lab, 7..12);
    assert_eq!(segments(&lab), 12);
    // Without what it has in memory of the block.
    lab.reopen();
    let found = lab.store().trace(span(1_003, 0).trace_id, TraceBounds::spans(10), soon());
    assert!(found.is_err());
    let found = lab
        .store()
        .trace(span(1_002, 0).trace_id, TraceBounds::spans(10), soon())
        .unwrap()
        .unwrap();
    assert_eq!(found.completeness, Completeness::Complete);
}

#[test]
fn retention_counts_from_the_youngest_of_what_was_merged() {
    let lab = Lab::with(|config| config.retention_age = Some(Duration::from_secs(1_600)));
    // The store looks after itself, too, and by the clock.
    let start = clock::now_unix_nano();
    let at = |seconds: u64| start + seconds * 1_000_000_000;
    for round in 0..8 {
        lab.write(&[span(round, 0)]);
        lab.store().shared.seal_now(at(u64::from(round) * 10)).unwrap();
    }
    lab.store().maintain(at(80)).unwrap();
    assert_eq!(segments(&lab), 1);
    lab.store().maintain(at(1_660)).unwrap();
    assert_eq!(segments(&lab), 1);
    lab.store().maintain(at(1_680)).unwrap();
    assert_eq!(segments(&lab), 0);
    // Sealed too far from each other, they are not merged.
    for round in 0..8 {
        lab.write(&[span(round, 0)]);
        lab.store().shared.seal_now(at(2_000 + u64::from(round) * 100)).unwrap();
    }
    lab.store().maintain(at(2_800)).unwrap();
    assert_eq!(segments(&lab), 8);
}
