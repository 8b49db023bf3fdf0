//! `/api/metrics/*`

use serde_json::{Value, json};

use super::{api, check, paths};
use crate::support::Api;

const WHEN: &str = "endTs=1766300040000&lookback=120000&step=60000&ratePer=600000";

#[test]
fn the_monitor_tab_has_what_it_draws() {
    let all = [
        format!("/api/metrics/latencies?service=web&quantile=0.95&{WHEN}"),
        format!("/api/metrics/calls?service=web&service=cart&{WHEN}"),
        format!("/api/metrics/errors?service=web&groupByOperation=true&{WHEN}"),
        format!("/api/metrics/calls?service=none&groupByOperation=true&{WHEN}"),
        "/api/metrics/minstep".to_owned(),
    ];
    check(&api(), "metrics", &paths(&all.each_ref().map(String::as_str)));
}

#[test]
fn rates_are_those_of_the_time_before_each_point() {
    // 30 calls in the first minute, 60 in the second, half of these in error.
    let mut text = String::new();
    for call in 0..30 {
        text.push_str(&format!("shop GET {}..{} kind=server trace=a{call}\n", call, call + 10));
    }
    for call in 0..60 {
        let (begin, error) = (60_000 + call, if call % 2 == 0 { "!" } else { "" });
        let end = begin + 20;
        text.push_str(&format!("shop GET {begin}..{end} kind=server {error} trace=b{call}\n"));
    }
    let api = Api::with(proto::testing::trace(&text));
    let values = |figure: &str| -> Vec<Value> {
        // The notation's epoch is 40 s into a minute: the first ends 20 s after it.
        let when = "endTs=1700000120000&lookback=120000&step=60000&ratePer=60000";
        let answer = api.json(&format!("/jaeger/api/metrics/{figure}service=shop&{when}"));
        let points = answer["metrics"][0]["metricPoints"].as_array().unwrap().iter();
        points.map(|point| point["gaugeValue"]["doubleValue"].clone()).collect()
    };
    let numbers = |figure: &str| -> Vec<f64> {
        values(figure).iter().map(|value| value.as_f64().unwrap_or(-1.0)).collect()
    };
    assert_eq!(numbers("calls?"), [0.5, 1.0, 0.0]);
    assert_eq!(numbers("errors?")[..2], [0.0, 0.5]);
    assert_eq!(values("errors?")[2], json!("NaN"));
    let latencies = numbers("latencies?quantile=0.5&");
    assert!(
        (latencies[0] - 10.0).abs() < 0.2 && (latencies[1] - 20.0).abs() < 0.4,
        "{latencies:?}"
    );
}
