//! Why a request was refused, named by what the sender can do, and how each
//! transport says so.
//!
//! OTLP's clients act on the code alone (specification.md, "Failures"): they send
//! again after `UNAVAILABLE` and 503, and drop the data after the others.

use std::time::Duration;

use http::StatusCode;
use proto::otlp::DecodeError;
use proto::otlp::response::{FieldViolation, Status};
use proto::zipkin;
use storage::WriteError;
use tonic::Code;

use crate::admission::Exhausted;
use crate::metrics::Reason;

/// Why a request was refused as a whole.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// Larger than a limit: send less at once.
    #[error("{what}")]
    TooLarge {
        /// Which limit, for a person.
        what: String,
    },
    /// Not what it claims to be: correct the sender.
    #[error("{what}")]
    Malformed {
        /// The field as a path, empty for the request itself.
        field: String,
        /// What is wrong, for a person.
        what: String,
    },
    /// Compressed in a way that is not understood: compress otherwise, or not.
    #[error("the content encoding {name:?} is not supported, use gzip, zstd or identity")]
    UnsupportedEncoding {
        /// The encoding as named by the sender.
        name: String,
    },
    /// Too much at once: the same again later.
    #[error("too many requests at once, send again later")]
    Overloaded,
    /// The body came too slowly: the same again.
    #[error("the request's body came too slowly")]
    TooSlow,
    /// The store does not take spans now: the same again later.
    #[error("{what}")]
    StoreRefuses {
        /// What is wrong, for a person.
        what: String,
        /// How long to wait, where the store knows.
        retry_after: Option<Duration>,
    },
    /// The spans may or may not have been kept: the same again, which is harmless.
    #[error("{what}")]
    OutcomeUnknown {
        /// What is wrong, for a person.
        what: String,
    },
    /// The client's own deadline has passed.
    #[error("the deadline that the client set has passed")]
    DeadlineExceeded,
    /// The client went away; nobody reads the answer.
    #[error("the client went away")]
    ClientGone,
}

impl Refusal {
    /// A malformed request, wrong as a whole.
    pub(crate) fn malformed(what: impl Into<String>) -> Self {
        Self::Malformed { field: String::new(), what: what.into() }
    }

    /// What both transports say: the code, the sentence and, where there are any,
    /// the wrong field and the time to wait. `usual` is that time for the causes
    /// that name none.
    pub(crate) fn status(&self, usual: Duration) -> Status {
        let field_violations = match self {
            Self::Malformed { field, what } => {
                vec![FieldViolation { field: field.clone(), description: what.clone() }]
            }
            _ => Vec::new(),
        };
        Status {
            code: self.grpc_code() as i32,
            message: self.to_string(),
            field_violations,
            retry_delay: self.retry_after(usual),
        }
    }

    /// The label it is counted under.
    pub(crate) fn reason(&self) -> Reason {
        match self {
            Self::TooLarge { .. } => Reason::TooLarge,
            Self::Malformed { .. } => Reason::Malformed,
            Self::UnsupportedEncoding { .. } => Reason::UnsupportedEncoding,
            Self::Overloaded => Reason::Overloaded,
            Self::TooSlow => Reason::TooSlow,
            Self::StoreRefuses { .. } => Reason::StoreRefuses,
            Self::OutcomeUnknown { .. } => Reason::OutcomeUnknown,
            Self::DeadlineExceeded => Reason::DeadlineExceeded,
            Self::ClientGone => Reason::ClientGone,
        }
    }

    /// The gRPC code.
    pub(crate) fn grpc_code(&self) -> Code {
        match self {
            // Without RetryInfo the client must not send it again.
            Self::TooLarge { .. } => Code::ResourceExhausted,
            Self::Malformed { .. } => Code::InvalidArgument,
            Self::UnsupportedEncoding { .. } => Code::Unimplemented,
            Self::Overloaded
            | Self::TooSlow
            | Self::StoreRefuses { .. }
            | Self::OutcomeUnknown { .. } => Code::Unavailable,
            Self::DeadlineExceeded => Code::DeadlineExceeded,
            Self::ClientGone => Code::Cancelled,
        }
    }

    /// The HTTP status.
    pub(crate) fn http_status(&self) -> StatusCode {
        match self {
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Malformed { .. } | Self::ClientGone => StatusCode::BAD_REQUEST,
            Self::UnsupportedEncoding { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Overloaded
            | Self::TooSlow
            | Self::StoreRefuses { .. }
            | Self::OutcomeUnknown { .. }
            | Self::DeadlineExceeded => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// How long the sender should wait before the same request again, `None` where
    /// it should not send it again. `usual` is for the causes that name no time.
    pub(crate) fn retry_after(&self, usual: Duration) -> Option<Duration> {
        match self {
            Self::StoreRefuses { retry_after, .. } => Some(retry_after.unwrap_or(usual)),
            Self::Overloaded | Self::TooSlow | Self::OutcomeUnknown { .. } => Some(usual),
            Self::TooLarge { .. }
            | Self::Malformed { .. }
            | Self::UnsupportedEncoding { .. }
            | Self::DeadlineExceeded
            | Self::ClientGone => None,
        }
    }
}

impl From<Exhausted> for Refusal {
    fn from(Exhausted: Exhausted) -> Self {
        Self::Overloaded
    }
}

impl From<DecodeError> for Refusal {
    fn from(error: DecodeError) -> Self {
        let what = error.to_string();
        match error {
            DecodeError::Malformed { field, .. } => Self::Malformed { field, what },
            DecodeError::TooLarge { .. } => Self::TooLarge { what },
        }
    }
}

impl From<zipkin::DecodeError> for Refusal {
    fn from(error: zipkin::DecodeError) -> Self {
        match error {
            zipkin::DecodeError::Malformed(what) => Self::malformed(what),
            zipkin::DecodeError::TooLarge { .. } => Self::TooLarge { what: error.to_string() },
        }
    }
}

impl From<&WriteError> for Refusal {
    fn from(error: &WriteError) -> Self {
        let what = error.to_string();
        match error {
            WriteError::Busy { retry_after } | WriteError::Unavailable { retry_after, .. } => {
                Self::StoreRefuses { what, retry_after: Some(*retry_after) }
            }
            WriteError::OutcomeUnknown { .. } => Self::OutcomeUnknown { what },
        }
    }
}
