//! What hops add up to: the calls between services, and what each contributes.
//!
//! Every span belongs to one hop: the one that it begins, or its parent's. So the times of
//! all hops add up to the time of all requests, and their shares to 1.

use std::collections::BTreeMap;

use chain::{PathId, Sketch, Step, StepKind};
use hashbrown::HashMap;
use proto::SpanKind;
use storage::Chains;

use crate::hop_id::HopId;

/// One hop, wherever in a chain it stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HopTotal {
    /// What it is called by.
    pub id: HopId,
    /// The calling service; `None` for the requests that entered the system.
    pub caller: Option<String>,
    /// The called service; `None` where none answers, as a database does not.
    pub callee: Option<String>,
    /// The span name of the answer, or of the call where nobody answers.
    pub span_name: String,
    /// Calls.
    pub calls: u64,
    /// Of them those in error.
    pub errors: u64,
    /// Of its spans those in which an error began.
    pub origins: u64,
    /// Calls that were made again after one had failed.
    pub retries: u64,
    /// How long calls took.
    pub duration: Sketch,
    /// How much longer callers waited than the callee worked.
    pub gap: Sketch,
    /// What the callee did itself, all calls added up, in nanoseconds.
    pub self_nano: u64,
    /// Its part of the time of all requests, its gap included.
    pub share: f64,
}

/// One service, or all calls from one to another.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Total {
    /// Calls.
    pub calls: u64,
    /// Of them those in error.
    pub errors: u64,
    /// How long calls took.
    pub duration: Sketch,
    /// How much longer callers waited than the callee worked.
    pub gap: Sketch,
    /// Its part of the time of all requests.
    pub share: f64,
}

/// Who calls whom; no callee where none answers.
pub type Edge = (Option<String>, Option<String>);

/// The hops of `chains`, those with the largest share first.
pub fn hops(chains: &Chains) -> Vec<HopTotal> {
    let places = Places { steps: &chains.steps };
    let mut totals: BTreeMap<Ends, HopTotal> = BTreeMap::new();
    let mut whole_nano = 0u64;
    for (path, cell) in &chains.roll_up.cells {
        let Some((hop, step)) = places.hop(*path) else { continue };
        let is_answered = !is_call(hop);
        let total = totals.entry(places.ends_of(hop)).or_default();
        total.self_nano = total.self_nano.saturating_add(cell.self_time.sum_nano());
        total.origins += count(cell.counts.origins);
        whole_nano = whole_nano
            .saturating_add(cell.self_time.sum_nano())
            .saturating_add(cell.gap.sum_nano());
        if std::ptr::eq(hop, step) {
            // A call that was answered is the answer's hop.
            let calls = if is_answered { cell.counts.calls } else { cell.counts.unanswered };
            total.calls += count(calls);
            total.errors += count(cell.counts.errors.min(calls));
            total.retries += count(cell.counts.retries);
            total.duration.merge(&cell.duration);
            total.gap.merge(&cell.gap);
        }
    }
    let name = |number: u64| chains.name(number);
    let mut hops: Vec<HopTotal> = Vec::with_capacity(totals.len());
    for (ends, mut total) in totals {
        if total.calls == 0 && total.self_nano == 0 {
            continue;
        }
        let Ends { caller, callee, span_name } = ends;
        total.id = HopId::of(&ends);
        total.caller = caller.map(name);
        total.callee = callee.map(name);
        total.span_name = name(span_name);
        let own = total.self_nano.saturating_add(total.gap.sum_nano());
        total.share = own as f64 / whole_nano.max(1) as f64;
        hops.push(total);
    }
    hops.sort_by(|one, other| {
        let ends = |hop: &HopTotal| (hop.caller.clone(), hop.callee.clone(), hop.span_name.clone());
        other.share.total_cmp(&one.share).then_with(|| ends(one).cmp(&ends(other)))
    });
    hops
}

/// The calls between services, all span names together.
pub fn edges(hops: &[HopTotal]) -> BTreeMap<Edge, Total> {
    let mut edges: BTreeMap<Edge, Total> = BTreeMap::new();
    for hop in hops {
        edges.entry((hop.caller.clone(), hop.callee.clone())).or_default().add(hop);
    }
    edges
}

