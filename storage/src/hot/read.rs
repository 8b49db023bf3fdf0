//! Spans of the model out of hot ones.

use std::sync::Arc;

use hashbrown::HashMap;
use proto::batch::body::Wanted;
use proto::batch::{Head, SpanReader};
use proto::numbered::Numbered;
use proto::{Batch, Span, TraceId};

/// Resources and instrumentation scopes that are kept made at most: some 10 MB of common ones.
const SHARED_MAX: usize = 10_000;

/// Reads hot spans of one trace after the other. Those of a batch share their resources, which
/// are made once for all traces.
pub(crate) struct HotReaders<'a> {
    wanted: Wanted<'a>,
    readers: Vec<SpanReader<'a>>,
    places: HashMap<*const Batch, usize>,
    /// The batch that was read last, and its place.
    last: Option<(*const Batch, usize)>,
    /// How many resources and scopes the readers may have made.
    shared: usize,
}

impl<'a> HotReaders<'a> {
    /// Readers of what is `wanted`.
    pub(crate) fn new(wanted: Wanted<'a>) -> Self {
        Self { wanted, readers: Vec::new(), places: HashMap::new(), last: None, shared: 0 }
    }

    pub(crate) fn wanted(&self) -> Wanted<'a> {
        self.wanted
    }

    /// Calls `take` with the span of each of `heads`, which are of `trace`.
    pub(crate) fn each_span(
        &mut self,
        trace: TraceId,
        heads: impl Iterator<Item = (&'a Arc<Batch>, &'a Head)>,
        take: &mut dyn FnMut(Span),
    ) {
        for (batch, head) in heads {
            let place = self.place_of(batch);
            if let Some(reader) = self.readers.get_mut(place) {
                take(reader.span(trace, head));
            }
        }
    }

    /// The same, with what is told of their attributes by number in `numbered`.
    pub(crate) fn each_span_numbered(
        &mut self,
        trace: TraceId,
        heads: impl Iterator<Item = (&'a Arc<Batch>, &'a Head)>,
        numbered: &mut Numbered,
        take: &mut dyn FnMut(Span),
    ) {
        for (batch, head) in heads {
            let place = self.place_of(batch);
            if let Some(reader) = self.readers.get_mut(place) {
                take(reader.span_numbered(trace, head, batch, numbered));
            }
        }
    }

    /// The place of the reader of `batch`.
    fn place_of(&mut self, batch: &'a Arc<Batch>) -> usize {
        let key = Arc::as_ptr(batch);
        if let Some((last, place)) = self.last
            && last == key
        {
            return place;
        }
        let place = match self.places.get(&key) {
            Some(place) => *place,
            None => self.add(batch),
        };
        self.last = Some((key, place));
        place
    }

    fn add(&mut self, batch: &'a Arc<Batch>) -> usize {
        let shared = batch.resources().len() + batch.scopes().len();
        self.shared += shared;
        if self.shared > SHARED_MAX {
            self.readers.clear();
            self.places.clear();
            self.shared = shared;
        }
        let place = self.readers.len();
        self.readers.push(SpanReader::new(batch).with_only(self.wanted));
        self.places.insert(Arc::as_ptr(batch), place);
        place
    }
}
