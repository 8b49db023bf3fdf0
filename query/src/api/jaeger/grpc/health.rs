//! `grpc.health.v1.Health`: that the services are there, for as long as they are. A store that
//! cannot be read is an answer's matter.

use axum::Router;
use futures_util::StreamExt;
use futures_util::stream::{BoxStream, once};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

use super::reflection::SERVICES;
use crate::service::QueryService;

/// As the router has it, whichever method.
const HEALTH: &str = "/grpc.health.v1.Health/{method}";

pub(super) const ROUTES: [&str; 1] = [HEALTH];

pub(super) fn router(stopping: CancellationToken) -> Router<QueryService> {
    Router::new().route_service(HEALTH, HealthServer::new(Serving { stopping }))
}

struct Serving {
    stopping: CancellationToken,
}

fn answer(status: ServingStatus) -> HealthCheckResponse {
    HealthCheckResponse { status: status.into() }
}

/// The server as a whole has no name.
fn is_known(service: &str) -> bool {
    service.is_empty() || SERVICES.contains(&service)
}

#[tonic::async_trait]
impl Health for Serving {
    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        match is_known(&request.get_ref().service) {
            true => Ok(Response::new(answer(ServingStatus::Serving))),
            false => Err(Status::not_found("unknown service")),
        }
    }

    type WatchStream = BoxStream<'static, Result<HealthCheckResponse, Status>>;

    /// Nothing changes until the end, of which clients are told by the end of the stream.
    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let status = match is_known(&request.get_ref().service) {
            true => ServingStatus::Serving,
            false => ServingStatus::ServiceUnknown,
        };
        let stopping = self.stopping.clone();
        let end = once(stopping.cancelled_owned()).filter_map(async |()| None);
        Ok(Response::new(once(async move { Ok(answer(status)) }).chain(end).boxed()))
    }
}
