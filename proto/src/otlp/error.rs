/// Why a request as a whole is refused, by what the sender can do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The bytes are no OTLP traces request: 400 and `INVALID_ARGUMENT`, not to
    /// be sent again.
    #[error("malformed request: {reason}{}", place(.field))]
    Malformed {
        /// The field, as a path such as `resource_spans[0].scope_spans`; empty
        /// for the request itself.
        field: String,
        /// What is wrong and at which byte, line or column.
        reason: String,
    },
    /// The request is more than the receiver takes at once: 413 and
    /// `RESOURCE_EXHAUSTED` without retry information, to be sent in parts.
    #[error(
        "request too large: more than {max} allowed by the limit {limit}; send smaller batches"
    )]
    TooLarge {
        /// The field of [`Limits`](super::Limits) that was reached.
        limit: &'static str,
        /// Its value.
        max: usize,
    },
}

fn place(field: &str) -> String {
    if field.is_empty() { String::new() } else { format!(" (in {field})") }
}

impl DecodeError {
    /// The same error, seen from the message around the field `name`.
    pub(super) fn within(self, name: &str) -> Self {
        match self {
            Self::Malformed { field, reason } if field.is_empty() => {
                Self::Malformed { field: name.to_owned(), reason }
            }
            Self::Malformed { field, reason } => {
                Self::Malformed { field: format!("{name}.{field}"), reason }
            }
            other => other,
        }
    }

    /// The same error, seen from the message around the list `name`.
    pub(super) fn within_item(self, name: &str, index: usize) -> Self {
        match self {
            Self::Malformed { .. } => self.within(&format!("{name}[{index}]")),
            other => other,
        }
    }
}
