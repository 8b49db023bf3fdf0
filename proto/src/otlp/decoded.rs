use super::Rejected;
use crate::Batch;

/// What a request held.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Decoded {
    /// The spans that are kept. Those of one `ResourceSpans` share one resource, those
    /// of one `ScopeSpans` one scope.
    pub batch: Batch,
    /// The spans that are not, and why.
    pub rejected: Rejected,
    /// Links that were dropped from kept spans, since their ids have a wrong
    /// length. Each is counted in its span's `dropped_links_count`, too.
    pub links_dropped: u64,
    /// The memory that was accounted against
    /// [`Limits::decoded_bytes_max`](super::Limits::decoded_bytes_max): at least what
    /// `batch` takes, and at least what its spans take in the model, without the
    /// allocator's own overhead.
    pub decoded_bytes: usize,
}
