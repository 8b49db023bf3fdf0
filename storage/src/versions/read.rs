//! What there is when somebody asks.

use std::ops::Range;

use super::record::HOUR_SECONDS;
use super::sealed::read_record;
use crate::contract::versions::{Versions, VersionsQuestion};
use crate::contract::{Completeness, Deadline, ReadError, TimeRange};
use crate::fault::Fault;
use crate::view::{Missing, View};

const MINUTE_NANO: u64 = 60 * 1_000_000_000;

impl Versions {
    /// Adds those of `other` that began in `minutes`, counted from the Unix epoch.
    pub(crate) fn merge(&mut self, other: &Self, minutes: &Range<u32>) {
        self.has_further |= other.has_further;
        for (name, service) in &other.services {
            for (version, there) in &service.spans {
                let mut there = there.range(minutes.clone()).peekable();
                if there.peek().is_none() {
                    continue;
                }
                let Some(known) = self.minutes(name, version) else { continue };
                for (minute, spans) in there {
                    let count = known.entry(*minute).or_default();
                    *count = count.saturating_add(*spans);
                }
            }
            if service.has_further {
                self.note_further(name);
            }
        }
    }
}

/// What of `range` is asked for, as whole minutes since the Unix epoch.
pub(crate) fn minutes_of(range: TimeRange) -> Range<u32> {
    let minute = |minute: u64| u32::try_from(minute).unwrap_or(u32::MAX);
    let to = range.to_unix_nano.div_ceil(MINUTE_NANO);
    minute(range.from_unix_nano / MINUTE_NANO)..minute(to)
}

impl View {
    /// See [`crate::TraceReader::versions`]. `None` where records went while they were read:
    /// they were folded, and what they became is in a later view.
    pub(crate) fn versions(
        &self,
        question: VersionsQuestion,
        deadline: Deadline,
    ) -> Result<Option<Versions>, ReadError> {
        let minutes = minutes_of(question.range);
        let seconds = u64::from(minutes.start) * 60..u64::from(minutes.end) * 60;
        let is_asked =
            |begin: u64| begin < seconds.end && begin.saturating_add(HOUR_SECONDS) > seconds.start;
        let mut versions = Versions::default();
        let mut missing = Missing::default();
        for hour in self.version_hours.iter().filter(|hour| is_asked(hour.begin)) {
            deadline.check()?;
            match read_record(&self.sealed.rocks, *hour) {
                Ok(None) => return Ok(None),
                Ok(Some(found)) => versions.merge(&found, &minutes),
                Err(fault @ Fault::Corrupt { .. }) => missing.add(fault),
                Err(fault) => return Err(fault.into()),
            }
        }
        for chunk in self.hot.chunks() {
            deadline.check()?;
            versions.merge(chunk.versions(), &minutes);
        }
        versions.completeness = missing.completeness(Completeness::Complete);
        Ok(Some(versions))
    }
}
