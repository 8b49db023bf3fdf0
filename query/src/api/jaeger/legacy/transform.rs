//! `POST /api/transform`: OTLP/JSON in, traces of the legacy API out. The viewer's upload
//! of files uses it; nothing is kept.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use bytes::Bytes;
use http::StatusCode;
use proto::otlp::Limits;
use proto::{Span, TraceId};

use super::envelope::{Json, Layout, Refusal};
use super::model::Trace;
use crate::api::jaeger::adjust;
use crate::api::jaeger::form::Form;
use crate::service::QueryService;

/// The largest file.
pub(super) const BODY_BYTES_MAX: usize = 16 << 20;

pub(super) async fn transform(
    State(service): State<QueryService>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json, Refusal> {
    let body = body.map_err(|rejection| Refusal::new(rejection.status(), rejection.body_text()))?;
    service
        .ask(move |_| {
            let limits = Limits {
                request_bytes_max: BODY_BYTES_MAX,
                decoded_bytes_max: 4 * BODY_BYTES_MAX,
                ..Limits::default()
            };
            let decoded = proto::otlp::json::decode_request(&body, &limits).map_err(|error| {
                let problem = format!("cannot unmarshal OTLP : {error}");
                Refusal::new(StatusCode::BAD_REQUEST, problem)
            })?;
            let mut traces: BTreeMap<TraceId, Vec<Span>> = BTreeMap::new();
            for span in decoded.batch.spans() {
                traces.entry(span.trace_id).or_default().push(span);
            }
            let traces = traces.into_iter();
            let traces: Vec<Trace> =
                traces.map(|(id, spans)| Trace::of(id, adjust::raw(spans), Vec::new())).collect();
            Ok(Layout::of(&Form::parse(None)).answer(&traces, 0, None))
        })
        .await
}
