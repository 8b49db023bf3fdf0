//! `jaeger.api_v3.QueryService`

use opentelemetry_proto::tonic::trace::v1::TracesData;
use prost::Message;

use super::{CART, api, api_of_today};
use crate::grpc;
use crate::support::Api;

#[derive(Clone, PartialEq, Message)]
struct Moment {
    #[prost(int64, tag = "1")]
    seconds: i64,
}

/// The fields of every request, by number; only what one needs is set.
#[derive(Clone, PartialEq, Message)]
struct Query {
    #[prost(string, tag = "1")]
    service_name: String,
    #[prost(map = "string, string", tag = "3")]
    attributes: std::collections::HashMap<String, String>,
    #[prost(message, optional, tag = "4")]
    start_time_min: Option<Moment>,
    #[prost(message, optional, tag = "5")]
    start_time_max: Option<Moment>,
    #[prost(int32, tag = "8")]
    search_depth: i32,
}

#[derive(Clone, PartialEq, Message)]
struct FindRequest {
    #[prost(message, optional, tag = "1")]
    query: Option<Query>,
}

#[derive(Clone, PartialEq, Message)]
struct TwoTexts {
    #[prost(string, tag = "1")]
    one: String,
    #[prost(string, tag = "2")]
    other: String,
    #[prost(uint64, tag = "3")]
    number: u64,
}

/// Operations or dependencies.
#[derive(Clone, PartialEq, Message)]
struct Pairs {
    #[prost(message, repeated, tag = "1")]
    pairs: Vec<TwoTexts>,
}

#[derive(Clone, PartialEq, Message)]
struct Texts {
    #[prost(string, repeated, tag = "1")]
    texts: Vec<String>,
}

#[derive(Clone, PartialEq, Message)]
struct Times {
    #[prost(message, optional, tag = "1")]
    start: Option<Moment>,
    #[prost(message, optional, tag = "2")]
    end: Option<Moment>,
}

#[derive(Clone, PartialEq, Message)]
struct Summary {
    #[prost(string, tag = "1")]
    trace_id: String,
    #[prost(fixed64, tag = "4")]
    min_start_time_unix_nano: u64,
    #[prost(int32, tag = "6")]
    span_count: i32,
    #[prost(int32, tag = "7")]
    error_span_count: i32,
}

#[derive(Clone, PartialEq, Message)]
struct Summaries {
    #[prost(message, repeated, tag = "1")]
    summaries: Vec<Summary>,
}

const WITHIN: (Option<Moment>, Option<Moment>) =
    (Some(Moment { seconds: 1_766_300_000 }), Some(Moment { seconds: 1_766_300_010 }));

/// Calls a method; the messages that came, and the status behind them.
fn call(api: &Api, method: &str, request: &impl Message) -> (Vec<Vec<u8>>, String) {
    grpc::call(api, &path(method), request)
}

#[track_caller]
fn one<T: Message + Default>(api: &Api, method: &str, request: &impl Message) -> T {
    grpc::one(api, &path(method), request)
}

fn path(method: &str) -> String {
    format!("/jaeger/jaeger.api_v3.QueryService/{method}")
}

fn span_count(message: &[u8]) -> usize {
    let data = TracesData::decode(message).unwrap();
    let scopes = data.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
    scopes.map(|scope| scope.spans.len()).sum()
}

fn search(service: &str) -> FindRequest {
    let (start_time_min, start_time_max) = WITHIN;
    let service_name = service.to_owned();
    let query = Query { service_name, start_time_min, start_time_max, ..Query::default() };
    FindRequest { query: Some(query) }
}

#[test]
fn every_method_answers() {
    let api = api();
    let services: Texts = one(&api, "GetServices", &());
    assert_eq!(services.texts, ["cart", "mail", "web"]);

    let trace = TwoTexts { one: CART.to_owned(), ..TwoTexts::default() };
    let (messages, status) = call(&api, "GetTrace", &trace);
    assert_eq!((status.as_str(), messages.len()), ("0", 1));
    assert_eq!(span_count(&messages[0]), 8);

    // A message has spans of one trace.
    let (messages, _) = call(&api, "FindTraces", &search("web"));
    assert_eq!(messages.iter().map(|message| span_count(message)).collect::<Vec<_>>(), [1, 8]);

    let found: Summaries = one(&api, "FindTraceSummaries", &search("mail"));
    let figures = |one: &Summary| (one.span_count, one.error_span_count);
    assert_eq!(found.summaries.iter().map(figures).collect::<Vec<_>>(), [(2, 0), (8, 3)]);
    assert_eq!(found.summaries[1].trace_id, CART);
    assert_eq!(found.summaries[1].min_start_time_unix_nano, 1_766_300_000_000_123_456);

    let (start, end) = WITHIN;
    let calls: Pairs = one(&api, "GetDependencies", &Times { start, end });
    let calls: Vec<_> =
        calls.pairs.iter().map(|it| (it.one.as_str(), it.other.as_str(), it.number)).collect();
    assert_eq!(calls, [("cart", "mail", 1), ("web", "cart", 1)]);

    let asked = TwoTexts { one: "mail".to_owned(), other: "server".to_owned(), number: 0 };
    let operations: Pairs = one(&api_of_today(), "GetOperations", &asked);
    assert_eq!(operations.pairs.len(), 1);
    assert_eq!(operations.pairs[0].one, "orphan");
}

#[test]
fn what_is_wrong_has_a_code() {
    let api = api();
    let id = |text: &str| TwoTexts { one: text.to_owned(), ..TwoTexts::default() };
    for (method, expected, answer) in [
        ("GetTrace", "5", call(&api, "GetTrace", &id("1f")).1),
        ("GetTrace", "3", call(&api, "GetTrace", &id("xyz")).1),
        ("FindTraces", "3", call(&api, "FindTraces", &FindRequest::default()).1),
        (
            "FindTraceSummaries",
            "3",
            call(&api, "FindTraceSummaries", &FindRequest { query: Some(Query::default()) }).1,
        ),
        ("GetDependencies", "3", call(&api, "GetDependencies", &Times::default()).1),
        ("NoSuchMethod", "12", call(&api, "NoSuchMethod", &()).1),
    ] {
        assert_eq!(answer, expected, "{method}");
    }
}

#[test]
fn a_large_trace_comes_in_several_messages() {
    let mut text = String::from("web GET 0..5000\n");
    (0..2_100).for_each(|call| text.push_str(&format!("  web step {call}..{}\n", call + 1)));
    let spans = proto::testing::trace(&text);
    let id = spans[0].trace_id.to_string();
    let api = Api::with(spans);
    let (messages, _) = call(&api, "GetTrace", &TwoTexts { one: id, ..TwoTexts::default() });
    let counts: Vec<usize> = messages.iter().map(|message| span_count(message)).collect();
    assert_eq!(counts, [1_000, 1_000, 101]);
}
