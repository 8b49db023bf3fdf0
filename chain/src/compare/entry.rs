//! Whom findings harm: the requests that enter the system, and which part of what they got
//! slower each finding explains.
//!
//! What a request takes is what the paths below its root take, one by one: self times and
//! gaps tile it. So is what it takes longer than before. At a path with *c* calls for each
//! request that take *m* on average, that is
//!
//! ```text
//! c·m − c'·m' = c·(m − m')    calls take longer     a slow hop's, if there is a finding
//!             + (c − c')·m'   there are more        whose calls those are, or whose call
//!                                                   above is made more often
//! ```
//!
//! Each term belongs to one finding, or to none: those are what is not explained. So what
//! findings explain and what none does add up to what the request got slower.

use std::collections::BTreeMap;

use hashbrown::HashMap;

use super::{Finding, Sides, What};
use crate::opportunity::root;
use crate::{Cell, PathId, StepKind};

/// With fewer requests on either side nothing is said of an entry.
const REQUESTS_MIN: f64 = 3.0;
/// What got slower by less, as a part of its time, did not get slower: no parts of that.
const SLOWER_MIN: f64 = 0.01;

/// How requests of one kind, that enter the system, changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entry {
    /// Their path: that of a root.
    pub root: PathId,
    /// How many there are now.
    pub requests: f64,
    /// How many there were before.
    pub reference_requests: f64,
    /// How long one takes on average, in seconds.
    pub seconds: f64,
    /// How long one took before.
    pub reference_seconds: f64,
    /// Of what one takes longer: what no finding explains, in seconds. May be negative, where
    /// what got slower was in part made up for.
    pub not_explained_seconds: f64,
}

/// What one finding does to requests of one kind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Harmed {
    /// The path of their root.
    pub root: PathId,
    /// The part of the finding's harm that is theirs: all add up to it.
    pub harm: f64,
    /// How much longer one takes on average by this, in seconds.
    pub seconds: f64,
    /// The same as a part of all that one takes longer; `None` where they did not get slower.
    pub share_of_slowdown: Option<f64>,
    /// Of the errors that began below such requests more often than before, and were not
    /// swallowed: the part that began here. `None` where no more requests fail.
    pub share_of_failures: Option<f64>,
}

/// What a finding is about at one path.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Part {
    pub(super) path: PathId,
    /// The call below it that is made more or less often.
    pub(super) changed: Option<PathId>,
    pub(super) harm: f64,
    pub(super) per_request: f64,
}

/// What of the time at a path a finding explains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Term {
    /// That what calls do themselves takes longer.
    SelfTime,
    /// That they wait longer.
    Gap,
    /// That there are more of them, and so of what is below.
    More,
}

impl Entry {
    /// How much longer one takes than before, in seconds.
    pub fn slower_seconds(&self) -> f64 {
        self.seconds - self.reference_seconds
    }

    fn has_slowed_down(&self) -> bool {
        self.slower_seconds() > SLOWER_MIN * self.reference_seconds
    }
}

/// Says of each finding whom it harms; answers how those changed, who got slowest in all
/// first.
pub(super) fn explain(sides: &Sides, findings: &mut [Finding]) -> Vec<Entry> {
    let mut entries = entries(sides);
    let claims = claims(sides, findings);
    let mut explained: HashMap<(usize, PathId), f64> = HashMap::new();
    for &(path, step) in &sides.paths {
        let Some(entry) = root(sides.steps, path).and_then(|root| entries.get_mut(&root)) else {
            continue;
        };
        if !step.kind.is_span() {
            continue;
        }
        let by_more = claimed_above(sides, &claims, path);
        for (term, seconds) in entry.longer(sides.now(path), sides.before(path)) {
            let by = match term {
                Term::More => by_more,
                _ => claims.get(&(path, term)).copied(),
            };
            if let Some(by) = by {
                *explained.entry((by, entry.root)).or_default() += seconds;
                entry.not_explained_seconds -= seconds;
            }
        }
    }
    let failures = failures(sides, findings);
    for (index, finding) in findings.iter_mut().enumerate() {
        let mut harm: BTreeMap<PathId, (f64, f64)> = BTreeMap::new();
        for part in &finding.parts {
            if let Some(root) = root(sides.steps, part.path) {
                let (harm, per_request) = harm.entry(root).or_default();
                *harm += part.harm;
                *per_request += part.per_request;
            }
        }
        let harmed = harm.into_iter().map(|(root, (harm, per_request))| {
            let seconds = explained.get(&(index, root)).copied().unwrap_or(0.0);
            let entry = entries.get(&root).filter(|entry| entry.has_slowed_down());
            let is_slow = finding.what.is_slow();
            let failures = failures.get(&root).filter(|_| finding.what.gets_through());
            Harmed {
                root,
                harm,
                seconds,
                share_of_slowdown: entry
                    .filter(|_| is_slow)
                    .map(|entry| seconds / entry.slower_seconds()),
                share_of_failures: failures.map(|all| per_request / all),
            }
        });
        finding.entries = harmed.collect();
        finding.entries.sort_by(|one, other| other.harm.total_cmp(&one.harm));
    }
    let mut entries: Vec<Entry> = entries.into_values().collect();
    let all = |entry: &Entry| entry.slower_seconds() * entry.requests;
    entries.sort_by(|one, other| all(other).total_cmp(&all(one)));
    entries
}

