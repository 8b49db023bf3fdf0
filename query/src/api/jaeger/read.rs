//! Traces as both APIs give them: found, read whole, adjusted, and not too many of them.

use proto::TraceId;
use storage::{Completeness, ReadError, TraceSummary};

use super::adjust::{self, Adjusted};
use super::go::Bad;
use super::question::Question;
use crate::service::Questions;

/// What Jaeger says of a trace that is not there.
pub(super) const TRACE_NOT_FOUND: &str = "trace not found";

/// Spans of all traces of one answer together. The first trace is there whatever it has.
const SPANS_MAX: usize = 200_000;

/// What a search found.
pub(super) struct Find {
    pub(super) ids: Vec<TraceId>,
    /// What could not be looked through, one entry each.
    pub(super) missing: Vec<String>,
}

/// Why a search has no answer.
pub(super) enum NoFind {
    /// It asks for too much or too little.
    Bad(Bad),
    /// The store has none.
    Store(ReadError),
}

/// The traces that `question` asks for, the newest first.
pub(super) fn find(questions: &Questions<'_>, question: Question) -> Result<Find, NoFind> {
    let Some(search) = question.search().map_err(NoFind::Bad)? else {
        return Ok(Find { ids: Vec::new(), missing: Vec::new() });
    };
    let page = questions.summaries(&search).map_err(NoFind::Store)?;
    let ids = page.traces.iter().map(|found| found.summary.trace_id).collect();
    Ok(Find { ids, missing: missing(page.completeness) })
}

/// The same, as a list shows them.
pub(super) fn summaries(
    questions: &Questions<'_>,
    question: Question,
) -> Result<Vec<TraceSummary>, NoFind> {
    let Some(search) = question.search().map_err(NoFind::Bad)? else { return Ok(Vec::new()) };
    let page = questions.summaries(&search).map_err(NoFind::Store)?;
    Ok(page.traces.into_iter().map(|found| found.summary).collect())
}

/// What an answer lacks, for a person.
pub(super) fn missing(completeness: Completeness) -> Vec<String> {
    match completeness {
        Completeness::Complete => Vec::new(),
        Completeness::Truncated { limit } => {
            vec![format!("there is more than is shown, because of a limit: {limit}")]
        }
        Completeness::Partial { missing } => missing,
    }
}

/// A trace of an answer.
pub(super) struct ReadTrace {
    pub(super) spans: Vec<Adjusted>,
    /// About it as a whole.
    pub(super) warnings: Vec<String>,
}

/// Reads the traces of one answer.
#[derive(Debug)]
pub(super) struct Reading {
    is_raw: bool,
    spans: usize,
    is_full: bool,
}

impl Reading {
    pub(super) fn new(is_raw: bool) -> Self {
        Self { is_raw, spans: 0, is_full: false }
    }

    /// A trace; `None` where there is none, or it is one too many.
    ///
    /// # Errors
    /// The store's.
    pub(super) fn trace(
        &mut self,
        questions: &Questions<'_>,
        id: TraceId,
    ) -> Result<Option<ReadTrace>, ReadError> {
        self.is_full |= self.spans >= SPANS_MAX;
        if self.is_full {
            return Ok(None);
        }
        let Some(trace) = questions.trace(id)? else { return Ok(None) };
        // Only log records have come.
        if trace.spans.is_empty() {
            return Ok(None);
        }
        if self.spans > 0 && self.spans.saturating_add(trace.spans.len()) > SPANS_MAX {
            self.is_full = true;
            return Ok(None);
        }
        self.spans += trace.spans.len();
        let spans =
            if self.is_raw { adjust::raw(trace.spans) } else { adjust::standard(trace.spans) };
        Ok(Some(ReadTrace { spans, warnings: missing(trace.completeness) }))
    }

    /// Whether traces are left out because there are too many spans.
    pub(super) fn is_full(&self) -> bool {
        self.is_full
    }

    /// Why the last trace is not there.
    pub(super) fn without(&self) -> String {
        match self.is_full {
            true => format!("left out: one answer has at most {SPANS_MAX} spans"),
            false => TRACE_NOT_FOUND.to_owned(),
        }
    }
}
