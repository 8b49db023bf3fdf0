//! What one trace adds to the figures of its paths.

use proto::SpanKind;

use crate::path::{DEPTH_MAX, PathId, Step, StepKind};
use crate::self_time::Sweep;
use crate::tree::{Line, NONE, SKEW_TOLERANCE_NANO, Tree};

/// Finds out what traces add, one after the other, without allocating for each.
#[derive(Debug, Default)]
pub struct Analyst {
    tree: Tree,
    sweep: Sweep,
    /// By row, in nanoseconds.
    self_times: Vec<u64>,
    paths: Vec<PathId>,
    roots: Vec<u32>,
    ways: Ways,
    siblings: Vec<Sibling>,
    turns: Vec<Turns>,
    firsts: Vec<usize>,
    rows: Vec<Row>,
}

/// An event of a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// The number of what it says, see [`crate::event_text`].
    pub name: u64,
    /// Whether it tells of an error.
    pub is_error: bool,
}

/// What one span, event or peer adds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The path it is at.
    pub path: PathId,
    /// What that path ends with.
    pub step: Step,
    /// How long it was the deepest active span, in nanoseconds. Of a call that was answered
    /// that is the first answer's `gap_nano`, and 0 here.
    pub self_nano: u64,
    /// Of an answer: how long its caller waited while nothing ran below the call.
    pub gap_nano: Option<u64>,
    /// How long it took, in nanoseconds.
    pub duration_nano: u64,
    /// How much sooner its calls would have been done, had those that it made one after
    /// the other been made at once, in nanoseconds; 0 where there are fewer than three.
    pub savable_nano: u64,
    /// How long its root took, in nanoseconds.
    pub root_nano: u64,
    /// When its trace began: the earliest start there is, nanoseconds since the Unix
    /// epoch; 0 where none is known.
    pub trace_start_unix_nano: u64,
    /// Its marks.
    pub marks: Marks,
}

/// Marks of a span, each a bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Marks(u16);

impl Marks {
    /// It is in error.
    pub const ERROR: Self = Self(1);
    /// An error began in it.
    pub const ORIGIN: Self = Self(1 << 1);
    /// It got an error and did not fail.
    pub const ABSORBED: Self = Self(1 << 2);
    /// It is the first of its kind below its parent.
    pub const FIRST: Self = Self(1 << 3);
    /// One of its kind had failed before it.
    pub const RETRY: Self = Self(1 << 4);
    /// It begins the work of a service, or calls one.
    pub const BOUNDARY: Self = Self(1 << 5);
    /// It is a call that nobody answered.
    pub const UNANSWERED: Self = Self(1 << 6);
    /// It is a call that failed before its answer was there, which did not: nobody waited
    /// for it any longer.
    pub const GIVEN_UP: Self = Self(1 << 7);
    /// It passed an error up, and its parent did not fail.
    pub const SWALLOWED: Self = Self(1 << 8);

    /// Whether it has them.
    pub fn has(self, marks: Self) -> bool {
        self.0 & marks.0 == marks.0
    }

    fn set(&mut self, marks: Self, is_set: bool) {
        self.0 |= if is_set { marks.0 } else { 0 };
    }
}

/// So many calls one after the other are worth a look (Sentry, consecutive HTTP spans).
const TURNS_MIN: u32 = 3;

/// How errors travel, by row.
#[derive(Debug, Default)]
struct Ways {
    /// Whether an error was passed up to it.
    is_caused: Vec<bool>,
    /// Whether it is not in error and got one.
    absorbed: Vec<bool>,
    /// Whether its parent is not in error and got one from it.
    is_swallowed: Vec<bool>,
    /// The row that answers it first, or [`NONE`].
    first_answer: Vec<u32>,
    /// Whether it is answered, or wraps another call: then its other side is no peer.
    leads_on: Vec<bool>,
}

/// Calls that a span makes one after the other.
#[derive(Debug, Clone, Copy, Default)]
struct Turns {
    count: u32,
    /// When all calls so far were over.
    until: u64,
    sum_nano: u64,
    longest_nano: u64,
}

#[derive(Debug, Clone, Copy)]
struct Sibling {
    parent: u32,
    own: u64,
    row: u32,
}

impl Analyst {
    /// What each span of a trace adds, and each event that a span has. `lines` are sorted
    /// by (start, span id, kind), each identity once; `events` are those of the first
    /// line, then those of the second, as many as each says.
    pub fn rows(&mut self, lines: &[Line], events: &[Event]) -> &[Row] {
        self.tree.arrange(lines);
        self.measure_self_times();
        self.ways.find(&self.tree, lines);
        self.find_paths(lines);
        self.mark_siblings(lines);
        self.find_turns(lines);
        self.add_peers(lines);
        self.add_events(lines, events);
        &self.rows
    }

    fn measure_self_times(&mut self) {
        let Self { tree, sweep, self_times, .. } = self;
        self_times.clear();
        self_times.resize(tree.len(), 0);
        let mut root = 0;
        while root < tree.len() {
            let next = root + tree.subtree[root] as usize;
            sweep.hand_out(tree, root..next, |row, time| self_times[row] += time.end - time.start);
            root = next;
        }
    }

