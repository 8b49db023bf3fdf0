//! What is kept beyond retention, as naive as the rest.

use std::collections::BTreeMap;

use proto::{Span, TraceId, clock, log_record};

use super::{MemoryStore, TraceSpans, sorted};
use crate::contract::pins::{self, Pin, PinError, Pins};
use crate::contract::summary::TraceSummary;
use crate::contract::{Deadline, TraceBounds};
use crate::pin_record::encode_part;
use crate::span_bytes::{cut, unfit};

/// A pin, and the spans that were there when something was added to it last.
#[derive(Debug)]
pub(super) struct Pinned {
    pin: Pin,
    spans: TraceSpans,
}

impl MemoryStore {
    /// Forgets every span but those of pinned traces: what retention leaves of a store once
    /// everything in it is too old.
    pub fn retire_all(&self) {
        let mut pins = self.pins.write();
        let ids: Vec<TraceId> = pins.keys().copied().collect();
        for id in ids {
            // Where there is no room, what came later goes.
            let spans = self.stored_with(&pins, id).unwrap_or_default();
            self.keep(&mut pins, id, spans).ok();
        }
        self.traces.write().clear();
    }

    /// What is stored of a trace, pinned or not.
    pub(super) fn stored(&self, id: TraceId) -> Option<TraceSpans> {
        self.stored_with(&self.pins.read(), id)
    }

    fn stored_with(&self, pins: &BTreeMap<TraceId, Pinned>, id: TraceId) -> Option<TraceSpans> {
        let traces = self.traces.read();
        let (pinned, written) = (pins.get(&id), traces.get(&id));
        if pinned.is_none() && written.is_none() {
            return None;
        }
        // What is pinned was written first.
        let mut spans = pinned.map(|pinned| pinned.spans.clone()).unwrap_or_default();
        for (identity, span) in written.into_iter().flatten() {
            spans.entry(*identity).or_insert_with(|| span.clone());
        }
        Some(spans)
    }

    /// Makes `spans` what is pinned of the trace.
    fn keep(
        &self,
        pins: &mut BTreeMap<TraceId, Pinned>,
        id: TraceId,
        spans: TraceSpans,
    ) -> Result<Option<Pin>, PinError> {
        let known = pins.get(&id);
        let is_new = |identity| known.is_none_or(|known| !known.spans.contains_key(identity));
        let new = spans.iter().filter(|(identity, _)| is_new(identity));
        let new: Vec<Span> = new.map(|(_, span)| span.clone()).collect();
        let known = known.map(|known| known.pin.clone());
        if new.is_empty() && known.is_some() {
            return Ok(known);
        }
        let mut all = sorted(&spans);
        log_record::attach(&mut all);
        let Some(summary) = TraceSummary::of(&all) else { return Ok(None) };
        let wanted = encode_part(&new).len() as u64;
        let held = pins.values().map(|pinned| &pinned.pin);
        self.pin_bounds.check(held, known.is_none(), wanted)?;
        let (pinned_unix_nano, before) = known
            .map_or_else(|| (clock::now_unix_nano(), 0), |pin| (pin.pinned_unix_nano, pin.bytes));
        let pin = Pin { pinned_unix_nano, bytes: before.saturating_add(wanted), summary };
        pins.insert(id, Pinned { pin: pin.clone(), spans });
        Ok(Some(pin))
    }
}

impl Pins for MemoryStore {
    fn pin(
        &self,
        id: TraceId,
        bounds: TraceBounds,
        deadline: Deadline,
    ) -> Result<Option<Pin>, PinError> {
        deadline.check()?;
        let mut pins = self.pins.write();
        let Some(spans) = self.stored_with(&pins, id) else { return Ok(None) };
        if cut(&mut sorted(&spans), bounds) {
            return Err(unfit(bounds));
        }
        self.keep(&mut pins, id, spans)
    }

    fn unpin(&self, id: TraceId, deadline: Deadline) -> Result<bool, PinError> {
        deadline.check()?;
        Ok(self.pins.write().remove(&id).is_some())
    }

    fn pins(&self) -> Vec<Pin> {
        let pins = self.pins.read();
        let mut pins: Vec<Pin> = pins.values().map(|pinned| pinned.pin.clone()).collect();
        pins::sort(&mut pins);
        pins
    }

    fn pin_of(&self, id: TraceId) -> Option<Pin> {
        self.pins.read().get(&id).map(|pinned| pinned.pin.clone())
    }
}
