//! Databases, queues and others that send no spans, as nodes of the service map.

use query::HopId;
use serde_json::{Value, json};

use crate::support::Api;

/// A shop that sends nothing of its database and its mailer, and a job that a queue feeds.
/// One kind of call goes to two mailers, and one names nobody; payment answers once.
const SHOP: &str = "
shop POST /order         40000..40100  kind=server   trace=a
  shop SELECT            40010..40030  kind=client   db.system=postgresql db.namespace=shop
  shop POST              40031..40041  kind=client   server.address=mail.example.com
  shop POST              40041..40071  kind=client   server.address=sms.example.com !no
  shop POST              40071..40072  kind=client   server.address=10.0.0.9
  shop orders send       40080..40082  kind=producer messaging.system=kafka messaging.destination.name=orders
job orders process       41000..41050  kind=consumer trace=b messaging.system=kafka messaging.destination.name=orders
  job pay                41010..41020  kind=client   peer.service=payment
    payment pay          41011..41019  kind=server
  job charge             41021..41031  kind=client   server.address=payment.shop.svc:80 !timeout
";

fn edge(edge: &Value) -> String {
    let end = |key: &str| {
        let kind = edge[format!("{key}_kind")].as_str();
        kind.map_or("-".to_owned(), |kind| format!("{kind} {}", edge[key].as_str().unwrap()))
    };
    let text = |key: &str| edge[key].to_string();
    format!("{} > {}: {}, {} failed", end("caller"), end("callee"), text("calls"), text("errors"))
}

#[test]
fn what_sends_no_spans_is_a_node() {
    let api = Api::with(proto::testing::trace(SHOP));
    let graph = api.json("/api/v1/graph?since=all");
    let edges: Vec<String> = graph["edges"].as_array().unwrap().iter().map(edge).collect();
    assert_eq!(
        edges,
        [
            "- > service shop: 1, 0 failed",
            "service job > service payment: 2, 1 failed",
            "queue kafka/orders > service job: 1, 0 failed",
            "service shop > -: 1, 0 failed",
            "service shop > queue kafka/orders: 1, 0 failed",
            "service shop > external mail.example.com: 1, 0 failed",
            "service shop > database postgresql/shop: 1, 0 failed",
            "service shop > external sms.example.com: 1, 1 failed",
        ]
    );
    let peers: Vec<_> = graph["peers"].as_array().unwrap().iter().collect();
    let named: Vec<_> = peers.iter().map(|it| (it["kind"].as_str(), it["name"].as_str())).collect();
    assert_eq!(
        named,
        [
            (Some("queue"), Some("kafka/orders")),
            (Some("external"), Some("mail.example.com")),
            (Some("database"), Some("postgresql/shop")),
            (Some("external"), Some("sms.example.com")),
        ]
    );
    let services = graph["services"].as_array().unwrap();
    let share = |node: &Value| node["share"].as_f64().unwrap();
    let whole: f64 = peers.iter().copied().chain(services).map(share).sum();
    assert!((whole - 1.0).abs() < 1e-9, "{graph:#}");
    // 20 of 150 ms.
    assert!((share(peers[2]) - 20.0 / 150.0).abs() < 1e-9, "{graph:#}");
    // Calls of one kind to several share their time as long as each took.
    assert!((share(peers[3]) - 30.0 / 150.0).abs() < 1e-6, "{graph:#}");
}

#[test]
fn a_hop_to_what_sends_no_spans_is_told_like_any_other() {
    let api = Api::with(proto::testing::trace(SHOP));
    let hops = api.json("/api/v1/hops?since=all");
    let hops = hops["hops"].as_array().unwrap();
    for hop in hops {
        let id = hop["id"].as_str().unwrap();
        let answer = api.json(&format!("/api/v1/hops/{id}?since=all"));
        assert_eq!(&answer["hop"], hop);
        let points = answer["series"]["points"].as_array().unwrap();
        // Of calls without a name there is no series apart from the others of their kind.
        if hop["callee"] != Value::Null {
            assert_eq!(points[0]["calls"], hop["calls"], "{answer:#}");
            assert_eq!(points[0]["errors"], hop["errors"], "{answer:#}");
        }
        let share: f64 = answer["chains"]
            .as_array()
            .unwrap()
            .iter()
            .map(|chain| chain["share"].as_f64().unwrap())
            .sum();
        assert!((share - hop["share"].as_f64().unwrap()).abs() < 1e-6, "{answer:#}");
        assert_ne!(answer["examples"]["slow_trace_ids"], json!([]), "{answer:#}");
    }
    let share: f64 = hops.iter().map(|hop| hop["share"].as_f64().unwrap()).sum();
    assert!((share - 1.0).abs() < 1e-9, "{share}");
    let sms = HopId::of_names(Some("shop"), Some("sms.example.com"), "POST").to_string();
    let sms = hops.iter().find(|hop| hop["id"] == sms.as_str()).unwrap();
    assert_eq!((&sms["calls"], &sms["errors"]), (&json!(1), &json!(1)));
    // What other answers call the hop of such calls is one that is there.
    let ids: Vec<&Value> = hops.iter().map(|hop| &hop["id"]).collect();
    for entry in api.json("/api/v1/chains?since=all")["entries"].as_array().unwrap() {
        for node in entry["nodes"].as_array().unwrap() {
            assert!(ids.contains(&&node["hop_id"]), "{node:#}");
        }
    }
    let red = api.json("/api/v1/red?since=all&service=postgresql%2Fshop");
    assert_eq!(red["series"]["points"][0]["calls"], 1, "{red:#}");
}
