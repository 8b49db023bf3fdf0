//! The calls that requests make, as a tree, and its shape.

use std::time::Duration;

use proptest::prelude::*;
use query::chains::{Asked, LeftOut, forest};
use serde_json::{Value, json};
use storage::{ChainsQuestion, Deadline, TimeRange, TraceReader};

use crate::support::{Api, check_error, near, store, texts};

/// The notation's 0, in seconds since the Unix epoch, and the first whole minute after it.
const BEGIN: u64 = 1_700_000_000;
const MINUTE: u64 = BEGIN + 40;

/// Two requests alike, and a message that nobody waits for.
const PAID: &str = "
frontend GET /checkout  40000..40100  kind=server trace=a
  frontend POST /pay    40010..40090  kind=client
    payment POST /pay   40020..40080  kind=server !declined
      payment SELECT 7  40030..40050  kind=client
  frontend paid         40092..40094  kind=producer
    mail paid           40095..40099  kind=consumer
      audit note        40096..40098  kind=server
frontend GET /checkout  41000..41100  kind=server trace=b
  frontend POST /pay    41010..41090  kind=client
    payment POST /pay   41020..41080  kind=server
      payment SELECT 8  41030..41050  kind=client
";

fn nodes(answer: &Value) -> Vec<String> {
    let millis = |value: &Value| value.as_u64().unwrap() / 1_000_000;
    let line = |node: &Value| {
        let now = &node["now"];
        format!(
            "{}{} {} {} ×{} self {} gap {} errors {}",
            "  ".repeat(node["depth"].as_u64().unwrap() as usize),
            node["service"].as_str().unwrap(),
            node["span_name"].as_str().unwrap(),
            node["kind"].as_str().unwrap(),
            now["calls_per_parent"],
            millis(&now["self"]["sum_nano"]),
            millis(&now["gap"]["sum_nano"]),
            now["errors_began"],
        )
    };
    answer["entries"][0]["nodes"].as_array().unwrap().iter().map(line).collect()
}

#[test]
fn requests_add_up_to_one_tree_by_calls() {
    let answer = Api::with(proto::testing::trace(PAID)).json("/api/v1/chains?since=all");
    assert_eq!(
        nodes(&answer),
        [
            "frontend GET /checkout server ×1.0 self 34 gap 0 errors 0",
            "  frontend POST /pay client ×1.0 self 0 gap 0 errors 0",
            "    payment POST /pay server ×1.0 self 80 gap 40 errors 1",
            "      payment SELECT * client ×1.0 self 40 gap 0 errors 0",
            "  frontend paid producer ×0.5 self 2 gap 0 errors 0",
            "    mail paid consumer ×1.0 self 2 gap 0 errors 0",
            "      audit note server ×1.0 self 2 gap 0 errors 0",
        ]
    );
    let entry = &answer["entries"][0];
    assert_eq!((&entry["requests"], &entry["share"]), (&json!(2), &json!(1.0)));
    assert_eq!(answer["entries"].as_array().unwrap().len(), 1);
    // What is answered is its answer's hop.
    let hops = Api::with(proto::testing::trace(PAID)).json("/api/v1/hops?since=all");
    let hops = hops["hops"].as_array().unwrap();
    let pay = hops.iter().find(|hop| hop["callee"] == "payment").unwrap();
    assert_eq!(entry["nodes"][1]["hop_id"], pay["id"]);
    assert_eq!(entry["nodes"][2]["hop_id"], pay["id"]);
}

#[test]
fn a_call_with_several_answers_always_belongs_to_the_same_hop() {
    let lines = "
        frontend POST 40000..40100  kind=client
          cart add      40010..40050  kind=server
          payment pay   40060..40090  kind=server";
    let api = Api::with(proto::testing::trace(lines));
    let hop = || api.json("/api/v1/chains?since=all")["entries"][0]["nodes"][0]["hop_id"].clone();
    let first = hop();
    assert!(first.is_string());
    assert!((0..50).all(|_| hop() == first));
}

