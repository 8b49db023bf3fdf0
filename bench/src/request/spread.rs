//! Traces whose spans come with several requests: cut ones, late ones, long ones.

use super::body::{self, Piece};
use super::{BODIES, Requests, Trace};
use crate::dice::Dice;
use crate::shape::{Message, SpanTemplate, Templates, TraceTemplate};

/// Of so many traces one comes in two parts with few requests between them, as when
/// two collectors have it.
const SPLIT_ONE_IN: usize = 10;
const SPLIT_REQUESTS_MAX: u64 = 4;
/// Of so many traces one comes in two parts with many requests between them, as when
/// a collector was cut off for a while.
const LATE_ONE_IN: usize = 100;
const LATE_REQUESTS_MIN: u64 = 50;
const LATE_REQUESTS_MAX: u64 = 300;
/// There is one long trace for so many spans.
const LONG_EVERY_SPANS: u64 = 250_000;
/// It comes with so many requests in a row.
const LONG_REQUESTS: usize = 64;

/// How a trace comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Arrival {
    /// With one request.
    Whole,
    /// In two parts, the second at most [`SPLIT_REQUESTS_MAX`] requests later.
    Split,
    /// In two parts, the second at least [`LATE_REQUESTS_MIN`] requests later unless
    /// the load is over before.
    Late,
    /// In [`LONG_REQUESTS`] parts.
    Long,
}

/// A part of a trace that does not come with the trace's first request.
#[derive(Debug)]
pub(super) struct Part {
    /// The trace, by its position in the body.
    pub(super) position: u16,
    /// How many requests after the first it comes; with the last one at the latest.
    pub(super) delay: u64,
    pub(super) message: Message,
    pub(super) spans: u64,
}

impl Part {
    pub(super) fn new(templates: &Templates, piece: &Piece<'_>, position: u16, delay: u64) -> Self {
        let message = body::encode(templates, std::slice::from_ref(piece));
        Self { position, delay, message, spans: piece.spans.len() as u64 }
    }
}

/// A long trace. Its first part has delay 0: bodies do not hold any of it.
#[derive(Debug)]
pub(super) struct Long {
    pub(super) parts: Vec<Part>,
}

impl Long {
    /// Deals the spans out at random, so that parents come after their children as
    /// often as before.
    pub(super) fn new(templates: &Templates, trace: &TraceTemplate, dice: &mut Dice) -> Self {
        let instance = dice.below(templates.instances);
        let mut spans: Vec<Vec<&SpanTemplate>> = vec![Vec::new(); LONG_REQUESTS];
        for span in &trace.spans {
            spans[dice.below(LONG_REQUESTS)].push(span);
        }
        let parts = spans.into_iter().zip(0..).map(|(spans, delay)| {
            Part::new(templates, &Piece { trace: 0, instance, spans }, 0, delay)
        });
        Self { parts: parts.collect() }
    }
}

/// How many long traces there are among `spans` spans.
pub(super) fn long_count(spans: u64) -> u64 {
    (spans + LONG_EVERY_SPANS / 2) / LONG_EVERY_SPANS
}

/// How many requests later the rest of trace `number` of the bodies comes, if it comes
/// in parts.
pub(super) fn delay(number: usize, dice: &mut Dice) -> Option<u64> {
    let between = |min: u64, max: u64, dice: &mut Dice| min + dice.number() % (max - min + 1);
    if number % LATE_ONE_IN == 7 {
        Some(between(LATE_REQUESTS_MIN, LATE_REQUESTS_MAX, dice))
    } else if number % SPLIT_ONE_IN == 3 {
        Some(between(1, SPLIT_REQUESTS_MAX, dice))
    } else {
        None
    }
}

/// Takes the spans out that come later: those after some span, or the root and those
/// before it. Nothing where there is only one span.
pub(super) fn cut<'a>(
    spans: &mut Vec<&'a SpanTemplate>,
    dice: &mut Dice,
) -> Option<Vec<&'a SpanTemplate>> {
    if spans.len() < 2 {
        return None;
    }
    let at = 1 + dice.below(spans.len() - 1);
    let mut rest = spans.split_off(at);
    if dice.chance(0.5) {
        std::mem::swap(spans, &mut rest);
    }
    Some(rest)
}

