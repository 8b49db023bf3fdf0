//! One thing that is worse than before.

use serde::{Deserialize, Serialize};

use super::entry::{Harmed, Part};
use crate::{PathId, Sketch, Step};

/// What is worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum What {
    /// The service itself takes longer.
    SlowCode,
    /// The way there takes longer: connecting, queueing, the network.
    SlowGap,
    /// Errors begin there.
    Failing,
    /// Errors begin there, and somebody above goes on without: who asked got an answer.
    Swallowed,
    /// It does not answer calls that it did answer.
    Silent,
    /// It tells of errors, though its spans may not.
    ErrorEvents,
    /// A call, or an event, that does not happen any more.
    Stopped,
    /// A call, or an event, that did not happen before.
    Appeared,
    /// A call that is made more often than before for each caller.
    Multiplied,
    /// A call that is made again after it failed.
    Retried,
}

/// One thing that is worse than before.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// What it is.
    pub what: What,
    /// The service to blame.
    pub service: u64,
    /// The other end of the hop: who calls it. Where it is the caller that makes fewer or
    /// more calls, the service that it calls.
    pub caller: Option<u64>,
    /// The span name, or what the event says.
    pub name: u64,
    /// Whether the name is what an event says.
    pub is_event: bool,
    /// Of errors that are swallowed: who gets them and does not fail.
    pub absorbed_by: Option<u64>,
    /// Of calls that appeared: whether the two did not speak before, though there was the
    /// one that is called.
    pub is_new_caller: bool,
    /// Where it does most harm.
    pub path: PathId,
    /// At how many paths it is so.
    pub paths: usize,
    /// By how much a request is worse, as a part: of its time, or of all requests.
    pub harm: f64,
    /// How much longer a request takes on average, in seconds.
    pub seconds: f64,
    /// How many times it happened, or is missing, for each request.
    pub per_request: f64,
    /// How it is at `path` now.
    pub now: Figures,
    /// How it was there before.
    pub before: Figures,
    /// Whom it harms: the requests that enter the system, the most harmed first.
    pub entries: Vec<Harmed>,
    /// The harm at `path`.
    pub(super) path_harm: f64,
    /// The call below `path` that is made more or less often.
    pub(super) changed: Option<PathId>,
    /// What it is about at each path.
    pub(super) parts: Vec<Part>,
}

/// Figures of a hop.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Figures {
    /// Calls, or those that might have made one.
    pub calls: f64,
    /// Of them those that this is about.
    pub affected: f64,
    /// Half of them take no longer, in seconds.
    pub p50_seconds: f64,
    /// Nine of ten take no longer, in seconds.
    pub p90_seconds: f64,
}

impl Figures {
    pub(super) fn times(sketch: &Sketch) -> Self {
        let calls = sketch.count() as f64;
        Self {
            calls,
            affected: calls,
            p50_seconds: sketch.quantile(0.5) / 1e9,
            p90_seconds: sketch.quantile(0.9) / 1e9,
        }
    }

    pub(super) fn part(affected: f64, calls: f64) -> Self {
        Self { calls, affected, ..Self::default() }
    }
}

impl Finding {
    /// That `what` is so of `step`, at `path`; nothing else is said yet.
    pub(super) fn of(what: What, path: PathId, step: &Step, harm: f64) -> Self {
        Self {
            what,
            service: step.service,
            caller: None,
            name: step.name,
            is_event: step.kind.is_event(),
            absorbed_by: None,
            is_new_caller: false,
            path,
            paths: 1,
            harm,
            seconds: 0.0,
            per_request: 0.0,
            now: Figures::default(),
            before: Figures::default(),
            entries: Vec::new(),
            path_harm: harm,
            changed: None,
            parts: Vec::new(),
        }
    }

    /// Adds the same at another path.
    pub(super) fn add(&mut self, other: Self) {
        self.parts.extend(other.parts);
        self.paths += other.paths;
        self.harm += other.harm;
        self.seconds += other.seconds;
        self.per_request += other.per_request;
        if other.path_harm > self.path_harm {
            self.path = other.path;
            self.absorbed_by = other.absorbed_by;
            self.is_new_caller = other.is_new_caller;
            self.path_harm = other.path_harm;
            self.now = other.now;
            self.before = other.before;
        }
    }
}
