use std::time::Duration;

use storage::ReadError;

/// Why a question has no answer, named by what the asker can do.
#[derive(Debug, thiserror::Error)]
pub enum NoAnswer {
    /// Too many questions at once: the same one later.
    #[error("too many questions at once; ask again after {retry_after:?}")]
    Busy {
        /// How long to wait.
        retry_after: Duration,
    },
    /// The store has no answer.
    #[error(transparent)]
    Store(#[from] ReadError),
    /// A defect of ours. Nothing but this question is affected.
    #[error("answering panicked: {message}")]
    Panicked {
        /// What the panic said.
        message: String,
    },
}
