//! Two times, held against each other.

use std::sync::Arc;
use std::time::Duration;

use chain::{Comparison, PathId, RollUp, Step};
use hashbrown::HashMap;
use storage::{Chains, ChainsQuestion, Completeness, Deadline, ReadError, TimeRange, TraceReader};

use super::{Baseline, Entrance, Examples, Finding, Harmed, Opportunity, Rates, sentence};
use crate::peers::Peer;
use crate::places::{Places, is_call};

/// How many kinds of requests are told of.
const ENTRIES_MAX: usize = 100;
/// And of each finding.
const HARMED_MAX: usize = 10;

/// What is compared with what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Times {
    /// What is judged.
    pub judged: TimeRange,
    /// What kind of time it is compared with.
    pub baseline: Baseline,
    /// That time, all together: at least one, by time.
    pub reference: Vec<TimeRange>,
    /// See [`ChainsQuestion::settled`].
    pub settled: Duration,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// What was compared.
    pub times: Times,
    /// Requests that were judged: roots of traces.
    pub requests: u64,
    /// Requests that they were compared with.
    pub reference_requests: u64,
    /// How long a request took before, on average, in seconds.
    pub request_seconds: f64,
    /// By how much the two times differ in what is asked for: 0 where the same requests
    /// come as often, 1 where others do.
    pub workload_shift: f64,
    /// How many requests come; `None` where that is not known, or was not asked.
    pub rates: Option<Rates>,
    /// What is worse, the most harmful first. Without examples.
    pub findings: Vec<Finding>,
    /// How requests that enter the system changed, who got slowest in all first.
    pub entries: Vec<Entrance>,
    /// What might be made at once of what is judged.
    pub opportunities: Vec<Opportunity>,
    /// The services, each with its part of the blame, the most first.
    pub services: Vec<(String, f64)>,
    /// Whether anything is missing.
    pub completeness: Completeness,
}

/// Compares two times.
///
/// # Errors
/// The store's.
pub(crate) fn compare(
    reader: &dyn TraceReader,
    times: Times,
    deadline: Deadline,
) -> Result<Compared, ReadError> {
    compare_by(times, deadline, |questions| {
        questions.iter().map(|question| reader.chains(question, deadline)).collect()
    })
}

/// The same, where `ask` answers questions, in their order.
///
/// # Errors
/// Those of `ask`.
pub(crate) fn compare_by(
    times: Times,
    deadline: Deadline,
    ask: impl FnOnce(Vec<ChainsQuestion>) -> Result<Vec<Chains>, ReadError>,
) -> Result<Compared, ReadError> {
    let ranges = std::iter::once(times.judged).chain(times.reference.iter().copied());
    let question = |range| ChainsQuestion { range, settled: times.settled };
    let mut answers = ask(ranges.map(question).collect())?.into_iter();
    let Chains { roll_up: judged, mut steps, mut names, mut completeness } =
        answers.next().unwrap_or_default();
    let mut references = Vec::new();
    for further in answers {
        references.push(further.roll_up);
        steps.extend(further.steps);
        names.extend(further.names);
        completeness = both(completeness, further.completeness);
    }
    let reference = match <[RollUp; 1]>::try_from(references) {
        Ok([only]) => only,
        Err(several) => RollUp::sum(&several.iter().collect::<Vec<_>>()),
    };
    let places = Places::of_parts(&steps, &names, &judged);
    let names = Names { places, names: &names };
    let found = Comparison::of(&steps, &reference, &judged);
    deadline.check()?;
    let findings = found.findings.iter().map(|finding| names.finding(finding)).collect();
    let opportunities = chain::opportunities(&steps, &judged);
    let opportunities = opportunities.iter().map(|it| names.opportunity(it)).collect();
    let entries = found.entries.iter().take(ENTRIES_MAX).map(|it| names.entrance(it)).collect();
    let services = found.suspects.iter().map(|it| (names.of(it.service), it.harm)).collect();
    Ok(Compared {
        times,
        requests: found.requests as u64,
        reference_requests: found.reference_requests as u64,
        request_seconds: found.request_seconds,
        workload_shift: found.workload_shift,
        rates: None,
        findings,
        entries,
        opportunities,
        services,
        completeness,
    })
}