/// What each service was called for, by whomever. What calls of its own that nobody
/// answers took is its own, too.
pub fn services(hops: &[HopTotal]) -> BTreeMap<String, Total> {
    let mut services: BTreeMap<String, Total> = BTreeMap::new();
    for hop in hops {
        match (&hop.callee, &hop.caller) {
            (Some(callee), _) => services.entry(callee.clone()).or_default().add(hop),
            (None, Some(caller)) => {
                services.entry(caller.clone()).or_default().share += hop.share;
            }
            (None, None) => {}
        }
    }
    services
}

impl Total {
    fn add(&mut self, hop: &HopTotal) {
        self.calls += hop.calls;
        self.errors += hop.errors;
        self.duration.merge(&hop.duration);
        self.gap.merge(&hop.gap);
        self.share += hop.share;
    }
}

fn count(count: i64) -> u64 {
    count.max(0) as u64
}

/// Whether a hop is only known by its caller's side.
fn is_call(step: &Step) -> bool {
    [SpanKind::CLIENT, SpanKind::PRODUCER].map(StepKind::span).contains(&step.kind)
}

/// Whether `answer`, which `call` leads to, is the other side of it.
pub(crate) fn is_answer(answer: &Step, call: &Step) -> bool {
    let kinds = [SpanKind::SERVER, SpanKind::CONSUMER].map(StepKind::span);
    is_call(call) && (kinds.contains(&answer.kind) || answer.service != call.service)
}

/// The two ends of a hop and its span name, as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ends {
    pub(crate) caller: Option<u64>,
    pub(crate) callee: Option<u64>,
    pub(crate) span_name: u64,
}

/// Finds out where paths belong.
pub(crate) struct Places<'a> {
    pub(crate) steps: &'a HashMap<PathId, Step>,
}

impl<'a> Places<'a> {
    /// The root that `path` begins with.
    pub(crate) fn root(&self, path: PathId) -> Option<(PathId, &'a Step)> {
        let (mut path, mut step) = (path, self.steps.get(&path)?);
        while let Some(parent) = step.parent {
            (path, step) = (parent, self.steps.get(&parent)?);
        }
        Some((path, step))
    }

    /// The hop that `path` belongs to.
    pub(crate) fn ends(&self, path: PathId) -> Option<Ends> {
        self.hop(path).map(|(hop, _)| self.ends_of(hop))
    }

    /// The id of the hop that `path` belongs to: of a call that is answered its answer's, of
    /// an event its span's.
    pub(crate) fn hop_id(&self, path: PathId) -> Option<HopId> {
        let step = self.steps.get(&path)?;
        if step.kind.is_event() {
            return self.hop_id(step.parent?);
        }
        let is_its_answer = |answer: &Step| answer.parent == Some(path) && is_answer(answer, step);
        let answer = match is_call(step) {
            true => self.steps.iter().find(|(_, answer)| is_its_answer(answer)),
            false => None,
        };
        self.ends(answer.map_or(path, |(path, _)| *path)).map(|ends| HopId::of(&ends))
    }

    fn ends_of(&self, hop: &Step) -> Ends {
        let caller = hop.parent.and_then(|parent| self.steps.get(&parent)).map(|it| it.service);
        match is_call(hop) {
            false => Ends { caller, callee: Some(hop.service), span_name: hop.name },
            true => Ends { caller: Some(hop.service), callee: None, span_name: hop.name },
        }
    }

    /// The step that begins the hop that `path` belongs to, and the step of `path`.
    fn hop(&self, path: PathId) -> Option<(&'a Step, &'a Step)> {
        let own = self.steps.get(&path).filter(|step| !step.kind.is_event())?;
        let mut at = own;
        loop {
            let parent = at.parent.and_then(|parent| self.steps.get(&parent));
            let begins = match parent {
                None => true,
                Some(parent) => {
                    parent.service != at.service
                        || at.kind == StepKind::span(SpanKind::SERVER)
                        || at.kind == StepKind::span(SpanKind::CONSUMER)
                        || is_call(at)
                }
            };
            match parent {
                Some(parent) if !begins => at = parent,
                _ => return Some((at, own)),
            }
        }
    }
}

/// What a person reads of values: half, nine of ten, and 99 of 100 take no longer, in
/// nanoseconds.
pub fn quantiles(sketch: &Sketch) -> [u64; 3] {
    [0.5, 0.9, 0.99].map(|quantile| sketch.quantile(quantile) as u64)
}
