//! Services that run another version than before.

use serde::{Deserialize, Serialize};
use storage::{ServiceVersions, Versions};

use super::MINUTE_NANO;
use super::sentence::name;

/// A version is new that was not there for so many minutes, and a change counts for as long.
pub(super) const NEW_MINUTES: u32 = 60;
/// A version runs that was there in the last minutes of its service, so many.
const RUNS_MINUTES: u32 = 3;
/// With so small a part of the spans then: what a developer sends from his own machine is less.
const RUNS_PART: f64 = 0.01;
/// And with so many spans since it came.
const SPANS_MIN: u64 = 20;

/// That a service runs another version than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionChange {
    /// The service.
    pub service: String,
    /// What it runs now, beside others maybe.
    pub version: String,
    /// What it ran before: of several the one that was there last.
    pub before: String,
    /// The minute in which the first span of the new one began, nanoseconds since the Unix epoch.
    pub since_unix_nano: u64,
    /// Until when there were spans of other versions, likewise; as above where there were none.
    pub others_until_unix_nano: u64,
}

impl VersionChange {
    /// Since when something is so, without a full stop: "since cart 1.4.2 (before: 1.4.1),
    /// deployed 14:05 UTC".
    pub fn sentence(&self) -> String {
        let minute = self.since_unix_nano / MINUTE_NANO;
        let (hour, minute) = (minute / 60 % 24, minute % 60);
        format!(
            "since {} {} (before: {}), deployed {hour:02}:{minute:02} UTC",
            name(&self.service),
            name(&self.version),
            name(&self.before)
        )
    }

    /// Whether `other` is the same change, seen at another time.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let Self { service, version, since_unix_nano, .. } = other;
        self.service == *service
            && self.version == *version
            && self.since_unix_nano == *since_unix_nano
    }
}

/// The last change of each service within an hour before `now`, if the new version still runs:
/// one that is rolled back, or of a service with more versions than are told apart, is none.
pub(super) fn version_changes(versions: &Versions, now_unix_nano: u64) -> Vec<VersionChange> {
    let now = u32::try_from(now_unix_nano / MINUTE_NANO).unwrap_or(u32::MAX);
    let changes = versions.services.iter().filter(|(_, service)| !service.has_further);
    changes.filter_map(|(name, service)| Service { name, service, now }.last_change()).collect()
}

/// A service, and the minute it is looked at, counted from the Unix epoch.
struct Service<'a> {
    name: &'a str,
    service: &'a ServiceVersions,
    now: u32,
}

impl<'a> Service<'a> {
    fn last_change(&self) -> Option<VersionChange> {
        let changes = self.service.spans.keys().filter_map(|version| self.change_to(version));
        changes.max_by_key(|change| change.since_unix_nano)
    }

    fn change_to(&self, version: &str) -> Option<VersionChange> {
        let since = self.first_minute(version)?;
        let began = since.saturating_sub(NEW_MINUTES);
        let others = || self.service.spans.keys().filter(|other| *other != version);
        let last =
            |other: &'a String| self.last_minute(other, began..since).map(|last| (last, other));
        let (_, before) = others().filter_map(last).max()?;
        let after = since..self.now.saturating_add(1);
        let is_enough = self.spans(version, after.clone()) >= SPANS_MIN;
        if !is_enough || !self.runs(version) {
            return None;
        }
        let others_last = others().filter_map(|other| self.last_minute(other, after.clone())).max();
        let nano = |minute: u32| u64::from(minute).saturating_mul(MINUTE_NANO);
        Some(VersionChange {
            service: self.name.to_owned(),
            version: version.to_owned(),
            before: before.clone(),
            since_unix_nano: nano(since),
            others_until_unix_nano: nano(others_last.map_or(since, |last| last + 1)),
        })
    }

    /// The minute in which `version` came, if that was lately.
    fn first_minute(&self, version: &str) -> Option<u32> {
        let minutes = self.service.spans.get(version)?;
        let lately = minutes.range(self.now.saturating_sub(NEW_MINUTES - 1)..=self.now);
        let is_new = |minute: u32| {
            minutes.range(minute.saturating_sub(NEW_MINUTES)..minute).next().is_none()
        };
        lately.map(|(minute, _)| *minute).find(|minute| is_new(*minute))
    }

    /// Whether `version` is among those that the service runs.
    fn runs(&self, version: &str) -> bool {
        let versions = || self.service.spans.keys();
        let to = self.now.saturating_add(1);
        let Some(last) = versions().filter_map(|it| self.last_minute(it, 0..to)).max() else {
            return false;
        };
        let lately = last.saturating_sub(RUNS_MINUTES - 1)..last.saturating_add(1);
        let all: u64 = versions().map(|it| self.spans(it, lately.clone())).sum();
        self.spans(version, lately) as f64 >= all as f64 * RUNS_PART
    }

    fn last_minute(&self, version: &str, range: std::ops::Range<u32>) -> Option<u32> {
        self.service.spans.get(version)?.range(range).next_back().map(|(minute, _)| *minute)
    }

