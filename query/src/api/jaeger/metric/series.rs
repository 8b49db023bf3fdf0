//! Figures over time, read from what hops add up to.

use std::collections::BTreeMap;

use chain::{Cell, PathId, name_key};
use hashbrown::HashSet;
use proto::SpanKind;
use proto::clock::now_unix_nano;
use storage::{Chains, Period, ReadError, SeriesQuestion, TimeRange};

use crate::red;
use crate::service::Questions;

/// Points in one line; a step that would make more is longer.
const POINTS_MAX: u64 = 1_500;

/// Operations of one service, those that are called most: each is read by itself.
const OPERATIONS_MAX: usize = 100;

/// What is asked for.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) services: Vec<String>,
    pub(super) kinds: Vec<SpanKind>,
    /// Whether each operation has a line of its own.
    pub(super) by_operation: bool,
    /// Since the Unix epoch.
    pub(super) end_seconds: u64,
    pub(super) lookback_seconds: u64,
    /// How far points are apart.
    pub(super) step_seconds: u64,
    /// How much time before it each point is about.
    pub(super) rate_seconds: u64,
}

/// One line.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) service: String,
    /// `None` where all are together.
    pub(super) operation: Option<String>,
    pub(super) points: Vec<Point>,
}

/// What came in the time before a moment.
#[derive(Debug)]
pub(super) struct Point {
    /// The moment, since the Unix epoch.
    pub(super) seconds: u64,
    /// How long the time before it is.
    pub(super) window_seconds: u64,
    pub(super) cell: Cell,
}

/// The lines of everything asked for.
pub(super) fn read(questions: &Questions<'_>, asked: &Asked) -> Result<Vec<Line>, ReadError> {
    let end_nano = asked.end_seconds.saturating_mul(1_000_000_000);
    let before = asked.lookback_seconds.saturating_add(asked.rate_seconds);
    let range = TimeRange {
        from_unix_nano: end_nano.saturating_sub(before.saturating_mul(1_000_000_000)),
        to_unix_nano: end_nano.saturating_add(1),
    };
    let period = red::period(range, now_unix_nano());
    let chains = questions.chains(range)?;
    let mut lines = Vec::new();
    for service in &asked.services {
        for (operation, paths) in groups(&chains, service, asked) {
            let series = questions.series(&SeriesQuestion { range, period, paths })?;
            lines.push(Line {
                service: service.clone(),
                operation,
                points: points(&series.times, series.period, asked),
            });
        }
    }
    Ok(lines)
}

/// The paths that count for each line of a service, by operation.
fn groups(chains: &Chains, service: &str, asked: &Asked) -> Vec<(Option<String>, HashSet<PathId>)> {
    let service = name_key(service);
    let mut groups: BTreeMap<Option<u64>, (i64, HashSet<PathId>)> = BTreeMap::new();
    for (path, cell) in &chains.roll_up.cells {
        let Some(step) = chains.steps.get(path) else { continue };
        let is_of_kind = asked.kinds.contains(&SpanKind(step.kind.0));
        if step.service != service || !step.kind.is_span() || !is_of_kind {
            continue;
        }
        let (calls, paths) = groups.entry(asked.by_operation.then_some(step.name)).or_default();
        *calls += cell.counts.calls;
        paths.insert(*path);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, (calls, _))| std::cmp::Reverse(*calls));
    groups.truncate(OPERATIONS_MAX);
    let named = |(name, (_, paths)): (Option<u64>, (i64, HashSet<PathId>))| {
        (name.map(|name| chains.name(name)), paths)
    };
    groups.into_iter().map(named).collect()
}

/// A point at each step until the end, each about the time before it.
fn points(times: &BTreeMap<u64, Cell>, period: Period, asked: &Asked) -> Vec<Point> {
    let period = period.seconds();
    let step = asked.step_seconds.max(asked.lookback_seconds.div_ceil(POINTS_MAX));
    let step = step.max(1).next_multiple_of(period);
    let window = asked.rate_seconds.max(1).next_multiple_of(period);
    let end = asked.end_seconds.next_multiple_of(period);
    let count = asked.lookback_seconds / step + 1;
    let mut points = Vec::new();
    for back in (0..count.min(POINTS_MAX)).rev() {
        let Some(until) = end.checked_sub(back.saturating_mul(step)) else { continue };
        let mut cell = Cell::default();
        let within = times.range(until.saturating_sub(window)..until);
        within.for_each(|(_, of_time)| cell.merge(of_time));
        let seconds = until.min(asked.end_seconds);
        points.push(Point { seconds, window_seconds: window, cell });
    }
    points
}
