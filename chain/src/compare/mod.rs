//! What is different between two times: the hops that got slower, that fail, that are no
//! longer called.
//!
//! Everything is a part of a request, so that findings of all kinds rank by one measure of
//! harm and add up: seconds that a request takes longer, as a part of what it took before;
//! and requests that something went wrong in, as a part of all.
//!
//! A value counts as slow above what nine of ten were below before; what exceeded that
//! before, too, is taken off twice. What few calls say is shrunk by how likely chance is.
//! The rules are those that named most faults of two labelled systems (`bench/accuracy`).

mod certainty;
mod entry;
mod error;
mod finding;
mod shift;
mod slow;

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;

pub use entry::{Entry, Harmed};
pub use finding::{Figures, Finding, What};

use certainty::certainty;
use entry::Part;

use crate::{Cell, PathId, RollUp, Step};

/// Two times, compared.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Comparison {
    /// Requests that were judged: roots of traces.
    pub requests: f64,
    /// Requests that they were compared with.
    pub reference_requests: f64,
    /// How long a request took before, on average, in seconds.
    pub request_seconds: f64,
    /// By how much the two differ in which requests come: half of what the shares of their
    /// roots differ by, 0 where they are the same, 1 where none is.
    pub workload_shift: f64,
    /// What is worse, the most harmful first.
    pub findings: Vec<Finding>,
    /// How much of that each service is to blame for, the most first.
    pub suspects: Vec<Suspect>,
    /// How the requests that enter the system changed, who got slowest in all first.
    pub entries: Vec<Entry>,
}

/// A service and its part of the blame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Suspect {
    /// The number of its name.
    pub service: u64,
    /// Its findings' harm, added up.
    pub harm: f64,
}

/// How sure a difference must be to count in full, in standard deviations.
const SURE_DEVIATIONS: f64 = 3.0;

/// What is compared, with what is asked of it again and again.
struct Sides<'a> {
    steps: &'a HashMap<PathId, Step>,
    reference: &'a RollUp,
    judged: &'a RollUp,
    /// Of either side, in an order that is always the same.
    paths: Vec<(PathId, &'a Step)>,
    requests: f64,
    request_seconds: f64,
    /// By the path of a call: an answer of another service.
    answers: HashMap<PathId, Answer<'a>>,
    nothing: Cell,
}

impl Comparison {
    /// Compares `judged` with `reference`. `steps` has every path of theirs, and those
    /// that lead to it; what is not in it is left out.
    pub fn of(steps: &HashMap<PathId, Step>, reference: &RollUp, judged: &RollUp) -> Self {
        let before = roots(steps, reference);
        let now = roots(steps, judged);
        let sides = Sides {
            steps,
            reference,
            judged,
            paths: paths(steps, reference, judged),
            requests: now.0.max(1.0),
            request_seconds: before.1.max(1e-6),
            answers: answers(steps),
            nothing: Cell::default(),
        };
        let mut found = Found::default();
        let silent = shift::find(&sides, &mut found);
        error::find(&sides, &silent, &mut found);
        slow::find(&sides, &silent, &mut found);
        let mut findings: Vec<Finding> = found.findings.into_values().collect();
        leave_out_what_is_said_twice(steps, &mut findings);
        findings.sort_by(|one, other| other.harm.total_cmp(&one.harm));
        let entries = entry::explain(&sides, &mut findings);
        let mut suspects: Vec<Suspect> =
            found.blame.into_iter().map(|(service, harm)| Suspect { service, harm }).collect();
        suspects.sort_by(|one, other| other.harm.total_cmp(&one.harm));
        Self {
            requests: now.0,
            reference_requests: before.0,
            request_seconds: before.1,
            workload_shift: sides.workload_shift(now.0, before.0),
            findings,
            suspects,
            entries,
        }
    }
}

/// Who answers a call.
#[derive(Clone, Copy)]
struct Answer<'a> {
    step: &'a Step,
    /// Whether nobody else does, for whatever it is asked.
    is_only: bool,
}

fn answers(steps: &HashMap<PathId, Step>) -> HashMap<PathId, Answer<'_>> {
    let mut answers: HashMap<PathId, Answer<'_>> = HashMap::new();
    for step in steps.values().filter(|step| step.kind.is_span()) {
        let Some(call) = step.parent else { continue };
        if steps.get(&call).is_some_and(|call| call.service != step.service) {
            // Where there are several: always the same one.
            let known = answers.entry(call).or_insert(Answer { step, is_only: true });
            known.is_only &= std::ptr::eq(known.step, step);
            if (step.service, step.name) < (known.step.service, known.step.name) {
                known.step = step;
            }
        }
    }
    answers
}

