//! A new version of a service that makes a hop slow or failing is named by the real program,
//! with the version, though the deployment was minutes ago.

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::{Span, Status};
use serde_json::Value;

use crate::support::{Command, Ports, Server, otlp, until, web};

const MS: u64 = 1_000_000;
const SECOND: u64 = 1_000 * MS;
const MINUTE: u64 = 60 * SECOND;
/// Minutes before the deployment and since then.
const BEFORE: u64 = 30;
const SINCE: u64 = 3;
/// One request in so much time.
const EVERY: u64 = 2 * SECOND;

/// How long the cart takes.
type Takes = fn(is_new: bool) -> u64;

/// A request to the shop, which asks the cart.
fn trace(start: u64, cart_ms: u64, fails: bool) -> [Span; 3] {
    let span = |name: &str, kind: SpanKind, from_ms: u64, to_ms: u64| Span {
        kind: kind.into(),
        start_time_unix_nano: start + from_ms * MS,
        end_time_unix_nano: start + to_ms * MS,
        status: fails.then(|| Status { code: 2, message: String::new() }),
        ..otlp::span(name)
    };
    let root = span("GET /", SpanKind::Server, 0, cart_ms + 20);
    let mut call = span("GET /cart", SpanKind::Client, 5, cart_ms + 15);
    let mut cart = span("GET /cart", SpanKind::Server, 7, cart_ms + 13);
    (call.trace_id, call.parent_span_id) = (root.trace_id.clone(), root.span_id.clone());
    (cart.trace_id, cart.parent_span_id) = (root.trace_id.clone(), call.span_id.clone());
    [root, call, cart]
}

/// Sends what came from half an hour before a deployment until now; answers when that was.
fn send(server: &Server, cart_ms: Takes, fails: fn(bool, u64) -> bool) -> u64 {
    let now = proto::clock::now_unix_nano();
    let deployed = (now - SINCE * MINUTE) / MINUTE * MINUTE;
    let (mut shop, mut old, mut new) = (Vec::new(), Vec::new(), Vec::new());
    let mut start = deployed - BEFORE * MINUTE;
    while start < now - SECOND {
        let is_new = start >= deployed;
        let jitter = start / EVERY % 7;
        let fails = fails(is_new, start / EVERY);
        let [root, call, cart] = trace(start, cart_ms(is_new) + jitter, fails);
        shop.extend([root, call]);
        if is_new { &mut new } else { &mut old }.push(cart);
        start += EVERY;
    }
    for (service, version, spans) in
        [("shop", "7", shop), ("cart", "1.4.1", old), ("cart", "1.4.2", new)]
    {
        let mut request = otlp::request(service, spans);
        let resource = request.resource_spans[0].resource.as_mut().expect("a resource");
        resource.attributes.push(otlp::attribute("service.version", version));
        assert_eq!(otlp::send_http(server, &request).expect("an answer").status(), 200);
    }
    deployed
}

fn compared_by_version(findings: &Value) -> Option<&Value> {
    findings["compared_by_version"].as_array()?.first()
}

/// Waits for the cart to be found, and answers the finding.
fn found(server: &Server) -> (Value, Value) {
    until("a finding about the cart", || {
        let findings = web::json(server, "/api/v1/findings");
        let open = findings["open"].as_array().expect("findings");
        let cart = open.iter().find(|finding| finding["service"] == "cart").cloned();
        cart.map(|cart| (cart, findings))
    })
}

#[test]
fn a_version_that_is_slow_is_named_though_it_was_deployed_before_the_program_started() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::on(folder.path(), Ports::ANY);
    let deployed = send(&server, |is_new| if is_new { 90 } else { 40 }, |_, _| false);
    server.kill();
    let server = Server::on(folder.path(), Ports::ANY);
    let (cart, findings) = found(&server);
    assert_eq!(cart["kind"], "slow_code");
    assert_eq!(cart["span_name"], "GET /cart");
    assert_eq!(cart["other"], "shop");
    assert_eq!(cart["since_unix_nano"], deployed.to_string());
    let change = &cart["version_change"];
    assert_eq!(change["service"], "cart");
    assert_eq!((&change["version"], &change["version_before"]), (&"1.4.2".into(), &"1.4.1".into()));
    assert_eq!(change["changed_unix_nano"], deployed.to_string());
    let compared = compared_by_version(&findings).expect("a change");
    assert_eq!(compared["baseline"]["kind"], "version");
    assert_eq!(&compared["baseline"]["version_change"], change);
    assert_eq!(compared["from_unix_nano"], deployed.to_string());
    assert_eq!(compared["reference_to_unix_nano"], deployed.to_string());

    let address = format!("http://{}", server.web());
    let said = Command::new(["query", "--server", &address, "findings"]).output();
    let said = String::from_utf8(said.stdout).expect("text");
    let sentence = change["sentence"].as_str().expect("a sentence");
    assert!(sentence.starts_with("since cart 1.4.2 (before: 1.4.1), deployed "), "{sentence}");
    assert!(said.contains(&format!("each request, {sentence}")), "{said}");
    println!("{said}");
}

#[test]
fn a_version_that_fails_is_named_and_one_that_does_not_is_compared_in_silence() {
    let failing = Server::start();
    let well = Server::start();
    let deployed = send(&failing, |_| 40, |is_new, number| is_new && number % 5 == 0);
    send(&well, |_| 40, |_, _| false);
    let (cart, _) = found(&failing);
    assert_eq!(cart["kind"], "failing");
    assert_eq!(cart["version_change"]["version"], "1.4.2");
    assert_eq!(cart["since_unix_nano"], deployed.to_string());

    let findings = until("a comparison by version", || {
        let findings = web::json(&well, "/api/v1/findings");
        compared_by_version(&findings).is_some().then_some(findings)
    });
    assert_eq!(findings["open"], serde_json::json!([]));
    let compared = compared_by_version(&findings).expect("a change");
    assert_eq!(compared["sentence"], "compared with the hour before the new version");
}
