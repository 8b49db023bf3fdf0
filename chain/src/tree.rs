//! The call tree of one trace, from what its spans' heads say.
//!
//! The rules are those by which one trace is explained (crate `query`, `trace::adjust`):
//! the server's side of a shared id hangs below the client's, a parent that never came
//! leaves a root, a cycle is cut above its earliest span. Clocks are put right call by
//! call, as no more is known here than this trace: a callee that cannot have run when it
//! says so is moved to the middle of its call, with all below it.

use hashbrown::HashMap;
use proto::{Span, SpanId, SpanKind, StatusCode};

use crate::key::{name_key, span_name_key};
use crate::peer::{Peer, peer};
use crate::self_time::Timed;

/// What lies outside its caller by no more than this is left where it is, in
/// nanoseconds: clocks and instrumentation round, commonly to a millisecond.
pub(crate) const SKEW_TOLERANCE_NANO: u64 = 2_000_000;
/// Up to so many spans, parents are looked for one by one, which takes less than hashing
/// them.
const LIST_MAX: usize = 24;
/// No row.
pub(crate) const NONE: u32 = u32::MAX;

/// What of a span matters to the figures of its hop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Its id.
    pub span_id: SpanId,
    /// Its parent's; zeros are none.
    pub parent_span_id: SpanId,
    /// What it is to its caller.
    pub kind: SpanKind,
    /// Nanoseconds since the Unix epoch; 0 where it is not known.
    pub start_unix_nano: u64,
    /// Likewise.
    pub end_unix_nano: u64,
    /// Whether it says of itself that it failed.
    pub is_error: bool,
    /// Whether it says of itself that it did not fail.
    pub is_ok: bool,
    /// The number of its service's name, see [`crate::name_key`].
    pub service: u64,
    /// The number of its span name, see [`crate::span_name_key`].
    pub name: u64,
    /// How many events it has, among those that lie beside the lines: its own come after
    /// those of the lines before.
    pub events: u32,
    /// Whom it says that it calls, or takes messages from: asked where no span is that of the
    /// other side.
    pub peer: Option<Peer>,
}

impl Line {
    /// Of `span`, of whose events so many lie beside the lines.
    pub fn of(span: &Span, events: u32) -> Self {
        Self {
            span_id: span.span_id,
            parent_span_id: span.parent_span_id.unwrap_or_default(),
            kind: span.kind,
            start_unix_nano: span.start_time_unix_nano,
            end_unix_nano: span.end_time_unix_nano,
            is_error: span.is_error(),
            is_ok: span.status.code == StatusCode::OK,
            service: name_key(&span.service_name()),
            name: span_name_key(&span.name),
            events,
            peer: peer(span).as_ref().map(Peer::of),
        }
    }
}

/// The rows of a trace in pre-order: a parent stands before its children, and children
/// are ordered by when they start. Kept from trace to trace, so that nothing is
/// allocated.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    /// The line of each row.
    pub(crate) line: Vec<u32>,
    /// The row of its parent, or [`NONE`].
    pub(crate) parent: Vec<u32>,
    pub(crate) depth: Vec<u32>,
    /// Rows of the subtree, itself included.
    pub(crate) subtree: Vec<u32>,
    /// Nanoseconds since the Unix epoch, put right.
    pub(crate) start: Vec<u64>,
    pub(crate) end: Vec<u64>,
    scratch: Scratch,
}

/// By line.
#[derive(Debug, Default)]
struct Scratch {
    parent: Vec<u32>,
    first_child: Vec<u32>,
    next_sibling: Vec<u32>,
    walked: Vec<u32>,
    by_id: HashMap<SpanId, u32>,
    /// Clients whose id others have, too.
    clients: HashMap<SpanId, u32>,
    /// By row: by how much it was moved.
    shift: Vec<i64>,
}

impl Tree {
    pub(crate) fn len(&self) -> usize {
        self.line.len()
    }

    /// Arranges `lines`, which are sorted by (start, span id, kind), each identity once.
    pub(crate) fn arrange(&mut self, lines: &[Line]) {
        self.find_parents(lines);
        self.cut_cycles();
        self.put_in_order(lines.len());
        self.read_times(lines);
    }

    fn find_parents(&mut self, lines: &[Line]) {
        let Scratch { parent, by_id, clients, .. } = &mut self.scratch;
        parent.clear();
        by_id.clear();
        clients.clear();
        if lines.len() > LIST_MAX {
            for (index, line) in lines.iter().enumerate() {
                let index = index as u32;
                if let Err(mut known) = by_id.try_insert(line.span_id, index) {
                    let earlier = lines[*known.entry.get() as usize].kind;
                    for (kind, index) in [(earlier, *known.entry.get()), (line.kind, index)] {
                        if kind == SpanKind::CLIENT {
                            clients.insert(line.span_id, index);
                        }
                    }
                    if line.kind == SpanKind::SERVER && earlier != SpanKind::SERVER {
                        known.entry.insert(index);
                    }
                }
            }
        }
        let find = |id: SpanId| {
            if !id.is_valid() {
                return NONE;
            }
            if lines.len() > LIST_MAX {
                return by_id.get(&id).copied().unwrap_or(NONE);
            }
            let is_it = |line: &Line| line.span_id == id;
            let server = lines.iter().position(|line| is_it(line) && line.kind == SpanKind::SERVER);
            server.or_else(|| lines.iter().position(is_it)).map_or(NONE, |index| index as u32)
        };
        for line in lines {
            let mut found = find(line.parent_span_id);
            // An id that is shared begins at the client's side.
            if line.kind == SpanKind::SERVER {
                let client = match lines.len() > LIST_MAX {
                    true => clients.get(&line.span_id).copied(),
                    false => lines
                        .iter()
                        .position(|it| it.span_id == line.span_id && it.kind == SpanKind::CLIENT)
                        .map(|client| client as u32),
                };
                found = client.unwrap_or(found);
            }
            parent.push(found);
        }
    }