    fn find_paths(&mut self, lines: &[Line]) {
        let Self { tree, self_times, paths, roots, ways, rows, .. } = self;
        let starts = tree.start.iter().copied().filter(|start| *start != 0);
        let trace_start_unix_nano = starts.min().unwrap_or(0);
        paths.clear();
        roots.clear();
        rows.clear();
        for row in 0..tree.len() {
            let line = &lines[tree.line[row] as usize];
            let parent = tree.parent[row];
            let is_root = parent == NONE;
            let mut gap_nano = None;
            let above = if is_root { row } else { parent as usize };
            let step = Step {
                parent: (!is_root).then(|| paths[above]),
                service: line.service,
                name: line.name,
                kind: StepKind::span(line.kind),
            };
            let path = step.path();
            // What is deeper hangs below the last path there is.
            paths.push(if tree.depth[row] < DEPTH_MAX { path } else { paths[above] });
            let root = if is_root { row as u32 } else { roots[above] };
            roots.push(root);
            if ways.first_answer[above] == row as u32 {
                // The caller's row is there already: it stands before its children.
                gap_nano = Some(std::mem::take(&mut rows[above].self_nano));
            }
            let caller = (!is_root).then(|| &lines[tree.line[above] as usize]);
            let is_call = line.kind == SpanKind::CLIENT || line.kind == SpanKind::PRODUCER;
            let is_entry = line.kind == SpanKind::SERVER
                || line.kind == SpanKind::CONSUMER
                || caller.is_none_or(|caller| caller.service != line.service);
            let mut marks = Marks::default();
            marks.set(Marks::ERROR, line.is_error);
            marks.set(Marks::ORIGIN, line.is_error && !ways.is_caused[row]);
            marks.set(Marks::ABSORBED, ways.absorbed[row]);
            marks.set(Marks::BOUNDARY, is_call || is_entry);
            let is_unanswered = line.kind == SpanKind::CLIENT && ways.first_answer[row] == NONE;
            marks.set(Marks::UNANSWERED, is_unanswered);
            marks.set(Marks::GIVEN_UP, ways.is_given_up(row, tree, lines));
            marks.set(Marks::SWALLOWED, ways.is_swallowed[row]);
            let duration = |row: usize| tree.end[row] - tree.start[row];
            rows.push(Row {
                path,
                step,
                self_nano: self_times[row],
                gap_nano,
                duration_nano: duration(row),
                savable_nano: 0,
                root_nano: duration(root as usize),
                trace_start_unix_nano,
                marks,
            });
        }
    }

    /// Finds out which spans are alike below one parent, and what children each has.
    fn mark_siblings(&mut self, lines: &[Line]) {
        let Self { tree, siblings, rows, .. } = self;
        siblings.clear();
        for (row, parent) in (0..).zip(&tree.parent) {
            if *parent == NONE {
                rows[row as usize].marks.set(Marks::FIRST, true);
            } else {
                siblings.push(Sibling { parent: *parent, own: rows[row as usize].step.own(), row });
            }
        }
        siblings.sort_unstable_by_key(|one| (one.parent, one.own, one.row));
        for alike in
            siblings.chunk_by(|one, other| (one.parent, one.own) == (other.parent, other.own))
        {
            let Some(first) = alike.first() else { continue };
            rows[first.row as usize].marks.set(Marks::FIRST, true);
            let mut failed_until = None;
            for one in alike {
                let row = one.row as usize;
                let is_again = failed_until.is_some_and(|until| tree.start[row] >= until);
                rows[row].marks.set(Marks::RETRY, is_again);
                if lines[tree.line[row] as usize].is_error {
                    failed_until = Some(tree.end[row]);
                }
            }
        }
    }
}

impl Analyst {
    /// Adds up what spans wait for one after the other. A call that failed does not count:
    /// what comes after it may be there because it failed.
    fn find_turns(&mut self, lines: &[Line]) {
        let Self { tree, turns, rows, .. } = self;
        turns.clear();
        turns.resize(tree.len(), Turns::default());
        for row in 0..tree.len() {
            let parent = tree.parent[row];
            if parent == NONE {
                continue;
            }
            let parent = parent as usize;
            let (own, caller) =
                (&lines[tree.line[row] as usize], &lines[tree.line[parent] as usize]);
            let is_call = own.kind == SpanKind::CLIENT
                || (own.kind != SpanKind::CONSUMER && own.service != caller.service);
            // The answer to a call is the call.
            if !is_call || own.is_error || caller.kind == SpanKind::CLIENT {
                continue;
            }
            let own = &mut turns[parent];
            if tree.start[row] >= own.until {
                let nano = tree.end[row] - tree.start[row];
                own.count += 1;
                own.sum_nano = own.sum_nano.saturating_add(nano);
                own.longest_nano = own.longest_nano.max(nano);
                if own.count >= TURNS_MIN {
                    rows[parent].savable_nano = own.sum_nano - own.longest_nano;
                }
            }
            own.until = own.until.max(tree.end[row]);
        }
    }

