//! Clocks that disagree.
//!
//! Spans are grouped by the clock that timed them (resource attributes
//! [`semconv::CLOCK_DOMAIN`], else the service). Each call from one clock to
//! another bounds how far the callee's clock is ahead: the callee cannot begin
//! before the call, and what the caller did wait for cannot end after it. So with a
//! client span `c` and its server span `s`, the server's clock is ahead by at least
//! `s.end - c.end` and at most `s.start - c.start` (Cristian's algorithm; Jaeger's
//! `adjuster/clockskew.go` does the same span by span). All calls between two clocks
//! together give one offset, and every span of a clock moves by the same amount.
//!
//! Nothing moves unless a call is impossible as it stands: answered before it was
//! made, or begun after its answer had arrived, give or take
//! [`SKEW_TOLERANCE_NANO`]. A server that merely ends late is neither; many finish
//! their span after they have answered.

use std::collections::{HashMap, VecDeque};

use proto::{Span, SpanKind, semconv};

use crate::trace::assemble::{Assembly, Found};
use crate::trace::format::duration;
use crate::trace::{Flags, WarningKind};

/// What lies outside its parent by no more than this is left where it is: clocks
/// and instrumentation round, commonly to a millisecond.
const SKEW_TOLERANCE_NANO: i128 = 2_000_000;

/// How many clocks the warnings name; beyond that only the rows are flagged.
const NAMED_CLOCKS_MAX: usize = 10;

/// How far the callee's clock can be ahead, by one call. Nanoseconds.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    /// `None` where the caller may have ended first.
    min: Option<i128>,
    max: i128,
    /// Whether the call contradicts the clocks as they are.
    is_impossible: bool,
}

/// The calls between two clocks, as seen from the one with the smaller number.
#[derive(Debug, Default)]
struct Calls {
    min: Vec<i128>,
    max: Vec<i128>,
    /// The middle of each call that has both bounds.
    middle: Vec<i128>,
    /// Calls that contradict the clocks as they are.
    impossible: usize,
    count: usize,
}

/// Moves every clock's spans so that calls fit into their callers.
pub(in crate::trace) fn align_clocks(assembly: &mut Assembly) {
    let clocks = Clocks::of(&assembly.spans);
    let offsets = offsets_between(assembly, &clocks);
    if offsets.values().all(|&ahead| ahead == 0) {
        return;
    }
    let shifts = shift_of_each_clock(assembly, &clocks, &offsets);
    for index in 0..assembly.len() {
        let shift = shifts[clocks.of_span[index]].nano;
        if shift != 0 && assembly.start[index] != 0 {
            // 0 means unknown, so a known start stays above it.
            assembly.start[index] = assembly.start[index].saturating_add_signed(shift).max(1);
            assembly.end[index] = assembly.end[index].saturating_add_signed(shift).max(1);
            assembly.flags[index] |= Flags::SKEW_CORRECTED;
        }
    }
    warn(assembly, &clocks, &shifts);
}

/// How a clock's spans are to be moved.
#[derive(Debug, Clone, Copy)]
struct Shift {
    /// By so many nanoseconds.
    nano: i64,
    /// The root whose clock they are moved to.
    root: usize,
}

/// Which clock timed which span.
struct Clocks {
    /// By span: the clock's number.
    of_span: Vec<usize>,
    /// How many there are.
    count: usize,
}

impl Clocks {
    fn of(spans: &[Span]) -> Self {
        let mut numbers: HashMap<String, usize> = HashMap::new();
        let of_span = spans
            .iter()
            .map(|span| {
                let count = numbers.len();
                *numbers.entry(clock_name(span)).or_insert(count)
            })
            .collect();
        Self { of_span, count: numbers.len() }
    }
}

/// A text that is the same for spans timed by the same clock.
fn clock_name(span: &Span) -> String {
    let attributes = &span.resource.attributes;
    for key in semconv::CLOCK_DOMAIN {
        let value = proto::span::find_attribute(attributes, key).map(proto::Value::text);
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            return format!("{key}={value}");
        }
    }
    span.service_name().into_owned()
}

/// By pair of clocks, the smaller number first, that call each other: how many
/// nanoseconds the second is ahead of the first; 0 where nothing contradicts that.
fn offsets_between(assembly: &Assembly, clocks: &Clocks) -> HashMap<(usize, usize), i64> {
    let mut calls: HashMap<(usize, usize), Calls> = HashMap::new();
    for (child, parent) in assembly.parent.iter().enumerate() {
        let Some(parent) = *parent else { continue };
        let (caller, callee) = (clocks.of_span[parent], clocks.of_span[child]);
        if caller == callee {
            continue;
        }
        if let Some(bounds) = bounds(assembly, parent, child) {
            let pair = (caller.min(callee), caller.max(callee));
            calls.entry(pair).or_default().add(bounds, caller > callee);
        }
    }
    calls.into_iter().map(|(pair, calls)| (pair, calls.offset())).collect()
}

