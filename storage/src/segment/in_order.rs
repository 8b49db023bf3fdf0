//! Many traces of a segment, one after the other.

use std::sync::Arc;

use proto::batch::body::Wanted;
use proto::{Span, TraceId};

use super::block::Block;
use super::part::WantedHere;
use super::shared::Made;
use super::table::Table;
use super::{SegmentId, SegmentReader};
use crate::contract::TraceBounds;
use crate::fault::{Fault, InRecord};
use crate::span_bytes::{Room, may_fit};

/// Reads traces of one segment, best in the order of their ordinals: what is looked up for one
/// is kept for the next.
pub(crate) struct TracesInOrder<'a> {
    reader: &'a SegmentReader,
    segment: SegmentId,
    wanted: Wanted<'a>,
    found: Option<Found<'a>>,
    made: Made,
}

struct Found<'a> {
    table: Arc<Table>,
    wanted: WantedHere<'a>,
    /// The first ordinal of the block.
    first: u32,
    block: Arc<Block>,
}

impl<'a> TracesInOrder<'a> {
    /// Of `segment`, with what is `wanted` of spans.
    pub(crate) fn of(reader: &'a SegmentReader, segment: SegmentId, wanted: Wanted<'a>) -> Self {
        Self { reader, segment, wanted, found: None, made: Made::default() }
    }

    /// Puts the spans of the trace `ordinal`, whose id is `trace`, behind `spans`, sorted;
    /// whether `bounds` have room for all of them.
    ///
    /// # Errors
    /// Where they can't be read. What is in `spans` then, or where there is no room, is not to
    /// be used.
    pub(crate) fn read(
        &mut self,
        ordinal: u32,
        trace: TraceId,
        bounds: TraceBounds,
        spans: &mut Vec<Span>,
    ) -> Result<bool, Fault> {
        let segment = self.segment;
        let Found { table, wanted, first, block } = self.find(ordinal, trace)?;
        let position = (ordinal - *first) as usize;
        let count = block.span_count(position);
        if !may_fit(count, bounds.bytes_max) {
            return Ok(false);
        }
        spans.reserve(count);
        let mut room = Room::of(bounds);
        let mut has_room = true;
        let mut take = |span: Span| {
            has_room = has_room && room.take(&span);
            if has_room {
                spans.push(span);
            }
        };
        block
            .trace(position, table, trace, wanted, &mut take)
            .in_record(format_args!("{segment}, block {first}, trace {trace}"))?;
        Ok(has_room)
    }

    fn find(&mut self, ordinal: u32, trace: TraceId) -> Result<&Found<'a>, Fault> {
        let is_at_hand = |found: &Found| {
            let position = ordinal.checked_sub(found.first);
            position.is_some_and(|position| (position as usize) < found.block.traces())
        };
        if !self.found.as_ref().is_some_and(is_at_hand) {
            let (table, wanted) = match self.found.take() {
                Some(Found { table, wanted, block, .. }) => {
                    block.add_to(&mut self.made);
                    (table, wanted)
                }
                None => {
                    let table = self.reader.table(self.segment)?;
                    let wanted = WantedHere::of(self.wanted, &table);
                    (table, wanted)
                }
            };
            let (first, block) = self.reader.block(self.segment, ordinal, trace, &table)?;
            block.take_from(&self.made);
            self.found = Some(Found { table, wanted, first, block });
        }
        let missing = || Fault::corrupt(format_args!("block of trace {trace}"), "missing");
        self.found.as_ref().ok_or_else(missing)
    }
}
