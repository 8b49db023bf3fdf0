//! Changes are not taken from pages of other sites.
//!
//! There is no login that a browser could be tricked into using, but a page anywhere can
//! have it send requests to a server that only listens on its own machine. Browsers say
//! where a page is from (`Sec-Fetch-Site`, `Origin`); what is no browser says nothing, and
//! is taken.

use axum::response::Response;
use tower_http::csrf::{CsrfLayer, ProtectionError};

/// What is said to such a page.
pub(crate) const REFUSED: &str =
    "a page of another site asks for this; only pages of this server may change what it keeps";

/// Refuses every method but GET, HEAD and OPTIONS to pages of other sites, with `refusal`.
pub(crate) fn same_origin(
    refusal: fn() -> Response,
) -> CsrfLayer<impl Fn(ProtectionError) -> Response + Clone> {
    CsrfLayer::new().with_rejection_response(move |_| refusal())
}
