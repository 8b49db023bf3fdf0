//! Calls and events that stopped or appeared, and calls that nobody answers any more.
//!
//! A span's children are compared one by one: how many of the spans at a path made such a
//! call at all. So a call that is missing only counts where its caller ran, and what is
//! missing below it does not count again. Of paths that changed in one chain the deepest
//! is to blame.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::{HashMap, HashSet};

use super::{Figures, Finding, Found, SURE_DEVIATIONS, Sides, What, deviations, rate};
use crate::{PathId, Step, StepKind};

/// A shift is one from so many standard deviations on.
const SHIFT_DEVIATIONS: f64 = 4.0;
/// And where so many are affected.
const AFFECTED_MIN: f64 = 3.0;
/// What was not there before needs no more than so many.
const NEW_ERRORS_MIN: f64 = 2.0;
/// What tells of an error counts so many times.
const ERROR_EVENT_WEIGHT: f64 = 2.0;

/// The largest shift at each path.
type Shifts = BTreeMap<PathId, Shift>;

struct Shift {
    finding: Finding,
    /// The path that is there less often.
    stopped: Option<PathId>,
}

/// Answers the calls that nobody answers.
pub(super) fn find(sides: &Sides, found: &mut Found) -> BTreeSet<PathId> {
    let mut shifts = Shifts::new();
    calls(sides, &mut shifts);
    events(sides, &mut shifts);
    blame_deepest(sides, shifts, found)
}

/// Calls that a caller makes less or more often than before, if at all.
fn calls(sides: &Sides, shifts: &mut Shifts) {
    let (known, edges) = before(sides);
    for &(path, step) in &sides.paths {
        let Some(parent) = step.parent.filter(|_| step.kind.is_span()) else {
            continue;
        };
        let now = Figures::part(sides.now(path).counts.firsts as f64, sides.now(parent).calls());
        let before =
            Figures::part(sides.before(path).counts.firsts as f64, sides.before(parent).calls());
        if before.calls < AFFECTED_MIN || !is_shift(now, before) {
            continue;
        }
        // Of a call it is told whom it called, if that is known.
        let step = sides.answers.get(&path).map_or(step, |answer| answer.step);
        let stopped = (rate(now) < rate(before)).then_some(path);
        let missing = (rate(before) - rate(now)) * now.calls / sides.requests;
        let is_silent = sides.answer(parent).is_some_and(|answer| std::ptr::eq(answer, step))
            && sides.unanswered(parent) > missing / 2.0;
        let mut finding = changed(sides, parent, step, (now, before), 1.0);
        if is_silent && stopped.is_some() {
            finding = Finding {
                what: What::Silent,
                service: step.service,
                caller: Some(finding.service),
                now: Figures::part(now.calls - now.affected, now.calls),
                before: Figures::part(before.calls - before.affected, before.calls),
                ..finding
            };
        }
        finding.is_new_caller = finding.what == What::Appeared
            && finding.caller.is_some_and(|callee| {
                known.contains(&callee) && !edges.contains(&(finding.service, callee))
            });
        finding.changed = Some(path);
        keep_largest(shifts, finding, stopped);
    }
}

/// The services that there were before, and who called whom.
fn before(sides: &Sides) -> (HashSet<u64>, HashSet<(u64, u64)>) {
    let calls = sides.reference.cells.iter().filter(|(_, cell)| cell.counts.calls > 0);
    let steps = calls.filter_map(|(path, _)| sides.steps.get(path));
    let mut edges = HashSet::new();
    let mut known = HashSet::new();
    for step in steps {
        known.insert(step.service);
        if let Some(caller) = step.parent.and_then(|parent| sides.service(parent)) {
            edges.insert((caller, step.service));
        }
    }
    (known, edges)
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
        if step.kind.is_span() {
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
            keep_largest(shifts, changed(sides, *path, &step, (now, before), weight), None);
        }
    }
}

fn is_shift(now: Figures, before: Figures) -> bool {
    let sure = deviations((now.affected, now.calls), (before.affected, before.calls));
    let affected = (rate(now) - rate(before)).abs() * now.calls;
    sure.abs() > SHIFT_DEVIATIONS && affected >= AFFECTED_MIN
}

/// That at `owner` something changed about `step`, which it calls or says.
fn changed(
    sides: &Sides,
    owner: PathId,
    step: &Step,
    (now, before): (Figures, Figures),
    weight: f64,
) -> Finding {
    let service = sides.service(owner).unwrap_or(step.service);
    let per_request = (rate(now) - rate(before)).abs() * now.calls / sides.requests;
    let harm = per_request * weight;
    let what = match (step.kind == StepKind::ERROR_EVENT, rate(now) > rate(before)) {
        (true, _) => What::ErrorEvents,
        (false, true) => What::Appeared,
        (false, false) => What::Stopped,
    };
    Finding {
        service,
        caller: (step.service != service).then_some(step.service),
        per_request,
        now,
        before,
        ..Finding::of(what, owner, step, harm)
    }
}

/// Notes what changed where it did, unless more did there.
fn keep_largest(shifts: &mut Shifts, finding: Finding, stopped: Option<PathId>) {
    match shifts.get_mut(&finding.path) {
        Some(known) if known.finding.harm >= finding.harm => {}
        Some(known) => *known = Shift { finding, stopped },
        None => drop(shifts.insert(finding.path, Shift { finding, stopped })),
    }
}

/// Takes what changed below a path off what changed there: but not what changed below a
/// call that is no longer made, which does not explain that. Answers the calls that nobody
/// answers.
fn blame_deepest(sides: &Sides, shifts: Shifts, found: &mut Found) -> BTreeSet<PathId> {
    let mut silent = BTreeSet::new();
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
            if finding.what == What::Silent {
                silent.insert(path);
            }
            found.add(Finding { harm, path_harm: harm, ..finding });
        }
    }
    silent
}
