//! Bytes that changed and files that went.

use super::*;
use crate::changes::Changes;
use crate::contract::ReadError;
use crate::contract::chains::ChainsQuestion;
use crate::rocks::Family;
use crate::store::OpenError;

/// Overwrites the record of `key` with one that does not verify.
pub(super) fn spoil(lab: &Lab, family: Family, key: &[u8]) {
    let mut changes = Changes::default();
    changes.put_spoilt(family, key);
    lab.store().shared.rocks.commit(changes).unwrap();
}

fn block_key(segment: u32) -> Vec<u8> {
    [&segment.to_be_bytes()[..], &[2], &0u32.to_be_bytes()].concat()
}

#[test]
fn a_block_that_does_not_verify_is_named_and_hurts_nothing_else() {
    let mut lab = Lab::new();
    lab.write(&shop());
    lab.store().seal_now().unwrap();
    lab.write(&other("b"));
    lab.store().seal_now().unwrap();
    spoil(&lab, Family::Segment, &block_key(0));
    lab.reopen();
    let error = lab.store().trace(shop()[0].trace_id, TraceBounds::spans(10), soon()).unwrap_err();
    assert!(matches!(&error, ReadError::Corrupt { what } if what.contains("segment")), "{error}");
    let page = lab.search(search_all());
    assert_eq!(page.traces.len(), 1);
    assert!(matches!(&page.completeness, Completeness::Partial { missing } if missing.len() == 1));
    let found =
        lab.store().trace(other("b")[0].trace_id, TraceBounds::spans(10), soon()).unwrap().unwrap();
    assert_eq!(found.completeness, Completeness::Complete);
}

#[test]
fn a_trace_with_a_part_that_does_not_verify_is_partial() {
    let lab = Lab::new();
    lab.write(&shop()[..2]);
    lab.store().seal_now().unwrap();
    lab.write(&shop()[2..]);
    spoil(&lab, Family::Segment, &block_key(0));
    let found =
        lab.store().trace(shop()[0].trace_id, TraceBounds::spans(10), soon()).unwrap().unwrap();
    assert_eq!(found.spans.len(), 2);
    assert!(matches!(found.completeness, Completeness::Partial { .. }));
    lab.store().seal_now().unwrap();
    let found =
        lab.store().trace(shop()[0].trace_id, TraceBounds::spans(10), soon()).unwrap().unwrap();
    assert_eq!(found.spans.len(), 2);
    assert!(matches!(found.completeness, Completeness::Partial { .. }));
}

#[test]
fn a_trace_index_that_does_not_verify_keeps_nothing_from_being_sealed() {
    let mut lab = Lab::new();
    lab.write(&shop()[..2]);
    lab.store().seal_now().unwrap();
    let id = shop()[0].trace_id;
    spoil(&lab, Family::Segment, &[&0u32.to_be_bytes()[..], &[3]].concat());
    lab.write(&shop()[2..]);
    lab.write(&other("b"));
    lab.store().seal_now().unwrap();
    assert_eq!(lab.store().stats().hot_spans, 0);
    // Nobody can say what else of a trace is in that segment, so every answer says so.
    let is_told = |completeness: &Completeness| matches!(completeness, Completeness::Partial { missing } if missing.iter().any(|what| what.contains("segment record 0000000003")));
    for _ in 0..2 {
        let found = lab.store().trace(id, TraceBounds::spans(10), soon()).unwrap().unwrap();
        assert_eq!(found.spans.len(), 2);
        assert!(is_told(&found.completeness), "{:?}", found.completeness);
        let error =
            lab.store().trace(TraceId::new([9; 16]), TraceBounds::spans(10), soon()).unwrap_err();
        assert!(
            matches!(&error, ReadError::Corrupt { what } if what.contains("segment record 0000000003"))
        );
        let page = lab.search(search_all());
        assert_eq!(page.traces.len(), 2);
        assert!(is_told(&page.completeness), "{:?}", page.completeness);
        lab.reopen();
    }
}

