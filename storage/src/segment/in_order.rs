//! Many traces of a segment, one after the other.

use std::sync::Arc;

use proto::batch::body::Wanted;
use proto::numbered::Numbered;
use proto::{Span, TraceId};

use super::block::Block;
use super::part::WantedHere;
use super::shared::Made;
use super::table::Table;
use super::{SegmentId, SegmentReader};
use crate::contract::TraceBounds;
use crate::fault::{Fault, InRecord};
use crate::span_bytes::{Room, may_fit};

/// The spans of one trace.
#[derive(Debug, Default)]
pub(crate) struct ReadSpans {
    /// Sorted.
    pub(crate) spans: Vec<Span>,
    /// What of their attributes is told by number, where that is wanted.
    pub(crate) numbered: Numbered,
}

impl ReadSpans {
    pub(crate) fn clear(&mut self) {
        self.spans.clear();
        self.numbered.clear();
    }
}

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

    /// Puts the spans of the trace `ordinal`, whose id is `trace`, into `out`, which is empty;
    /// whether `bounds` have room for all of them.
    ///
    /// # Errors
    /// Where they can't be read. What is in `out` then, or where there is no room, is not to
    /// be used.
    pub(crate) fn read(
        &mut self,
        ordinal: u32,
        trace: TraceId,
        bounds: TraceBounds,
        out: &mut ReadSpans,
    ) -> Result<bool, Fault> {
        let segment = self.segment;
        let by_number = self.wanted.others_by_number;
        let Found { table, wanted, first, block } = self.find(ordinal, trace)?;
        let position = (ordinal - *first) as usize;
        let count = block.span_count(position);
        if !may_fit(count, bounds.bytes_max) {
            return Ok(false);
        }
        let ReadSpans { spans, numbered } = out;
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
            .trace(position, table, trace, wanted, by_number.then_some(numbered), &mut take)
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
                    if self.wanted.others_by_number {
                        let name = format_args!("{}, table", self.segment);
                        table.check_attributes().in_record(name)?;
                    }
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
