//! `GET /api/v1/hops`, `graph`, `tail`.

use axum::extract::{RawQuery, State};

use super::error::ApiError;
use super::json::{self, Json};
use super::model::chains::{
    EdgeFigures, EntryFigures, GraphAnswer, HopFigures, HopsAnswer, PeerFigures, ServiceFigures,
    TailAnswer,
};
use super::model::completeness::Completeness;
use super::parameter::time::{self, FROM, SETTLED, SINCE, TO};
use super::parameter::{Parameter, Parameters, Shape};
use super::route::Route;
use crate::hops;
use crate::service::QueryService;
use crate::tail;

const SERVICE: Parameter =
    Parameter::new("service", Shape::Text, "Hops from or to this service; all where left out.");
const LIMIT: Parameter = Parameter::new(
    "limit",
    Shape::Whole { min: 1, max: 10_000, default: 200 },
    "How many hops at most.",
);

pub(super) const HOPS: Route = Route {
    path: "/api/v1/hops",
    id: "hops",
    summary: "The calls between services: how often, how long, and their part of the time",
    in_path: &[],
    in_query: &[&FROM, &TO, &SINCE, &SETTLED, &SERVICE, &LIMIT],
    answer: Some("HopsAnswer"),
};

pub(super) const GRAPH: Route = Route {
    path: "/api/v1/graph",
    id: "graph",
    summary: "The service map: services, and the databases, queues and others that they call",
    in_path: &[],
    in_query: &[&FROM, &TO, &SINCE, &SETTLED],
    answer: Some("GraphAnswer"),
};

const ENTRY: Parameter = Parameter::new(
    "service",
    Shape::Text,
    "The service that takes the requests; any where left out.",
);
const SPAN_NAME: Parameter =
    Parameter::new("span_name", Shape::Text, "The requests' span name; any where left out.");
const ENTRIES: Parameter = Parameter::new(
    "limit",
    Shape::Whole { min: 1, max: 1_000, default: 20 },
    "How many kinds of requests at most.",
);

pub(super) const TAIL: Route = Route {
    path: "/api/v1/tail",
    id: "tail",
    summary: "What makes slow requests slow: each hop's part of the spread of their time",
    in_path: &[],
    in_query: &[&FROM, &TO, &SINCE, &SETTLED, &ENTRY, &SPAN_NAME, &ENTRIES],
    answer: Some("TailAnswer"),
};

pub(super) async fn tail(
    State(service): State<QueryService>,
    RawQuery(query): RawQuery,
) -> Result<Json, ApiError> {
    let parameters = Parameters::parse(query.as_deref(), TAIL.in_query)?;
    let (range, settled) = (time::range(&parameters)?, time::settled(&parameters)?);
    let limit = parameters.whole(&ENTRIES)?;
    let text = |parameter| parameters.text(parameter).map(str::to_owned);
    let (entry, span_name) = (text(&ENTRY), text(&SPAN_NAME));
    service
        .ask(move |questions| {
            let chains = questions.settled_chains(range, settled)?;
            let mut entries = tail::entries(&chains);
            let is_asked = |asked: &Option<String>, found: &String| {
                asked.as_ref().is_none_or(|asked| asked == found)
            };
            entries.retain(|found| {
                is_asked(&entry, &found.service) && is_asked(&span_name, &found.span_name)
            });
            Ok(json::encode(&TailAnswer {
                entries: entries.iter().take(limit).map(EntryFigures::of).collect(),
                more: entries.len() > limit,
                completeness: Completeness::of(&chains.completeness),
            }))
        })
        .await
}

pub(super) async fn hops(
    State(service): State<QueryService>,
    RawQuery(query): RawQuery,
) -> Result<Json, ApiError> {
    let parameters = Parameters::parse(query.as_deref(), HOPS.in_query)?;
    let (range, settled) = (time::range(&parameters)?, time::settled(&parameters)?);
    let limit = parameters.whole(&LIMIT)?;
    let end = parameters.text(&SERVICE).map(str::to_owned);
    service
        .ask(move |questions| {
            let chains = questions.settled_chains(range, settled)?;
            let mut hops = hops::hops(&chains);
            hops.retain(|hop| end.is_none() || hop.caller == end || hop.callee == end);
            Ok(json::encode(&HopsAnswer {
                hops: hops.iter().take(limit).map(HopFigures::of).collect(),
                more: hops.len() > limit,
                completeness: Completeness::of(&chains.completeness),
            }))
        })
        .await
}

pub(super) async fn graph(
    State(service): State<QueryService>,
    RawQuery(query): RawQuery,
) -> Result<Json, ApiError> {
    let parameters = Parameters::parse(query.as_deref(), GRAPH.in_query)?;
    let (range, settled) = (time::range(&parameters)?, time::settled(&parameters)?);
    service
        .ask(move |questions| {
            let chains = questions.settled_chains(range, settled)?;
            let hops = hops::hops(&chains);
            let nodes = hops::nodes(&hops);
            Ok(json::encode(&GraphAnswer {
                services: nodes.iter().filter_map(ServiceFigures::of).collect(),
                peers: nodes.iter().filter_map(PeerFigures::of).collect(),
                edges: hops::edges(&hops).iter().map(EdgeFigures::of).collect(),
                completeness: Completeness::of(&chains.completeness),
            }))
        })
        .await
}