    /// Adds whom calls are to that lead to no span of another side, and where messages come
    /// from whose sender is not in the trace.
    fn add_peers(&mut self, lines: &[Line]) {
        let Self { tree, ways, rows, .. } = self;
        for row in 0..tree.len() {
            let line = &lines[tree.line[row] as usize];
            let is_open = match line.kind {
                SpanKind::CONSUMER => tree.parent[row] == NONE,
                _ => !ways.leads_on[row],
            };
            let Some(peer) = line.peer.filter(|_| is_open) else { continue };
            let own = rows[row];
            let step = Step {
                parent: Some(own.path),
                service: own.step.service,
                name: peer.name,
                kind: StepKind::of_peer(peer.kind),
            };
            let mut marks = Marks::default();
            for mark in [Marks::ERROR, Marks::FIRST, Marks::RETRY] {
                marks.set(mark, own.marks.has(mark));
            }
            let (self_nano, savable_nano) = (0, 0);
            let path = step.path();
            rows.push(Row { path, step, self_nano, gap_nano: None, savable_nano, marks, ..own });
        }
    }

    fn add_events(&mut self, lines: &[Line], events: &[Event]) {
        if events.is_empty() {
            return;
        }
        let Self { tree, rows, firsts, .. } = self;
        firsts.clear();
        firsts.extend(lines.iter().scan(0usize, |before, line| {
            let first = *before;
            *before += line.events as usize;
            Some(first)
        }));
        for row in 0..tree.len() {
            let line = tree.line[row] as usize;
            let own = events.get(firsts[line]..firsts[line] + lines[line].events as usize);
            let own = own.unwrap_or_default();
            let Row { path, step, root_nano, trace_start_unix_nano, .. } = rows[row];
            for (place, event) in own.iter().enumerate() {
                let kind = if event.is_error { StepKind::ERROR_EVENT } else { StepKind::EVENT };
                let step =
                    Step { parent: Some(path), service: step.service, name: event.name, kind };
                let mut marks = Marks::default();
                marks.set(Marks::FIRST, !own[..place].contains(event));
                rows.push(Row {
                    path: step.path(),
                    step,
                    self_nano: 0,
                    gap_nano: None,
                    duration_nano: 0,
                    savable_nano: 0,
                    root_nano,
                    trace_start_unix_nano,
                    marks,
                });
            }
        }
    }
}

impl Ways {
    /// An error is passed up from child to parent as long as parents are in error, too;
    /// INTERNAL spans of the same service that say nothing of themselves are transparent,
    /// as one trace is explained.
    fn find(&mut self, tree: &Tree, lines: &[Line]) {
        let count = tree.len();
        self.first_answer.clear();
        self.first_answer.resize(count, NONE);
        let Self { is_caused, absorbed, is_swallowed, leads_on, .. } = &mut *self;
        for list in [is_caused, absorbed, is_swallowed, leads_on] {
            list.clear();
            list.resize(count, false);
        }
        // From the last row up: whether an error comes up to a row is known before it is
        // asked whether it goes on.
        for row in (0..count).rev() {
            let parent = tree.parent[row];
            if parent == NONE {
                continue;
            }
            let parent = parent as usize;
            let (own, above) =
                (&lines[tree.line[row] as usize], &lines[tree.line[parent] as usize]);
            let is_answer = own.kind == SpanKind::SERVER
                || own.kind == SpanKind::CONSUMER
                || own.service != above.service;
            if is_answer && above.kind == SpanKind::CLIENT {
                self.first_answer[parent] = row as u32;
            }
            let is_call = own.kind == SpanKind::CLIENT || own.kind == SpanKind::PRODUCER;
            self.leads_on[parent] |= is_answer || is_call || self.leads_on[row];
            // Nobody waits for what became of a message.
            if own.kind == SpanKind::CONSUMER {
                continue;
            }
            // A transparent span that got an error and can't tell hands it on.
            let comes_up = own.is_error || (self.is_caused[row] && !self.absorbed[row]);
            if !comes_up {
                continue;
            }
            self.is_caused[parent] = true;
            let is_transparent = above.kind == SpanKind::INTERNAL
                && !above.is_ok
                && above.service == own.service
                && tree.parent[parent] != NONE;
            self.is_swallowed[row] = !above.is_error && !is_transparent;
            self.absorbed[parent] |= self.is_swallowed[row];
        }
    }

    /// Whether a call failed by itself while its answer, which did not, was still worked on.
    fn is_given_up(&self, row: usize, tree: &Tree, lines: &[Line]) -> bool {
        let answer = self.first_answer[row];
        if answer == NONE || !lines[tree.line[row] as usize].is_error || self.is_caused[row] {
            return false;
        }
        let answer = answer as usize;
        let late = tree.end[answer].saturating_sub(tree.end[row]);
        !lines[tree.line[answer] as usize].is_error && late > SKEW_TOLERANCE_NANO
    }
}
