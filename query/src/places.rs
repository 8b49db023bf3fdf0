//! Where paths belong: which hop each is a part of, and what is above it.

use std::cell::OnceCell;
use std::sync::Arc;

use chain::{PathId, RollUp, Step, StepKind};
use hashbrown::HashMap;
use proto::SpanKind;
use storage::Chains;

use crate::hop_id::HopId;
use crate::peers::Peers;

/// Whether a hop is only known by its caller's side.
pub(crate) fn is_call(step: &Step) -> bool {
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
    /// Whom calls are to that nobody answers.
    pub(crate) peers: Peers<'a>,
    /// By the path of a call: that of its answer, once somebody asked.
    answers: OnceCell<HashMap<PathId, PathId>>,
}

/// The answer of each call that has one; of several always the same.
fn answers(steps: &HashMap<PathId, Step>) -> HashMap<PathId, PathId> {
    let mut answers: HashMap<PathId, PathId> = HashMap::new();
    for (path, step) in steps {
        let call = step.parent.and_then(|parent| Some((parent, steps.get(&parent)?)));
        if let Some((parent, call)) = call
            && step.kind.is_span()
            && is_answer(step, call)
        {
            let known = answers.entry(parent).or_insert(*path);
            *known = (*path).min(*known);
        }
    }
    answers
}

impl<'a> Places<'a> {
    /// Of all paths in `chains`.
    pub(crate) fn of(chains: &'a Chains) -> Self {
        Self::of_parts(&chains.steps, &chains.names, &chains.roll_up)
    }

    /// Of the paths in `steps`, of which some have `figures`.
    pub(crate) fn of_parts(
        steps: &'a HashMap<PathId, Step>,
        names: &HashMap<u64, Arc<str>>,
        figures: &'a RollUp,
    ) -> Self {
        Self { steps, peers: Peers::of(steps, names, figures), answers: OnceCell::new() }
    }

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
        self.begin(path).map(|(_, hop)| self.ends_of(hop))
    }

    /// The id of the hop that `path` belongs to: of a call that is answered its answer's, of
    /// an event its span's.
    pub(crate) fn hop_id(&self, path: PathId) -> Option<HopId> {
        let step = self.steps.get(&path)?;
        if !step.kind.is_span() {
            return self.hop_id(step.parent?);
        }
        let answer = self.answers.get_or_init(|| answers(self.steps)).get(&path);
        self.ends(answer.copied().unwrap_or(path)).map(|ends| HopId::of(&ends))
    }

    /// The hop that begins with `hop`: of a call that nobody answers the one to the peer that
    /// it mostly calls, of a message from outside the trace the one from its queue.
    pub(crate) fn ends_of(&self, hop: &Step) -> Ends {
        let peer = || self.peers.main(hop.path());
        if is_call(hop) {
            return self.ends_to(hop, peer());
        }
        let caller = match hop.parent {
            Some(parent) => self.steps.get(&parent).map(|it| it.service),
            None => peer(),
        };
        Ends { caller, callee: Some(hop.service), span_name: hop.name }
    }

    /// The hop of those calls at `call` that are to `peer`.
    pub(crate) fn ends_to(&self, call: &Step, peer: Option<u64>) -> Ends {
        Ends { caller: Some(call.service), callee: peer, span_name: call.name }
    }

    /// The path that begins the hop that `path` belongs to, and its step. None of an event.
    pub(crate) fn begin(&self, path: PathId) -> Option<(PathId, &'a Step)> {
        let mut path = path;
        let mut at = self.steps.get(&path).filter(|step| step.kind.is_span())?;
        loop {
            let parent = at.parent.and_then(|above| Some((above, self.steps.get(&above)?)));
            match parent {
                Some((above, parent)) if !begins_hop(at, parent) => (path, at) = (above, parent),
                _ => return Some((path, at)),
            }
        }
    }

    /// The path that begins the hop above the one that `begin` begins: the one within which
    /// it was called.
    pub(crate) fn above(&self, begin: &Step) -> Option<PathId> {
        let mut above = begin.parent?;
        let parent = self.steps.get(&above)?;
        if is_answer(begin, parent) {
            // The other side of the same call.
            above = parent.parent?;
        }
        self.begin(above).map(|(path, _)| path)
    }
}

/// Whether `step`, which `parent` leads to, is of another hop.
fn begins_hop(step: &Step, parent: &Step) -> bool {
    let is_taken = [SpanKind::SERVER, SpanKind::CONSUMER].map(StepKind::span).contains(&step.kind);
    parent.service != step.service || is_taken || is_call(step)
}
