//! A disk without room: nothing acknowledged is lost, nothing is poisoned, and all goes
//! on by itself.

use super::small_disk::SmallDisk;
use proto::{SpanId, TraceId};

use super::*;
use crate::contract::{Health, WriteError};

const DISK_BYTES: u64 = 64 << 20;
/// By so much more is left free each time.
const STEP_BYTES: u64 = 4 << 10;

/// A store in a folder of a small disk.
fn on(disk: &SmallDisk) -> Lab {
    let dir = tempfile::tempdir_in(disk.path()).unwrap();
    let config = config_in(dir.path());
    let store = Some(Store::open(config.clone()).unwrap());
    Lab { config, store, dir }
}

/// Spans of 20 traces that compress badly.
fn many(round: u64) -> Vec<Span> {
    let mut random = trace("a b 0..1");
    let span = random.remove(0);
    let spans = (0..20u64).flat_map(|trace| {
        let mut id = [7; 16];
        id[..8].copy_from_slice(&(round * 100 + trace).to_be_bytes());
        let span = span.clone();
        (0..5u64).map(move |number| {
            let mut span = span.clone();
            span.trace_id = TraceId::new(id);
            span.span_id = SpanId::new((number + 1).to_be_bytes());
            span.name = format!("{:x}", (round * 7_919 + trace * 31 + number) * 0x9e37_79b9);
            span
        })
    });
    spans.collect()
}

/// Seals until it succeeds, as the maintenance thread does, for up to 30 seconds.
fn seal_until_well(lab: &Lab) {
    let begin = std::time::Instant::now();
    let seal = || {
        lab.store().maintain(proto::clock::now_unix_nano())?;
        lab.store().seal_now()
    };
    while let Err(error) = seal() {
        assert!(begin.elapsed() < Duration::from_secs(30), "{error}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_small_disk_that_fills_up_while_it_is_written_to_takes_spans_again_by_itself() {
    let disk = SmallDisk::new(DISK_BYTES);
    let mut lab = on(&disk);
    let mut all = many(0);
    lab.write(&all);
    disk.fill(0);
    let mut round = 1;
    // The last page of the log's file may have room.
    let refused = loop {
        let spans = many(round);
        match lab.store().write(&[Arc::new(Batch::of(&spans))]) {
            Ok(_) => all.extend(spans),
            Err(error) => break error,
        }
        round += 1;
    };
    assert!(matches!(refused, WriteError::Unavailable { .. }), "{refused}");
    assert!(refused.to_string().contains("disk is full"), "{refused}");
    lab.check(&all);
    let killed = lab.after_a_kill();
    killed.check(&all);
    disk.make_room();
    all.extend(many(round));
    lab.write(&many(round));
    lab.check(&all);
    lab.reopen();
    lab.check(&all);
}

#[test]
fn a_small_disk_that_fills_up_while_it_is_sealed_loses_and_poisons_nothing() {
    let disk = SmallDisk::new(DISK_BYTES);
    let mut lab = on(&disk);
    let mut all = Vec::new();
    let mut failures = 0;
    for round in 0..14 {
        all.extend(many(round));
        lab.write(&many(round));
        // Each leaves off at another step: the segment's file, the flush, the cut.
        disk.fill(round * STEP_BYTES);
        if lab.store().seal_now().is_err() {
            failures += 1;
        }
        lab.check(&all);
        if round % 2 == 0 {
            lab.after_a_kill().check(&all);
        }
        disk.make_room();
        seal_until_well(&lab);
        assert_eq!(lab.store().health(), Health::Accepting);
        lab.check(&all);
    }
    assert!((5..14).contains(&failures), "{failures}");
    lab.after_a_kill().check(&all);
    lab.store().seal_now().unwrap();
    lab.reopen();
    lab.check(&all);
    assert_eq!(lab.store().stats().hot_spans, 0);
}

#[test]
fn a_small_disk_keeps_room_free_and_says_how_much() {
    let disk = SmallDisk::new(DISK_BYTES);
    let mut lab = on(&disk);
    lab.config.disk_free_min = 16 << 20;
    lab.reopen();
    let mut all = many(0);
    lab.write(&all);
    let maintain = |free_bytes: u64| {
        disk.fill(free_bytes);
        lab.store().maintain(proto::clock::now_unix_nano()).unwrap();
    };
    let is_accepting = || {
        let spans = Arc::new(Batch::of(&many(0)));
        let answer = lab.store().write(&[spans]);
        assert_eq!(answer.is_ok(), lab.store().health() == Health::Accepting);
        answer.map(|_| ()).map_err(|error| error.to_string())
    };
    maintain(17 << 20);
    assert_eq!(is_accepting(), Ok(()));
    maintain(15 << 20);
    let refused = is_accepting().unwrap_err();
    for figure in ["15.0 MiB free", "16.0 MiB are kept free", "from 18.0 MiB on"] {
        assert!(refused.contains(figure), "{refused}");
    }
    lab.check(&all);
    // A little more is not enough, so that it does not flip back and forth.
    maintain(17 << 20);
    is_accepting().unwrap_err();
    maintain(19 << 20);
    assert_eq!(is_accepting(), Ok(()));
    all.extend(many(1));
    lab.write(&many(1));
    // A store that is opened knows at once.
    disk.fill(15 << 20);
    lab.reopen();
    assert!(matches!(lab.store().health(), Health::Refusing { .. }));
    lab.check(&all);
}

#[test]
fn a_small_disk_whose_room_is_kept_for_what_is_hot_gets_it_by_sealing() {
    let disk = SmallDisk::new(DISK_BYTES);
    let lab = on(&disk);
    let all: Vec<Span> = (0..400).flat_map(many).collect();
    lab.write(&all);
    let hot_bytes = lab.store().shared.state.read().hot.bytes() as u64;
    disk.fill(hot_bytes / 4 * 3);
    lab.store().maintain(proto::clock::now_unix_nano()).unwrap();
    assert_eq!(lab.store().stats().hot_spans, 0);
    lab.store().maintain(proto::clock::now_unix_nano()).unwrap();
    assert_eq!(lab.store().health(), Health::Accepting);
    lab.check(&all);
}
