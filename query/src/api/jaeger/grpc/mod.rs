//! Jaeger over gRPC, on the port of the HTTP API: the query services of versions 2 and 3, the
//! one by which a Jaeger reads from a store of others, and what says that they are there.

mod ask;
mod call;
mod error;
mod health;
mod message;
mod moment;
mod reflection;
mod storage_v2;
mod v2;
mod v3;

use axum::Router;
use tokio_util::sync::CancellationToken;

use crate::service::QueryService;

/// Every method, as the router has it.
pub(super) fn routes() -> impl Iterator<Item = &'static str> {
    let queries = v2::ROUTES.into_iter().chain(v3::ROUTES).chain(storage_v2::ROUTES);
    queries.chain(health::ROUTES).chain(reflection::ROUTES)
}

/// What stays open until a client ends it ends once `stopping` is cancelled.
pub(super) fn router(stopping: CancellationToken) -> Router<QueryService> {
    Router::new()
        .merge(v2::router())
        .merge(v3::router())
        .merge(storage_v2::router())
        .merge(health::router(stopping))
        .merge(reflection::router())
}
