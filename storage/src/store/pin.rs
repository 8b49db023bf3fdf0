//! Pins: what of a trace is kept beyond retention.
//!
//! 1. What is there of the trace is written to the family `pin`, and is on the disk when the
//!    pin is acknowledged.
//! 2. Before a segment is retired, pins take what they lack of it (see
//!    [`retention`](super::retention)), so that a pinned trace stays whole whatever comes.
//! 3. Whoever reads the trace reads what is pinned as its earliest part.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard, RwLock};
use proto::batch::body::Wanted;
use proto::codec::Malformed;
use proto::{Batch, Span, SpanId, SpanKind, TraceId, log_record};

use super::commit::Committed;
use super::{MaintainError, Shared};
use crate::changes::Changes;
use crate::contract::pins::{self, Pin, PinError};
use crate::contract::summary::TraceSummary;
use crate::contract::{Deadline, ReadError, TraceBounds, WriteError};
use crate::evaluate;
use crate::fault::{Fault, InRecord};
use crate::hot::HotReaders;
use crate::pin_record::{FACTS, Fact, decode_part, encode_part, fact_key, part_key};
use crate::record::Effort;
use crate::rocks::{Family, NameOf, Rocks};
use crate::segment::Segment;
use crate::span_bytes::unfit;
use crate::view::Parts;

/// The pins there are.
#[derive(Default)]
pub(super) struct SealedPins {
    facts: RwLock<BTreeMap<TraceId, Fact>>,
    /// Who holds it is the one that changes pins: one reads a trace for it at a time.
    turn: Mutex<Turn>,
}

/// What whoever changes pins has to know.
#[derive(Default)]
struct Turn {
    /// Whether the last change found no room and is in the database's memory only, where
    /// nothing may be acknowledged that builds on it.
    is_in_memory: bool,
}

impl SealedPins {
    /// Reads what is known of pins, and no spans.
    pub(super) fn open(rocks: &Rocks) -> Result<Self, Fault> {
        let (from, to) = FACTS;
        let mut facts = BTreeMap::new();
        for found in rocks.scan(Family::Pin, &from, &to)? {
            let found = found?;
            let name = NameOf { family: Family::Pin, key: &found.key };
            let fact = Fact::decode(&found.key, &found.payload?).in_record(name)?;
            facts.insert(fact.pin.summary.trace_id, fact);
        }
        Ok(Self { facts: RwLock::new(facts), ..Self::default() })
    }

    /// See [`crate::Pins::pins`].
    pub(super) fn all(&self) -> Vec<Pin> {
        let facts = self.facts.read();
        let mut all: Vec<Pin> = facts.values().map(|fact| fact.pin.clone()).collect();
        pins::sort(&mut all);
        all
    }

    /// See [`crate::Pins::pin_of`].
    pub(super) fn of(&self, id: TraceId) -> Option<Pin> {
        self.fact(id).map(|fact| fact.pin)
    }

    fn fact(&self, id: TraceId) -> Option<Fact> {
        self.facts.read().get(&id).cloned()
    }

    /// Adds to `parts` what is pinned of a trace. It is asked for after the segments were
    /// looked at: what a retired one had is here by then.
    pub(super) fn add_to(
        &self,
        rocks: &Rocks,
        id: TraceId,
        parts: &mut Parts,
    ) -> Result<(), Fault> {
        let Some(fact) = self.fact(id) else { return Ok(()) };
        for number in 0..fact.parts {
            match read_part(rocks, id, number) {
                Ok(Some(batch)) => parts.pinned.push(Arc::new(batch)),
                // It was unpinned meanwhile.
                Ok(None) if self.fact(id).is_none() => return Ok(()),
                Ok(None) => parts.missing.add(missing(id, number)),
                Err(fault @ Fault::Corrupt { .. }) => parts.missing.add(fault),
                Err(fault) => return Err(fault),
            }
        }
        Ok(())
    }
}

