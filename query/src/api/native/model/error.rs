use serde::Serialize;
use utoipa::ToSchema;

/// Whatever went wrong.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct ErrorAnswer<'a> {
    /// A sentence a person can act on.
    pub(in crate::api::native) error: &'a str,
    pub(in crate::api::native) code: Code,
    /// The parameter that is to blame, where one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::api::native) parameter: Option<&'a str>,
}

/// What went wrong, for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::api::native) enum Code {
    InvalidParameter,
    NotFound,
    MethodNotAllowed,
    Forbidden,
    PinRefused,
    Busy,
    Unavailable,
    DeadlineExceeded,
    Corrupt,
    Internal,
}