#[test]
fn chains_end_where_nobody_waits() {
    let answer = Api::with(proto::testing::trace(PAID)).json("/api/v1/chains?since=all");
    let entry = &answer["entries"][0];
    let chains = entry["chains"].as_array().unwrap();
    assert_eq!(chains.len(), 1);
    assert_eq!(chains[0]["depth"], 2);
    let payment = json!({
        "service": "payment", "calls_per_request": 1.0,
        "self_nano_per_request": 60_000_000, "gap_nano_per_request": 20_000_000,
    });
    assert_eq!(chains[0]["hops"][1], payment);
    // 4 of 200 ms belong to whom nobody waits for.
    assert_eq!(chains[0]["share"], 0.98);
    assert_eq!(texts(&entry["shape"]["deepest"]), ["frontend", "payment"]);
    assert_eq!(
        (&entry["shape"]["kind"], &entry["shape"]["fan_out"]),
        (&json!("chain"), &json!(1.0))
    );
}

/// The shape of a request whose services are called as the lines say.
fn shape(lines: &str) -> (String, f64, f64) {
    let answer = Api::with(proto::testing::trace(lines)).json("/api/v1/chains?since=all");
    let shape = &answer["entries"][0]["shape"];
    let number = |key: &str| shape[key].as_f64().unwrap();
    (shape["kind"].as_str().unwrap().to_owned(), number("fan_out"), number("sequential"))
}

#[test]
fn long_requests_are_chains_and_wide_ones_hubs() {
    let chain = shape("a x 0..100\n  b x 10..90\n    c x 20..80\n      d x 30..70\n");
    assert_eq!(chain, ("chain".to_owned(), 1.0, 1.0));
    let hub = shape("a x 0..100\n  b x 0..20\n  c x 20..40\n  d x 40..60\n  e x 60..80\n");
    assert_eq!(hub, ("hub".to_owned(), 4.0, 0.4));
    let mixed = shape("a x 0..100\n  b x 0..50\n    c x 10..20\n  d x 50..90\n    e x 60..70\n");
    assert_eq!(mixed, ("mixed".to_owned(), 2.0, 0.6));
    let alone = shape("a x 0..100\n");
    assert_eq!(alone, ("chain".to_owned(), 0.0, 1.0));
}

#[test]
fn a_reference_stands_beside_each_node_and_the_tree_is_both() {
    let spans = "
        a x 40000..40100    trace=a
          b x 40010..40090
        a x 100000..100200  trace=b
          c x 100010..100190
    ";
    let api = Api::with(proto::testing::trace(spans));
    let (from, to) = (MINUTE + 60, MINUTE + 120);
    let path = format!("/api/v1/chains?from={from}&to={to}&reference_from={MINUTE}");
    let answer = api.json(&path);
    let nodes = answer["entries"][0]["nodes"].as_array().unwrap();
    let calls = |node: &Value| [&node["now"], &node["reference"]].map(|it| it["calls"].clone());
    let found: Vec<_> = nodes.iter().map(|node| (node["service"].clone(), calls(node))).collect();
    let expected = [("a", [1, 1]), ("c", [1, 0]), ("b", [0, 1])];
    assert_eq!(
        json!(found),
        json!(expected.map(|(service, calls)| (service, calls.map(|it| json!(it)))))
    );
    // Without one there is none.
    let answer = api.json(&format!("/api/v1/chains?from={from}&to={to}"));
    assert!(answer["entries"][0]["nodes"][0]["reference"].is_null());
    assert_eq!(answer["entries"][0]["nodes"].as_array().unwrap().len(), 2);
}

