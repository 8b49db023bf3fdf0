use super::limits::Exhausted;
use super::{DecodeError, Reason};

/// What ends the reading of a span: the span is bad, or the whole request is.
#[derive(Debug)]
pub(super) enum Fault {
    Span(Reason),
    Request(DecodeError),
}

impl Fault {
    /// For a resource or scope: the reason to refuse all its spans, or the error
    /// of the request.
    pub(super) fn split(read: Result<(), Self>) -> Result<Option<Reason>, DecodeError> {
        match read {
            Ok(()) => Ok(None),
            Err(Self::Span(reason)) => Ok(Some(reason)),
            Err(Self::Request(error)) => Err(error),
        }
    }

    pub(super) fn within(self, name: &str) -> Self {
        match self {
            Self::Request(error) => Self::Request(error.within(name)),
            span => span,
        }
    }

    pub(super) fn within_item(self, name: &str, index: usize) -> Self {
        match self {
            Self::Request(error) => Self::Request(error.within_item(name, index)),
            span => span,
        }
    }
}

impl From<DecodeError> for Fault {
    fn from(error: DecodeError) -> Self {
        Self::Request(error)
    }
}

impl From<Exhausted> for Fault {
    fn from(exhausted: Exhausted) -> Self {
        Self::Request(exhausted.into())
    }
}

impl From<Reason> for Fault {
    fn from(reason: Reason) -> Self {
        Self::Span(reason)
    }
}
