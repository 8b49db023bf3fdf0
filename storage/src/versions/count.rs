//! Counting spans by service, version and minute.

use std::collections::BTreeSet;
use std::sync::Arc;

use hashbrown::HashMap;
use proto::batch::Head;
use proto::{Span, SpanKind};

use crate::contract::versions::{Minutes, SERVICES_MAX, ServiceVersions, VERSIONS_MAX, Versions};
use crate::hot::{HotBatch, HotTrace};

const MINUTE_NANO: u64 = 60 * 1_000_000_000;
/// How much of a name is kept, in bytes: as much as of those of hops.
const NAME_BYTES_MAX: usize = 512;
/// How many minutes of versions are counted at once: those of 200 services over five hours.
const MINUTES_MAX: usize = 65_536;
/// And how many hours, each of which is a record. What is beyond comes from clocks that go
/// wrong, or is replayed and older than anybody asks about.
const HOURS_MAX: usize = 48;

/// Counts spans of a resource as long as they begin in one minute, which most do that come one
/// after the other.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Run {
    minute: u32,
    spans: u64,
}

impl Run {
    /// Takes a span; those of the minute before, where it begins in another.
    pub(crate) fn take(&mut self, head: &Head) -> Option<Self> {
        let minute = minute(head.kind, head.start_time_unix_nano)?;
        if minute == self.minute {
            self.spans += 1;
            return None;
        }
        let before = std::mem::replace(self, Self { minute, spans: 1 });
        (before.spans > 0).then_some(before)
    }
}

/// Versions in the making.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    versions: Versions,
    minutes: usize,
    hours: BTreeSet<u32>,
}

impl Counts {
    /// Adds the spans of a version of `service`.
    pub(crate) fn add(&mut self, service: &str, version: Option<&str>, Run { minute, spans }: Run) {
        let Some(version) = version.filter(|_| spans > 0) else { return };
        let (service, version, hour) = (cut(service), cut(version), minute / 60);
        let has_hour = self.hours.len() < HOURS_MAX || self.hours.contains(&hour);
        let has_room = has_hour && self.minutes < MINUTES_MAX;
        if !has_room && !self.versions.has(service, version, minute) {
            return self.versions.note_further(service);
        }
        let Some(minutes) = self.versions.minutes(service, version) else { return };
        let known = minutes.len();
        let count = minutes.entry(minute).or_default();
        *count = count.saturating_add(spans);
        if minutes.len() > known {
            self.minutes += 1;
            self.hours.insert(hour);
        }
    }

    /// Adds one span.
    pub(crate) fn add_span(&mut self, span: &Span) {
        if let Some(minute) = minute(span.kind, span.start_time_unix_nano) {
            let version = span.resource.service_version();
            self.add(&span.service_name(), version.as_deref(), Run { minute, spans: 1 });
        }
    }

    /// What was counted.
    pub(crate) fn finish(self) -> Versions {
        self.versions
    }
}

/// The minute in which a span begins, counted from the Unix epoch; `None` where it is not known,
/// and of log records.
fn minute(kind: SpanKind, start_unix_nano: u64) -> Option<u32> {
    let is_span = kind != SpanKind::LOG_RECORD && start_unix_nano != 0;
    is_span.then(|| u32::try_from(start_unix_nano / MINUTE_NANO).unwrap_or(u32::MAX))
}

fn cut(name: &str) -> &str {
    name.get(..name.floor_char_boundary(NAME_BYTES_MAX)).unwrap_or_default()
}

impl Versions {
    /// Those of a version of `service`; `None` where there is no room for it, which is noted.
    pub(super) fn minutes(&mut self, service: &str, version: &str) -> Option<&mut Minutes> {
        if !self.services.contains_key(service) {
            if self.services.len() >= SERVICES_MAX {
                self.has_further = true;
                return None;
            }
            self.services.insert(service.to_owned(), ServiceVersions::default());
        }
        let service = self.services.get_mut(service)?;
        if !service.spans.contains_key(version) {
            if service.spans.len() >= VERSIONS_MAX {
                service.has_further = true;
                return None;
            }
            service.spans.insert(version.to_owned(), Minutes::new());
        }
        service.spans.get_mut(version)
    }

    fn has(&self, service: &str, version: &str, minute: u32) -> bool {
        let version = self.services.get(service).and_then(|service| service.spans.get(version));
        version.is_some_and(|minutes| minutes.contains_key(&minute))
    }

    /// Notes that there were further versions of `service`, or minutes.
    pub(super) fn note_further(&mut self, service: &str) {
        if self.services.len() < SERVICES_MAX || self.services.contains_key(service) {
            self.services.entry(service.to_owned()).or_default().has_further = true;
        }
    }
}

/// Counts what of `traces` is hot.
pub(crate) fn count_hot<'a>(traces: impl Iterator<Item = &'a Arc<HotTrace>>) -> Versions {
    let mut counts = Counts::default();
    let mut runs: HashMap<*const HotBatch, (&HotBatch, Vec<Run>)> = HashMap::new();
    for (batch, heads) in traces.flat_map(|trace| trace.parts()) {
        let no_runs = || (batch, vec![Run::default(); batch.resources().len()]);
        let (_, runs) = runs.entry(std::ptr::from_ref(batch)).or_insert_with(no_runs);
        for head in heads {
            let run = runs.get_mut(head.resource as usize);
            if let Some(run) = run.and_then(|run| run.take(head)) {
                add_of(&mut counts, batch, head.resource, run);
            }
        }
    }
    for (batch, runs) in runs.into_values() {
        for (resource, run) in (0..).zip(runs) {
            add_of(&mut counts, batch, resource, run);
        }
    }
    counts.finish()
}

fn add_of(counts: &mut Counts, batch: &HotBatch, resource: u32, run: Run) {
    counts.add(batch.service_name(resource), batch.service_version(resource), run);
}