#[test]
fn what_is_beyond_the_limit_is_told_where_it_would_be() {
    let api = Api::with(proto::testing::trace(PAID));
    let answer = api.json("/api/v1/chains?since=all&limit=3");
    assert_eq!(nodes(&answer).len(), 3);
    let left_out = |place: usize| answer["entries"][0]["nodes"][place]["left_out"].clone();
    assert_eq!(left_out(0)["nodes"], 3);
    assert_eq!((&left_out(2)["nodes"], &left_out(2)["share"]), (&json!(1), &json!(0.2)));
    assert_eq!(answer["left_out"]["nodes"], 0);
}

#[test]
fn requests_are_picked_by_what_they_are() {
    let api = Api::shop();
    let services = |query: &str| {
        let answer = api.json(&format!("/api/v1/chains?since=all&{query}"));
        let entries = answer["entries"].as_array().unwrap().clone();
        let share: f64 = entries.iter().map(|entry| entry["share"].as_f64().unwrap()).sum();
        assert!(entries.is_empty() || (share - 1.0).abs() < 1e-9, "{share}");
        entries.iter().map(|it| it["span_name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(services(""), ["nightly", "GET /checkout", "GET /cart", "consume"]);
    assert_eq!(services("service=frontend"), ["GET /checkout", "GET /cart"]);
    assert_eq!(services("service=frontend&span_name=GET+/cart"), ["GET /cart"]);
    // A service that takes no requests, and one that nobody knows.
    assert_eq!(services("service=bank"), [""; 0]);
    assert_eq!(services("service=nobody"), [""; 0]);
}

#[test]
fn half_a_reference_is_refused() {
    let answer = Api::shop().get("/api/v1/chains?reference_to=2");
    let sentence = "reference_to: where it begins is missing; give reference_from";
    check_error(&answer, 400, "invalid_parameter", Some("reference_to"), sentence);
    let answer = Api::shop().get("/api/v1/chains?reference_from=2&reference_to=1");
    let sentence = "reference_to: the range ends before it begins; its end must lie after it";
    check_error(&answer, 400, "invalid_parameter", Some("reference_to"), sentence);
}

proptest! {
    #[test]
    fn shares_add_up_to_one_and_times_to_the_roll_ups(
        traces in prop::collection::vec(proto::testing::trace_strategy(12), 1..4),
        nodes_max in 1..20usize,
    ) {
        let store = store(near(traces.concat()));
        let question = ChainsQuestion { range: TimeRange::ALL, settled: Duration::ZERO };
        let chains = store.chains(&question, Deadline::after(Duration::from_secs(60))).unwrap();
        let asked = Asked { service: None, span_name: None, nodes_max };
        let forest = forest(&chains, Some(&chains), &asked);
        let nodes = || forest.entries.iter().flat_map(|entry| &entry.nodes);
        prop_assert!(nodes().count() <= nodes_max);
        let left_out = |of: fn(&LeftOut) -> f64| {
            of(&forest.left_out) + nodes().map(|node| of(&node.left_out)).sum::<f64>()
        };
        let share = nodes().map(|node| node.now.share).sum::<f64>() + left_out(|it| it.share);
        let cells = || chains.roll_up.cells.values();
        let whole: u64 =
            cells().map(|cell| cell.self_time.sum_nano() + cell.gap.sum_nano()).sum();
        let expected = if whole > 0 { 1.0 } else { 0.0 };
        prop_assert!((share - expected).abs() < 1e-9, "{share}");
        let before = left_out(|it| it.reference_share)
            + nodes().filter_map(|node| node.reference).map(|it| it.share).sum::<f64>();
        prop_assert!((before - expected).abs() < 1e-9, "{before}");
        if left_out(|it| it.nodes as f64) == 0.0 {
            let sums = nodes().filter_map(|node| node.now.cell);
            let sum: u64 = sums.map(|it| it.self_time.sum_nano() + it.gap.sum_nano()).sum();
            prop_assert_eq!(sum, whole);
        }
    }
}

/// Ten requests, every third of which is of the new version and slow by its bank.
pub(crate) fn versions() -> String {
    let request = |number: u64| {
        let start = 40_000 + number * 1_000;
        let (version, end) = if number.is_multiple_of(3) { ("v2", 100) } else { ("v1", 30) };
        format!(
            "frontend GET /pay {start}..{} kind=server trace=r{number} version={version}\n  \
             bank POST /pay {}..{} kind=server\n",
            start + end,
            start + 10,
            start + end - 10,
        )
    };
    (0..10).map(request).collect()
}

#[test]
fn some_traces_are_held_against_the_rest() {
    let api = Api::with(proto::testing::trace(&versions()));
    let path = "/api/v1/chains?since=all&attribute=version=v2&against=rest";
    let answer = api.json(path);
    let picked = json!({
        "traces": 4, "more": false, "reference_traces": 6, "reference_more": false,
    });
    assert_eq!(answer["picked"], picked);
    let bank = &answer["entries"][0]["nodes"][1];
    assert_eq!(bank["service"], "bank");
    let figures = |of: &str| (bank[of]["calls"].clone(), bank[of]["self"]["sum_nano"].clone());
    assert_eq!(figures("now"), (json!(4), json!(4 * 80_000_000_u64)));
    assert_eq!(figures("reference"), (json!(6), json!(6 * 10_000_000_u64)));

    // The newest, and it is told that there are older ones.
    let answer = api.json(&format!("{path}&traces=2"));
    let picked = json!({
        "traces": 2, "more": true, "reference_traces": 2, "reference_more": true,
    });
    assert_eq!(answer["picked"], picked);
    // What everything is made from is not said; nor a reference where none is asked for.
    assert!(api.json("/api/v1/chains?since=all")["picked"].is_null());
    let answer = api.json("/api/v1/chains?since=all&min_trace_duration=50ms&service=frontend");
    assert_eq!(answer["picked"]["traces"], 4);
    assert!(answer["entries"][0]["nodes"][0]["reference"].is_null());
    let none = api.json("/api/v1/chains?since=all&min_trace_duration=50ms&service=bank");
    assert_eq!((&none["picked"]["traces"], &none["entries"]), (&json!(0), &json!([])));
}

#[test]
fn a_span_of_a_service_and_a_name_is_a_condition() {
    let api = Api::with(proto::testing::trace(PAID));
    let picked = |query: &str| {
        let answer = api.json(&format!("/api/v1/chains?since=all&{query}"));
        answer["picked"]["traces"].as_u64().unwrap()
    };
    assert_eq!(picked("with_service=payment"), 2);
    assert_eq!(picked("with_service=payment&status=error"), 1);
    assert_eq!(picked("with_service=audit&with_span_name=note"), 1);
    // One span must be both, and the requests are other ones than the condition's.
    assert_eq!(picked("with_service=mail&with_span_name=note"), 0);
    assert_eq!(picked("service=frontend&with_service=mail"), 1);
}

#[test]
fn all_traces_picked_are_what_the_roll_ups_say() {
    let api = Api::with(proto::testing::trace(PAID));
    let mut picked = api.json("/api/v1/chains?since=all&min_trace_duration=1ns");
    let all = api.json("/api/v1/chains?since=all");
    assert_eq!(picked["picked"]["traces"], 2);
    picked["picked"] = Value::Null;
    assert_eq!(picked, all);
}

#[test]
fn a_rest_is_of_something() {
    let api = Api::shop();
    for (parameter, text) in [("against", "rest"), ("traces", "5")] {
        let answer = api.get(&format!("/api/v1/chains?{parameter}={text}"));
        let sentence = format!("{parameter}: all traces count; give a condition, as attribute");
        check_error(&answer, 400, "invalid_parameter", Some(parameter), &sentence);
    }
    let answer = api.get("/api/v1/chains?status=error&reference_from=1&reference_to=2");
    let sentence = "reference_from: cannot be combined with conditions; use against=rest";
    check_error(&answer, 400, "invalid_parameter", Some("reference_from"), sentence);
}
