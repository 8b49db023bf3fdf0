//! Pins: traces that are kept for longer than retention says.

use proto::TraceId;

use super::summary::TraceSummary;
use super::{Deadline, ReadError, TraceBounds};

/// Which traces are kept beyond retention.
///
/// A pinned trace is found by its id, whole, until it is unpinned: what retention takes
/// of it is added to its pin before, as far as there is room. Searches, names and figures know nothing of pins:
/// they answer of what retention has left.
pub trait Pins: Send + Sync {
    /// Pins a trace; `None` where no span has this id. When this returns, the pin is on the
    /// disk. Of a trace that is pinned already what came since is added; nothing of it is lost, and
    /// it counts from when it was pinned first.
    ///
    /// # Errors
    /// Where it was refused. A pin that was there before stays.
    fn pin(
        &self,
        id: TraceId,
        bounds: TraceBounds,
        deadline: Deadline,
    ) -> Result<Option<Pin>, PinError>;

    /// Ends a pin; whether there was one. What retention had left of the trace goes by
    /// retention, what it had not goes at once.
    ///
    /// # Errors
    /// Where the disk refuses. The pin may be there or not, then.
    fn unpin(&self, id: TraceId, deadline: Deadline) -> Result<bool, PinError>;

    /// All pins, the newest first.
    fn pins(&self) -> Vec<Pin>;

    /// The pin of a trace, if it has one.
    fn pin_of(&self, id: TraceId) -> Option<Pin>;
}

/// A pin, as of when something was added to it last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// When the trace was pinned, nanoseconds since the Unix epoch.
    pub pinned_unix_nano: u64,
    /// What it takes on the disk, in bytes.
    pub bytes: u64,
    /// The trace.
    pub summary: TraceSummary,
}

/// How much may be pinned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PinBounds {
    /// Traces. 1,000.
    pub pins_max: usize,
    /// Bytes that they take on the disk together. 256 MiB.
    pub bytes_max: u64,
}

impl Default for PinBounds {
    fn default() -> Self {
        Self { pins_max: 1_000, bytes_max: 256 << 20 }
    }
}

/// Why pins are not changed, named by what the caller can do.
#[derive(Debug, thiserror::Error)]
pub enum PinError {
    /// There are too many: unpin one that is no longer needed.
    #[error("{pins_max} traces are pinned, and no more may be: unpin one first")]
    TooMany {
        /// How many there may be.
        pins_max: usize,
    },
    /// They take too much: unpin some that are no longer needed.
    #[error(
        "pinned traces take {held} bytes, this one would add {wanted}, and all may take \
         {bytes_max}: unpin others first"
    )]
    TooLarge {
        /// What is pinned.
        held: u64,
        /// What was to be.
        wanted: u64,
        /// What may be.
        bytes_max: u64,
    },
    /// The trace alone takes more memory than there is for it; it can't be pinned.
    #[error("the trace is too large to be pinned: it does not fit into {limit}")]
    Unfit {
        /// What there is room for, for a person.
        limit: String,
    },
    /// The trace can't be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Nothing is pinned or unpinned now, by a cause that may pass: the same later.
    #[error("pins cannot be changed now: {reason}")]
    Unavailable {
        /// What is wrong, for a person.
        reason: String,
    },
}

impl PinBounds {
    /// Whether there is room for another pin, or for more of one, that adds `wanted` bytes.
    ///
    /// # Errors
    /// Where not, what to do.
    pub(crate) fn check<'a>(
        &self,
        pins: impl Iterator<Item = &'a Pin>,
        is_new: bool,
        wanted: u64,
    ) -> Result<(), PinError> {
        let (mut count, mut held) = (0, 0u64);
        for pin in pins {
            count += 1;
            held = held.saturating_add(pin.bytes);
        }
        let &Self { pins_max, bytes_max } = self;
        if is_new && count >= pins_max {
            return Err(PinError::TooMany { pins_max });
        }
        if held.saturating_add(wanted) > bytes_max {
            return Err(PinError::TooLarge { held, wanted, bytes_max });
        }
        Ok(())
    }
}

/// Sorts pins as answers have them.
pub(crate) fn sort(pins: &mut [Pin]) {
    pins.sort_by_key(|pin| (std::cmp::Reverse(pin.pinned_unix_nano), pin.summary.trace_id));
}