/// Where errors begin is known, what a service says about them is known, too: of its own,
/// and of those that were passed up to it.
fn leave_out_what_is_said_twice(steps: &HashMap<PathId, Step>, findings: &mut Vec<Finding>) {
    let mut told = BTreeSet::new();
    let is_error = |what| [What::Failing, What::Swallowed, What::Silent].contains(&what);
    for failing in findings.iter().filter(|finding| is_error(finding.what)) {
        let mut next = Some(failing.path);
        while let Some(step) = next.and_then(|path| steps.get(&path)) {
            told.insert(step.service);
            next = step.parent;
        }
    }
    findings
        .retain(|finding| finding.what != What::ErrorEvents || !told.contains(&finding.service));
}

/// How many roots there are, and how long they take on average, in seconds.
fn roots(steps: &HashMap<PathId, Step>, side: &RollUp) -> (f64, f64) {
    let is_root = |path: &PathId| steps.get(path).is_some_and(|step| step.parent.is_none());
    let cells = || side.cells.iter().filter(|(path, _)| is_root(path)).map(|(_, cell)| cell);
    let count: f64 = cells().map(Cell::calls).sum();
    let nano: f64 = cells().map(|cell| cell.duration.sum_nano() as f64).sum();
    (count, nano / 1e9 / count.max(1.0))
}

/// What was found so far.
#[derive(Default)]
struct Found {
    /// One for each thing said about a hop, wherever in a chain it stands.
    findings: BTreeMap<(What, u64, Option<u64>, u64), Finding>,
    blame: BTreeMap<u64, f64>,
}

impl Found {
    fn add(&mut self, mut finding: Finding) {
        let Finding { path, changed, harm, per_request, .. } = finding;
        finding.parts.push(Part { path, changed, harm, per_request });
        let key = (finding.what, finding.service, finding.caller, finding.name);
        match self.findings.get_mut(&key) {
            Some(known) => known.add(finding),
            None => drop(self.findings.insert(key, finding)),
        }
    }

    fn blame(&mut self, service: u64, harm: f64) {
        *self.blame.entry(service).or_default() += harm;
    }
}

impl<'a> Sides<'a> {
    fn before(&self, path: PathId) -> &Cell {
        self.reference.cells.get(&path).unwrap_or(&self.nothing)
    }

    fn now(&self, path: PathId) -> &Cell {
        self.judged.cells.get(&path).unwrap_or(&self.nothing)
    }

    fn workload_shift(&self, requests: f64, reference_requests: f64) -> f64 {
        let roots = self.paths.iter().filter(|(_, step)| step.parent.is_none());
        let differences = roots.map(|(path, _)| {
            let now = self.now(*path).calls() / requests.max(1.0);
            (now - self.before(*path).calls() / reference_requests.max(1.0)).abs()
        });
        differences.sum::<f64>() / 2.0
    }

    fn service(&self, path: PathId) -> Option<u64> {
        self.steps.get(&path).map(|step| step.service)
    }
}

fn paths<'a>(
    steps: &'a HashMap<PathId, Step>,
    reference: &RollUp,
    judged: &RollUp,
) -> Vec<(PathId, &'a Step)> {
    let all = judged.cells.keys().chain(reference.cells.keys());
    let known = all.filter_map(|path| steps.get(path).map(|step| (*path, step)));
    // What a peer is called adds nothing to what its calls say.
    let mut paths: Vec<_> = known.filter(|(_, step)| step.kind.peer().is_none()).collect();
    paths.sort_unstable_by_key(|(path, _)| *path);
    paths.dedup_by_key(|(path, _)| *path);
    paths
}

/// Those affected, as a part of all.
fn rate(figures: Figures) -> f64 {
    figures.affected / figures.calls.max(1.0)
}

/// How far apart two parts of two numbers are, in standard deviations.
fn deviations((count, of): (f64, f64), (count_before, of_before): (f64, f64)) -> f64 {
    let (of, of_before) = (of.max(1.0), of_before.max(1.0));
    let all = (count + count_before) / (of + of_before);
    let spread = (all * (1.0 - all) * (1.0 / of + 1.0 / of_before)).max(0.0).sqrt();
    (count / of - count_before / of_before) / spread.max(1e-9)
}
