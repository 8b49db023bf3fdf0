//! Two traces, or two selections of them, held against each other.

use std::time::Duration;

use proptest::prelude::*;
use proto::Span;
use query::chains::{Asked, Difference, Side};
use serde_json::Value;
use storage::{Chains, ChainsQuestion, Deadline, TimeRange, TraceReader};

use crate::chains::versions;
use crate::support::{Api, check_error, near, store};

/// A slow request that asks its bank twice and no cache, and one as usual.
const TWO: &str = "
frontend GET /pay       0..1000    kind=server  trace=bad
  frontend POST /charge 100..900   kind=client
    bank POST /charge   200..850   kind=server !declined
  frontend POST /charge 910..960   kind=client
    bank POST /charge   920..950   kind=server
frontend GET /pay       2000..2300 kind=server  trace=good
  frontend POST /charge 2100..2200 kind=client
    bank POST /charge   2120..2180 kind=server
  frontend GET cached   2210..2240 kind=client
";

fn two() -> (Api, String) {
    let spans = proto::testing::trace(TWO);
    let (bad, good) = (spans[0].trace_id, spans[5].trace_id);
    (Api::with(spans), format!("/api/v1/compare/traces?trace={bad}&reference_trace={good}"))
}

fn millis(value: &Value) -> f64 {
    value.as_f64().unwrap() / 1e6
}

fn nodes(answer: &Value) -> Vec<String> {
    let side = |figures: &Value| match figures {
        Value::Null => "none".to_owned(),
        it => format!(
            "×{} self {} gap {} errors {}",
            it["calls"],
            millis(&it["self_nano"]),
            millis(&it["gap_nano"]),
            it["errors_began"],
        ),
    };
    let line = |node: &Value| {
        format!(
            "{}{} {} | {} | {} | {:+} {:+}",
            "  ".repeat(node["depth"].as_u64().unwrap() as usize),
            node["service"].as_str().unwrap(),
            node["span_name"].as_str().unwrap(),
            side(&node["now"]),
            side(&node["reference"]),
            millis(&node["difference_nano"]),
            millis(&node["subtree_difference_nano"]),
        )
    };
    answer["nodes"].as_array().unwrap().iter().map(line).collect()
}

/// What all nodes and what is left out add up to, in milliseconds.
fn sum(answer: &Value) -> f64 {
    let nodes = answer["nodes"].as_array().unwrap().iter();
    let sum: f64 = nodes.map(|node| millis(&node["difference_nano"])).sum();
    sum + millis(&answer["left_out"]["difference_nano"])
}

#[test]
fn two_traces_differ_call_by_call_and_it_adds_up() {
    let (api, path) = two();
    let answer = api.json(&path);
    assert_eq!(
        nodes(&answer),
        [
            "frontend GET /pay | ×1.0 self 150 gap 0 errors 0.0 | ×1.0 self 170 gap 0 errors 0.0 | -20 +700",
            "  frontend POST /charge | ×2.0 self 0 gap 0 errors 0.0 | ×1.0 self 0 gap 0 errors 0.0 | +0 +750",
            "    bank POST /charge | ×2.0 self 680 gap 170 errors 1.0 | ×1.0 self 60 gap 40 errors 0.0 | +750 +750",
            "  frontend GET cached | none | ×1.0 self 30 gap 0 errors 0.0 | -30 -30",
        ]
    );
    assert_eq!(millis(&answer["difference_nano"]), 700.0);
    assert_eq!(sum(&answer), 700.0);
    assert_eq!(
        (&answer["now"]["traces"], millis(&answer["now"]["duration_nano"])),
        (&1.into(), 1000.0)
    );
    assert_eq!(millis(&answer["reference"]["duration_nano"]), 300.0);
}

#[test]
fn what_there_is_no_room_for_counts() {
    let (api, path) = two();
    let answer = api.json(&format!("{path}&limit=2"));
    assert_eq!(nodes(&answer).len(), 2);
    assert_eq!(answer["left_out"]["nodes"], 2);
    assert_eq!(sum(&answer), 700.0);
    assert_eq!(millis(&answer["nodes"][0]["subtree_difference_nano"]), 700.0);
}

