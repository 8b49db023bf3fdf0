//! Looking at spans one after the other, for what no index knows.

use std::time::Duration;

use proto::Span;
use storage::{
    AttributeScope, Comparison, Completeness, Condition, Cursor, Field, Need, Operand, Scan, Shown,
    TimeRange, Visitor, Within,
};
use traceql::ast::{Attribute, Pipeline};
use traceql::{EvaluateError, Trace, evaluate};

use super::answer::Refusal;
use crate::by_query::Lowered;
use crate::service::Questions;

/// Traces that are looked at for names and values, the newest.
const TRACES_MAX: usize = 20_000;

/// Traces that are looked at to see of what type values are.
const SAMPLE_TRACES: usize = 50;

/// No further trace is looked at once no more than this is left of the question's time: a
/// list that is cut is more use than none.
const TIME_LEFT_MIN: Duration = Duration::from_secs(4);

/// Traces that are to be looked at, the newest first.
pub(super) struct Look<'a, 'q> {
    questions: &'a Questions<'q>,
    scan: Scan,
    /// Only at spans that it finds.
    filter: Option<&'a Pipeline>,
    traces_max: usize,
}

impl<'a, 'q> Look<'a, 'q> {
    /// At the spans that `filter` finds, at all where there is none; at all their attributes,
    /// or only at `attribute`.
    pub(super) fn at_found(
        questions: &'a Questions<'q>,
        range: TimeRange,
        filter: Option<&'a Pipeline>,
        attribute: Option<&Attribute>,
    ) -> Self {
        let mut scan = Scan::newest(range, Within::Overlaps);
        scan.looks_at.keys = attribute.map(|attribute| {
            let mut keys = filter.map(Pipeline::keys).unwrap_or_default();
            if let Attribute::Named { name, .. } = attribute {
                keys.insert(name.clone());
            }
            keys
        });
        if let Some(filter) = filter {
            Lowered::of(filter).add_to(&mut scan);
        }
        Self { questions, scan, filter, traces_max: TRACES_MAX }
    }

    /// At some traces that have the attribute `key` in one of `scopes`.
    pub(super) fn at_some_with(
        questions: &'a Questions<'q>,
        range: TimeRange,
        scopes: &[AttributeScope],
        key: &str,
    ) -> Self {
        let has_it = |scope: &AttributeScope| {
            let field = Field::Attribute { scope: *scope, key: key.to_owned() };
            let operand = Operand::Text(String::new());
            vec![Condition { field, comparison: Comparison::Exists, operand }]
        };
        let mut scan = Scan::newest(range, Within::Overlaps);
        scan.looks_at.keys = Some([key.to_owned()].into());
        scan.needs.push(Need { any_of: scopes.iter().map(has_it).collect() });
        Self { questions, scan, filter: None, traces_max: SAMPLE_TRACES }
    }

    /// Shows `visit` the spans, until it has seen enough. Answers whether there are more.
    ///
    /// # Errors
    /// The store's, and where the filter has no answer.
    pub(super) fn at_spans(
        self,
        visit: impl FnMut(&Span, &Shown<'_>) -> bool,
    ) -> Result<Completeness, Refusal> {
        let Self { questions, scan, filter, traces_max } = self;
        let mut looking =
            Looking { questions, filter, left: traces_max, visit, stopped: None, error: None };
        let completeness = questions.scan(&scan, &mut looking)?;
        if let Some(error) = looking.error {
            return Err(error.into());
        }
        Ok(match looking.stopped {
            Some(limit) => Completeness::Truncated { limit },
            None => completeness,
        })
    }
}

struct Looking<'a, 'q, F> {
    questions: &'a Questions<'q>,
    filter: Option<&'a Pipeline>,
    left: usize,
    visit: F,
    /// Why it looks no further.
    stopped: Option<String>,
    error: Option<EvaluateError>,
}

impl<F: FnMut(&Span, &Shown<'_>) -> bool> Looking<'_, '_, F> {
    fn look(&mut self, shown: &Shown<'_>) -> Result<(), EvaluateError> {
        let Some(filter) = self.filter else {
            self.show(shown, shown.spans().iter());
            return Ok(());
        };
        let spans = shown.spans();
        let trace = Trace::new(spans);
        for spanset in evaluate(filter, &trace)?.spansets {
            self.show(shown, spanset.spans.iter().filter_map(|place| spans.get(*place)));
        }
        Ok(())
    }

    fn show<'s>(&mut self, shown: &Shown<'_>, spans: impl Iterator<Item = &'s Span>) {
        for span in spans {
            if !(self.visit)(span, shown) {
                self.stopped = Some("limit".to_owned());
                return;
            }
        }
    }
}

impl<F: FnMut(&Span, &Shown<'_>) -> bool> Visitor for Looking<'_, '_, F> {
    fn visit(&mut self, shown: &Shown<'_>) {
        if self.error.is_some() || self.stopped.is_some() {
            return;
        }
        if self.left == 0 || self.questions.time_left() < TIME_LEFT_MIN {
            self.stopped = Some("traces that are looked at".to_owned());
            return;
        }
        self.left -= 1;
        self.error = self.look(shown).err();
    }

    fn has_enough(&self, _: Cursor) -> bool {
        self.error.is_some() || self.stopped.is_some()
    }
}
