//! What is pinned stays, whatever retention takes.

use std::path::Path;

use proto::{SpanId, SpanKind};

use super::damage::spoil;
use super::small_disk::SmallDisk;
use super::*;
use crate::backup::{create, restore, verify};
use crate::contract::pins::{Pin, PinBounds, PinError, Pins};
use crate::contract::{Health, ReadError};
use crate::pin_record::{fact_key, part_key};
use crate::rocks::{Family, Rocks};

fn id_of(spans: &[Span]) -> TraceId {
    spans[0].trace_id
}

fn try_pin(lab: &Lab, spans: &[Span]) -> Result<Option<Pin>, PinError> {
    lab.store().pin(id_of(spans), TraceBounds::NONE, soon())
}

#[track_caller]
fn pin(lab: &Lab, spans: &[Span]) -> Pin {
    try_pin(lab, spans).unwrap().expect("a trace")
}

/// Seals all that is hot, and retires every segment.
fn expire(lab: &Lab) {
    lab.store().seal_now().unwrap();
    let mut upkeep = lab.store().shared.upkeep.lock();
    let later = proto::clock::now_unix_nano() + 1_000_000_000;
    lab.store().shared.retire_older(&mut upkeep, Duration::ZERO, later).unwrap();
    lab.store().shared.free_retired(&mut upkeep).unwrap();
    assert_eq!(lab.store().stats().segments, 0);
}

/// That exactly these spans are there of their trace, by its id.
#[track_caller]
fn check_by_id(lab: &Lab, spans: &[Span]) {
    let found = lab.store().trace(id_of(spans), TraceBounds::NONE, soon()).unwrap();
    let found = found.expect("a trace");
    assert_eq!(found.spans, spans);
    assert_eq!(found.completeness, Completeness::Complete);
}

fn is_there(lab: &Lab, spans: &[Span]) -> bool {
    lab.store().trace(id_of(spans), TraceBounds::NONE, soon()).unwrap().is_some()
}

#[test]
fn a_pinned_trace_outlives_retention_until_it_is_unpinned() {
    let mut lab = Lab::new();
    lab.write(&shop());
    lab.write(&other("b"));
    let pinned = pin(&lab, &shop());
    assert_eq!(pinned.summary.root_name, "GET /checkout");
    assert_eq!((pinned.summary.span_count, pinned.summary.error_count), (4, 1));
    // Each as it is while nothing has gone, once retention was there, and opened again.
    lab.check(&[shop(), other("b")].concat());
    lab.after_a_kill().check(&[shop(), other("b")].concat());
    expire(&lab);
    assert!(!is_there(&lab, &other("b")));
    check_by_id(&lab, &shop());
    check_by_id(&lab.after_a_kill(), &shop());
    lab.reopen();
    check_by_id(&lab, &shop());
    assert_eq!(lab.store().pins(), std::slice::from_ref(&pinned));
    assert_eq!(lab.store().pin_of(id_of(&shop())), Some(pinned.clone()));
    let stats = lab.store().stats();
    assert_eq!((stats.pins, stats.pin_bytes), (1, pinned.bytes));
    // Searches know what retention has left.
    assert_eq!(lab.search(search_all()).traces, []);

    assert!(lab.store().unpin(id_of(&shop()), soon()).unwrap());
    assert!(!lab.store().unpin(id_of(&shop()), soon()).unwrap());
    assert!(!is_there(&lab, &shop()));
    assert!(!is_there(&lab.after_a_kill(), &shop()));
    assert_eq!(lab.store().shared.rocks.first_key(Family::Pin, &[]).unwrap(), None);
    assert_eq!(try_pin(&lab, &shop()).unwrap(), None);
}

#[test]
fn what_is_unpinned_before_retention_took_it_is_as_it_was() {
    let lab = Lab::new();
    lab.write(&shop());
    pin(&lab, &shop());
    lab.store().seal_now().unwrap();
    assert!(lab.store().unpin(id_of(&shop()), soon()).unwrap());
    lab.check(&shop());
    expire(&lab);
    assert!(!is_there(&lab, &shop()));
}