    fn spans(&self, version: &str, range: std::ops::Range<u32>) -> u64 {
        let minutes = self.service.spans.get(version);
        minutes.map_or(0, |minutes| minutes.range(range).map(|(_, spans)| spans).sum())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::ops::Range;

    use super::*;

    /// Minutes are counted from here.
    const NOON: u32 = 28_000_000;

    /// What is said at a minute of a service with so many spans of versions in each of these
    /// minutes: the new version, the old one, since when and until when there were others.
    fn said(now: u32, spans: &[(&str, Range<u32>, u64)]) -> Option<(String, String, u64, u64)> {
        let mut service = ServiceVersions::default();
        for (version, minutes, spans) in spans {
            let there: BTreeMap<_, _> =
                minutes.clone().map(|minute| (NOON + minute, *spans)).collect();
            service.spans.entry((*version).to_owned()).or_default().extend(there);
        }
        let services = BTreeMap::from([("cart".to_owned(), service)]);
        let versions = Versions { services, ..Versions::default() };
        let found = version_changes(&versions, u64::from(NOON + now) * MINUTE_NANO + 7);
        let change = found.into_iter().next()?;
        let minute = |nano: u64| nano / MINUTE_NANO - u64::from(NOON);
        let VersionChange { version, before, since_unix_nano, others_until_unix_nano, .. } = change;
        Some((version, before, minute(since_unix_nano), minute(others_until_unix_nano)))
    }

    fn change(
        version: &str,
        before: &str,
        since: u64,
        others: u64,
    ) -> Option<(String, String, u64, u64)> {
        Some((version.to_owned(), before.to_owned(), since, others))
    }

    #[test]
    fn a_deployment_is_one_for_an_hour() {
        let deployed = [("1", 0..100, 30), ("2", 100..200, 30)];
        assert_eq!(said(99, &deployed[..1]), None);
        assert_eq!(said(100, &deployed), change("2", "1", 100, 100));
        assert_eq!(said(159, &deployed), change("2", "1", 100, 100));
        assert_eq!(said(160, &deployed), None);
    }

    #[test]
    fn while_both_run_it_is_told_until_when() {
        let rolling = [("1", 0..108, 30), ("2", 100..200, 30)];
        assert_eq!(said(104, &rolling), change("2", "1", 100, 105));
        assert_eq!(said(120, &rolling), change("2", "1", 100, 108));
        let beside = [("1", 0..200, 300), ("2", 100..200, 30)];
        assert_eq!(said(120, &beside), change("2", "1", 100, 121));
        // Whatever the other is by now: it did not come lately.
        let long_beside = [("1", 0..200, 300), ("2", 0..200, 30)];
        assert_eq!(said(120, &long_beside), None);
    }

    #[test]
    fn what_is_rolled_back_is_none_and_what_was_there_lately_is_not_new() {
        let rolled_back = [("1", 0..100, 30), ("2", 100..110, 30), ("1", 109..200, 30)];
        assert_eq!(said(111, &rolled_back), change("2", "1", 100, 112));
        assert_eq!(said(120, &rolled_back), None);
        let again = [("1", 0..100, 30), ("2", 100..170, 30), ("1", 170..200, 30)];
        assert_eq!(said(175, &again), change("1", "2", 170, 170));
    }

    #[test]
    fn of_several_the_last_counts() {
        let twice = [("1", 0..100, 30), ("2", 100..120, 30), ("3", 120..200, 30)];
        assert_eq!(said(130, &twice), change("3", "2", 120, 120));
        // There was no service before.
        assert_eq!(said(20, &[("1", 0..200, 30)]), None);
        // Nor within an hour.
        assert_eq!(said(170, &[("1", 0..50, 30), ("2", 160..200, 30)]), None);
    }

    #[test]
    fn a_few_spans_are_no_deployment() {
        let one_by_one = [("1", 0..200, 30), ("dev", 100..120, 1)];
        assert_eq!(said(110, &one_by_one), None);
        assert_eq!(said(119, &one_by_one), change("dev", "1", 100, 120));
        let too_small_a_part = [("1", 0..200, 3_000), ("dev", 100..120, 20)];
        assert_eq!(said(119, &too_small_a_part), None);
        let mut service = ServiceVersions { has_further: true, ..ServiceVersions::default() };
        for version in 0..16_u32 {
            service.spans.insert(version.to_string(), BTreeMap::from([(NOON + version, 30)]));
        }
        let services = BTreeMap::from([("cart".to_owned(), service)]);
        let versions = Versions { services, ..Versions::default() };
        assert_eq!(version_changes(&versions, u64::from(NOON + 20) * MINUTE_NANO), []);
    }

    #[test]
    fn it_is_told_as_a_person_would() {
        let change = VersionChange {
            service: "cart".to_owned(),
            version: "1.4.2".to_owned(),
            before: "1.4.1".to_owned(),
            since_unix_nano: 1_700_000_100 * 1_000_000_000,
            others_until_unix_nano: 1_700_000_100 * 1_000_000_000,
        };
        let sentence = "since cart 1.4.2 (before: 1.4.1), deployed 22:15 UTC";
        assert_eq!(change.sentence(), sentence);
    }
}
