//! `GET /api/v1/hops/{hop_id}`.

use axum::extract::{RawQuery, State};

use super::error::ApiError;
use super::json::{self, Json};
use super::model::hop_detail::HopAnswer;
use super::parameter::Parameters;
use super::parameter::time::{self, FROM, SETTLED, SINCE, TO};
use super::path::{HOP_ID, PathParameters};
use super::red;
use super::route::Route;
use crate::HopId;
use crate::hop_detail::detail;
use crate::red::Whose;
use crate::service::QueryService;

pub(super) const ROUTE: Route = Route {
    path: "/api/v1/hops/{hop_id}",
    id: "hop",
    summary: "One hop: its figures over time, what leads to it, what it leads to, and traces",
    in_path: &[&HOP_ID],
    in_query: &[&FROM, &TO, &SINCE, &SETTLED],
    answer: Some("HopAnswer"),
};

pub(super) async fn hop(
    State(service): State<QueryService>,
    path: PathParameters,
    RawQuery(query): RawQuery,
) -> Result<Json, ApiError> {
    let parameters = Parameters::parse(query.as_deref(), ROUTE.in_query)?;
    let (range, settled) = (time::range(&parameters)?, time::settled(&parameters)?);
    let id: HopId = path.id(&HOP_ID)?;
    service
        .ask(move |questions| {
            let chains = questions.settled_chains(range, settled)?;
            let detail = detail(&chains, id).ok_or_else(|| {
                ApiError::not_found(format!("no hop {id} in this time; ask for a longer one"))
            })?;
            let (series, completeness) = red::series(questions, &chains, &Whose::Hop(id), range)?;
            let examples = questions.hop_examples(&detail.hop, range)?;
            Ok(json::encode(&HopAnswer::of(&detail, series, &examples, &completeness)))
        })
        .await
}
