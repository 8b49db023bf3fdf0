//! Traces picked by a query in TraceQL, for a tree of calls and for two that are compared.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proto::Span;
use serde_json::{Value, json};

use crate::chains::versions;
use crate::support::{Api, check_error, near};

/// Conditions, and a query that says the same.
const ALIKE: &[(&str, &str)] = &[
    ("with_service=bank", "{ resource.service.name = `bank` }"),
    (
        "with_service=cart&with_span_name=POST+/charge",
        "{ resource.service.name = `cart` && name = `POST /charge` }",
    ),
    ("status=error", "{ status = error }"),
    ("status=error&with_service=bank", "{ status = error && resource.service.name = `bank` }"),
    ("kind=server", "{ kind = server }"),
    ("min_duration=5s&max_duration=9s", "{ duration >= 5s && duration <= 9s }"),
    ("min_trace_duration=9s", "{ traceDuration >= 9s }"),
];

fn q(query: &str) -> String {
    utf8_percent_encode(query, NON_ALPHANUMERIC).to_string()
}

/// `conditions` of the other side.
fn of_reference(conditions: &str) -> String {
    conditions.split('&').map(|one| format!("reference_{one}")).collect::<Vec<_>>().join("&")
}

fn picked(api: &Api, question: &str) -> Value {
    api.json(&format!("/api/v1/chains?since=all&{question}"))["picked"].take()
}

#[test]
fn a_query_picks_traces_and_leaves_the_rest() {
    let api = Api::with(proto::testing::trace(&versions()));
    let by_query = |query: &str| format!("/api/v1/chains?since=all&against=rest&q={}", q(query));
    let by_conditions = api.json("/api/v1/chains?since=all&against=rest&attribute=version=v2");
    for query in [
        "{ .version = `v2` }",
        "{ .version =~ `v[^1]` }",
        "{ name = `GET /pay` } > { resource.service.name = `bank` && duration > 50ms }",
    ] {
        assert_eq!(api.json(&by_query(query)), by_conditions, "{query}");
    }
    let all = json!({
        "traces": 10, "more": false, "reference_traces": 0, "reference_more": false,
    });
    assert_eq!(api.json(&by_query("{}"))["picked"], all);
    // Conditions hold beside it, and there may be older ones.
    let both = format!("q={}&with_service=bank&min_duration=50ms", q("{ .version = `v1` }"));
    assert_eq!(picked(&api, &both)["traces"], 0);
    let some = picked(&api, &format!("traces=2&against=rest&q={}", q("{ .version = `v2` }")));
    let expected = json!({
        "traces": 2, "more": true, "reference_traces": 2, "reference_more": true,
    });
    assert_eq!(some, expected);
}

#[test]
fn two_sides_are_compared_by_queries() {
    let api = Api::with(proto::testing::trace(&versions()));
    let path = "/api/v1/compare/selections?since=all";
    let expected = api.json(&format!("{path}&attribute=version=v2&reference_attribute=version=v1"));
    let (new, old) = (q("{ .version = `v2` }"), q("{ .version =~ `v1` && kind = server }"));
    for sides in [
        format!("q={new}&reference_q={old}"),
        format!("q={new}&reference_attribute=version=v1"),
        format!("attribute=version=v2&reference_q={old}"),
    ] {
        assert_eq!(api.json(&format!("{path}&{sides}")), expected, "{sides}");
    }
}

#[test]
fn what_is_wrong_with_a_query_is_told_with_its_side_and_place() {
    let api = Api::shop();
    let check = |path: &str, parameter: &'static str, query: &str, sentence: &str| {
        let answer = api.get(&format!("/api/v1/{path}&{parameter}={}", q(query)));
        let sentence = format!("{parameter}: {sentence}");
        check_error(&answer, 400, "invalid_parameter", Some(parameter), &sentence);
    };
    let asked = [
        ("chains?since=all", "q"),
        ("compare/selections?since=all&status=error", "q"),
        ("compare/selections?since=all&status=error", "reference_q"),
    ];
    for (path, parameter) in asked {
        let sentence = "line 1, column 12: unexpected `}`, expected a value, an attribute as \
                        `.name` or `span.name`, or an intrinsic";
        check(path, parameter, "{ status = }", sentence);
        let sentence =
            "a query for series; leave out what follows the last `|`, or ask the Tempo API";
        check(path, parameter, "{} | rate()", sentence);
        // This one is wrong only for traces in which there are two groups.
        let sentence = "line 1, column 20: `>` needs one spanset on each side, but grouping has \
                        made several; join them with coalesce()";
        check(path, parameter, "({} | by(span:id)) > {}", sentence);
    }
    let same = format!("q={0}&reference_q={0}", q("{}"));
    let answer = api.get(&format!("/api/v1/compare/selections?{same}"));
    let sentence = "reference_attribute: both sides are the same; give one a condition that the \
                    other has not";
    check_error(&answer, 400, "invalid_parameter", Some("reference_attribute"), sentence);
    let answer = api.get(&format!("/api/v1/chains?q={}&reference_from=1", q("{}")));
    let sentence = "reference_from: cannot be combined with conditions; use against=rest";
    check_error(&answer, 400, "invalid_parameter", Some("reference_from"), sentence);
}

/// Traces with times that add up.
fn traces() -> impl Strategy<Value = Vec<Span>> {
    vec(proto::testing::trace_strategy(8), 1..6).prop_map(|traces| near(traces.concat()))
}

proptest! {
    #[test]
    fn a_query_picks_what_the_same_conditions_pick(
        spans in traces(),
        (one, other) in (select(ALIKE), select(ALIKE)),
    ) {
        let api = Api::with(spans);
        let chains = |picked: String| {
            api.json(&format!("/api/v1/chains?since=all&against=rest&{picked}"))
        };
        prop_assert_eq!(chains(format!("q={}", q(one.1))), chains(one.0.to_owned()), "{:?}", one);
        // Sides that are compared take no kind by itself.
        if one == other || [one, other].iter().any(|(conditions, _)| conditions.contains("kind")) {
            return Ok(());
        }
        let compare = |now: String, reference: String| {
            let reference = of_reference(&reference);
            api.json(&format!("/api/v1/compare/selections?since=all&{now}&{reference}"))
        };
        let by_query = compare(format!("q={}", q(one.1)), format!("q={}", q(other.1)));
        let by_conditions = compare(one.0.to_owned(), other.0.to_owned());
        prop_assert_eq!(by_query, by_conditions, "{:?} {:?}", one, other);
    }

    #[test]
    fn what_a_search_finds_is_picked_and_all_others_are_the_rest(
        spans in traces(),
        query in traceql::testing::any_query(),
    ) {
        let api = Api::with(spans);
        let q = q(&query);
        let all = api.json("/api/v1/search?since=all&limit=1000")["traces"].as_array().unwrap().len();
        let found = api.get(&format!("/api/v1/search?since=all&limit=1000&q={q}"));
        let chains = api.get(&format!("/api/v1/chains?since=all&traces=1000&against=rest&q={q}"));
        if found.status != 200 {
            prop_assert_eq!(chains.json(), found.json(), "{}", query);
        } else if chains.status == 200 {
            let found = found.json()["traces"].as_array().unwrap().len();
            let picked = &chains.json()["picked"];
            prop_assert_eq!(&picked["traces"], found, "{}", query);
            prop_assert_eq!(&picked["reference_traces"], all - found, "{}", query);
        } else {
            // The rest is made of traces that a search need not look at.
            prop_assert_eq!(&chains.json()["parameter"], "q", "{}", query);
        }
    }
}
