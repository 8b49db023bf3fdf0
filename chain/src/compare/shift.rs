//! Calls and events that stopped, appeared, or fail.
//!
//! A span's children are compared one by one: how many of the spans at a path made such a
//! call at all. So a call that is missing only counts where its caller ran, and what is
//! missing below it does not count again. Of paths that changed in one chain the deepest
//! is to blame.

use std::collections::BTreeMap;

use hashbrown::{HashMap, HashSet};

use super::{Figures, Finding, Found, SURE_DEVIATIONS, Sides, What, deviations};
use crate::{PathId, Step, StepKind};

/// A shift is one from so many standard deviations on.
const SHIFT_DEVIATIONS: f64 = 4.0;
/// And where so many are affected.
const AFFECTED_MIN: f64 = 3.0;
/// What was not there before needs no more than so many.
const NEW_ERRORS_MIN: f64 = 2.0;
/// What tells of an error counts so many times.
const ERROR_EVENT_WEIGHT: f64 = 2.0;
/// An error status beside it says the same again, or is passed on.
const ERROR_WEIGHT: f64 = 0.5;

/// The largest shift at each path.
type Shifts = BTreeMap<PathId, Shift>;

struct Shift {
    finding: Finding,
    /// The path that is there less often.
    stopped: Option<PathId>,
}

pub(super) fn find(sides: &Sides, found: &mut Found) {
    let mut shifts = Shifts::new();
    calls(sides, &mut shifts);
    events(sides, &mut shifts);
    blame_deepest(sides, shifts, found);
    errors(sides, found);
}

/// Calls that a caller makes less or more often than before, if at all.
fn calls(sides: &Sides, shifts: &mut Shifts) {
    for &(path, step) in &sides.paths {
        let Some(parent) = step.parent.filter(|_| !step.kind.is_event()) else {
            continue;
        };
        let now = Figures::part(sides.now(path).counts.firsts as f64, sides.now(parent).calls());
        let before =
            Figures::part(sides.before(path).counts.firsts as f64, sides.before(parent).calls());
        if before.calls < AFFECTED_MIN || !is_shift(now, before) {
            continue;
        }
        // Of a call it is told whom it called, if that is known.
        let step = sides.answers.get(&path).copied().unwrap_or(step);
        let stopped = (rate(now) < rate(before)).then_some(path);
        keep_largest(sides, shifts, parent, step, (now, before), 1.0, stopped);
    }
}

/// Events of all spans of one kind, wherever they are called from: logs differ little
/// from caller to caller, and each has few.
fn events(sides: &Sides, shifts: &mut Shifts) {
    /// An event, and who has it: a step, or a service.
    type Key = (u64, u64, StepKind);
    let mut owners: HashMap<u64, (PathId, f64, f64)> = HashMap::new();
    let mut counts: BTreeMap<Key, (Step, f64, f64)> = BTreeMap::new();
    let mut said_before: HashSet<Key> = HashSet::new();
    for &(path, step) in &sides.paths {
        let (now, before) = (sides.now(path), sides.before(path));
        if !step.kind.is_event() {
            let (most, all, all_before) = owners.entry(step.own()).or_insert((path, 0.0, 0.0));
            if now.calls() > sides.now(*most).calls() {
                *most = path;
            }
            *all += now.calls();
            *all_before += before.calls();
            continue;
        }
        if before.counts.calls > 0 {
            said_before.insert((step.service, step.name, step.kind));
        }
        let owner = step.parent.and_then(|parent| sides.steps.get(&parent));
        let Some(owner) = owner else { continue };
        let key = (owner.own(), step.name, step.kind);
        let (_, all, all_before) = counts.entry(key).or_insert((*step, 0.0, 0.0));
        *all += now.counts.firsts as f64;
        *all_before += before.counts.firsts as f64;
    }
    for ((owner, name, kind), (step, affected, affected_before)) in counts {
        let Some((path, calls, calls_before)) = owners.get(&owner) else { continue };
        if *calls == 0.0 {
            continue;
        }
        let now = Figures::part(affected, *calls);
        let before = Figures::part(affected_before, *calls_before);
        let is_error = kind == StepKind::ERROR_EVENT;
        let counts = if is_error {
            let is_more = rate(now) > rate(before);
            let is_new = !said_before.contains(&(step.service, name, step.kind));
            let sure = deviations((now.affected, now.calls), (before.affected, before.calls));
            is_more && ((is_new && affected >= NEW_ERRORS_MIN) || sure > SURE_DEVIATIONS)
        } else {
            before.calls >= AFFECTED_MIN && is_shift(now, before)
        };
        if counts {
            let weight = if is_error { ERROR_EVENT_WEIGHT } else { 1.0 };
            keep_largest(sides, shifts, *path, &step, (now, before), weight, None);
        }
    }
}