#[test]
fn a_trace_of_which_only_an_unreadable_part_is_left_is_still_named() {
    let lab = Lab::new();
    lab.write(&shop()[..2]);
    lab.store().shared.seal_now(1).unwrap();
    lab.write(&shop()[2..]);
    lab.store().shared.seal_now(1_000).unwrap();
    spoil(&lab, Family::Segment, &block_key(1));
    let mut upkeep = lab.store().shared.upkeep.lock();
    lab.store().shared.retire_older(&mut upkeep, Duration::from_nanos(500), 1_000).unwrap();
    let page = lab.search(search_all());
    assert_eq!(page.traces.len(), 0);
    assert!(matches!(&page.completeness, Completeness::Partial { missing } if missing.len() == 1));
}

/// The one file of the log, and what it holds.
fn log_file(directory: &Path) -> (PathBuf, Vec<u8>) {
    let entries = std::fs::read_dir(directory.join("log")).unwrap();
    let paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    let [path] = &paths[..] else { panic!("{paths:?}") };
    (path.clone(), std::fs::read(path).unwrap())
}

#[test]
fn a_log_that_lost_its_end_is_not_opened() {
    let mut lab = Lab::new();
    lab.write(&shop());
    let (path, short) = log_file(lab.dir.path());
    lab.write(&other("b"));
    lab.store = None;
    std::fs::write(path, short).unwrap();
    let error = Store::open(lab.config.clone()).err().unwrap();
    assert!(matches!(error, OpenError::LogShortened { found: 1, acknowledged: 2, .. }), "{error}");
    assert!(error.to_string().contains("acknowledged"));
    // As the message says.
    std::fs::remove_file(lab.dir.path().join("acknowledged")).unwrap();
    lab.reopen();
    lab.check(&shop());
}

#[test]
fn a_log_or_a_database_that_vanished_is_not_taken_for_a_new_one() {
    for (gone, is_sealed) in [("log", false), ("log", true), ("db", true)] {
        let mut lab = Lab::new();
        lab.write(&shop());
        if is_sealed {
            lab.store().seal_now().unwrap();
        }
        lab.write(&other("b"));
        lab.store = None;
        std::fs::remove_dir_all(lab.dir.path().join(gone)).unwrap();
        let error = Store::open(lab.config.clone()).err().unwrap();
        assert!(
            matches!(error, OpenError::LogShortened { .. } | OpenError::Damaged { .. }),
            "{error}"
        );
    }
}

#[test]
fn a_flipped_or_missing_byte_of_the_log_never_goes_unnoticed() {
    let lab = Lab::new();
    lab.write(&shop());
    lab.store().seal_now().unwrap();
    for letter in ["b", "c", "d"] {
        lab.write(&other(letter));
    }
    let (_, bytes) = log_file(lab.dir.path());
    for (number, at) in (0..bytes.len()).step_by(bytes.len() / 48).enumerate() {
        let dir = tempfile::tempdir().unwrap();
        copy(lab.dir.path(), dir.path());
        let (path, mut bytes) = log_file(dir.path());
        if number % 2 == 0 {
            bytes[at] ^= 1 << (number % 8);
        } else {
            bytes.truncate(at);
        }
        std::fs::write(path, bytes).unwrap();
        let error = Store::open(config_in(dir.path())).err().unwrap();
        assert!(
            matches!(error, OpenError::LogShortened { .. } | OpenError::Damaged { .. }),
            "{error}"
        );
    }
}

#[test]
fn figures_that_do_not_verify_are_named_and_others_count() {
    let mut lab = Lab::new();
    lab.write(&shop());
    lab.store().seal_now().unwrap();
    lab.write(&other("b"));
    lab.store().seal_now().unwrap();
    let question = ChainsQuestion { range: TimeRange::ALL, settled: Duration::ZERO };
    let all = lab.store().chains(&question, soon()).unwrap();
    assert_eq!(all.completeness, Completeness::Complete);
    let place = *lab.store().shared.chains.places().first().unwrap();
    spoil(&lab, Family::Chain, &place.key());
    lab.reopen();
    let some = lab.store().chains(&question, soon()).unwrap();
    assert!(
        matches!(&some.completeness, Completeness::Partial { missing } if missing.len() == 1),
        "{:?}",
        some.completeness
    );
    assert!(!some.roll_up.cells.is_empty() && some.roll_up != all.roll_up);
    let audit = lab.store().audit(|_| {}).unwrap();
    assert!(audit.faults.iter().any(|fault| fault.contains("chain record")), "{audit:?}");
}
