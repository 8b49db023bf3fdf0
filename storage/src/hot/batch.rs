//! A batch that is hot, and what its spans are found by.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use proto::Batch;

use super::lookup::Lookup;

/// A batch that came, and a lookup of its texts and attributes once a search asked
/// for one.
#[derive(Debug)]
pub(crate) struct HotBatch {
    batch: Arc<Batch>,
    lookup: OnceLock<Lookup>,
}

impl HotBatch {
    pub(super) fn new(batch: &Arc<Batch>) -> Arc<Self> {
        Arc::new(Self { batch: Arc::clone(batch), lookup: OnceLock::new() })
    }

    /// The batch by itself.
    pub(crate) fn batch(&self) -> &Arc<Batch> {
        &self.batch
    }

    /// The lookup, made the first time.
    pub(crate) fn lookup(&self) -> &Lookup {
        self.lookup.get_or_init(|| Lookup::of(&self.batch))
    }
}

impl Deref for HotBatch {
    type Target = Batch;

    fn deref(&self) -> &Batch {
        &self.batch
    }
}
