//! What goes, what stays, and what is left of traces in between.

use proto::TraceId;

use super::*;
use crate::rocks::Family;

const SECOND: u64 = 1_000_000_000;

/// Seals all that is hot, as of that second.
fn seal(lab: &Lab, second: u64) {
    lab.store().shared.seal_now(second * SECOND).unwrap();
}

/// Retention of 100 seconds, as of that second. Not by the configuration: the
/// maintenance thread goes by the clock, and all this is long ago.
fn expire(lab: &Lab, second: u64) {
    let mut upkeep = lab.store().shared.upkeep.lock();
    let age = Duration::from_secs(100);
    lab.store().shared.retire_older(&mut upkeep, age, second * SECOND).unwrap();
    lab.store().shared.free_retired(&mut upkeep).unwrap();
}

#[test]
fn a_segment_goes_when_its_time_is_over_and_its_records_go_too() {
    let mut lab = Lab::new();
    lab.write(&shop());
    seal(&lab, 10);
    let kept = other("b");
    lab.write(&kept);
    seal(&lab, 50);
    expire(&lab, 110);
    lab.check(&[shop(), kept.clone()].concat());
    expire(&lab, 120);
    lab.check(&kept);
    assert_eq!(lab.store().stats().segments, 1);
    assert_eq!(
        lab.store().trace(shop()[0].trace_id, TraceBounds::spans(10), soon()).unwrap(),
        None
    );
    lab.reopen();
    lab.check(&kept);
    expire(&lab, 1_000);
    lab.check(&[]);
    for family in [Family::Segment, Family::Commit, Family::Split] {
        assert_eq!(lab.store().shared.rocks.first_key(family, &[]).unwrap(), None);
    }
    assert_eq!(lab.store().stats().oldest_unix_nano, 0);
}

#[test]
fn a_trace_of_which_a_part_is_left_is_what_is_left() {
    for hot_last in [false, true] {
        let mut lab = Lab::new();
        let (old, new) = (&shop()[..2], &shop()[2..]);
        lab.write(old);
        seal(&lab, 10);
        lab.write(&new[..1]);
        seal(&lab, 500);
        lab.write(&new[1..]);
        if !hot_last {
            seal(&lab, 600);
        }
        lab.check(&shop());
        expire(&lab, 300);
        lab.check(new);
        lab.reopen();
        lab.check(new);
        seal(&lab, 700);
        lab.check(new);
        expire(&lab, 610);
        lab.check(&new[1..]);
    }
}

#[test]
fn a_reader_keeps_what_it_sees() {
    let mut lab = Lab::new();
    lab.write(&shop());
    seal(&lab, 10);
    lab.reopen();
    let view = lab.store().shared.view();
    let id = shop()[0].trace_id;
    expire(&lab, 1_000);
    assert_eq!(lab.store().shared.upkeep.lock().retiring.len(), 1);
    lab.check(&[]);
    let segment = view.sealed.segments.keys().next().unwrap();
    assert_eq!(view.sealed.reader.trace_id(*segment, 0).unwrap(), id);
    drop(view);
    let mut upkeep = lab.store().shared.upkeep.lock();
    lab.store().shared.free_retired(&mut upkeep).unwrap();
    assert_eq!(upkeep.retiring.len(), 0);
    assert_eq!(lab.store().shared.rocks.first_key(Family::Segment, &[]).unwrap(), None);
}

/// What the data directory takes, as anybody can see.
fn directory_bytes(lab: &Lab) -> u64 {
    files(lab.dir.path()).unwrap().values().map(|(bytes, _)| bytes).sum()
}

/// 100 traces that hardly compress, of 1.6 MB together: much more than the database's own
/// text logs.
fn large(letter: &str) -> Vec<Span> {
    let mut random: u64 = letter.as_bytes()[0].into();
    let mut spans = Vec::new();
    for number in 0..100u8 {
        let mut span = trace("a b 0..1").remove(0);
        let mut id = [number; 16];
        id[0] = letter.as_bytes()[0];
        span.trace_id = TraceId::new(id);
        for _ in 0..1_024 {
            random = random.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
            span.name.push_str(&format!("{random:016x}"));
        }
        spans.push(span);
    }
    spans
}

#[test]
fn the_segments_sealed_first_go_until_the_directory_is_small_enough() {
    let mut lab = Lab::new();
    let mut sizes = Vec::new();
    for (second, letter) in [(30, "a"), (10, "b"), (20, "c"), (40, "d")] {
        lab.write(&large(letter));
        seal(&lab, second);
        sizes.push(directory_bytes(&lab));
    }
    let segment = sizes[3] - sizes[2];
    assert!(segment > 100_000, "{sizes:?}");
    lab.config.retention_bytes = Some(sizes[3] - 2 * segment + segment / 2);
    lab.reopen();
    lab.store().maintain(50 * SECOND).unwrap();
    // Not those that were written first, but those that were sealed first.
    lab.check(&[large("a"), large("d")].concat());
    assert!(directory_bytes(&lab) <= lab.config.retention_bytes.unwrap());
    lab.store().maintain(60 * SECOND).unwrap();
    assert_eq!(lab.store().stats().segments, 2);

    // Too large for itself, the newest stays.
    lab.config.retention_bytes = Some(1);
    lab.reopen();
    lab.store().maintain(70 * SECOND).unwrap();
    lab.check(&large("d"));
    assert!(lab.store().shared.upkeep.lock().is_told_of_size);
}
