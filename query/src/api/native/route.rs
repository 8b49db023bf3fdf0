//! What there is to know about a route: its path, its parameters, its answer. The
//! router, the strict reading of parameters and the description of the API all use it.

use super::parameter::Parameter;

/// One route.
#[derive(Debug)]
pub(super) struct Route {
    /// As the router has it; variable parts in braces.
    pub(super) path: &'static str,
    /// Its name in clients made from the description.
    pub(super) id: &'static str,
    /// What it is for.
    pub(super) summary: &'static str,
    /// The variable parts of the path, in order.
    pub(super) in_path: &'static [&'static Parameter],
    /// What may stand in the query.
    pub(super) in_query: &'static [&'static Parameter],
    /// The schema of its answer; `None` for a document that another standard describes.
    pub(super) answer: Option<&'static str>,
}