impl Requests {
    /// How `trace` comes.
    pub(crate) fn arrival(&self, trace: Trace) -> Arrival {
        match trace {
            Trace::Long { .. } => Arrival::Long,
            Trace::Common { first, position } => {
                let mut parts = self.body(first).later.iter();
                match parts.find(|part| part.position == position) {
                    None => Arrival::Whole,
                    Some(part) => arrival_after(part.delay),
                }
            }
        }
    }

    /// The requests that have spans of `trace`, in order.
    pub(crate) fn requests_of(&self, trace: Trace) -> Vec<u64> {
        let first = self.first_request_of(trace);
        let mut numbers = vec![first];
        match trace {
            Trace::Common { position, .. } => {
                let parts = self.body(first).later.iter();
                let ours = parts.filter(|part| part.position == position);
                numbers.extend(ours.map(|part| self.due(first, part)));
            }
            Trace::Long { number } => {
                numbers.extend(self.long(number).parts.iter().map(|part| self.due(first, part)));
            }
        }
        numbers.dedup();
        numbers
    }

    /// One of the traces that come like this; none where none does. Of
    /// [`Arrival::Whole`], any trace but the long ones.
    pub(crate) fn sample(&self, arrival: Arrival, dice: &mut Dice) -> Option<Trace> {
        match arrival {
            Arrival::Whole => {
                let first = dice.number() % self.count;
                let position = dice.below(self.body(first).traces.len()) as u16;
                Some(Trace::Common { first, position })
            }
            Arrival::Long => {
                let number = dice.number().checked_rem(self.long_count)?;
                Some(Trace::Long { number })
            }
            Arrival::Split | Arrival::Late => {
                let bodies = (0..self.count.min(BODIES as u64))
                    .flat_map(|body| self.body(body).later.iter().map(move |part| (body, part)));
                let parts: Vec<_> =
                    bodies.filter(|(_, part)| arrival_after(part.delay) == arrival).collect();
                let (body, part) = dice.pick(&parts)?;
                let rounds = (self.count - body).div_ceil(BODIES as u64);
                let first = body + dice.number() % rounds * BODIES as u64;
                Some(Trace::Common { first, position: part.position })
            }
        }
    }

    /// The parts in request `number` of traces that began earlier, and of long ones.
    pub(super) fn later_parts(&self, number: u64) -> Vec<(Trace, &Part)> {
        let mut found = Vec::new();
        let is_last = number + 1 == self.count;
        for (body, part) in
            self.bodies.iter().zip(0..).flat_map(|(body, index): (_, u64)| {
                body.later.iter().map(move |part| (index, part))
            })
        {
            // The last request has what is still owed.
            let newest = if is_last { Some(number) } else { number.checked_sub(part.delay) };
            let Some(newest) = newest else { continue };
            let oldest = number.saturating_sub(part.delay);
            let firsts = (oldest..=newest).filter(|first| first % BODIES as u64 == body);
            let trace = |first| Trace::Common { first, position: part.position };
            found.extend(firsts.map(|first| (trace(first), part)));
        }
        for long_number in 0..self.long_count {
            let trace = Trace::Long { number: long_number };
            let first = self.first_request_of(trace);
            let parts = self.long(long_number).parts.iter();
            let due = parts.filter(|part| part.spans > 0 && self.due(first, part) == number);
            found.extend(due.map(|part| (trace, part)));
        }
        found
    }

    /// The first request that has spans of `trace`.
    pub(super) fn first_request_of(&self, trace: Trace) -> u64 {
        match trace {
            Trace::Common { first, .. } => first,
            Trace::Long { number } => number * self.count / self.long_count.max(1),
        }
    }

    /// The request that `part` of a trace comes with whose first one is `first`.
    fn due(&self, first: u64, part: &Part) -> u64 {
        (first + part.delay).min(self.count - 1)
    }

    fn long(&self, number: u64) -> &Long {
        &self.long[(number % self.long.len() as u64) as usize]
    }
}

fn arrival_after(delay: u64) -> Arrival {
    if delay >= LATE_REQUESTS_MIN { Arrival::Late } else { Arrival::Split }
}
