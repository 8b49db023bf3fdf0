//! One hop, and rate, errors and duration over time.

use query::HopId;
use serde_json::{Value, json};

use crate::support::{Api, check_error};

/// The first whole minute after the notation's 0, in seconds since the Unix epoch.
const MINUTE: u64 = 1_700_000_040;

/// Two ways to the bank, in two minutes; one call fails.
const PAID: &str = "
frontend GET /checkout  40000..40100    kind=server trace=a
  frontend POST /pay    40010..40090    kind=client
    payment POST /pay   40020..40080    kind=server
      payment POST /x   40030..40070    kind=client
        bank POST /x    40035..40065    kind=server
          bank SELECT   40040..40050    kind=client
batch nightly           100000..100100  kind=internal trace=b
  batch POST /pay       100010..100090  kind=client
    payment POST /pay   100020..100080  kind=server
      payment POST /x   100030..100070  kind=client !no
        bank POST /x    100035..100065  kind=server !no
";

fn hop(caller: &str, callee: Option<&str>, span_name: &str) -> String {
    format!("/api/v1/hops/{}", HopId::of_names(Some(caller), callee, span_name))
}

/// Who calls whom for what.
fn edges(hops: &Value) -> Vec<String> {
    let edge = |hop: &Value| {
        let end = |key: &str| hop[key].as_str().unwrap_or("-").to_owned();
        format!("{} {} {}", end("caller"), end("callee"), end("span_name"))
    };
    let mut edges: Vec<String> = hops.as_array().unwrap().iter().map(edge).collect();
    edges.sort_unstable();
    edges
}

#[test]
fn a_hop_is_told_with_what_is_around_it() {
    let api = Api::with(proto::testing::trace(PAID));
    let answer = api.json(&format!("{}?since=all", hop("payment", Some("bank"), "POST /x")));
    assert_eq!((&answer["hop"]["calls"], &answer["hop"]["errors"]), (&json!(2), &json!(1)));
    assert_eq!(
        edges(&answer["callers"]),
        ["batch payment POST /pay", "frontend payment POST /pay"]
    );
    assert_eq!(edges(&answer["callees"]), ["bank - SELECT"]);
    let chains = answer["chains"].as_array().unwrap();
    let services = |chain: &Value| {
        let links = chain["links"].as_array().unwrap().iter();
        links.map(|link| link["service"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let mut ways: Vec<_> = chains.iter().map(services).collect();
    ways.sort_unstable();
    assert_eq!(ways, [["batch", "payment", "bank"], ["frontend", "payment", "bank"]]);
    let share: f64 = chains.iter().map(|chain| chain["share"].as_f64().unwrap()).sum();
    assert!((share - answer["hop"]["share"].as_f64().unwrap()).abs() < 1e-9, "{answer:#}");
    assert_eq!(answer["hop"]["id"], chains[0]["links"][2]["id"]);
    let failing = answer["examples"]["failing_trace_ids"].as_array().unwrap();
    assert_eq!(failing.len(), 1);
    assert_eq!(answer["examples"]["slow_trace_ids"].as_array().unwrap().len(), 2);
}

#[test]
fn a_call_that_nobody_answers_is_a_hop_too() {
    let api = Api::with(proto::testing::trace(PAID));
    let answer = api.json(&format!("{}?since=all", hop("bank", None, "SELECT")));
    assert_eq!(answer["hop"]["calls"], 1);
    assert_eq!(edges(&answer["callers"]), ["payment bank POST /x"]);
    assert_eq!(answer["series"]["points"][0]["calls"], 1);
}

#[test]
fn a_hop_that_is_not_there_is_not_found() {
    let api = Api::with(proto::testing::trace(PAID));
    let answer = api.get("/api/v1/hops/00000000000000ff?since=all");
    let sentence = "no hop 00000000000000ff in this time; ask for a longer one";
    check_error(&answer, 404, "not_found", None, sentence);
    let answer = api.get("/api/v1/hops/bank");
    let sentence = "hop_id: no hop's id, which has 16 hexadecimal digits, as other answers have it";
    check_error(&answer, 400, "invalid_parameter", Some("hop_id"), sentence);
}

/// When each point begins, in minutes, its calls and its errors.
fn points(answer: &Value) -> Vec<[u64; 3]> {
    let point = |point: &Value| {
        let start: u64 = point["start_unix_nano"].as_str().unwrap().parse().unwrap();
        let number = |key: &str| point[key].as_u64().unwrap();
        [(start / 1_000_000_000 - MINUTE) / 60, number("calls"), number("errors")]
    };
    answer["series"]["points"].as_array().unwrap().iter().map(point).collect()
}

#[test]
fn calls_are_counted_by_when_their_request_began() {
    let api = Api::with(proto::testing::trace(PAID));
    let range = format!("from={MINUTE}&to={}", MINUTE + 3_600);
    let red = |whose: &str| api.json(&format!("/api/v1/red?{range}&{whose}"));
    assert_eq!(red("service=bank")["series"]["step_seconds"], 60);
    assert_eq!(points(&red("service=bank")), [[0, 1, 0], [1, 1, 1]]);
    assert_eq!(points(&red("service=payment&span_name=POST+/pay")), [[0, 1, 0], [1, 1, 0]]);
    // Spans within a service, where it is called by no such name.
    assert_eq!(points(&red("service=payment&span_name=POST+/x")), [[0, 1, 0], [1, 1, 1]]);
    assert_eq!(points(&red("service=nobody")), [[0; 3]; 0]);
    let id = HopId::of_names(Some("batch"), Some("payment"), "POST /pay");
    assert_eq!(points(&red(&format!("hop={id}"))), [[1, 1, 0]]);
    let duration = &red("service=bank")["series"]["points"][0]["duration"]["p50_nano"];
    assert!((29_700_000..30_300_000).contains(&duration.as_u64().unwrap()), "{duration}");
}

#[test]
fn long_times_are_told_by_hours_and_days() {
    let api = Api::with(proto::testing::trace(PAID));
    let step = |hours: u64| {
        let range = format!("from={MINUTE}&to={}", MINUTE + hours * 3_600);
        let answer = api.json(&format!("/api/v1/red?{range}&service=bank"));
        answer["series"]["step_seconds"].as_u64().unwrap()
    };
    assert_eq!([6, 7, 60 * 24, 61 * 24].map(step), [60, 3_600, 3_600, 86_400]);
}

#[test]
fn whose_figures_must_be_said_once() {
    let api = Api::shop();
    let answer = api.get("/api/v1/red");
    let sentence = "service: missing; this question needs it, or a hop";
    check_error(&answer, 400, "invalid_parameter", Some("service"), sentence);
    let answer = api.get("/api/v1/red?service=a&hop=7b5cf8cb593c6c0c");
    let sentence = "hop: cannot be combined with service or span_name";
    check_error(&answer, 400, "invalid_parameter", Some("hop"), sentence);
    let answer = api.get("/api/v1/red?hop=bank");
    let sentence = "hop: no hop's id, which has 16 hexadecimal digits, as other answers have it";
    check_error(&answer, 400, "invalid_parameter", Some("hop"), sentence);
}
