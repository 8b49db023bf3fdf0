use storage::{PinError, ReadError};
use tonic::Status;

use crate::api::jaeger::go::Bad;
use crate::api::jaeger::read::NoFind;
use crate::service::NoAnswer;

/// Why there is no answer.
pub(super) struct Refusal(Box<Status>);

impl From<Refusal> for Status {
    fn from(Refusal(status): Refusal) -> Self {
        *status
    }
}

impl From<Status> for Refusal {
    fn from(status: Status) -> Self {
        Self(Box::new(status))
    }
}

impl From<Bad> for Refusal {
    fn from(Bad(message): Bad) -> Self {
        Status::invalid_argument(message).into()
    }
}

impl From<NoFind> for Refusal {
    fn from(error: NoFind) -> Self {
        match error {
            NoFind::Bad(bad) => bad.into(),
            NoFind::Store(error) => error.into(),
        }
    }
}

impl From<ReadError> for Refusal {
    fn from(error: ReadError) -> Self {
        NoAnswer::Store(error).into()
    }
}

impl From<PinError> for Refusal {
    fn from(error: PinError) -> Self {
        let message = error.to_string();
        match error {
            PinError::TooMany { .. } | PinError::TooLarge { .. } | PinError::Unfit { .. } => {
                Status::resource_exhausted(message).into()
            }
            PinError::Unavailable { .. } => Status::unavailable(message).into(),
            PinError::Read(error) => error.into(),
        }
    }
}

impl From<NoAnswer> for Refusal {
    fn from(error: NoAnswer) -> Self {
        let message = error.to_string();
        let status = match error {
            NoAnswer::Busy { .. } | NoAnswer::Store(ReadError::Unavailable { .. }) => {
                Status::unavailable(message)
            }
            NoAnswer::Store(ReadError::DeadlineExceeded) => Status::deadline_exceeded(message),
            NoAnswer::Store(ReadError::Invalid { .. }) => Status::invalid_argument(message),
            NoAnswer::Store(ReadError::Corrupt { .. }) => Status::data_loss(message),
            NoAnswer::Panicked { .. } => Status::internal(message),
        };
        status.into()
    }
}