impl Turn {
    /// # Errors
    /// Where what was committed is not on the disk.
    fn acknowledge(&mut self, committed: Committed) -> Result<(), MaintainError> {
        let on_disk = committed.on_disk();
        self.is_in_memory = on_disk.is_err();
        on_disk
    }
}

impl Shared {
    /// See [`crate::Pins::pin`].
    pub(super) fn pin(
        &self,
        id: TraceId,
        bounds: TraceBounds,
        deadline: Deadline,
    ) -> Result<Option<Pin>, PinError> {
        let mut turn = self.turn_to_pin(deadline)?;
        self.refuse_without_room()?;
        self.keep(&mut turn, id, bounds, Some(deadline))
    }

    /// See [`crate::Pins::unpin`].
    pub(super) fn unpin(&self, id: TraceId, deadline: Deadline) -> Result<bool, PinError> {
        let mut turn = self.turn_to_pin(deadline)?;
        let Some(fact) = self.pins.fact(id) else { return Ok(false) };
        let mut changes = Changes::default();
        changes.delete(Family::Pin, fact_key(id));
        (0..fact.parts).for_each(|number| changes.delete(Family::Pin, part_key(id, number)));
        let committed = self.commit(changes)?;
        self.pins.facts.write().remove(&id);
        turn.acknowledge(committed)?;
        Ok(true)
    }

    /// Has pins take what they lack of `segment`, which is about to go. What there is no room
    /// for is told, and goes.
    pub(super) fn keep_pinned(&self, segment: &Segment) -> Result<(), MaintainError> {
        let mut turn = self.pins.turn.lock();
        let ids: Vec<TraceId> = self.pins.facts.read().keys().copied().collect();
        let bounds = TraceBounds::bytes(self.config.search_trace_bytes.large_max);
        for id in ids {
            match self.reader.find(segment.id, id) {
                Ok(None) => continue,
                Ok(Some(_)) | Err(Fault::Corrupt { .. }) => {}
                Err(fault) => return Err(fault.into()),
            }
            match self.keep(&mut turn, id, bounds, None) {
                Ok(_) => {}
                Err(PinError::Unavailable { reason }) => {
                    return Err(MaintainError::of_pins(reason));
                }
                Err(error) => {
                    tracing::warn!(trace = %id, %error, "what came after it was pinned is not kept");
                }
            }
        }
        Ok(())
    }