#[test]
fn spans_that_come_later_are_there_too_and_pinned_again_or_by_retention() {
    for is_pinned_again in [true, false] {
        let mut lab = Lab::new();
        lab.write(&shop()[..2]);
        let first = pin(&lab, &shop());
        lab.write(&shop()[1..3]);
        check_by_id(&lab, &shop()[..3]);
        if is_pinned_again {
            let again = pin(&lab, &shop());
            assert_eq!(again.pinned_unix_nano, first.pinned_unix_nano);
            assert_eq!(again.summary.span_count, 3);
            assert!(again.bytes > first.bytes);
            // With nothing new it is what it was.
            assert_eq!(pin(&lab, &shop()), again);
        }
        expire(&lab);
        check_by_id(&lab, &shop()[..3]);
        lab.write(&shop()[3..]);
        check_by_id(&lab, &shop());
        lab.reopen();
        check_by_id(&lab, &shop());
        expire(&lab);
        check_by_id(&lab, &shop());
        assert_eq!(lab.store().pins()[0].summary.span_count, 4);
        assert!(lab.store().audit(|_| {}).unwrap().is_clean());
    }
}

#[test]
fn what_was_written_first_counts_and_log_records_come_with_their_spans() {
    let lab = Lab::new();
    let mut record = shop()[1].clone();
    record.parent_span_id = Some(record.span_id);
    record.span_id = SpanId::new([77; 8]);
    record.kind = SpanKind::LOG_RECORD;
    record.events = vec![proto::Event { name: "late".to_owned(), ..proto::Event::default() }];
    lab.write(&shop());
    lab.write(&[record.clone()]);
    pin(&lab, &shop());
    expire(&lab);
    let mut changed = shop();
    changed[2].name = "another".to_owned();
    lab.write(&changed);
    let mut expected = shop();
    expected[1].events.extend(record.events);
    check_by_id(&lab, &expected);
    expire(&lab);
    check_by_id(&lab, &expected);
}

#[test]
fn an_answer_that_is_cut_says_so() {
    let lab = Lab::new();
    lab.write(&shop());
    pin(&lab, &shop());
    expire(&lab);
    let cut = lab.store().trace(id_of(&shop()), TraceBounds::spans(2), soon()).unwrap().unwrap();
    assert_eq!(cut.spans, shop()[..2]);
    assert!(matches!(cut.completeness, Completeness::Truncated { .. }));
}

#[test]
fn what_there_is_no_room_for_is_refused_with_what_to_do() {
    let mut lab = Lab::with(|config| config.pins.pins_max = 2);
    for spans in [other("a"), other("b"), other("c"), shop()] {
        lab.write(&spans);
    }
    pin(&lab, &other("a"));
    pin(&lab, &other("b"));
    let refused = try_pin(&lab, &other("c")).unwrap_err();
    assert!(matches!(refused, PinError::TooMany { pins_max: 2 }), "{refused}");
    assert!(refused.to_string().contains("unpin one first"), "{refused}");
    // One that is there already may grow.
    pin(&lab, &other("a"));
    lab.store().unpin(id_of(&other("a")), soon()).unwrap();
    let held: u64 = lab.store().pins().iter().map(|pin| pin.bytes).sum();
    pin(&lab, &other("c"));

    lab.config.pins = PinBounds { bytes_max: 2 * held + 10, ..PinBounds::default() };
    lab.reopen();
    let refused = try_pin(&lab, &shop()).unwrap_err();
    assert!(matches!(refused, PinError::TooLarge { .. }), "{refused}");
    assert!(refused.to_string().contains("unpin others first"), "{refused}");
    assert_eq!(lab.store().pins().len(), 2);
    let refused = lab.store().pin(id_of(&shop()), TraceBounds::spans(3), soon()).unwrap_err();
    assert!(matches!(refused, PinError::Unfit { .. }), "{refused}");
    lab.reopen();
    assert_eq!(lab.store().pins().len(), 2);
    // What comes to a pinned trace that has no room goes as any other, and retention goes on.
    let mut more = other("c");
    for span in &mut more {
        span.span_id = SpanId::new([7; 8]);
        span.name = "long ".repeat(1_000) + &span.start_time_unix_nano.to_string();
    }
    lab.config.pins.bytes_max = 2 * held;
    lab.reopen();
    lab.write(&more[..1]);
    expire(&lab);
    check_by_id(&lab, &other("c"));
}

