//! Looking at all traces of a scan, whatever comes first, by several threads at a time.

use super::scan::Shown;
use super::{Completeness, ReadError};

/// The traces that a [`Scan`](super::scan::Scan) asks for, as the store was when the sweep
/// began, in pieces. Its order and its place count for nothing.
pub trait Sweep: Send + Sync {
    /// Shows `visit` the traces of a piece that no other call has; whether there was one.
    /// Each trace of the scan comes once, in one of the calls.
    ///
    /// # Errors
    /// As [`TraceReader::scan`](super::TraceReader::scan). The sweep is of no use then.
    fn next(&self, visit: &mut dyn FnMut(&Shown<'_>)) -> Result<bool, ReadError>;

    /// Whether any that might be among them could not be read, in the pieces so far.
    fn completeness(&self) -> Completeness;
}
