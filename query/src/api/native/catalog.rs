//! `GET /api/v1/services`, `span-names`, `attributes`, `attributes/values`.

use axum::extract::{RawQuery, State};
use storage::{AttributeScope, Catalog, CatalogPage, CatalogQuestion};

use super::error::ApiError;
use super::json::{self, Json};
use super::model::catalog::{
    AttributeKey, AttributesAnswer, ServicesAnswer, SpanNamesAnswer, ValuesAnswer,
};
use super::model::completeness::Completeness;
use super::parameter::condition::{SCOPES, format_scope, parse_scope};
use super::parameter::time::{self, FROM, SINCE, TO};
use super::parameter::{Parameter, Parameters, Shape};
use super::route::Route;
use crate::service::QueryService;

const SERVICE: Parameter =
    Parameter::new("service", Shape::Text, "Span names of this service; of all where left out.");
const SCOPE: Parameter =
    Parameter::new("scope", Shape::OneOf(SCOPES), "Where the attribute occurs; any unless given.");
const KEY: Parameter = Parameter::new("key", Shape::Text, "The attribute's key.").required();
const PREFIX: Parameter =
    Parameter::new("prefix", Shape::AnyText, "What the values' texts begin with.");
const LIMIT: Parameter = Parameter::new(
    "limit",
    Shape::Whole { min: 1, max: 10_000, default: 1_000 },
    "How many names at most.",
);
const VALUES_LIMIT: Parameter = Parameter::new(
    "limit",
    Shape::Whole { min: 1, max: 10_000, default: 100 },
    "How many values at most.",
);

pub(super) const SERVICES: Route = Route {
    path: "/api/v1/services",
    id: "services",
    summary: "The services that sent spans",
    in_path: &[],
    in_query: &[&FROM, &TO, &SINCE, &LIMIT],
    answer: Some("ServicesAnswer"),
};

pub(super) const SPAN_NAMES: Route = Route {
    path: "/api/v1/span-names",
    id: "span_names",
    summary: "The span names, of one service or of all",
    in_path: &[],
    in_query: &[&FROM, &TO, &SINCE, &SERVICE, &LIMIT],
    answer: Some("SpanNamesAnswer"),
};

pub(super) const ATTRIBUTES: Route = Route {
    path: "/api/v1/attributes",
    id: "attributes",
    summary: "The attribute keys, once for each place they occur in",
    in_path: &[],
    in_query: &[&FROM, &TO, &SINCE, &SCOPE, &LIMIT],
    answer: Some("AttributesAnswer"),
};

pub(super) const VALUES: Route = Route {
    path: "/api/v1/attributes/values",
    id: "attribute_values",
    summary: "The values of one attribute, by their text form; long ones are left out",
    in_path: &[],
    in_query: &[&FROM, &TO, &SINCE, &KEY, &SCOPE, &PREFIX, &VALUES_LIMIT],
    answer: Some("ValuesAnswer"),
};

pub(super) async fn services(
    State(service): State<QueryService>,
    RawQuery(query): RawQuery,
) -> Result<Json, ApiError> {
    let parameters = Parameters::parse(query.as_deref(), SERVICES.in_query)?;
    let question = question(&parameters, Catalog::Services, &LIMIT)?;
    ask(service, question, |page| {
        json::encode(&ServicesAnswer { services: names(page), completeness: completeness(page) })
    })
    .await
}

pub(super) async fn span_names(
    State(service): State<QueryService>,
    RawQuery(query): RawQuery,
) -> Result<Json, ApiError> {
    let parameters = Parameters::parse(query.as_deref(), SPAN_NAMES.in_query)?;
    let of = parameters.text(&SERVICE).map(str::to_owned);
    let question = question(&parameters, Catalog::SpanNames { service: of }, &LIMIT)?;
    ask(service, question, |page| {
        json::encode(&SpanNamesAnswer { span_names: names(page), completeness: completeness(page) })
    })
    .await
}

pub(super) async fn attributes(
    State(service): State<QueryService>,
    RawQuery(query): RawQuery,
) -> Result<Json, ApiError> {
    let parameters = Parameters::parse(query.as_deref(), ATTRIBUTES.in_query)?;
    let catalog = Catalog::AttributeKeys { scope: scope(&parameters)? };
    let question = question(&parameters, catalog, &LIMIT)?;
    ask(service, question, |page| {
        let entries = page.entries.iter();
        let attributes = entries
            .map(|entry| AttributeKey { key: &entry.name, scope: format_scope(entry.scope) })
            .collect();
        json::encode(&AttributesAnswer { attributes, completeness: completeness(page) })
    })
    .await
}

pub(super) async fn values(
    State(service): State<QueryService>,
    RawQuery(query): RawQuery,
) -> Result<Json, ApiError> {
    let parameters = Parameters::parse(query.as_deref(), VALUES.in_query)?;
    let catalog = Catalog::AttributeValues {
        scope: scope(&parameters)?,
        key: parameters.text(&KEY).unwrap_or_default().to_owned(),
        prefix: parameters.text(&PREFIX).unwrap_or_default().to_owned(),
    };
    let question = question(&parameters, catalog, &VALUES_LIMIT)?;
    ask(service, question, |page| {
        json::encode(&ValuesAnswer { values: names(page), completeness: completeness(page) })
    })
    .await
}

async fn ask(
    service: QueryService,
    question: CatalogQuestion,
    encode: fn(&CatalogPage) -> Json,
) -> Result<Json, ApiError> {
    service.ask(move |questions| Ok(encode(&questions.catalog(&question)?))).await
}

fn question(
    parameters: &Parameters<'_>,
    catalog: Catalog,
    limit: &Parameter,
) -> Result<CatalogQuestion, ApiError> {
    let range = time::range(parameters)?;
    Ok(CatalogQuestion { catalog, range, limit: parameters.whole(limit)? })
}

fn scope(parameters: &Parameters<'_>) -> Result<AttributeScope, ApiError> {
    match parameters.text(&SCOPE) {
        None => Ok(AttributeScope::Any),
        Some(word) => parse_scope(word).ok_or_else(|| SCOPE.no_such_word(word)),
    }
}

fn names(page: &CatalogPage) -> Vec<&str> {
    page.entries.iter().map(|entry| entry.name.as_str()).collect()
}

fn completeness(page: &CatalogPage) -> Completeness<'_> {
    Completeness::of(&page.completeness)
}