    /// Cuts each cycle above its earliest span.
    fn cut_cycles(&mut self) {
        let Scratch { parent, walked, .. } = &mut self.scratch;
        walked.clear();
        walked.resize(parent.len(), NONE);
        for first in 0..parent.len() as u32 {
            let mut at = first;
            while at != NONE && walked[at as usize] == NONE {
                walked[at as usize] = first;
                at = parent[at as usize];
            }
            if at == NONE || walked[at as usize] != first {
                continue;
            }
            let (mut earliest, mut member) = (at, parent[at as usize]);
            while member != at {
                earliest = earliest.min(member);
                member = parent[member as usize];
            }
            parent[earliest as usize] = NONE;
        }
    }

    fn put_in_order(&mut self, count: usize) {
        let Self { line, parent: row_parent, depth, subtree, scratch, .. } = self;
        let Scratch { parent, first_child, next_sibling, walked, .. } = scratch;
        for list in [&mut *first_child, &mut *next_sibling] {
            list.clear();
            list.resize(count, NONE);
        }
        let mut first_root = NONE;
        for index in (0..count as u32).rev() {
            let above = match parent[index as usize] {
                NONE => &mut first_root,
                above => &mut first_child[above as usize],
            };
            next_sibling[index as usize] = std::mem::replace(above, index);
        }
        line.clear();
        row_parent.clear();
        depth.clear();
        // From here on: the row of each line.
        let row_of = walked;
        let mut next = first_root;
        while next != NONE {
            let row = line.len() as u32;
            row_of[next as usize] = row;
            line.push(next);
            let above = match parent[next as usize] {
                NONE => NONE,
                above => row_of[above as usize],
            };
            row_parent.push(above);
            depth.push(if above == NONE { 0 } else { depth[above as usize] + 1 });
            // Down, else on, else up until it goes on.
            let mut at = next;
            next = first_child[at as usize];
            while next == NONE && at != NONE {
                next = next_sibling[at as usize];
                at = parent[at as usize];
            }
        }
        subtree.clear();
        subtree.resize(count, 1);
        for row in (0..count).rev() {
            if row_parent[row] != NONE {
                subtree[row_parent[row] as usize] += subtree[row];
            }
        }
    }

    fn read_times(&mut self, lines: &[Line]) {
        let Self { line, parent, start, end, scratch, .. } = self;
        start.clear();
        end.clear();
        scratch.shift.clear();
        for (row, index) in line.iter().enumerate() {
            let own = &lines[*index as usize];
            let above = parent[row];
            let (mut from, mut to) =
                (own.start_unix_nano, own.end_unix_nano.max(own.start_unix_nano));
            let mut shift = 0;
            if above != NONE {
                let above = above as usize;
                shift = scratch.shift[above];
                if from == 0 {
                    (from, to) = (start[above], start[above]);
                } else {
                    (from, to) =
                        (from.saturating_add_signed(shift), to.saturating_add_signed(shift));
                    let caller = &lines[line[above] as usize];
                    let is_call = caller.service != own.service
                        && caller.kind != SpanKind::PRODUCER
                        && own.kind != SpanKind::CONSUMER;
                    if is_call
                        && let Some(further) = misplaced_by((start[above], end[above]), (from, to))
                    {
                        shift = shift.wrapping_add(further);
                        from = from.saturating_add_signed(further);
                        to = to.saturating_add_signed(further);
                    }
                }
            }
            scratch.shift.push(shift);
            start.push(from);
            end.push(to);
        }
    }
}

impl Timed for Tree {
    fn depth(&self, row: usize) -> usize {
        self.depth[row] as usize
    }

    fn start(&self, row: usize) -> u64 {
        self.start[row]
    }

    fn end(&self, row: usize) -> u64 {
        self.end[row]
    }
}

/// By how much a callee is to be moved that cannot have run when it says so: it begins
/// before its call or after the answer.
fn misplaced_by(caller: (u64, u64), callee: (u64, u64)) -> Option<i64> {
    let is_before = callee.0.saturating_add(SKEW_TOLERANCE_NANO) < caller.0;
    let is_after = callee.0 > caller.1.saturating_add(SKEW_TOLERANCE_NANO);
    let spare = (caller.1 - caller.0).saturating_sub(callee.1 - callee.0);
    (is_before || (is_after && spare > 0))
        .then(|| (caller.0 + spare / 2).wrapping_sub(callee.0) as i64)
}
