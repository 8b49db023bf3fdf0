//! What is kept beyond retention.

use proto::TraceId;
use storage::{Pin, PinError, TraceBounds};

use super::Questions;
use crate::config::TraceBytes;

impl Questions<'_> {
    /// Pins a trace, or adds to its pin what came since; `None` where no span has this id.
    ///
    /// # Errors
    /// The store's.
    pub(crate) fn pin(&self, id: TraceId) -> Result<Option<Pin>, PinError> {
        let TraceBytes { common_max, large_max } = self.desk.trace_bytes;
        let pin = |bytes_max| {
            let spans_max = self.desk.spans_max;
            let bounds = TraceBounds { spans_max, ..TraceBounds::bytes(bytes_max) };
            self.desk.pins.pin(id, bounds, self.deadline)
        };
        match pin(common_max) {
            Err(PinError::Unfit { .. }) => {}
            pinned => return pinned,
        }
        let _turn = self.desk.large_trace.take(self.deadline)?;
        pin(large_max)
    }

    /// Ends a pin; whether there was one.
    ///
    /// # Errors
    /// The store's.
    pub(crate) fn unpin(&self, id: TraceId) -> Result<bool, PinError> {
        self.desk.pins.unpin(id, self.deadline)
    }

    /// All pins, the newest first.
    pub(crate) fn pins(&self) -> Vec<Pin> {
        self.desk.pins.pins()
    }

    /// The pin of a trace, if it has one.
    pub(crate) fn pin_of(&self, id: TraceId) -> Option<Pin> {
        self.desk.pins.pin_of(id)
    }
}
