//! Whatever a client sends, the mistake is the client's.

use std::sync::LazyLock;

use axum::body::Body;
use http::Request;
use proptest::prelude::*;

use super::{api, escaped};
use crate::support::Api;

static API: LazyLock<Api> = LazyLock::new(api);

fn path() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "search",
        "search/tags",
        "v2/search/tags",
        "search/tag/service.name/values",
        "v2/search/tag/span.text/values",
        "v2/search/tag/name/values",
        "metrics/query_range",
        "metrics/query",
        "traces/4bf92f3577b34da6a3ce929d0e0e4736",
        "v2/traces/463ac35c9f6413ad",
    ]);
    let odd = "[ -~]{0,24}".prop_map(|odd| escaped(&odd));
    prop_oneof![
        6 => known.prop_map(str::to_owned),
        1 => odd.clone().prop_map(|odd| format!("traces/{odd}")),
        1 => odd.clone().prop_map(|odd| format!("search/tag/{odd}/values")),
        1 => odd.prop_map(|odd| format!("v2/search/tag/{odd}/values")),
    ]
}

fn query() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "{",
        "}",
        "(",
        ")",
        "|",
        "||",
        "&&",
        ">>",
        ">",
        "<<",
        "~",
        "!~",
        "&>>",
        "=",
        "!=",
        "=~",
        "+",
        "-",
        "*",
        "/",
        "%",
        "^",
        ".a",
        "span.text",
        "resource.service.name",
        "name",
        "status",
        "error",
        "kind",
        "server",
        "duration",
        "1",
        "0",
        "1.5",
        "1ms",
        "nil",
        "true",
        "`x`",
        "\"[\"",
        "by(name)",
        "select(status)",
        "coalesce()",
        "count()",
        "avg(duration)",
        "rate()",
        "quantile_over_time(duration, 0.9)",
        "histogram_over_time(span.a)",
        "compare({})",
        "topk(2)",
        "with (exemplars=true)",
        "with (sample=0.1)",
        ",",
        "parent.a",
        "minInt",
    ]);
    prop_oneof![
        prop::collection::vec(word, 0..14).prop_map(|words| words.join(" ")),
        prop::sample::select(vec![
            "{}",
            "{ status = error } >> {}",
            "{} | rate() by(name)",
            "{} | compare({ status = error })",
            "{} | quantile_over_time(duration, .5)",
            "({} | rate()) / ({} | count_over_time())",
        ])
        .prop_map(str::to_owned),
        "[ -~]{0,30}",
    ]
}

fn parameter() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "q",
        "query",
        "tags",
        "minDuration",
        "maxDuration",
        "limit",
        "spss",
        "start",
        "end",
        "step",
        "since",
        "exemplars",
        "maxSeries",
        "scope",
        "service.name",
    ]);
    let value = prop_oneof![
        prop::sample::select(vec![
            "0",
            "1",
            "2",
            "-1",
            "4294967295",
            "4294967296",
            "18446744073709551615",
            "99999999999999999999",
            "1766299900",
            "1766300100",
            "1766300000000000000",
            "1e309",
            "1e18",
            "NaN",
            "inf",
            "-inf",
            "0.5",
            "1h",
            "-1h",
            "9999999h",
            "15s",
            "1ns",
            "2025-12-21T06:53:20Z",
            "0000-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
            "resource",
            "intrinsic",
            "a=b",
            "=",
            "a=\"",
            "a=\"\\",
            "\u{e4}=\u{e4}",
            "%",
            "+",
            "",
        ])
        .prop_map(str::to_owned),
        "[ -~]{0,12}",
    ];
    (name, value).prop_map(|(name, value)| format!("{name}={}", escaped(&value)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn no_question_is_answered_with_a_defect(
        path in path(),
        query in query(),
        parameters in prop::collection::vec(parameter(), 0..5),
    ) {
        let path =
            format!("/tempo/api/{path}?q={}&{}", escaped(&query), parameters.join("&"));
        prop_assume!(path.parse::<http::Uri>().is_ok());
        let answer = API.get(&path);
        prop_assert!(answer.status.as_u16() < 500, "{path}: {}", answer.text());
    }

    #[test]
    fn no_message_is_answered_with_a_defect(
        method in prop::sample::select(vec![
            "Search", "SearchTags", "SearchTagsV2", "SearchTagValues", "SearchTagValuesV2",
            "MetricsQueryRange", "MetricsQueryInstant",
        ]),
        body in prop::collection::vec(any::<u8>(), 0..40),
    ) {
        let mut framed = vec![0];
        framed.extend(u32::try_from(body.len()).unwrap().to_be_bytes());
        framed.extend(body);
        let request = Request::post(format!("/tempopb.StreamingQuerier/{method}"))
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .body(Body::from(framed))
            .unwrap();
        let (headers, _, trailers) = API.exchange(request);
        let status = headers.get("grpc-status").or(trailers.as_ref().and_then(|all| all.get("grpc-status")));
        // Neither an internal error nor an unknown one.
        prop_assert!(!matches!(status.unwrap().as_bytes(), b"13" | b"2" | b"15"));
    }
}