/// What is missing of two answers together.
pub(crate) fn both(one: Completeness, other: Completeness) -> Completeness {
    match (one, other) {
        (Completeness::Partial { mut missing }, Completeness::Partial { missing: others }) => {
            missing.extend(others);
            Completeness::Partial { missing }
        }
        (Completeness::Complete, other) => other,
        (one, _) => one,
    }
}

/// What numbers stand for.
pub(super) struct Names<'a> {
    places: Places<'a>,
    names: &'a HashMap<u64, Arc<str>>,
}

impl Names<'_> {
    fn of(&self, number: u64) -> String {
        self.names.get(&number).map_or_else(|| format!("{number:016x}"), |name| name.to_string())
    }

    /// The service and span name that `path` ends with.
    pub(super) fn step(&self, path: PathId) -> (String, String) {
        let step = self.places.steps.get(&path);
        step.map_or_else(Default::default, |step| (self.of(step.service), self.of(step.name)))
    }

    /// The same of who answers the call at `path`, if anybody does: of several always the
    /// same.
    pub(super) fn callee(&self, path: PathId) -> (String, String) {
        let service = self.places.steps.get(&path).map(|step| step.service);
        let is_answer = |step: &&Step| step.parent == Some(path) && Some(step.service) != service;
        let answers =
            self.places.steps.values().filter(|step| step.kind.is_span()).filter(is_answer);
        let first = answers.min_by_key(|step| (step.service, step.name));
        first.map_or_else(|| self.step(path), |step| (self.of(step.service), self.of(step.name)))
    }

    /// Whom the call at `path` is mostly to, if nobody answers.
    fn peer(&self, path: PathId) -> Option<Peer> {
        let call = self.places.steps.get(&path).filter(|step| is_call(step))?;
        let number = self.places.ends_of(call).callee?;
        Some(Peer { name: self.of(number), kind: self.places.peers.kind(number) })
    }

    /// The services and span names from the root to `path`.
    fn chain(&self, path: PathId) -> Vec<(String, String)> {
        let mut chain = Vec::new();
        let mut next = Some(path);
        while let Some(step) = next.and_then(|path| self.places.steps.get(&path)) {
            chain.push((self.of(step.service), self.of(step.name)));
            next = step.parent;
        }
        chain.reverse();
        chain
    }

    fn entrance(&self, entry: &chain::Entry) -> Entrance {
        let (service, span_name) = self.step(entry.root);
        Entrance {
            service,
            span_name,
            requests: entry.requests as u64,
            reference_requests: entry.reference_requests as u64,
            seconds: entry.seconds,
            reference_seconds: entry.reference_seconds,
            not_explained_seconds: entry.not_explained_seconds,
        }
    }

    fn harmed(&self, harmed: &chain::Harmed) -> Harmed {
        let (service, span_name) = self.step(harmed.root);
        let chain::Harmed { harm, share_of_slowdown, share_of_failures, .. } = *harmed;
        Harmed { service, span_name, harm, share_of_slowdown, share_of_failures }
    }

    fn finding(&self, found: &chain::Finding) -> Finding {
        let mut finding = Finding {
            what: found.what,
            service: self.of(found.service),
            other: found.caller.map(|caller| self.of(caller)),
            hop: self.places.hop_id(found.path),
            name: self.of(found.name),
            absorbed_by: found.absorbed_by.map(|service| self.of(service)),
            peer: self.peer(found.path),
            version: None,
            sentence: String::new(),
            harm: found.harm,
            seconds: found.seconds,
            per_request: found.per_request,
            paths: found.paths,
            now: found.now,
            before: found.before,
            chain: self.chain(found.path),
            entries: found.entries.iter().take(HARMED_MAX).map(|it| self.harmed(it)).collect(),
            examples: Examples::default(),
            differences: Vec::new(),
        };
        finding.sentence = sentence::sentence(&finding, found);
        finding
    }
}