    /// Waits until nobody else changes pins, and what was changed before is on the disk.
    fn turn_to_pin(&self, deadline: Deadline) -> Result<MutexGuard<'_, Turn>, PinError> {
        let turn = self.pins.turn.try_lock_for(deadline.left());
        let mut turn = turn.ok_or(PinError::Read(ReadError::DeadlineExceeded))?;
        self.refuse_where_poisoned()?;
        if turn.is_in_memory {
            let flushed = self.commit(Changes::default())?;
            turn.acknowledge(flushed)?;
        }
        Ok(turn)
    }

    /// Pins a trace, or adds to its pin what came since: all of it that can be read.
    fn keep(
        &self,
        turn: &mut Turn,
        id: TraceId,
        bounds: TraceBounds,
        deadline: Option<Deadline>,
    ) -> Result<Option<Pin>, PinError> {
        let (sealed, hot) = {
            let state = self.state.read();
            (self.sealed_view(&state), state.hot.trace(id))
        };
        let mut parts = sealed.parts(id).map_err(ReadError::from)?;
        self.pins.add_to(&self.rocks, id, &mut parts).map_err(ReadError::from)?;
        let before = self.pins.fact(id);
        let known: HashSet<_> = parts.pinned.iter().flat_map(|batch| identities(batch)).collect();
        let readers = &mut HotReaders::new(Wanted::ALL);
        let hot = hot.as_deref();
        let (spans, missing) = sealed.gather(id, parts, hot, readers, bounds, deadline)?;
        let (mut spans, is_cut) = spans.finish_as_stored();
        if is_cut {
            return Err(unfit(bounds));
        }
        if spans.is_empty() && !missing.is_empty() {
            return Err(missing.into_error().into());
        }
        let new: Vec<Span> = spans
            .iter()
            .filter(|span| !known.contains(&(span.span_id, span.kind)))
            .cloned()
            .collect();
        if new.is_empty() && before.is_some() {
            return Ok(before.map(|fact| fact.pin));
        }
        log_record::attach(&mut spans);
        let Some(summary) = TraceSummary::of(&spans) else { return Ok(None) };
        drop(spans);

        let mut changes = Changes::default();
        let number = before.as_ref().map_or(0, |fact| fact.parts);
        changes.put(Family::Pin, part_key(id, number), &encode_part(&new), Effort::More);
        let wanted = changes.puts.iter().map(|(_, _, value)| value.len() as u64).sum();
        {
            let facts = self.pins.facts.read();
            let held = facts.values().map(|fact| &fact.pin);
            self.config.pins.check(held, before.is_none(), wanted)?;
        }
        let (pinned_unix_nano, bytes) = before.map_or_else(
            || (proto::clock::now_unix_nano(), 0),
            |fact| (fact.pin.pinned_unix_nano, fact.pin.bytes),
        );
        let pin = Pin { pinned_unix_nano, bytes: bytes.saturating_add(wanted), summary };
        let fact = Fact { pin: pin.clone(), parts: number.saturating_add(1) };
        changes.put(Family::Pin, fact_key(id), &fact.encode(), Effort::Little);
        let committed = self.commit(changes)?;
        self.pins.facts.write().insert(id, fact);
        turn.acknowledge(committed)?;
        Ok(Some(pin))
    }

    /// Whether all of a pin can be read, and is what is known of it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn check_pin(&self, pin: &Pin) -> Result<(), Fault> {
        let id = pin.summary.trace_id;
        let mut spans = Vec::new();
        let mut known = HashSet::new();
        for number in 0..self.pins.fact(id).map_or(0, |fact| fact.parts) {
            let batch = read_part(&self.rocks, id, number)?.ok_or_else(|| missing(id, number))?;
            let twice = identities(&batch).any(|identity| !known.insert(identity));
            if twice {
                let name = format!("pin of trace {id}, part {number}");
                return Err(Fault::corrupt(name, "has spans of an earlier one"));
            }
            spans.extend(batch.spans());
        }
        evaluate::sort(&mut spans);
        log_record::attach(&mut spans);
        match TraceSummary::of(&spans) {
            Some(summary) if summary == pin.summary => Ok(()),
            _ => Err(Fault::corrupt(format_args!("pin of trace {id}"), "another than its summary")),
        }
    }
}

fn read_part(rocks: &Rocks, id: TraceId, number: u32) -> Result<Option<Batch>, Fault> {
    let key = part_key(id, number);
    let Some(payload) = rocks.get(Family::Pin, &key)? else { return Ok(None) };
    let batch: Result<Batch, Malformed> = decode_part(id, &payload);
    batch.in_record(NameOf { family: Family::Pin, key: &key }).map(Some)
}

fn missing(id: TraceId, number: u32) -> Fault {
    Fault::corrupt(format_args!("pin of trace {id}, part {number}"), "missing")
}

fn identities(batch: &Batch) -> impl Iterator<Item = (SpanId, SpanKind)> + '_ {
    batch.heads().iter().map(|head| (head.span_id, head.kind))
}

impl From<MaintainError> for PinError {
    fn from(error: MaintainError) -> Self {
        Self::Unavailable { reason: error.into_reason() }
    }
}

impl From<WriteError> for PinError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Unavailable { reason, .. } | WriteError::OutcomeUnknown { reason } => {
                Self::Unavailable { reason }
            }
            WriteError::Busy { .. } => Self::Unavailable { reason: error.to_string() },
        }
    }
}
