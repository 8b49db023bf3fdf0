//! Whatever is asked, nothing breaks.

use std::sync::LazyLock;

use proptest::prelude::*;

use crate::support::Api;

static API: LazyLock<Api> = LazyLock::new(Api::shop);

/// Paths, mostly of routes.
fn path() -> impl Strategy<Value = String> {
    let id = prop_oneof!["[0-9a-f]{32}", "[0-9a-zA-Z%]{0,34}"];
    prop_oneof![
        4 => Just("/api/v1/search".to_owned()),
        1 => Just("/api/v1/services".to_owned()),
        1 => Just("/api/v1/span-names".to_owned()),
        1 => Just("/api/v1/attributes".to_owned()),
        1 => Just("/api/v1/attributes/values".to_owned()),
        1 => Just("/api/v1/chains".to_owned()),
        1 => Just("/api/v1/compare/traces".to_owned()),
        1 => Just("/api/v1/compare/selections".to_owned()),
        1 => Just("/api/v1/red".to_owned()),
        1 => "[0-9a-f%]{15,17}".prop_map(|id| format!("/api/v1/hops/{id}")),
        1 => Just("/api/v1/status".to_owned()),
        1 => (id.clone(), "[a-z/]{0,6}").prop_map(|(id, rest)| format!("/api/v1/traces/{id}/{rest}")),
        1 => (id.clone(), id).prop_map(|(id, span)| format!("/api/v1/traces/{id}/spans/{span}")),
        1 => "/[a-z0-9/%]{0,20}",
    ]
}

/// Parameters, mostly known ones with values that are nearly right.
fn parameter() -> impl Strategy<Value = String> {
    let name = prop_oneof![
        8 => prop::sample::select(vec![
            "from", "to", "since", "service", "span_name", "kind", "status", "min_duration",
            "max_duration", "min_trace_duration", "max_trace_duration", "root_service",
            "root_name", "attribute", "q", "event_name", "status_message", "scope_name",
            "scope_version", "link_trace_id", "link_span_id", "order", "limit", "cursor", "key",
            "scope", "prefix", "reference_from", "reference_to", "hop", "traces", "against",
            "trace", "reference_trace", "reference_attribute", "reference_status", "with_service",
            "with_span_name", "reference_q",
        ]).prop_map(str::to_owned),
        1 => "[a-z%0-9]{0,5}",
    ];
    let value = prop_oneof![
        prop::sample::select(vec![
            "all",
            "1h",
            "server",
            "error",
            "slowest",
            "1",
            "18446744073709551615",
            "2026-11-23T10:00:00Z",
            "9999-12-31T23:59:59.999999999%2B23:59",
            "host.name=b1",
            "resource:a%3E=1e308",
            "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ])
        .prop_map(str::to_owned),
        "[0-9]{0,22}(ns|us|ms|s|m|h|d)?",
        "[0-9.]{0,12}(ns|us|ms|s|m|h|d)",
        "[a-z:.]{0,8}(%21|%3C|%3E)?=?[0-9a-z.%-]{0,8}",
        "(%[0-9A-F]{2}){0,6}",
        "[A-Za-z0-9_-]{76,80}",
    ];
    (name, value).prop_map(|(name, value)| format!("{name}={value}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_question_is_answered_with_a_defect(
        path in path(),
        parameters in prop::collection::vec(parameter(), 0..5),
        rest in "[!-~&&[^#<>\"{}|\\\\^`]]{0,10}",
    ) {
        let query = format!("{path}?{}&{rest}", parameters.join("&"));
        prop_assume!(query.parse::<http::Uri>().is_ok());
        let answer = API.get(&query);
        prop_assert!(answer.status.as_u16() < 500, "{query}: {}", answer.text());
        if path.starts_with("/api") && answer.status != 200 {
            let error = answer.json();
            prop_assert!(!error["error"].as_str().unwrap().is_empty());
            prop_assert!(error["code"].is_string());
        }
    }
}
