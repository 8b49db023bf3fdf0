use serde::Serialize;
use utoipa::ToSchema;

/// Whether an answer is all there is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(in crate::api::native) enum Completeness<'a> {
    /// It is.
    Complete,
    /// There is more; a limit cut the answer.
    Truncated {
        /// The limit: `spans_max 200000`.
        limit: &'a str,
    },
    /// Something that belongs to the answer cannot be read.
    Partial {
        /// What is missing and why, one entry each.
        missing: &'a [String],
    },
}

impl<'a> Completeness<'a> {
    pub(in crate::api::native) fn of(completeness: &'a storage::Completeness) -> Self {
        match completeness {
            storage::Completeness::Complete => Self::Complete,
            storage::Completeness::Truncated { limit } => Self::Truncated { limit },
            storage::Completeness::Partial { missing } => Self::Partial { missing },
        }
    }
}