fn rate(figures: Figures) -> f64 {
    figures.affected / figures.calls.max(1.0)
}

fn is_shift(now: Figures, before: Figures) -> bool {
    let sure = deviations((now.affected, now.calls), (before.affected, before.calls));
    let affected = (rate(now) - rate(before)).abs() * now.calls;
    sure.abs() > SHIFT_DEVIATIONS && affected >= AFFECTED_MIN
}

/// Notes that at `owner` something changed about `step`, which it calls or says.
fn keep_largest(
    sides: &Sides,
    shifts: &mut Shifts,
    owner: PathId,
    step: &Step,
    (now, before): (Figures, Figures),
    weight: f64,
    stopped: Option<PathId>,
) {
    let Some(service) = sides.service(owner) else {
        return;
    };
    let per_request = (rate(now) - rate(before)).abs() * now.calls / sides.requests;
    let harm = per_request * weight;
    let what = match (step.kind == StepKind::ERROR_EVENT, rate(now) > rate(before)) {
        (true, _) => What::ErrorEvents,
        (false, true) => What::Appeared,
        (false, false) => What::Stopped,
    };
    let finding = Finding {
        service,
        caller: (step.service != service).then_some(step.service),
        per_request,
        now,
        before,
        ..Finding::of(what, owner, step, harm)
    };
    match shifts.get_mut(&owner) {
        Some(known) if known.finding.harm >= harm => {}
        Some(known) => *known = Shift { finding, stopped },
        None => drop(shifts.insert(owner, Shift { finding, stopped })),
    }
}

/// Takes what changed below a path off what changed there: but not what changed below a
/// call that is no longer made, which does not explain that.
fn blame_deepest(sides: &Sides, shifts: Shifts, found: &mut Found) {
    let mut net: BTreeMap<PathId, f64> =
        shifts.iter().map(|(path, shift)| (*path, shift.finding.harm)).collect();
    for (path, shift) in &shifts {
        let mut below = *path;
        let mut above = sides.steps.get(path).and_then(|step| step.parent);
        while let Some(at) = above {
            let explains = shifts.get(&at).is_some_and(|it| it.stopped != Some(below));
            if explains && let Some(net) = net.get_mut(&at) {
                *net -= shift.finding.harm;
            }
            below = at;
            above = sides.steps.get(&at).and_then(|step| step.parent);
        }
    }
    for (path, Shift { finding, .. }) in shifts {
        let harm = net.get(&path).copied().unwrap_or(0.0);
        if harm > 0.0 {
            found.blame(finding.service, harm);
            found.add(Finding { harm, path_harm: harm, ..finding });
        }
    }
}

/// Errors that began at a path more often than before, and calls made again.
fn errors(sides: &Sides, found: &mut Found) {
    for &(path, step) in &sides.paths {
        let (now, before) = (sides.now(path), sides.before(path));
        if step.kind.is_event() || now.counts.calls <= 0 {
            continue;
        }
        let caller = step.parent.and_then(|parent| sides.service(parent));
        let caller = caller.filter(|caller| *caller != step.service);
        for (what, affected, affected_before) in [
            (What::Failing, now.counts.origins, before.counts.origins),
            (What::Retried, now.counts.retries, before.counts.retries),
        ] {
            let now = Figures::part(affected as f64, now.calls());
            let before = Figures::part(affected_before as f64, before.calls());
            let per_request = (rate(now) - rate(before)) * now.calls / sides.requests;
            let harm = per_request * ERROR_WEIGHT;
            if harm <= 0.0 {
                continue;
            }
            // Who calls again is not to blame for what failed.
            if what == What::Failing {
                found.blame(step.service, harm);
            }
            let finding = Finding::of(what, path, step, harm);
            found.add(Finding { caller, per_request, now, before, ..finding });
        }
    }
}
