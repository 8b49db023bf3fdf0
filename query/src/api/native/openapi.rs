//! `GET /api/v1/openapi.json`: the description of the API, made from the routes and
//! the structs of the answers.

use axum::extract::{RawQuery, State};
use utoipa::OpenApi;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::{
    HttpMethod, OperationBuilder, ParameterBuilder, ParameterIn, ParameterStyle, PathItem,
};
use utoipa::openapi::response::{ResponseBuilder, ResponsesBuilder};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, Type};
use utoipa::openapi::{InfoBuilder, Ref, RefOr, Required};

use super::error::ApiError;
use super::json::{self, Json};
use super::parameter::{Parameter, Parameters, Shape};
use super::route::Route;
use super::{CHANGES, ROUTES, model, pin, watch, watch_traces};

pub(super) const ROUTE: Route = Route {
    path: "/api/v1/openapi.json",
    id: "openapi",
    summary: "This description",
    in_path: &[],
    in_query: &[],
    answer: None,
};

/// What can go wrong with any question.
const ERRORS: [(&str, &str); 6] = [
    ("400", "A parameter is unknown, malformed or contradicts another"),
    ("404", "No such trace, span or path"),
    ("405", "The path has other methods; see Allow"),
    ("500", "Stored data does not verify, or a defect of hopline"),
    ("503", "Too many questions at once, or the store cannot read; see Retry-After"),
    ("504", "It took longer than the deadline"),
];

/// What can go wrong, too, where something is changed.
const CHANGE_ERRORS: [(&str, &str); 2] = [
    ("403", "A page of another site asks"),
    ("409", "There is no room for another pin, or for so large a trace; unpin another first"),
];

#[derive(OpenApi)]
#[openapi(components(schemas(
    model::catalog::ServicesAnswer<'_>,
    model::catalog::SpanNamesAnswer<'_>,
    model::catalog::AttributesAnswer<'_>,
    model::catalog::ValuesAnswer<'_>,
    model::search::SearchAnswer<'_>,
    model::finding::FindingsAnswer<'_>,
    model::finding::CompareAnswer<'_>,
    model::difference::DifferenceAnswer<'_>,
    model::finding::WatchEvent<'_>,
    model::watch::WatchTraceEvent<'_>,
    model::call_chains::ChainsAnswer<'_>,
    model::chains::HopsAnswer<'_>,
    model::hop_detail::HopAnswer<'_>,
    model::red::RedAnswer<'_>,
    model::chains::GraphAnswer<'_>,
    model::chains::TailAnswer<'_>,
    model::trace::TraceAnswer<'_>,
    model::span::SpanAnswer<'_>,
    model::message::MessagesAnswer<'_>,
    model::pin::PinsAnswer<'_>,
    model::pin::PinAnswer<'_>,
    model::status::StatusAnswer<'_>,
    model::error::ErrorAnswer<'_>,
)))]
struct Schemas;

/// The encoded description.
#[derive(Debug, Clone)]
pub(super) struct Description(Json);

impl Description {
    pub(super) fn new() -> Self {
        let mut api = Schemas::openapi();
        api.info = InfoBuilder::new()
            .title("Hopline")
            .version(env!("CARGO_PKG_VERSION"))
            .description(Some("Asks for traces, and what is slow or failing in them."))
            .build();
        let questions = ROUTES.into_iter().map(|route| (HttpMethod::Get, route));
        for (method, route) in questions.chain(CHANGES) {
            let item = PathItem::new(method, operation(route));
            api.paths.paths.entry(route.path.to_owned()).or_default().merge_operations(item);
        }
        Self(json::encode(&api))
    }
}

pub(super) async fn openapi(
    State(description): State<Description>,
    RawQuery(query): RawQuery,
) -> Result<Json, ApiError> {
    Parameters::parse(query.as_deref(), ROUTE.in_query)?;
    Ok(description.0)
}

fn operation(route: &Route) -> OperationBuilder {
    let is_without_answer = route.id == pin::UNPIN.id;
    let answer = match route.answer {
        Some(name) => RefOr::Ref(Ref::from_schema_name(name)),
        None => RefOr::T(ObjectBuilder::new().schema_type(Type::Object).build().into()),
    };
    let is_stream = [watch::ROUTE.id, watch_traces::ROUTE.id].contains(&route.id);
    let media_type = if is_stream { "text/event-stream" } else { JSON };
    let mut responses = match is_without_answer {
        true => {
            let done = ResponseBuilder::new().description("Done");
            ResponsesBuilder::new().response("204", done)
        }
        false => {
            let answer = response("The answer", answer, media_type);
            ResponsesBuilder::new().response("200", answer)
        }
    };
    if CHANGES.iter().any(|(_, change)| change.id == route.id) {
        for (status, meaning) in CHANGE_ERRORS {
            let schema = RefOr::Ref(Ref::from_schema_name("ErrorAnswer"));
            responses = responses.response(status, response(meaning, schema, JSON));
        }
    }
    for (status, meaning) in ERRORS {
        let schema = RefOr::Ref(Ref::from_schema_name("ErrorAnswer"));
        responses = responses.response(status, response(meaning, schema, JSON));
    }
    let mut operation = OperationBuilder::new()
        .operation_id(Some(route.id))
        .summary(Some(route.summary))
        .responses(responses.build());
    for parameter in route.in_path {
        operation = operation.parameter(describe(parameter, ParameterIn::Path));
    }
    for parameter in route.in_query {
        operation = operation.parameter(describe(parameter, ParameterIn::Query));
    }
    operation
}

const JSON: &str = "application/json";

fn response(meaning: &str, schema: RefOr<Schema>, media_type: &str) -> ResponseBuilder {
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new().description(meaning).content(media_type, content)
}

fn describe(parameter: &Parameter, place: ParameterIn) -> ParameterBuilder {
    let described = ParameterBuilder::new()
        .name(parameter.name)
        .parameter_in(place)
        .required(if parameter.required { Required::True } else { Required::False })
        .description(Some(parameter.meaning))
        .schema(Some(schema(&parameter.shape)));
    match parameter.shape {
        Shape::Texts(_) => described.style(Some(ParameterStyle::Form)).explode(Some(true)),
        _ => described,
    }
}

fn schema(shape: &Shape) -> Schema {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    match *shape {
        Shape::AnyText => text().into(),
        Shape::Text => text().min_length(Some(1)).into(),
        Shape::Texts(max) => {
            let item = text().min_length(Some(1));
            ArrayBuilder::new().items(item).max_items(Some(max)).into()
        }
        Shape::OneOf(words) => text().enum_values(Some(words.iter().copied())).into(),
        Shape::Whole { min, max, default } => ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(min))
            .maximum(Some(max))
            .default(Some(default.into()))
            .into(),
        Shape::Duration => text().pattern(Some(r"^\d+(\.\d+)?(ns|us|µs|ms|s|m|h|d)$")).into(),
        Shape::Time => text().into(),
        Shape::Hex(digits) => text().pattern(Some(format!("^[0-9a-fA-F]{{{digits}}}$"))).into(),
    }
}
