//! Calls that might be made at once, in names.

use super::compare::Names;
use super::sentence::{called, name, quoted, seconds};
use crate::trace::format::percent;

/// How many calls are named.
const CALLS_MAX: usize = 5;

/// Calls that one span makes one after the other, and that might be made at once, if none
/// needs the answer of another.
#[derive(Debug, Clone, PartialEq)]
pub struct Opportunity {
    /// Who makes them.
    pub service: String,
    /// Its span name.
    pub span_name: String,
    /// In one sentence, without a full stop.
    pub sentence: String,
    /// Whom it calls, and for what: some of them, those that take longest first.
    pub calls: Vec<(String, String)>,
    /// The request that enters the system: its service and span name.
    pub entry: (String, String),
    /// How many of those there were.
    pub requests: u64,
    /// How much sooner one would be answered at most, on average, in seconds.
    pub seconds: f64,
    /// The same as a part of what it takes.
    pub share: f64,
}

impl Names<'_> {
    pub(super) fn opportunity(&self, found: &chain::Opportunity) -> Opportunity {
        let (service, span_name) = self.step(found.path);
        let entry = self.step(found.root);
        let calls: Vec<_> =
            found.calls.iter().take(CALLS_MAX).map(|path| self.callee(*path)).collect();
        let mut named: Vec<String> =
            calls.iter().map(|(service, span_name)| called(Some(service), span_name)).collect();
        if found.calls.len() > CALLS_MAX {
            named.push(format!("{} others", found.calls.len() - CALLS_MAX));
        }
        let sentence = format!(
            "{} {} calls one after the other what might be called at once: {}; up to {} ({}) of {} {}",
            name(&service),
            quoted(&span_name),
            named.join(", "),
            seconds(found.seconds),
            percent((found.share * 1e6) as u64, 1_000_000),
            name(&entry.0),
            quoted(&entry.1),
        );
        Opportunity {
            service,
            span_name,
            sentence,
            calls,
            entry,
            requests: found.requests as u64,
            seconds: found.seconds,
            share: found.share,
        }
    }
}
