//! Errors: where they begin, who keeps them to himself, and calls that nobody answers.
//!
//! An error goes up from call to caller as long as callers fail, too. Whose caller does not
//! fail was swallowed there: of the errors that came through a path the figures know how
//! many ended at it, so what begins below is told apart into what got to whoever asked and
//! what did not.
//!
//! A call in error that nobody answered began in no service: it is the hop that failed, and
//! who should have answered is to blame (`silent`).

use std::collections::BTreeSet;

use super::{Figures, Finding, Found, Sides, What, certainty, rate};
use crate::{Counts, PathId, Step, StepKind};

/// An error status says again what a missing call says, or is passed on: it counts half.
const ERROR_WEIGHT: f64 = 0.5;
/// A call is one that is answered where no more than this part of it was left unanswered.
const UNANSWERED_MAX: f64 = 0.5;

/// Errors that began at a path more often than before, and calls made again. Of the calls at
/// `silent` it is known that nobody answers them.
pub(super) fn find(sides: &Sides, silent: &BTreeSet<PathId>, found: &mut Found) {
    for &(path, step) in &sides.paths {
        if !step.kind.is_span() || sides.now(path).counts.calls <= 0 {
            continue;
        }
        let began = Errors::at(sides, path, step, |counts| counts.origins);
        let unanswered = sides.unanswered(path).min(began.per_request).max(0.0);
        if let Some(answer) = sides.answer(path).filter(|_| unanswered > 0.0) {
            let harm = began.harm(unanswered);
            found.blame(answer.service, harm);
            if !silent.contains(&path) {
                let finding = Finding::of(What::Silent, path, answer, harm);
                let caller = Some(step.service);
                found.add(Finding { caller, per_request: unanswered, ..began.figures(finding) });
            }
            failing(sides, &began, began.per_request - unanswered, found);
        } else {
            failing(sides, &began, began.per_request, found);
        }
        let again = Errors::at(sides, path, step, |counts| counts.retries);
        let harm = again.harm(again.per_request);
        if harm > 0.0 {
            // Who calls again is not to blame for what failed.
            let finding = Finding::of(What::Retried, path, step, harm);
            let per_request = again.per_request;
            found.add(Finding { per_request, ..again.figures(finding) });
        }
    }
}

/// Notes that so many errors for each request began where `began` says, and what became of
/// them.
fn failing(sides: &Sides, began: &Errors, per_request: f64, found: &mut Found) {
    if per_request <= 0.0 {
        return;
    }
    found.blame(began.step.service, began.harm(per_request));
    let (swallowed, by) = sides.swallowed(began.path);
    for (what, part, absorbed_by) in
        [(What::Failing, 1.0 - swallowed, None), (What::Swallowed, swallowed, by)]
    {
        let per_request = per_request * part;
        if per_request > 0.0 {
            let harm = began.harm(per_request);
            let finding = Finding::of(what, began.path, began.step, harm);
            found.add(Finding { per_request, absorbed_by, ..began.figures(finding) });
        }
    }
}

/// What is counted at a path, now and before.
struct Errors<'a> {
    path: PathId,
    step: &'a Step,
    caller: Option<u64>,
    now: Figures,
    before: Figures,
    /// How many more there are than before, for each request.
    per_request: f64,
}

impl<'a> Errors<'a> {
    fn at(sides: &Sides, path: PathId, step: &'a Step, count: impl Fn(&Counts) -> i64) -> Self {
        let (now, before) = (sides.now(path), sides.before(path));
        let caller = step.parent.and_then(|parent| sides.service(parent));
        Self {
            path,
            step,
            caller: caller.filter(|caller| *caller != step.service),
            now: Figures::part(count(&now.counts) as f64, now.calls()),
            before: Figures::part(count(&before.counts) as f64, before.calls()),
            per_request: sides.more(path, count),
        }
    }

    /// The harm of so many for each request: what few calls say counts less, by how likely
    /// chance is.
    fn harm(&self, per_request: f64) -> f64 {
        per_request * ERROR_WEIGHT * certainty(self.now, self.before)
    }

    fn figures(&self, finding: Finding) -> Finding {
        let Self { caller, now, before, .. } = *self;
        Finding { caller, now, before, ..finding }
    }
}

impl Sides<'_> {
    /// How many more spans at `path` are counted than before, for each request.
    pub(super) fn more(&self, path: PathId, count: impl Fn(&Counts) -> i64) -> f64 {
        let (now, before) = (self.now(path), self.before(path));
        let now = Figures::part(count(&now.counts) as f64, now.calls());
        let before = Figures::part(count(&before.counts) as f64, before.calls());
        (rate(now) - rate(before)) * now.calls / self.requests
    }

    /// Who answers the calls at `path`, if somebody does: always the same.
    pub(super) fn answer(&self, path: PathId) -> Option<&Step> {
        let answer = self.answers.get(&path).filter(|answer| answer.is_only)?;
        let before = self.before(path);
        let unanswered = before.counts.unanswered as f64;
        let is_call = self.steps.get(&path)?.kind == StepKind::span(proto::SpanKind::CLIENT);
        (is_call && before.calls() > 0.0 && unanswered <= before.calls() * UNANSWERED_MAX)
            .then_some(answer.step)
    }

    /// How many more calls at `path` nobody answered, or not in time, for each request.
    pub(super) fn unanswered(&self, path: PathId) -> f64 {
        self.more(path, |counts| counts.unanswered + counts.given_up)
    }

    /// Which part of the errors that begin at `path` goes up to a caller that does not fail,
    /// and who that is where there are several: the one that keeps most.
    fn swallowed(&self, path: PathId) -> (f64, Option<u64>) {
        let (mut left, mut most, mut by) = (1.0, 0.0, None);
        let mut at = path;
        while let Some(parent) = self.steps.get(&at).and_then(|step| step.parent) {
            let ended = self.more(at, |counts| counts.swallowed).max(0.0);
            let came = self.more(at, |counts| counts.errors).max(ended);
            if ended > 0.0 {
                let here = left * ended / came;
                left -= here;
                if here > most {
                    (most, by) = (here, self.service(parent));
                }
            }
            at = parent;
        }
        (1.0 - left, by)
    }
}
