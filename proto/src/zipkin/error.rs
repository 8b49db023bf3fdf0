use crate::otlp;

/// Why a request is not taken, by what the sender can do about it. The words are Zipkin's
/// where it has some.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The bytes are no list of Zipkin spans: not to be sent again.
    #[error("{0}")]
    Malformed(String),
    /// The request is more than is taken at once: to be sent in parts.
    #[error(
        "request too large: more than {max} allowed by the limit {limit}; send smaller batches"
    )]
    TooLarge {
        /// The field of [`Limits`](crate::otlp::Limits) that was reached.
        limit: &'static str,
        /// Its value.
        max: usize,
    },
}

/// Of a limit or of protobuf's framing, which both wire formats share.
impl From<otlp::DecodeError> for DecodeError {
    fn from(error: otlp::DecodeError) -> Self {
        match error {
            otlp::DecodeError::TooLarge { limit, max } => Self::TooLarge { limit, max },
            otlp::DecodeError::Malformed { field, reason } => {
                let what = if reason.contains("the bytes end") { "Truncated" } else { "Malformed" };
                let place = if field.is_empty() { field } else { format!(" (in {field})") };
                Self::Malformed(format!("{what}: {reason}{place} reading List<Span> from proto3"))
            }
        }
    }
}