fn entries(sides: &Sides) -> BTreeMap<PathId, Entry> {
    let roots = sides.paths.iter().filter(|(_, step)| step.parent.is_none());
    let entry = |root: PathId| {
        let mean = |cell: &Cell| cell.duration.sum_nano() as f64 / 1e9 / cell.calls().max(1.0);
        let (now, before) = (sides.now(root), sides.before(root));
        let mut entry = Entry {
            root,
            requests: now.calls(),
            reference_requests: before.calls(),
            seconds: mean(now),
            reference_seconds: mean(before),
            not_explained_seconds: 0.0,
        };
        entry.not_explained_seconds = entry.slower_seconds();
        entry
    };
    let entries = roots.map(|(path, _)| (*path, entry(*path)));
    entries.filter(|(_, it)| it.requests.min(it.reference_requests) >= REQUESTS_MIN).collect()
}

/// Which finding, by its place, explains what.
fn claims(sides: &Sides, findings: &[Finding]) -> HashMap<(PathId, Term), usize> {
    let mut claims = HashMap::new();
    for (index, finding) in findings.iter().enumerate() {
        for part in &finding.parts {
            let path = part.path;
            let mut claim = |path, term| {
                claims.entry((path, term)).or_insert(index);
            };
            match finding.what {
                What::SlowCode => claim(path, Term::SelfTime),
                What::SlowGap | What::Silent => {
                    claim(path, Term::Gap);
                    // Of a call that nobody answers what it waits is its own time.
                    let kind = sides.steps.get(&path).map(|step| step.kind);
                    if kind == Some(StepKind::span(proto::SpanKind::CLIENT)) {
                        claim(path, Term::SelfTime);
                    }
                }
                What::Multiplied => claim(path, Term::More),
                _ => {}
            }
            if let Some(changed) = part.changed {
                claim(changed, Term::More);
            }
        }
    }
    claims
}

/// Who explains that there are more calls at `path`: what is said of them, or of a call that
/// leads there.
fn claimed_above(
    sides: &Sides,
    claims: &HashMap<(PathId, Term), usize>,
    path: PathId,
) -> Option<usize> {
    let mut next = Some(path);
    while let Some(path) = next {
        if let Some(index) = claims.get(&(path, Term::More)) {
            return Some(*index);
        }
        next = sides.steps.get(&path)?.parent;
    }
    None
}

impl Entry {
    /// What a request takes longer at a path, in seconds, term by term.
    fn longer(&self, now: &Cell, before: &Cell) -> [(Term, f64); 3] {
        let [calls, calls_before] = [now.calls(), before.calls()];
        let (each, each_before) = (calls / self.requests, calls_before / self.reference_requests);
        let [own, own_before] = [now, before].map(|cell| cell.self_time.sum_nano() as f64 / 1e9);
        let [gap, gap_before] = [now, before].map(|cell| cell.gap.sum_nano() as f64 / 1e9);
        let mut more = 0.0;
        let mut longer = |seconds: f64, seconds_before: f64| {
            let (mean, mean_before) = match (calls > 0.0, calls_before > 0.0) {
                (true, true) => (seconds / calls, seconds_before / calls_before),
                // What was not there before, or is not now, did not get slower.
                (true, false) => (seconds / calls, seconds / calls),
                (false, true) => (seconds_before / calls_before, seconds_before / calls_before),
                (false, false) => (0.0, 0.0),
            };
            more += (each - each_before) * mean_before;
            each * (mean - mean_before)
        };
        let (own, gap) = (longer(own, own_before), longer(gap, gap_before));
        [(Term::SelfTime, own), (Term::Gap, gap), (Term::More, more)]
    }
}

/// Errors that began below a root and got through, for each request, of those that fail more
/// often than before.
fn failures(sides: &Sides, findings: &[Finding]) -> HashMap<PathId, f64> {
    let mut all: HashMap<PathId, f64> = HashMap::new();
    for finding in findings.iter().filter(|finding| finding.what.gets_through()) {
        for part in finding.parts.iter().filter(|part| part.per_request > 0.0) {
            if let Some(root) = root(sides.steps, part.path)
                && sides.more(root, |counts| counts.errors) > 0.0
            {
                *all.entry(root).or_default() += part.per_request;
            }
        }
    }
    all
}

impl What {
    /// Whether it makes requests slow.
    fn is_slow(self) -> bool {
        matches!(
            self,
            Self::SlowCode | Self::SlowGap | Self::Silent | Self::Multiplied | Self::Appeared
        )
    }

    /// Whether it makes requests fail.
    fn gets_through(self) -> bool {
        matches!(self, Self::Failing | Self::Silent)
    }
}
