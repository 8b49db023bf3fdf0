//! `GET /health`, `/info`, `/config.json`: what Zipkin's viewer and probes ask of a server.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};

use crate::monitor::Monitor;

const JSON: [(header::HeaderName, &str); 1] = [(header::CONTENT_TYPE, "application/json")];

/// The settings of Zipkin's viewer that it has by default (`ZipkinUiConfiguration.java`).
const CONFIG: &str = r#"{"environment":"","queryLimit":10,"defaultLookback":900000,"searchEnabled":true,"logsUrl":null,"supportUrl":null,"archivePostUrl":null,"archiveUrl":null,"dependency":{"enabled":true,"lowErrorRate":0.5,"highErrorRate":0.75}}"#;

pub(super) async fn config() -> Response {
    (JSON, [(header::CACHE_CONTROL, "max-age=600")], CONFIG).into_response()
}

pub(super) async fn info() -> Response {
    // What a client makes of it is the version of the API.
    let info = format!(
        "{{\"zipkin\":{{\"version\":\"hopline-{}\",\"commit\":\"\"}}}}",
        env!("CARGO_PKG_VERSION")
    );
    (JSON, info).into_response()
}

pub(super) async fn health(State(monitor): State<Monitor>) -> Response {
    let (status, word, detail) = match monitor.readiness().await {
        Ok(()) => (StatusCode::OK, "UP", String::new()),
        Err(reason) => {
            let reason = serde_json::json!(reason.to_string());
            (StatusCode::SERVICE_UNAVAILABLE, "DOWN", format!(",\"error\":{reason}"))
        }
    };
    let store = format!("{{\"status\":\"{word}\"{detail}}}");
    let health = format!(
        "{{\"status\":\"{word}\",\"zipkin\":{{\"status\":\"{word}\",\"details\":{{\"Hopline\":{store}}}}}}}"
    );
    (status, JSON, health).into_response()
}
