//! Whatever a client sends, the mistake is the client's.

use std::sync::LazyLock;

use axum::body::Body;
use http::Request;
use proptest::prelude::*;

use super::api;
use crate::support::Api;

static API: LazyLock<Api> = LazyLock::new(api);

fn path() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "services",
        "services/web/operations",
        "operations",
        "traces",
        "traces/4bf92f3577b34da6a3ce929d0e0e4736",
        "dependencies",
        "metrics/latencies",
        "metrics/calls",
        "metrics/errors",
        "metrics/minstep",
        "v3/services",
        "v3/operations",
        "v3/traces",
        "v3/traces/463ac35c9f6413ad",
        "v3/trace-summaries",
    ]);
    let odd = "[a-z0-9%/_=+.-]{0,40}";
    prop_oneof![
        4 => known.prop_map(str::to_owned),
        1 => odd.prop_map(|odd| format!("traces/{odd}")),
        1 => odd.prop_map(|odd| format!("v3/traces/{odd}")),
        1 => odd.prop_map(|odd| format!("services/{odd}/operations")),
    ]
}

fn parameter() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "service",
        "operation",
        "start",
        "end",
        "limit",
        "minDuration",
        "maxDuration",
        "tag",
        "tags",
        "traceID",
        "raw",
        "spanKind",
        "endTs",
        "lookback",
        "quantile",
        "groupByOperation",
        "step",
        "ratePer",
        "prettyPrint",
        "startTime",
        "endTime",
        "rawTraces",
        "query.serviceName",
        "query.startTimeMin",
        "query.startTimeMax",
        "query.durationMin",
        "query.durationMax",
        "query.searchDepth",
        "query.attributes",
        "query.rawTraces",
        "query.start_time_min",
    ]);
    let value = prop_oneof![
        prop::sample::select(vec![
            "web",
            "0",
            "1",
            "-1",
            "9223372036854775807",
            "-9223372036854775808",
            "1e309",
            "NaN",
            "0.5",
            "true",
            "1h",
            "-1h",
            "9999999h",
            "server",
            "a:b",
            ":",
            "%7B%7D",
            "null",
            "[]",
            "%7B%22error%22:%22false%22%7D",
            "2025-12-21T06:53:20Z",
            "2025-12-21T06:54:20+01:00",
            "0000-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
            "1766300000000000",
            "1766300010000",
            "463ac35c9f6413ad",
            "%FF",
            "+",
            "",
        ])
        .prop_map(str::to_owned),
        "[ -~]{0,12}".prop_map(|text| {
            percent_encoding::utf8_percent_encode(&text, percent_encoding::NON_ALPHANUMERIC)
                .to_string()
        }),
    ];
    (name, value).prop_map(|(name, value)| format!("{name}={value}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_question_is_answered_with_a_defect(
        path in path(),
        parameters in prop::collection::vec(parameter(), 0..6),
    ) {
        let path = format!("/jaeger/api/{path}?{}", parameters.join("&"));
        prop_assume!(path.parse::<http::Uri>().is_ok());
        let answer = API.get(&path);
        prop_assert!(answer.status.as_u16() < 500, "{path}: {}", answer.text());
    }

    #[test]
    fn no_file_is_answered_with_a_defect(body in prop_oneof!["[\\[\\]{}\":,a-z0-9]{0,60}", ".*"]) {
        let request = Request::post("/jaeger/api/transform").body(Body::from(body.clone()));
        let answer = API.send(request.unwrap());
        prop_assert!(answer.status.as_u16() < 500, "{body}: {}", answer.text());
    }
}
