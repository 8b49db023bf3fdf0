//! An fsync that fails: nobody knows what is on the disk, so nothing is acknowledged any
//! more, and nothing that was is lost.

use super::*;
use crate::SnapshotError;
use crate::contract::{Health, WriteError};
use crate::log::disk_file::testing::Pages;
use crate::store::Durability;

/// Has the next fsync of the log fail.
fn fail_next_sync(lab: &Lab, pages: Pages) {
    lab.store().shared.log_end.lock().log.file().fail_next_sync(pages);
}

fn send(lab: &Lab, spans: &[Span]) -> Result<Vec<Written>, WriteError> {
    lab.store().write(&[Arc::new(Batch::of(spans))])
}

#[track_caller]
fn check_is_poisoned(lab: &Lab) {
    // The next fsync would succeed, and would mean nothing.
    let refused = send(lab, &other("z")).unwrap_err();
    assert!(matches!(refused, WriteError::Unavailable { .. }), "{refused}");
    for text in ["Input/output error", "until the store is opened again"] {
        assert!(refused.to_string().contains(text), "{refused}");
        assert!(
            matches!(lab.store().health(), Health::Refusing { reason } if reason.contains(text))
        );
    }
}

#[test]
fn after_a_failed_fsync_nothing_is_acknowledged_and_nothing_acknowledged_is_lost() {
    for pages in [Pages::Kept, Pages::Lost] {
        let mut lab = Lab::new();
        lab.write(&other("a"));
        lab.store().seal_now().unwrap();
        lab.write(&shop());
        let acknowledged = [other("a"), shop()].concat();

        fail_next_sync(&lab, pages);
        let unknown = send(&lab, &other("b")).unwrap_err();
        assert!(matches!(unknown, WriteError::OutcomeUnknown { .. }), "{unknown}");
        check_is_poisoned(&lab);
        lab.check(&acknowledged);
        // Neither sealing nor a copy goes by what may not be there.
        lab.store().seal_now().unwrap();
        lab.store().maintain(proto::clock::now_unix_nano()).unwrap();
        assert!(matches!(lab.store().snapshot(), Err(SnapshotError::Refused(_))));
        lab.check(&acknowledged);

        let survived = match pages {
            Pages::Kept => [acknowledged, other("b")].concat(),
            Pages::Lost => acknowledged,
        };
        lab.after_a_kill().check(&survived);
        lab.reopen();
        assert_eq!(lab.store().health(), Health::Accepting);
        lab.check(&survived);
        // What the sender was told to do: the same again.
        send(&lab, &other("b")).unwrap();
        lab.check(&[other("a"), shop(), other("b")].concat());
    }
}

#[test]
fn a_failed_fsync_while_a_file_is_left_poisons_too() {
    let mut lab = Lab::new();
    lab.write(&shop());
    fail_next_sync(&lab, Pages::Kept);
    assert!(matches!(lab.store().snapshot(), Err(SnapshotError::Refused(_))));
    check_is_poisoned(&lab);
    lab.check(&shop());
    lab.reopen();
    lab.check(&shop());
}

#[test]
fn a_failed_fsync_of_what_was_left_to_the_system_poisons_too() {
    let mut lab = Lab::with(|config| config.durability = Durability::Process);
    lab.write(&shop());
    fail_next_sync(&lab, Pages::Kept);
    // The store's own thread may come first, and then this finds the store poisoned.
    let found = lab.store().maintain(proto::clock::now_unix_nano());
    if let Err(error) = found {
        assert!(error.to_string().contains("Input/output error"), "{error}");
    }
    check_is_poisoned(&lab);
    lab.check(&shop());
    lab.reopen();
    lab.check(&shop());
}
