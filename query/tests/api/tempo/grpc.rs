//! `tempopb.StreamingQuerier`, as the data source calls it.

use std::collections::HashMap;

use prost::Message;

use super::{CART, api};
use crate::grpc;
use crate::support::Api;

#[derive(Clone, PartialEq, Message)]
struct SearchRequest {
    #[prost(map = "string, string", tag = "1")]
    tags: HashMap<String, String>,
    #[prost(uint32, tag = "4")]
    limit: u32,
    #[prost(uint32, tag = "5")]
    start: u32,
    #[prost(uint32, tag = "6")]
    end: u32,
    #[prost(string, tag = "8")]
    query: String,
    #[prost(uint32, tag = "9")]
    spans_per_span_set: u32,
}

#[derive(Clone, PartialEq, Message)]
struct Attribute {
    #[prost(string, tag = "1")]
    key: String,
}

#[derive(Clone, PartialEq, Message)]
struct Span {
    #[prost(string, tag = "1")]
    span_id: String,
    #[prost(string, tag = "2")]
    name: String,
    #[prost(uint64, tag = "4")]
    duration_nanos: u64,
    #[prost(message, repeated, tag = "5")]
    attributes: Vec<Attribute>,
}

#[derive(Clone, PartialEq, Message)]
struct SpanSet {
    #[prost(message, repeated, tag = "1")]
    spans: Vec<Span>,
    #[prost(uint32, tag = "2")]
    matched: u32,
}

#[derive(Clone, PartialEq, Message)]
struct Found {
    #[prost(string, tag = "1")]
    trace_id: String,
    #[prost(string, tag = "3")]
    root_trace_name: String,
    #[prost(uint64, tag = "4")]
    start_time_unix_nano: u64,
    #[prost(message, repeated, tag = "7")]
    span_sets: Vec<SpanSet>,
}

#[derive(Clone, PartialEq, Message)]
struct Jobs {
    #[prost(uint32, tag = "4")]
    completed: u32,
    #[prost(uint32, tag = "5")]
    total: u32,
}

#[derive(Clone, PartialEq, Message)]
struct SearchResponse {
    #[prost(message, repeated, tag = "1")]
    traces: Vec<Found>,
    #[prost(message, optional, tag = "2")]
    metrics: Option<Jobs>,
}

/// Requests for names and for values: fields by number.
#[derive(Clone, PartialEq, Message)]
struct TagRequest {
    #[prost(string, tag = "1")]
    one: String,
    #[prost(string, tag = "2")]
    query: String,
}

/// Pairs of texts, and texts with lists of them.
#[derive(Clone, PartialEq, Message)]
struct Texts {
    #[prost(string, tag = "1")]
    one: String,
    #[prost(string, repeated, tag = "2")]
    others: Vec<String>,
}

#[derive(Clone, PartialEq, Message)]
struct TextsList {
    #[prost(message, repeated, tag = "1")]
    list: Vec<Texts>,
}

#[derive(Clone, PartialEq, Message)]
struct Names {
    #[prost(string, repeated, tag = "1")]
    names: Vec<String>,
}

#[derive(Clone, PartialEq, Message)]
struct MetricsRequest {
    #[prost(string, tag = "1")]
    query: String,
    #[prost(uint64, tag = "2")]
    start: u64,
    #[prost(uint64, tag = "3")]
    end: u64,
    #[prost(uint64, tag = "4")]
    step: u64,
}

#[derive(Clone, PartialEq, Message)]
struct Sample {
    #[prost(double, tag = "1")]
    value: f64,
    #[prost(int64, tag = "2")]
    timestamp_ms: i64,
}

#[derive(Clone, PartialEq, Message)]
struct Series {
    #[prost(message, repeated, tag = "1")]
    labels: Vec<Attribute>,
    #[prost(message, repeated, tag = "2")]
    samples: Vec<Sample>,
}

#[derive(Clone, PartialEq, Message)]
struct SeriesList {
    #[prost(message, repeated, tag = "1")]
    series: Vec<Series>,
}

#[derive(Clone, PartialEq, Message)]
struct Point {
    #[prost(double, tag = "2")]
    value: f64,
}

#[derive(Clone, PartialEq, Message)]
struct Points {
    #[prost(message, repeated, tag = "1")]
    series: Vec<Point>,
}

/// Calls a method, at the root of the web listener; the messages that came, and the status
/// behind them.
fn call(api: &Api, method: &str, request: &impl Message) -> (Vec<Vec<u8>>, String) {
    grpc::call(api, &path(method), request)
}

#[track_caller]
fn one<T: Message + Default>(api: &Api, method: &str, request: &impl Message) -> T {
    grpc::one(api, &path(method), request)
}

fn path(method: &str) -> String {
    format!("/tempopb.StreamingQuerier/{method}")
}

fn search(query: &str) -> SearchRequest {
    let (start, end) = (1_766_299_900, 1_766_300_100);
    SearchRequest { query: query.to_owned(), start, end, limit: 5, ..SearchRequest::default() }
}