#[test]
fn a_pin_is_in_a_backup() {
    let lab = Lab::new();
    lab.write(&shop());
    let pinned = pin(&lab, &shop());
    expire(&lab);
    let backup = tempfile::tempdir().unwrap();
    create(lab.store().snapshot().unwrap().path(), lab.dir.path(), &[], backup.path()).unwrap();
    verify(backup.path()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    restore(backup.path(), dir.path()).unwrap();
    let config = config_in(dir.path());
    let store = Some(Store::open(config.clone()).unwrap());
    let restored = Lab { config, store, dir };
    check_by_id(&restored, &shop());
    assert_eq!(restored.store().pins(), [pinned]);
}

#[test]
fn a_pin_that_does_not_verify_is_named() {
    let mut lab = Lab::new();
    lab.write(&shop());
    pin(&lab, &shop());
    let id = id_of(&shop());
    assert_eq!(lab.store().audit(|_| {}).unwrap().pins, 1);
    spoil(&lab, Family::Pin, &part_key(id, 0));
    let audit = lab.store().audit(|_| {}).unwrap();
    assert!(audit.faults.iter().any(|fault| fault.contains("pin record 01")), "{audit:?}");
    // As long as the spans are elsewhere, all of them are in the answer.
    let found = lab.store().trace(id, TraceBounds::NONE, soon()).unwrap().unwrap();
    assert_eq!(found.spans, shop());
    assert!(matches!(found.completeness, Completeness::Partial { .. }), "{found:?}");
    // And are kept when they go.
    expire(&lab);
    let found = lab.store().trace(id, TraceBounds::NONE, soon()).unwrap().unwrap();
    assert_eq!(found.spans, shop());

    lab.store().unpin(id, soon()).unwrap();
    lab.write(&shop());
    pin(&lab, &shop());
    expire(&lab);
    spoil(&lab, Family::Pin, &part_key(id, 0));
    let found = lab.store().trace(id, TraceBounds::NONE, soon());
    assert!(matches!(found, Err(ReadError::Corrupt { .. })), "{found:?}");
    spoil(&lab, Family::Pin, &fact_key(id));
    lab.store = None;
    assert!(Store::open(lab.config.clone()).is_err());
}

#[test]
fn a_small_disk_that_is_full_acknowledges_no_pin_and_poisons_nothing() {
    let disk = SmallDisk::new(64 << 20);
    let dir = tempfile::tempdir_in(disk.path()).unwrap();
    let config = config_in(dir.path());
    let store = Some(Store::open(config.clone()).unwrap());
    let mut lab = Lab { config, store, dir };
    lab.write(&shop());
    disk.fill(0);
    let refused = try_pin(&lab, &shop()).unwrap_err();
    assert!(matches!(refused, PinError::Unavailable { .. }), "{refused}");
    assert!(refused.to_string().contains("disk is full"), "{refused}");
    lab.check(&shop());
    disk.make_room();
    let begin = std::time::Instant::now();
    // The database finds by itself that there is room.
    while let Err(error) = try_pin(&lab, &shop()) {
        assert!(begin.elapsed() < Duration::from_secs(30), "{error}");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(lab.store().health(), Health::Accepting);
    lab.reopen();
    assert_eq!(lab.store().pins().len(), 1);
    expire(&lab);
    check_by_id(&lab, &shop());
}

#[test]
fn a_store_from_before_pins_gets_its_family_and_a_backup_of_it_verifies() {
    let written = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stores/before_peers");
    let dir = tempfile::tempdir().unwrap();
    copy(&written, dir.path());
    assert!(Rocks::open_to_verify(&dir.path().join("db")).unwrap().verify().unwrap() > 4);
    let config = config_in(dir.path());
    let store = Some(Store::open(config.clone()).unwrap());
    let mut lab = Lab { config, store, dir };
    assert_eq!(lab.store().pins(), []);
    let id = lab.search(search_all()).traces[0].summary.trace_id;
    lab.store().pin(id, TraceBounds::NONE, soon()).unwrap().unwrap();
    lab.reopen();
    expire(&lab);
    assert!(lab.store().trace(id, TraceBounds::NONE, soon()).unwrap().is_some());
}
