//! The spans of one trace, gathered part by part: each identity once, in order, and no
//! more of them in memory than there is room for.

use std::collections::HashSet;

use proto::{Span, SpanId, SpanKind, log_record};

use crate::contract::TraceBounds;
use crate::evaluate;
use crate::fault::Fault;
use crate::span_bytes::{Room, cut, leave_beyond};

/// What is gathered so far.
#[derive(Debug)]
pub(crate) struct TraceSpans {
    bounds: TraceBounds,
    spans: Vec<Span>,
    /// Which spans there are, those included that there was no room for: a later part
    /// may have them again, with another content, and the first one counts.
    seen: HashSet<(SpanId, SpanKind)>,
    is_cut: bool,
}

impl TraceSpans {
    /// Nothing, with room as `bounds` say.
    pub(crate) fn new(bounds: TraceBounds) -> Self {
        Self { bounds, spans: Vec::new(), seen: HashSet::new(), is_cut: false }
    }

    /// Takes what `read` gives: spans of one part, in order, each identity once. Parts
    /// come in the order in which they were written; after the last one none follows.
    ///
    /// # Errors
    /// That of `read`. Nothing was taken then.
    pub(crate) fn part(
        &mut self,
        is_last: bool,
        read: impl FnOnce(&mut dyn FnMut(Span)) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mut room = Room::of(self.bounds);
        let (mut new, mut identities) = (Vec::new(), Vec::new());
        let mut is_cut = false;
        read(&mut |span| {
            let identity = (span.span_id, span.kind);
            if self.seen.contains(&identity) {
                return;
            }
            if !is_last {
                identities.push(identity);
            }
            is_cut = is_cut || !room.take(&span);
            if !is_cut {
                new.push(span);
            }
        })?;
        self.is_cut |= is_cut;
        self.seen.extend(identities);
        if self.spans.is_empty() {
            self.spans = new;
        } else {
            self.spans.append(&mut new);
            evaluate::sort(&mut self.spans);
            self.is_cut |= cut(&mut self.spans, self.bounds);
        }
        Ok(())
    }

    /// The spans, sorted, and log records among them; whether there was no room for others.
    pub(crate) fn finish_as_stored(self) -> (Vec<Span>, bool) {
        (self.spans, self.is_cut)
    }

    /// The spans, sorted, with their log records as events; how many of both there are, and
    /// whether there was no room for others.
    pub(crate) fn finish(mut self) -> (Vec<Span>, usize, bool) {
        if self.is_cut {
            leave_beyond(&mut self.spans, self.bounds);
        }
        let kept = self.spans.len();
        log_record::attach(&mut self.spans);
        (self.spans, kept, self.is_cut)
    }
}
