//! Traces that a query in TraceQL finds: the store shows those that may be meant, and the
//! query decides.

mod needs;

use std::collections::BTreeSet;

use proto::Span;
use storage::{
    Completeness, Condition, Cursor, FoundTrace, LooksAt, MATCHED_SPANS_MAX, Need, Page, Scan,
    Shown, Visitor, keys_of,
};
use traceql::ast::Pipeline;
use traceql::{Answer, EvaluateError, Trace, evaluate};

pub(crate) use needs::{Lowered, needs_of_metrics};

/// A pipeline, and among which traces it is to find something.
#[derive(Debug)]
pub(crate) struct Asked<'q> {
    pub(crate) pipeline: &'q Pipeline,
    /// Which traces come first, and when and what they must be. What it needs is added to.
    pub(crate) scan: Scan,
    /// What one span must meet beside, all of it.
    pub(crate) span: &'q [Condition],
    /// How many traces at most, at least 1.
    pub(crate) limit: usize,
}

/// One page of what was found.
#[derive(Debug)]
pub(crate) struct FoundBy<T> {
    pub(crate) traces: Vec<T>,
    /// Where to go on; `None` where this page is the last.
    pub(crate) next: Option<Cursor>,
    pub(crate) completeness: Completeness,
}

/// What may keep a query from being answered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CannotFind {
    #[error(transparent)]
    Store(#[from] storage::ReadError),
    /// The query has no answer for one of the traces.
    #[error(transparent)]
    Query(#[from] EvaluateError),
}

impl Asked<'_> {
    /// Finds the first traces, each as `make` tells it, by what `scan` shows.
    pub(crate) fn find<T>(
        &self,
        scan: impl FnOnce(&Scan, &mut dyn Visitor) -> Result<Completeness, storage::ReadError>,
        make: impl FnMut(&Shown<'_>, &Answer<'_>) -> T,
    ) -> Result<FoundBy<T>, CannotFind> {
        let page = Page::new(self.limit, self.scan.after);
        let mut finder = Finder { asked: self, make, page, error: None };
        let mut wanted = self.scan.clone();
        Lowered::of(self.pipeline).add_to(&mut wanted);
        let mut keys = self.pipeline.keys();
        keys.extend(keys_of(self.span));
        wanted.looks_at = LooksAt::keys(keys);
        if !self.span.is_empty() {
            wanted.needs.push(Need { any_of: vec![self.span.to_vec()] });
        }
        let completeness = scan(&wanted, &mut finder)?;
        if let Some(error) = finder.error {
            return Err(error.into());
        }
        let (traces, next) = finder.page.finish();
        Ok(FoundBy { traces, next, completeness })
    }
}

/// The trace in a line, with the spans of all spansets as those that matched.
pub(crate) fn found_trace(trace: &Shown<'_>, answer: &Answer<'_>) -> FoundTrace {
    let spansets = answer.spansets.iter();
    let places: BTreeSet<usize> = spansets.flat_map(|one| one.spans.iter().copied()).collect();
    let spans = places.iter().filter_map(|place| trace.spans().get(*place));
    let ids = spans.map(|span| span.span_id);
    FoundTrace {
        summary: trace.summary().clone(),
        matched_count: u32::try_from(places.len()).unwrap_or(u32::MAX),
        matched: ids.take(MATCHED_SPANS_MAX).collect(),
    }
}

struct Finder<'a, T, F> {
    asked: &'a Asked<'a>,
    make: F,
    page: Page<T>,
    error: Option<EvaluateError>,
}

impl<T, F: FnMut(&Shown<'_>, &Answer<'_>) -> T> Visitor for Finder<'_, T, F> {
    fn visit(&mut self, shown: &Shown<'_>) {
        let conditions = self.asked.span;
        let spans = shown.spans();
        if self.error.is_some()
            || !self.page.wants(shown.place())
            || !conditions.is_empty() && !spans.iter().any(|span| span_meets(span, conditions))
        {
            return;
        }
        let trace = Trace::new(spans);
        match evaluate(self.asked.pipeline, &trace) {
            Ok(answer) if answer.spansets.is_empty() => {}
            Ok(answer) => self.page.offer(shown.place(), (self.make)(shown, &answer)),
            Err(error) => self.error = Some(error),
        }
    }

    fn has_enough(&self, next: Cursor) -> bool {
        self.error.is_some() || self.page.has_enough(next)
    }
}

/// Whether `pipeline` finds something in the trace that consists of `spans`.
///
/// # Errors
/// Where it has no answer for this trace.
pub(crate) fn finds_something(pipeline: &Pipeline, spans: &[Span]) -> Result<bool, EvaluateError> {
    Ok(!evaluate(pipeline, &Trace::new(spans))?.spansets.is_empty())
}

fn span_meets(span: &Span, conditions: &[Condition]) -> bool {
    conditions.iter().all(|condition| condition.is_met_by(span))
}

#[cfg(test)]
mod tests;
