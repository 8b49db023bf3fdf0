//! What hops add up to.

use std::sync::Arc;
use std::time::Duration;

use chain::{PathId, RollUp, Step};
use hashbrown::HashMap;

use super::{Completeness, TimeRange};

/// A question for the figures of hops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainsQuestion {
    /// When the traces began that count. It is widened to whole minutes.
    pub range: TimeRange,
    /// Traces may be left out of which a span came within this time: others of their
    /// spans may be on their way, and what is missing would look as if it had not
    /// happened. None is where it is 0.
    pub settled: Duration,
}

/// The figures of the traces that began within some time, by the path of calls that leads
/// to each span.
///
/// The time is cut into minutes, what is older than a day into hours, and what is older
/// than a month into days; those count that begin within the range. A trace counts once,
/// with all its spans that came so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Chains {
    /// The figures.
    pub roll_up: RollUp,
    /// What each of the paths ends with, and each path that leads to one of them.
    pub steps: HashMap<PathId, Step>,
    /// The names of services, spans and events, by their numbers.
    pub names: HashMap<u64, Arc<str>>,
    /// Whether anything is missing.
    pub completeness: Completeness,
}

impl Chains {
    /// The name that `number` stands for; the number itself where that is not known.
    pub fn name(&self, number: u64) -> String {
        self.names.get(&number).map_or_else(|| format!("{number:016x}"), |name| name.to_string())
    }
}
