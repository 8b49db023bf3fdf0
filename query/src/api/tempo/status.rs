//! What clients and probes ask about the server.

use axum::extract::State;
use axum::response::IntoResponse;
use http::{StatusCode, header};

use super::answer::Refusal;
use crate::monitor::Monitor;

/// The version of Tempo that is answered as: clients ask for it to know what they can use,
/// streaming of search (2.2) and of metrics (2.7) above all.
const VERSION: &str = "3.0.3";

/// What the data source asks to see whether there is a server.
pub(super) async fn echo() -> &'static str {
    "echo"
}

pub(super) async fn ready(State(monitor): State<Monitor>) -> Result<&'static str, Refusal> {
    match monitor.readiness().await {
        Ok(()) => Ok("ready"),
        Err(reason) => Err(Refusal::unavailable(reason)),
    }
}

pub(super) async fn build_info() -> impl IntoResponse {
    let build = env!("CARGO_PKG_VERSION");
    let body = format!(
        r#"{{"version":"{VERSION}","revision":"hopline-{build}","branch":"","buildUser":"","buildDate":"","goVersion":""}}"#
    );
    (StatusCode::OK, [(header::CONTENT_TYPE, "application/json")], body)
}
