use serde::Serialize;
use utoipa::ToSchema;

use super::search::Trace;

/// What `data` of an event of `watch/traces` is.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct WatchTraceEvent<'a> {
    /// `listening`: from now on matching traces are told. `trace`: one. `missed`: there are
    /// matching traces that are not told, and a search finds them.
    pub(in crate::api::native) kind: &'static str,
    /// Of `trace`: as `search` has it, when it was found to match.
    pub(in crate::api::native) trace: Option<Trace<'a>>,
    /// Of `missed`: why.
    pub(in crate::api::native) reason: Option<&'static str>,
}
