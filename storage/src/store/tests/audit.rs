//! What an audit says of stores that are whole, and of those that are not.

use super::damage::spoil;
use super::*;
use crate::changes::Changes;
use crate::contract::summary::TraceSummary;
use crate::record::Effort;
use crate::rocks::Family;

/// A store with traces in one segment and in two, and one that is hot.
fn lab() -> Lab {
    let lab = Lab::new();
    lab.write(&shop()[..2]);
    lab.write(&other("b"));
    lab.store().seal_now().unwrap();
    lab.write(&shop()[2..]);
    lab.write(&other("c"));
    lab.store().seal_now().unwrap();
    lab.write(&other("d"));
    lab
}

/// Makes `payload` the record of `key`.
fn put(lab: &Lab, family: Family, key: &[u8], payload: &[u8]) {
    let mut changes = Changes::default();
    changes.put(family, key, payload, Effort::Little);
    lab.store().shared.rocks.commit(changes).unwrap();
}

#[test]
fn a_store_that_is_whole_is_clean() {
    let lab = lab();
    let mut seen = Vec::new();
    let audit = lab.store().audit(|audit| seen.push(audit.segments)).unwrap();
    assert_eq!(audit.faults, Vec::<String>::new());
    assert_eq!(seen, [1, 2]);
    assert_eq!((audit.segments, audit.segments_all, audit.traces), (2, 2, 4));
    assert_eq!(audit.spans, lab.store().stats().sealed_spans);
    assert!(audit.span_bytes > 0 && audit.index_bytes > 0);
}

#[test]
fn each_record_that_does_not_verify_is_named() {
    let lab = lab();
    let rocks = &lab.store().shared.rocks;
    let records = rocks.scan(Family::Segment, &[], &[0xff; 5]).unwrap();
    let records: Vec<_> = records.map(|found| found.unwrap()).collect();
    assert!(records.len() > 20);
    for record in records {
        spoil(&lab, Family::Segment, &record.key);
        let audit = lab.store().audit(|_| {}).unwrap();
        let name: String = record.key.iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(audit.faults.iter().any(|fault| fault.contains(&name)), "{:?}", audit.faults);
        put(&lab, Family::Segment, &record.key, &record.payload.unwrap());
    }
    assert!(lab.store().audit(|_| {}).unwrap().is_clean());
}

#[test]
fn an_index_that_says_another_thing_than_the_spans_is_named() {
    // The records verify, but are another segment's.
    for (part, what) in [(7u8, "postings"), (6, "summary"), (8, "postings")] {
        let lab = lab();
        let key = |segment: u32| [&segment.to_be_bytes()[..], &[part]].concat();
        let rocks = &lab.store().shared.rocks;
        let of = |segment| {
            let end = [&key(segment)[..], &[0xff; 5]].concat();
            let first = rocks.scan(Family::Segment, &key(segment), &end).unwrap().next();
            first.unwrap().unwrap()
        };
        let (from, to) = (of(1), of(0));
        put(&lab, Family::Segment, &to.key, &from.payload.unwrap());
        let audit = lab.store().audit(|_| {}).unwrap();
        assert!(audit.faults.iter().any(|fault| fault.contains(what)), "{:?}", audit.faults);
    }
}

#[test]
fn a_summary_as_a_whole_that_is_wrong_is_named() {
    let lab = lab();
    let id = shop()[0].trace_id;
    let wrong = crate::segment::encode_one(TraceSummary::of(&other("b")).unwrap());
    put(&lab, Family::Split, id.as_bytes(), &wrong);
    let audit = lab.store().audit(|_| {}).unwrap();
    assert!(audit.faults.iter().any(|fault| fault.contains("as a whole")), "{:?}", audit.faults);
}
