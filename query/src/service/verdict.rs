//! The verdict on a trace in a list: what its explanation says in short.

use std::sync::Arc;

use proto::TraceId;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use storage::{Completeness, Deadline, ReadError, SearchPage, TraceSummary};

use super::{Found, Questions};
use crate::trace::{Explained, Hop, explain};

/// How many traces' troubles a list names one by one.
const TROUBLES_MAX: usize = 20;

/// An explanation in short.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The whole explanation in one sentence, without a full stop.
    pub sentence: String,
    /// The hop that most of the time is due to.
    pub slowest_hop: Option<Hop>,
    /// The hop that the most important error began in.
    pub failing_hop: Option<Hop>,
}

impl Verdict {
    fn of(explained: Explained) -> Self {
        let Explained { sentence, slowest_hop, failing_hop, .. } = explained;
        Self { sentence, slowest_hop, failing_hop }
    }
}

impl Questions<'_> {
    /// Adds to each trace of `page` its verdict.
    pub(super) fn with_verdicts(&self, page: SearchPage) -> Found {
        let left = self.desk.deadline.saturating_sub(self.asked.elapsed());
        let time = Deadline::after(left.min(self.desk.verdict_duration_max));
        let mut troubles = Troubles::default();
        let mut traces = Vec::with_capacity(page.traces.len());
        for found in page.traces {
            let verdict = self.verdict(&found.summary, time, &mut troubles);
            traces.push((found, verdict));
        }
        let completeness = troubles.added_to(page.completeness);
        Found { traces, next: page.next, completeness }
    }

    fn verdict(
        &self,
        summary: &TraceSummary,
        time: Deadline,
        troubles: &mut Troubles,
    ) -> Option<Arc<Verdict>> {
        let desk = self.desk;
        let spans_max = desk.verdict_spans_max;
        if usize::try_from(summary.span_count).is_ok_and(|spans| spans > spans_max) {
            return None;
        }
        let key = Key::of(summary);
        if let Some(known) = desk.verdicts.0.get(&key) {
            desk.metrics.known_verdicts.inc();
            return Some(known);
        }
        let read = || self.read(summary.trace_id, spans_max, time);
        let trace = match time.check().and_then(|()| read()) {
            Ok(trace) => trace?,
            Err(error) => {
                troubles.error(summary.trace_id, &error);
                return None;
            }
        };
        match &trace.completeness {
            Completeness::Complete => {}
            // It has grown since the list was made.
            Completeness::Truncated { .. } => return None,
            Completeness::Partial { missing } => {
                troubles.partial(summary.trace_id, missing);
                return Some(Arc::new(Verdict::of(explain(trace))));
            }
        }
        desk.metrics.new_verdicts.inc();
        let verdict = Arc::new(Verdict::of(explain(trace)));
        desk.verdicts.0.insert(key, Arc::clone(&verdict));
        Some(verdict)
    }
}

/// What stood in the way of verdicts.
#[derive(Default)]
struct Troubles {
    out_of_time: usize,
    others: Vec<String>,
    untold: usize,
}

impl Troubles {
    fn error(&mut self, id: TraceId, error: &ReadError) {
        match error {
            ReadError::DeadlineExceeded => self.out_of_time += 1,
            error => self.tell(format!("the verdict on trace {id}: {error}")),
        }
    }

    fn partial(&mut self, id: TraceId, missing: &[String]) {
        self.tell(format!("the verdict on trace {id} is without {}", missing.join(", ")));
    }

    fn tell(&mut self, trouble: String) {
        if self.others.len() < TROUBLES_MAX {
            self.others.push(trouble);
        } else {
            self.untold += 1;
        }
    }

    fn added_to(self, completeness: Completeness) -> Completeness {
        let mut troubles = self.others;
        if self.untold > 0 {
            troubles.push(format!("the verdicts on {} further traces", self.untold));
        }
        if self.out_of_time > 0 {
            troubles.push(format!("the verdicts on {} traces: out of time", self.out_of_time));
        }
        if troubles.is_empty() {
            return completeness;
        }
        let mut missing = match completeness {
            Completeness::Complete => Vec::new(),
            Completeness::Truncated { limit } => vec![format!("traces beyond {limit}")],
            Completeness::Partial { missing } => missing,
        };
        missing.append(&mut troubles);
        Completeness::Partial { missing }
    }
}

/// Verdicts found before.
pub(super) struct VerdictCache(Cache<Key, Arc<Verdict>, ByBytes>);

impl VerdictCache {
    /// Holds about `bytes_max` bytes.
    pub(super) fn new(bytes_max: usize) -> Self {
        let items = bytes_max / 512;
        Self(Cache::with_weighter(items, bytes_max as u64, ByBytes))
    }
}

/// A trace at a size: one that has grown, in spans, errors or time, is another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    trace_id: TraceId,
    span_count: u32,
    error_count: u32,
    duration_nano: u64,
}

impl Key {
    fn of(summary: &TraceSummary) -> Self {
        Self {
            trace_id: summary.trace_id,
            span_count: summary.span_count,
            error_count: summary.error_count,
            duration_nano: summary.duration_nano,
        }
    }
}

#[derive(Clone)]
struct ByBytes;

impl Weighter<Key, Arc<Verdict>> for ByBytes {
    fn weight(&self, _: &Key, verdict: &Arc<Verdict>) -> u64 {
        let hop_texts = |hop: &Hop| {
            hop.callee.len() + hop.span_name.len() + hop.caller.as_ref().map_or(0, String::len)
        };
        let hops = [&verdict.slowest_hop, &verdict.failing_hop];
        let hop_texts: usize = hops.into_iter().flatten().map(hop_texts).sum();
        let bytes = size_of::<Key>() + size_of::<Verdict>() + verdict.sentence.len() + hop_texts;
        bytes as u64
    }
}
