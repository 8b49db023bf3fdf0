//! How far traces reach: what spares a search from reading those that can't be in
//! its answer.
//!
//! ```text
//! reach:  start min · start max · duration max · errors max      varints
//! ```

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use crate::contract::TimeRange;
use crate::contract::search::{Cursor, Order, TraceConditions};
use crate::contract::summary::TraceSummary;
use proto::codec::{Malformed, Reader, Writer};

/// Bounds of traces' figures. They only ever widen: what is outside is certainly
/// not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reach {
    start_min: u64,
    start_max: u64,
    duration_max: u64,
    errors_max: u32,
}

impl Default for Reach {
    /// That of no traces.
    fn default() -> Self {
        Self { start_min: u64::MAX, start_max: 0, duration_max: 0, errors_max: 0 }
    }
}

impl Reach {
    /// Takes in the trace of `summary`.
    pub(crate) fn widen(&mut self, summary: &TraceSummary) {
        self.start_min = self.start_min.min(summary.start_unix_nano);
        self.start_max = self.start_max.max(summary.start_unix_nano);
        self.duration_max = self.duration_max.max(summary.duration_nano);
        self.errors_max = self.errors_max.max(summary.error_count);
    }

    pub(super) fn encode(&self, out: &mut Writer) {
        out.varint(self.start_min);
        out.varint(self.start_max);
        out.varint(self.duration_max);
        out.varint(self.errors_max.into());
    }

    pub(super) fn decode(reader: &mut Reader) -> Result<Self, Malformed> {
        Ok(Self {
            start_min: reader.varint()?,
            start_max: reader.varint()?,
            duration_max: reader.varint()?,
            errors_max: reader.varint32()?,
        })
    }

    /// Whether a trace in it may start in `range`.
    pub(crate) fn may_start_in(&self, range: &TimeRange) -> bool {
        let ends_before = self.start_max < range.from_unix_nano;
        let begins_after = self.start_min >= range.to_unix_nano
            && range.to_unix_nano != TimeRange::ALL.to_unix_nano;
        !ends_before && !begins_after
    }

    /// Whether a trace in it may have a part in `range`.
    pub(crate) fn may_overlap(&self, range: &TimeRange) -> bool {
        let end_max = self.start_max.saturating_add(self.duration_max);
        let begins = Self { start_max: end_max, ..*self };
        begins.may_start_in(range)
    }

    /// Whether a trace in it may meet `conditions`.
    pub(crate) fn may_meet(&self, conditions: &TraceConditions) -> bool {
        conditions.duration_nano_min.is_none_or(|min| self.duration_max >= min)
    }

    /// A place in `order` that no trace in it is before.
    pub(crate) fn first_place(&self, order: Order) -> Cursor {
        let figure = match order {
            Order::Newest => self.start_max,
            Order::Oldest => u64::MAX.saturating_sub(self.start_min),
            Order::Slowest => self.duration_max,
            Order::MostErrors => self.errors_max.into(),
            // Nobody notes it.
            Order::MostSpans => u64::MAX,
        };
        Cursor { figure, start_unix_nano: self.start_max, trace_id: proto::TraceId::default() }
    }
}
