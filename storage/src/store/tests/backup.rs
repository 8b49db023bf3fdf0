//! Copied while it goes on, checked, restored elsewhere.

use super::*;
use crate::SnapshotError;
use crate::backup::{BackupError, create, restore, verify};

/// A file that lies beside a store, if it does.
const BESIDE: &str = "beside.json";

/// A backup of `lab`, in a folder that goes with the value.
fn backup_of(lab: &Lab) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let snapshot = lab.store().snapshot().unwrap();
    create(snapshot.path(), lab.dir.path(), &[BESIDE], folder.path()).unwrap();
    folder
}

fn restored(backup: &TempDir) -> Lab {
    let dir = tempfile::tempdir().unwrap();
    restore(backup.path(), dir.path()).unwrap();
    let config = config_in(dir.path());
    let store = Some(Store::open(config.clone()).unwrap());
    Lab { config, store, dir }
}

#[test]
fn a_backup_holds_what_was_acknowledged_sealed_and_hot() {
    let lab = Lab::new();
    // Of nothing, of hot spans only, of a segment only, of both.
    restored(&backup_of(&lab)).check(&[]);
    lab.write(&shop());
    restored(&backup_of(&lab)).check(&shop());
    lab.store().seal_now().unwrap();
    restored(&backup_of(&lab)).check(&shop());
    lab.write(&other("b"));
    let backup = backup_of(&lab);
    lab.write(&other("c"));
    assert!(verify(backup.path()).unwrap().records > 4);
    let restored = restored(&backup);
    restored.check(&[shop(), other("b")].concat());
    restored.write(&other("d"));
    restored.after_a_kill().check(&[shop(), other("b"), other("d")].concat());
    lab.check(&[shop(), other("b"), other("c")].concat());
    lab.after_a_kill().check(&[shop(), other("b"), other("c")].concat());
}

#[test]
fn a_snapshot_stays_as_it_is_while_its_segments_go_and_is_one_at_a_time() {
    let lab = Lab::new();
    lab.write(&shop());
    lab.store().seal_now().unwrap();
    let snapshot = lab.store().snapshot().unwrap();
    assert!(matches!(lab.store().snapshot(), Err(SnapshotError::Busy)));
    {
        let mut upkeep = lab.store().shared.upkeep.lock();
        let later = proto::clock::now_unix_nano() + 1_000_000_000;
        lab.store().shared.retire_older(&mut upkeep, Duration::ZERO, later).unwrap();
        lab.store().shared.free_retired(&mut upkeep).unwrap();
    }
    lab.check(&[]);
    let folder = tempfile::tempdir().unwrap();
    create(snapshot.path(), lab.dir.path(), &[BESIDE], folder.path()).unwrap();
    restored(&folder).check(&shop());
    let path = snapshot.path().to_owned();
    drop(snapshot);
    assert!(!path.exists());
    lab.store().snapshot().unwrap();
}

#[test]
fn a_flipped_byte_is_named_by_its_file_and_not_restored() {
    let lab = Lab::new();
    lab.write(&shop());
    lab.store().seal_now().unwrap();
    lab.write(&other("b"));
    let backup = backup_of(&lab);
    let good: Vec<_> = files(backup.path()).unwrap().into_keys().collect();
    for path in &good {
        let bytes = std::fs::read(path).unwrap();
        for at in [0, bytes.len() / 2, bytes.len().saturating_sub(1)] {
            let mut flipped = bytes.clone();
            let Some(byte) = flipped.get_mut(at) else { continue };
            *byte ^= 4;
            std::fs::write(path, flipped).unwrap();
            let name = path.strip_prefix(backup.path()).unwrap().display().to_string();
            let error = verify(backup.path()).unwrap_err();
            assert!(matches!(error, BackupError::Damaged { .. }), "{error}");
            assert!(error.to_string().contains(&name), "{name}: {error}");
            let target = tempfile::tempdir().unwrap();
            let error = restore(backup.path(), target.path()).unwrap_err();
            assert!(error.to_string().contains(&name), "{name}: {error}");
        }
        std::fs::write(path, bytes).unwrap();
    }
    // Nothing is left behind by looking.
    verify(backup.path()).unwrap();
    assert_eq!(files(backup.path()).unwrap().into_keys().collect::<Vec<_>>(), good);
    std::fs::remove_file(good.last().unwrap()).unwrap();
    assert!(matches!(verify(backup.path()), Err(BackupError::Damaged { .. })));
}

#[test]
fn folders_that_are_not_empty_or_hold_no_backup_are_refused() {
    let lab = Lab::new();
    let backup = backup_of(&lab);
    let taken = tempfile::tempdir().unwrap();
    std::fs::write(taken.path().join("thesis.txt"), "years of work").unwrap();
    let snapshot = lab.store().snapshot().unwrap();
    for refused in [
        create(snapshot.path(), lab.dir.path(), &[], taken.path()),
        restore(backup.path(), taken.path()),
    ] {
        assert!(matches!(refused, Err(BackupError::NotEmpty { .. })), "{refused:?}");
    }
    assert_eq!(std::fs::read_dir(taken.path()).unwrap().count(), 1);
    assert!(matches!(verify(taken.path()), Err(BackupError::NoBackup { .. })));
    let empty = tempfile::tempdir().unwrap();
    let refused = restore(taken.path(), empty.path());
    assert!(matches!(refused, Err(BackupError::NoBackup { .. })), "{refused:?}");
}

#[test]
fn what_lies_beside_a_store_is_copied_checked_and_restored_if_it_is_there() {
    let lab = Lab::new();
    lab.write(&shop());
    // Of a time when there was none.
    assert!(!restored(&backup_of(&lab)).dir.path().join(BESIDE).exists());
    std::fs::write(lab.dir.path().join(BESIDE), "found").unwrap();
    let backup = backup_of(&lab);
    let again = restored(&backup);
    again.check(&shop());
    assert_eq!(std::fs::read_to_string(again.dir.path().join(BESIDE)).unwrap(), "found");
    std::fs::write(backup.path().join(BESIDE), "founb").unwrap();
    let error = verify(backup.path()).unwrap_err();
    assert!(error.to_string().contains(BESIDE), "{error}");
}
