//! Records of one hour become one, and old ones go.

use std::collections::BTreeMap;

use super::SealedVersions;
use super::sealed::{Hour, put_record, read_record};
use crate::chains::{MINUTES_KEPT_SECONDS, STILL_SECONDS};
use crate::changes::Changes;
use crate::contract::versions::Versions;
use crate::fault::Fault;
use crate::rocks::{Family, Rocks};

/// How many records an hour may have that is not over.
const RECORDS_MAX: usize = 4;
/// So many hours are folded at once, at most.
const AT_ONCE_MAX: usize = 100;
const ALL_MINUTES: std::ops::Range<u32> = 0..u32::MAX;

/// What was folded.
#[derive(Debug, Default)]
pub(crate) struct Folded {
    /// Where there are records now.
    pub(crate) added: Vec<Hour>,
    /// Where there are none any more.
    pub(crate) removed: Vec<Hour>,
}

impl SealedVersions {
    /// Adds to `changes` what can be folded now.
    pub(crate) fn fold(
        &self,
        rocks: &Rocks,
        now_unix_nano: u64,
        changes: &mut Changes,
    ) -> Result<Folded, Fault> {
        let mut folded = Folded::default();
        let due = due(self.hours().iter().copied(), now_unix_nano / 1_000_000_000);
        for (into, hours) in due.into_iter().take(AT_ONCE_MAX) {
            if let Some(into) = into {
                let Some(versions) = add_up(rocks, &hours)? else { continue };
                put_record(changes, into, &versions);
                folded.added.push(into);
            }
            for hour in hours.into_iter().filter(|hour| Some(*hour) != into) {
                changes.delete(Family::Chain, hour.key());
                folded.removed.push(hour);
            }
        }
        Ok(folded)
    }
}

/// What is to be folded, and into what; what nobody keeps any more, into nothing.
fn due(hours: impl Iterator<Item = Hour>, now: u64) -> Vec<(Option<Hour>, Vec<Hour>)> {
    let mut groups: BTreeMap<u64, Vec<Hour>> = BTreeMap::new();
    let mut old = Vec::new();
    for hour in hours {
        match hour.done().saturating_add(MINUTES_KEPT_SECONDS) < now {
            true => old.push(hour),
            false => groups.entry(hour.begin).or_default().push(hour),
        }
    }
    let into = |(begin, hours): (u64, Vec<Hour>)| {
        let written = hours.iter().map(|hour| hour.written).max().unwrap_or(0);
        (Hour { begin, written, segment: 0 }, hours)
    };
    let is_due = |(into, hours): &(Hour, Vec<Hour>)| {
        let is_over = into.done().saturating_add(STILL_SECONDS) < now;
        hours.len() > if is_over { 1 } else { RECORDS_MAX }
    };
    let groups = groups.into_iter().map(into).filter(is_due);
    let groups = groups.map(|(into, hours)| (Some(into), hours));
    let old = (!old.is_empty()).then_some((None, old));
    old.into_iter().chain(groups).collect()
}

/// All of `hours`; `None` where some can't be read: they stay where they are, and whoever asks
/// is told.
fn add_up(rocks: &Rocks, hours: &[Hour]) -> Result<Option<Versions>, Fault> {
    let mut versions = Versions::default();
    for hour in hours {
        match read_record(rocks, *hour) {
            Ok(found) => found.iter().for_each(|found| versions.merge(found, &ALL_MINUTES)),
            Err(fault @ Fault::Corrupt { .. }) => {
                tracing::warn!(error = %fault, "versions not merged");
                return Ok(None);
            }
            Err(fault) => return Err(fault),
        }
    }
    Ok(Some(versions))
}
