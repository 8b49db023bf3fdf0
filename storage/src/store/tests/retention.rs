//! What goes, what stays, and what is left of traces in between.

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
    assert_eq!(lab.store().trace(shop()[0].trace_id, 10, soon()).unwrap(), None);
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
