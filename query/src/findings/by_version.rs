//! What is worse since a service runs another version.
//!
//! The time since the change is compared with the hour before it, so that what is too small,
//! or too seldom, to show in the last minutes shows, and what is worse is not taken for usual
//! after a while. Only hops of that service count, and only what is still so, and was so for
//! about as long as the version is there: what came later has another cause.

use std::collections::BTreeMap;
use std::time::Duration;

use storage::{Completeness, Deadline, ReadError, TimeRange, TraceReader, VersionsQuestion};

use super::baseline::minute;
use super::book::{is_same, is_worth_keeping};
use super::version_change::{NEW_MINUTES, version_changes};
use super::watch::REQUESTS_MIN;
use super::{Baseline, Compared, Finding, MINUTE_NANO, Rates, Times, VersionChange, compare};

/// How long the reference is, and a change counts.
const HOUR_NANO: u64 = NEW_MINUTES as u64 * MINUTE_NANO;
/// What is worse must be so in the last minutes, too.
const STILL_NANO: u64 = 5 * MINUTE_NANO;
/// Then with at least so much of the harm that it does over all the time.
const PART_STILL: f64 = 1.0 / 3.0;
/// Over all the time with at least so much of the harm that it does in the last minutes: of what
/// a version does that replaces another little by little, half.
const PART_ALL_ALONG: f64 = 0.5;
/// Of so many different minutes of changes, the last ones, each is compared.
const COMPARED_MAX: usize = 4;
/// Of so many services, the last that changed: of those that do in one minute, the first by name.
const SERVICES_MAX: usize = 100;

/// A service that runs another version, compared with the hour before.
#[derive(Debug, Clone, PartialEq)]
pub struct ByVersion {
    /// What changed.
    pub change: VersionChange,
    /// What came of it: of all hops, but findings only of those of the service. There are none
    /// where the workload is another.
    pub compared: Compared,
}

/// What is worse since services run other versions than before, the last that changed first.
///
/// # Errors
/// The store's.
pub(super) fn by_version(
    reader: &dyn TraceReader,
    now_unix_nano: u64,
    troubled: &[TimeRange],
    settled: Duration,
    deadline: Deadline,
) -> Result<Vec<ByVersion>, ReadError> {
    let from_unix_nano = now_unix_nano.saturating_sub(2 * HOUR_NANO);
    let range = TimeRange { from_unix_nano, to_unix_nano: now_unix_nano };
    let versions = reader.versions(VersionsQuestion { range }, deadline)?;
    if versions.completeness != Completeness::Complete {
        // What seems new may have been there before.
        return Ok(Vec::new());
    }
    let mut changes: BTreeMap<u64, Vec<VersionChange>> = BTreeMap::new();
    for change in version_changes(&versions, now_unix_nano) {
        changes.entry(change.since_unix_nano).or_default().push(change);
    }
    let mut found = Vec::new();
    for (since_unix_nano, changes) in changes.into_iter().rev().take(COMPARED_MAX) {
        let reference = Baseline::Version.ranges(since_unix_nano, troubled);
        if reference.is_empty() {
            continue;
        }
        let judged = TimeRange { from_unix_nano: since_unix_nano, to_unix_nano: now_unix_nano };
        let times = Times { judged, baseline: Baseline::Version, reference, settled };
        if let Some(compared) = since_then(reader, times, deadline)? {
            found.extend(changes.iter().map(|change| of_service(&compared, change, &changes)));
        }
    }
    found.truncate(SERVICES_MAX);
    Ok(found)
}

/// What is worse, of all hops; `None` where there were too few requests.
fn since_then(
    reader: &dyn TraceReader,
    times: Times,
    deadline: Deadline,
) -> Result<Option<Compared>, ReadError> {
    let mut compared = compare(reader, times, deadline)?;
    if compared.requests.min(compared.reference_requests) < REQUESTS_MIN {
        return Ok(None);
    }
    compared.rates = Rates::of(reader, &compared.times, deadline)?;
    if compared.is_other_workload() {
        compared.findings.clear();
        return Ok(Some(compared));
    }
    compared.findings.retain(is_worth_keeping);
    let judged = compared.times.judged;
    let still_from = minute(judged.to_unix_nano.saturating_sub(STILL_NANO));
    if compared.findings.is_empty() || still_from <= judged.from_unix_nano {
        return Ok(Some(compared));
    }
    let still = TimeRange { from_unix_nano: still_from, ..judged };
    let still = compare(reader, Times { judged: still, ..compared.times.clone() }, deadline)?;
    compared.findings.retain(|finding| {
        let now = still.findings.iter().find(|now| is_same(now, finding));
        now.is_some_and(|now| {
            let is_still_so = is_worth_keeping(now) && now.harm >= PART_STILL * finding.harm;
            is_still_so && finding.harm >= PART_ALL_ALONG * now.harm
        })
    });
    Ok(Some(compared))
}

/// What of `compared` is about hops of the service that changed: of a hop between two of those
/// that did, `changes`, it is the one that is to blame.
fn of_service(compared: &Compared, change: &VersionChange, changes: &[VersionChange]) -> ByVersion {
    let has_changed = |service: &String| changes.iter().any(|change| change.service == *service);
    let is_of = |finding: &&Finding| {
        let is_other = finding.other.as_ref() == Some(&change.service);
        finding.service == change.service || (is_other && !has_changed(&finding.service))
    };
    let of = compared.findings.iter().filter(is_of);
    let findings = of.map(|it| Finding { version: Some(change.clone()), ..it.clone() }).collect();
    let compared = Compared { findings, ..compared.clone() };
    ByVersion { change: change.clone(), compared }
}

/// Adds to `findings` what is worse since a change. What was found anyway stays, with the figures
/// of whichever shows more harm, and says of the change.
pub(super) fn add_to(findings: &mut Vec<Finding>, since_change: &Finding) {
    match findings.iter_mut().find(|known| is_same(known, since_change)) {
        Some(known) if known.harm > since_change.harm => {
            // Of two changes that it may be due to, the last.
            known.version = known.version.take().or_else(|| since_change.version.clone());
        }
        Some(known) if known.version.is_none() => *known = since_change.clone(),
        Some(_) => {}
        None => findings.push(since_change.clone()),
    }
}