/// How far the child's clock can be ahead of its parent's; `None` where the two say
/// nothing about it.
fn bounds(assembly: &Assembly, parent: usize, child: usize) -> Option<Bounds> {
    let is_message = |index: usize| {
        let kind = assembly.spans[index].kind;
        kind == SpanKind::PRODUCER || kind == SpanKind::CONSUMER
    };
    let is_timed = |index: usize| assembly.start[index] != 0;
    if is_message(parent) || is_message(child) || !is_timed(parent) || !is_timed(child) {
        return None;
    }
    let nanos = |unix_nano: u64| i128::from(unix_nano);
    let (start, end) = (&assembly.start, &assembly.end);
    let max = nanos(start[child]) - nanos(start[parent]);
    let min = nanos(end[child]) - nanos(end[parent]);
    // Only a client is known to wait, and not when it gave up or the server took
    // longer than it did.
    let waited = assembly.spans[parent].kind == SpanKind::CLIENT
        && assembly.spans[child].kind == SpanKind::SERVER
        && !assembly.spans[parent].is_error()
        && min <= max;
    let behind_answer = nanos(start[child]) - nanos(end[parent]);
    let is_impossible =
        max < -SKEW_TOLERANCE_NANO || (waited && behind_answer > SKEW_TOLERANCE_NANO);
    Some(Bounds { min: waited.then_some(min), max, is_impossible })
}

impl Calls {
    /// Adds a call; `turned` where the callee is the clock with the smaller number.
    fn add(&mut self, bounds: Bounds, turned: bool) {
        let Bounds { min, max, is_impossible } = bounds;
        self.count += 1;
        self.impossible += usize::from(is_impossible);
        self.middle.extend(min.map(|min| (min + max) / 2 * if turned { -1 } else { 1 }));
        if turned {
            self.min.push(-max);
            self.max.extend(min.map(|min| -min));
        } else {
            self.min.extend(min);
            self.max.push(max);
        }
    }

    /// How far the clock with the larger number is ahead.
    fn offset(mut self) -> i64 {
        if self.impossible == 0 {
            return 0;
        }
        let min = self.min.iter().copied().max();
        let max = self.max.iter().copied().min();
        let ahead = match (min, max) {
            (Some(min), Some(max)) if min <= max => (min + max) / 2,
            // No offset suits all calls: what suits the most, if most need one.
            (Some(_), Some(_)) if 2 * self.impossible > self.count => {
                self.middle.sort_unstable();
                self.middle.get(self.middle.len() / 2).copied().unwrap_or(0)
            }
            (Some(_), Some(_)) | (None, None) => 0,
            (Some(only), None) | (None, Some(only)) => only,
        };
        i64::try_from(ahead).unwrap_or(if ahead < 0 { i64::MIN + 1 } else { i64::MAX })
    }
}

/// How far each clock's spans are to be moved: from the first root's clock outwards
/// along the calls; clocks that no call leads to stay as they are.
fn shift_of_each_clock(
    assembly: &Assembly,
    clocks: &Clocks,
    offsets: &HashMap<(usize, usize), i64>,
) -> Vec<Shift> {
    let mut neighbours = vec![Vec::new(); clocks.count];
    for (&(one, other), &ahead) in offsets {
        neighbours[one].push((other, -ahead));
        neighbours[other].push((one, ahead));
    }
    for list in &mut neighbours {
        list.sort_unstable();
    }

    let mut roots: Vec<usize> =
        (0..assembly.len()).filter(|&index| assembly.parent[index].is_none()).collect();
    // A root that has no parent is more of a reference than one that lost it.
    roots.sort_by_key(|&root| {
        (assembly.flags[root].contains(Flags::ORPHAN), assembly.start[root], root)
    });
    let mut shifts: Vec<Option<Shift>> = vec![None; clocks.count];
    for root in roots {
        let clock = clocks.of_span[root];
        if shifts[clock].is_some() {
            continue;
        }
        shifts[clock] = Some(Shift { nano: 0, root });
        let mut pending = VecDeque::from([(clock, 0i64)]);
        while let Some((clock, nano)) = pending.pop_front() {
            for &(neighbour, change) in &neighbours[clock] {
                if shifts[neighbour].is_none() {
                    let nano = nano.saturating_add(change);
                    shifts[neighbour] = Some(Shift { nano, root });
                    pending.push_back((neighbour, nano));
                }
            }
        }
    }
    // Every span hangs below a root; one whose clock no call leads to stays.
    shifts.into_iter().map(|shift| shift.unwrap_or(Shift { nano: 0, root: 0 })).collect()
}

/// Names each clock that was moved and by how much.
fn warn(assembly: &mut Assembly, clocks: &Clocks, shifts: &[Shift]) {
    let mut named = vec![false; clocks.count];
    let mut warnings = 0;
    for index in 0..assembly.len() {
        let clock = clocks.of_span[index];
        let Shift { nano, root } = shifts[clock];
        if nano == 0 || std::mem::replace(&mut named[clock], true) {
            continue;
        }
        let message = format!(
            "the clock of {} is {} {} that of {}; its spans were moved to fit their calls",
            assembly.spans[index].service_name(),
            duration(nano.unsigned_abs()),
            if nano < 0 { "ahead of" } else { "behind" },
            assembly.spans[root].service_name(),
        );
        let (kind, index) = (WarningKind::ClockSkew, Some(index));
        assembly.warnings.push(Found { kind, index, message });
        warnings += 1;
        if warnings >= NAMED_CLOCKS_MAX {
            return;
        }
    }
}
