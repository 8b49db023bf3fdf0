//! Spans of the model out of hot ones.

use std::sync::Arc;

use hashbrown::HashMap;
use proto::batch::body::Wanted;
use proto::batch::{Head, SpanReader};
use proto::{Batch, Span, TraceId};

/// Resources and instrumentation scopes that are kept made at most: some 10 MB of common ones.
const SHARED_MAX: usize = 10_000;

/// Reads hot spans of one trace after the other. Those of a batch share their resources, which
/// are made once for all traces.
pub(crate) struct HotReaders<'a> {
    wanted: Wanted<'a>,
    readers: HashMap<*const Batch, SpanReader<'a>>,
    /// How many resources and scopes the readers may have made.
    shared: usize,
}

impl<'a> HotReaders<'a> {
    /// Readers of what is `wanted`.
    pub(crate) fn new(wanted: Wanted<'a>) -> Self {
        Self { wanted, readers: HashMap::new(), shared: 0 }
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
            take(self.of(batch).span(trace, head));
        }
    }

    fn of(&mut self, batch: &'a Arc<Batch>) -> &mut SpanReader<'a> {
        let key = Arc::as_ptr(batch);
        if !self.readers.contains_key(&key) {
            self.shared += batch.resources().len() + batch.scopes().len();
            if self.shared > SHARED_MAX {
                self.readers.clear();
                self.shared = batch.resources().len() + batch.scopes().len();
            }
        }
        let wanted = self.wanted;
        self.readers.entry(key).or_insert_with(|| SpanReader::new(batch).with_only(wanted))
    }
}
