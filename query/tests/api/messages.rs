//! Messages from trace to trace, by span links.

use serde_json::{Value, json};

use crate::support::Api;

/// An order is published; accounting takes it alone, fraud detection in a batch with one that
/// another order published. Its own trace has a consumer, too, whose clock is behind.
const ORDERS: &str = "
checkout POST /order     40000..40100  kind=server   trace=a
  checkout orders send   40010..40020  kind=producer trace=a id=one messaging.system=kafka messaging.destination.name=orders
  audit orders process   40008..40012  kind=consumer trace=a id=audit link=a/one
checkout POST /order     41000..41100  kind=server   trace=b
  checkout orders send   41010..41020  kind=producer trace=b id=two messaging.system=kafka messaging.destination.name=orders
accounting orders process 40520..40600 kind=consumer trace=c link=a/one !refused
fraud orders receive     42000..42010  kind=client   trace=d link=a/one link=b/two link=b/lost
report nightly           50000..50100  kind=internal trace=e
  report rows            50010..50020  kind=client   trace=e id=rows
report again             60000..60100  kind=internal trace=f link=e/rows
";

/// Who took what from whom, and how long it waited, in milliseconds.
fn messages(api: &Api, trace: &str) -> Vec<String> {
    let answer = api.json(&format!("/api/v1/traces/{trace}/messages"));
    assert_eq!(answer["more"], false);
    assert_eq!(answer["completeness"], json!({"state": "complete"}));
    let message = |hop: &Value| {
        let end = |key: &str| hop[key]["service"].as_str().unwrap().to_owned();
        let wait = hop["queue_wait_nano"].as_u64().map(|nano| nano / 1_000_000);
        let destination = hop["destination"].as_str().unwrap();
        format!("{} > {destination} > {} {wait:?}", end("sender"), end("receiver"))
    };
    answer["messages"].as_array().unwrap().iter().map(message).collect()
}

#[test]
fn a_message_is_told_from_both_sides_with_its_wait() {
    let spans = proto::testing::trace(ORDERS);
    let id = |service: &str, number: usize| {
        let mut own = spans.iter().filter(|span| span.service_name() == service);
        own.nth(number).unwrap().trace_id.to_string()
    };
    let [first, second] = [0, 2].map(|number| id("checkout", number));
    let [accounting, fraud, report] = ["accounting", "fraud", "report"].map(|it| id(it, 0));
    let api = Api::with(spans);
    assert_eq!(
        messages(&api, &first),
        [
            // Taken before it was sent, by its clock.
            "checkout > kafka/orders > audit None",
            "checkout > kafka/orders > accounting Some(500)",
            "checkout > kafka/orders > fraud Some(1980)",
        ]
    );
    assert_eq!(messages(&api, &second), ["checkout > kafka/orders > fraud Some(980)"]);
    let taken = "checkout > kafka/orders > accounting Some(500)";
    assert_eq!(messages(&api, &accounting), [taken]);
    assert_eq!(
        messages(&api, &fraud),
        ["checkout > kafka/orders > fraud Some(1980)", "checkout > kafka/orders > fraud Some(980)"]
    );
    // A link may mean anything.
    assert_eq!(messages(&api, &report), Vec::<String>::new());

    let answer = api.json(&format!("/api/v1/traces/{accounting}/messages"));
    let hop = &answer["messages"][0];
    assert_eq!(hop["sender"]["trace_id"], json!(first));
    assert_eq!(hop["receiver"]["trace_id"], json!(accounting));
    assert_eq!((&hop["sender"]["error"], &hop["receiver"]["error"]), (&json!(false), &json!(true)));
}

#[test]
fn messages_beyond_the_limit_are_said_to_be_there() {
    let mut lines = "checkout orders send 0..1 kind=producer trace=a id=one\n".to_owned();
    for number in 0..25 {
        lines += &format!("taker take 2..3 kind=consumer trace=t{number} link=a/one\n");
    }
    let spans = proto::testing::trace(&lines);
    let sent = spans[0].trace_id;
    let api = Api::with(spans);
    let answer = api.json(&format!("/api/v1/traces/{sent}/messages"));
    assert_eq!(answer["messages"].as_array().unwrap().len(), 20);
    assert_eq!(answer["more"], true);
}

#[test]
fn there_are_none_of_a_trace_that_is_not_there() {
    let api = Api::shop();
    let answer = api.get(&format!("/api/v1/traces/{}/messages", "ab".repeat(16)));
    assert_eq!(answer.status, 404);
}