/// What the data source asks to see whether the server is there, and then.
#[test]
fn a_search_answers_as_over_http() {
    let api = api();
    let health: SearchResponse = one(&api, "Search", &search("{}"));
    assert_eq!(health.traces.len(), 3);
    assert_eq!(health.metrics, Some(Jobs { completed: 1, total: 1 }));

    let mut asked = search("{ name = `render` && span.text = `x` }");
    asked.spans_per_span_set = 10;
    let found: SearchResponse = one(&api, "Search", &asked);
    let [trace] = found.traces.as_slice() else { panic!("{found:?}") };
    assert_eq!((trace.trace_id.as_str(), trace.root_trace_name.as_str()), (CART, "GET /cart"));
    assert_eq!(trace.start_time_unix_nano, 1_766_300_000_000_123_456);
    assert_eq!(
        (trace.span_sets[0].matched, trace.span_sets[0].spans[0].name.as_str()),
        (1, "render")
    );
    assert_eq!(trace.span_sets[0].spans[0].attributes[0].key, "text");

    let empty: SearchResponse = one(&api, "Search", &search("{ false }"));
    assert_eq!(empty.traces, []);

    let tags = HashMap::from([("service.name".to_owned(), "mail".to_owned())]);
    let by_tags: SearchResponse = one(&api, "Search", &SearchRequest { tags, ..search("") });
    assert_eq!(by_tags.traces.len(), 2);
}

#[test]
fn names_and_values_are_listed() {
    let api = api();
    let asked =
        |one: &str, query: &str| TagRequest { one: one.to_owned(), query: query.to_owned() };
    let scopes: TextsList = one(&api, "SearchTagsV2", &asked("resource", ""));
    assert_eq!(scopes.list[0].one, "resource");
    assert!(scopes.list[0].others.contains(&"service.name".to_owned()));
    let names: Names = one(&api, "SearchTags", &asked("", ""));
    assert!(names.names.contains(&"http.route".to_owned()));
    let values: TextsList = one(&api, "SearchTagValuesV2", &asked("resource.service.name", ""));
    let texts: Vec<_> = values.list.iter().map(|one| one.others[0].as_str()).collect();
    assert_eq!(texts, ["cart", "mail", "web"]);
    let of_one = asked("service.name", "{ name = `render` }");
    let values: Names = one(&api, "SearchTagValues", &of_one);
    assert_eq!(values.names, ["web"]);
}

#[test]
fn metrics_are_answered() {
    let api = api();
    let asked = MetricsRequest {
        query: "{} | count_over_time()".to_owned(),
        start: 1_766_299_900_000_000_000,
        end: 1_766_300_100_000_000_000,
        step: 100_000_000_000,
    };
    let range: SeriesList = one(&api, "MetricsQueryRange", &asked);
    let samples = range.series[0].samples.iter();
    assert_eq!(samples.map(|sample| sample.value).sum::<f64>(), 11.0);
    assert_eq!(range.series[0].labels[0].key, "__name__");
    let instant: Points = one(&api, "MetricsQueryInstant", &asked);
    assert_eq!(instant.series[0].value, 11.0);
}

#[test]
fn what_is_wrong_has_a_code() {
    let api = api();
    let code = |method: &str, query: &str| {
        let request = MetricsRequest { query: query.to_owned(), ..MetricsRequest::default() };
        call(&api, method, &request).1
    };
    assert_eq!(call(&api, "Search", &search("{ a")).1, "3");
    assert_eq!(call(&api, "Search", &search("({} | by(name)) >> ({})")).1, "3");
    assert_eq!(code("MetricsQueryRange", "{} | rate()"), "3");
    assert_eq!(code("MetricsQueryInstant", "{}"), "3");
    let bad_tag = TagRequest { one: "foo".to_owned(), ..TagRequest::default() };
    assert_eq!(call(&api, "SearchTagValuesV2", &bad_tag).1, "3");
    assert_eq!(call(&api, "SearchTags", &bad_tag).1, "3");
}

/// Messages of about a MiB, each trace in one of them.
#[test]
fn a_large_answer_comes_in_several_messages() {
    let long = "x".repeat(20_000);
    let mut text = String::new();
    for number in 0..200 {
        text.push_str(&format!("web GET {number}..{number} trace=t{number} long={long}\n"));
    }
    let api = Api::with(proto::testing::trace(&text));
    let query = "{ span.long != `` }".to_owned();
    let asked = SearchRequest { query, limit: 1_000, ..SearchRequest::default() };
    let (messages, status) = call(&api, "Search", &asked);
    assert_eq!(status, "0");
    assert!(messages.len() > 2 && messages.iter().all(|one| one.len() < 2_000_000));
    let decoded = messages.iter().map(|one| SearchResponse::decode(one.as_slice()).unwrap());
    let ids: Vec<String> = decoded.flat_map(|one| one.traces).map(|trace| trace.trace_id).collect();
    let mut once = ids.clone();
    once.sort();
    once.dedup();
    assert_eq!((ids.len(), once.len()), (200, 200));
}