#[test]
fn two_versions_differ_by_what_an_average_trace_takes() {
    let api = Api::with(proto::testing::trace(&versions()));
    let path =
        "/api/v1/compare/selections?since=all&attribute=version=v2&reference_attribute=version=v1";
    let answer = api.json(path);
    assert_eq!((&answer["now"]["traces"], &answer["reference"]["traces"]), (&4.into(), &6.into()));
    // Four of 100 ms against six of 30 ms, all of it in the bank.
    assert_eq!(millis(&answer["difference_nano"]), 70.0);
    assert!((sum(&answer) - 70.0).abs() < 1e-6);
    assert_eq!(answer["nodes"][1]["service"], "bank");
    assert_eq!(millis(&answer["nodes"][1]["difference_nano"]), 70.0);
    // The other way round it is as much less.
    let back = path.replace("&attribute=version=v2", "&attribute=version=v1");
    let back = back.replace("reference_attribute=version=v1", "reference_attribute=version=v2");
    assert_eq!(millis(&api.json(&back)["difference_nano"]), -70.0);
}

#[test]
fn what_cannot_be_compared_is_refused() {
    let (api, path) = two();
    let answer = api.get("/api/v1/compare/traces?trace=1");
    let sentence = "reference_trace: missing; this question needs it";
    check_error(&answer, 400, "invalid_parameter", Some("reference_trace"), sentence);
    let unknown = "0123456789abcdef0123456789abcdef";
    let answer = api.get(&format!("{}&reference_trace={unknown}", path.split_once('&').unwrap().0));
    let sentence = format!("no trace {unknown}: it was never received, or is no longer kept");
    check_error(&answer, 404, "not_found", None, &sentence);
    let answer = api.get("/api/v1/compare/selections?status=error&reference_status=error");
    let sentence = "reference_attribute: both sides are the same; give one a condition that the \
                    other has not";
    check_error(&answer, 400, "invalid_parameter", Some("reference_attribute"), sentence);
    let answer = api.get("/api/v1/compare/selections?reference_status=bad");
    let body = answer.json();
    assert_eq!((answer.status.as_u16(), &body["parameter"]), (400, &"reference_status".into()));
    let answer = api.get("/api/v1/compare/selections?status=error&reference_min_duration=soon");
    let body = answer.json();
    assert_eq!(body["parameter"], "reference_min_duration");
    assert!(body["error"].as_str().unwrap().starts_with("reference_min_duration: "), "{body}");
}

fn chains_of(spans: Vec<Span>) -> Chains {
    let question = ChainsQuestion { range: TimeRange::ALL, settled: Duration::ZERO };
    store(spans).chains(&question, Deadline::after(Duration::from_secs(60))).unwrap()
}

fn spans() -> impl Strategy<Value = Vec<Span>> {
    proto::testing::trace_strategy(12).prop_map(near)
}

proptest! {
    #[test]
    fn differences_add_up_to_that_of_the_roots(
        now in spans(),
        reference in spans(),
        traces in (1..5usize, 1..5usize),
        nodes_max in 1..20usize,
    ) {
        let (now, reference) = (chains_of(now), chains_of(reference));
        let asked = Asked { service: None, span_name: None, nodes_max };
        let difference = Difference::of(
            Side { chains: &now, traces: traces.0 },
            Side { chains: &reference, traces: traces.1 },
            &asked,
        );
        let own: f64 = difference.nodes.iter().map(|node| node.nano).sum();
        let whole = |chains: &Chains, traces: usize| {
            let cells = chains.roll_up.cells.values();
            let nano = cells.map(|cell| cell.self_time.sum_nano() + cell.gap.sum_nano());
            nano.sum::<u64>() as f64 / traces as f64
        };
        let expected = whole(&now, traces.0) - whole(&reference, traces.1);
        prop_assert!((own + difference.left_out_nano - expected).abs() < 1.0);
        // Trees that are shown add up by themselves.
        let roots = difference.nodes.iter().filter(|node| node.depth == 0);
        let shown: f64 = roots.clone().map(|node| node.subtree_nano).sum();
        if difference.left_out_nodes == 0 {
            prop_assert!((shown - expected).abs() < 1.0);
            let longer = difference.now.duration_nano - difference.reference.duration_nano;
            prop_assert!((longer - expected).abs() < 1.0, "{longer} {expected}");
        }
    }
}
