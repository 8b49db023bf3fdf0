//! Searching by a query in TraceQL.

use std::collections::HashSet;
use std::sync::Arc;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::collection::vec;
use proptest::prelude::*;
use proto::testing::trace_strategy;
use proto::{Batch, Span};
use serde_json::{Value, json};
use storage::{Durability, Health, SpanWriter, Store};

use crate::support::{Api, check_error, store};

const CHECKOUT: &str = "GET /checkout";
const CART: &str = "GET /cart";
const NIGHTLY: &str = "nightly";
const CONSUME: &str = "consume";

fn q(query: &str) -> String {
    format!("q={}", utf8_percent_encode(query, NON_ALPHANUMERIC))
}

#[test]
fn a_query_finds_its_traces() {
    let api = Api::shop();
    for (query, found) in [
        ("{}", vec![CONSUME, NIGHTLY, CART, CHECKOUT]),
        ("{ false }", vec![]),
        ("{ resource.service.name = `frontend` }", vec![CART, CHECKOUT]),
        ("{ resource.service.name =~ `fro.*|work.*` }", vec![CONSUME, CART, CHECKOUT]),
        ("{ name =~ `GET` }", vec![]),
        ("{ status = error || kind = consumer }", vec![CONSUME, NIGHTLY, CHECKOUT]),
        ("{ !(status = error) && .db.rows = nil && kind = server }", vec![CART, CHECKOUT]),
        ("{ .db.rows = 3 && .cached }", vec![CART]),
        ("{ .db.rows = 3 && !.cached }", vec![]),
        ("{ kind = server } > { kind = client } > { status = error }", vec![CHECKOUT]),
        (
            "{ resource.service.name = `frontend` } >> { resource.service.name = `bank` }",
            vec![CHECKOUT],
        ),
        ("{ resource.service.name = `bank` } << { nestedSetParent < 0 }", vec![CHECKOUT]),
        ("{ name = `step` } ~ { statusMessage = `two` }", vec![NIGHTLY]),
        ("{ kind = client } !< { kind = server }", vec![CHECKOUT]),
        ("{ event:name = `exception` }", vec![CHECKOUT]),
        ("{ link:traceID != `` }", vec![NIGHTLY]),
        ("{ status = error } | count() > 1", vec![NIGHTLY]),
        ("{ traceDuration > 1s && rootServiceName = `batch` }", vec![NIGHTLY]),
        ("{ duration > 900ms && duration < 2s }", vec![NIGHTLY, CHECKOUT]),
        ("{ .http.response.status_code >= 400 } || { .host.name = `w1` }", vec![CONSUME, CHECKOUT]),
    ] {
        assert_eq!(api.found(&q(query)), found, "{query}");
    }
    let both = format!("{}&service=bank&order=oldest", q("{ status = error }"));
    assert_eq!(api.found(&both), [CHECKOUT]);
    assert_eq!(api.found(&format!("{}&order=slowest&limit=1", q("{ kind = server }"))), [CHECKOUT]);
}

#[test]
fn what_the_query_finds_is_what_matched() {
    let api = Api::shop();
    let answer = api.json(&format!("/api/v1/search?since=all&{}", q("{} > { status = error }")));
    let [nightly, checkout] = &answer["traces"].as_array().unwrap()[..] else {
        panic!("{answer}");
    };
    assert_eq!((&nightly["matched_count"], &checkout["matched_count"]), (&json!(2), &json!(1)));
    let bank = proto::testing::trace(crate::support::SHOP)[2].span_id.to_string();
    assert_eq!(checkout["matched"], json!([bank]));
    assert_eq!(checkout["verdict"]["slowest_hop"]["callee"], "bank");
}

#[test]
fn what_is_no_query_is_told_with_its_place() {
    let api = Api::shop();
    for (query, sentence) in [
        (
            "{ status = }",
            "q: line 1, column 12: unexpected `}`, expected a value, an attribute as `.name` or \
             `span.name`, or an intrinsic",
        ),
        (
            "{} | rate()",
            "q: a query for series; leave out what follows the last `|`, or ask the Tempo API",
        ),
    ] {
        let answer = api.get(&format!("/api/v1/search?since=all&{}", q(query)));
        check_error(&answer, 400, "invalid_parameter", Some("q"), sentence);
    }
}

/// Everything that an answer says but for how long it took.
fn told(api: &Api, question: &str) -> Value {
    let answer = api.get(question);
    let mut answer = (answer.status.as_u16(), answer.json());
    answer.1["took_ms"].take();
    json!([answer.0, answer.1])
}

/// The same spans, one by one, last first, each twice, in several segments, some of them in
/// memory, after a restart.
fn scattered(spans: &[Span], seals: &[prop::sample::Index]) -> (Store, tempfile::TempDir) {
    let directory = tempfile::tempdir().unwrap();
    let open = || {
        let mut config = storage::Config::new(directory.path());
        config.durability = Durability::Process;
        config.retention_age = None;
        Store::open(config).unwrap()
    };
    let store = open();
    let seals: Vec<usize> = seals.iter().map(|index| index.index(spans.len())).collect();
    for (number, span) in spans.iter().rev().enumerate() {
        for _ in 0..2 {
            store.write(&[Arc::new(Batch::of(std::slice::from_ref(span)))]).unwrap();
        }
        if seals.contains(&number) {
            store.seal_now().unwrap();
        }
    }
    store.close().unwrap();
    (open(), directory)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn how_spans_come_changes_no_answer(
        traces in vec(trace_strategy(8), 1..6),
        queries in vec(traceql::testing::any_query(), 24),
        seals in vec(any::<prop::sample::Index>(), 0..4),
    ) {
        let mut spans: Vec<Span> = traces.concat();
        // Of an identity that is written again the first content counts.
        let mut known = HashSet::new();
        spans.retain(|span| known.insert((span.trace_id, span.span_id, span.kind)));
        let at_once = Api::over(
            Arc::new(store(spans.clone())),
            query::Config::default(),
            Health::Accepting,
        );
        let (scattered, _directory) = scattered(&spans, &seals);
        let scattered = Api::over(Arc::new(scattered), query::Config::default(), Health::Accepting);
        for query in queries {
            for order in ["newest", "slowest", "most_spans"] {
                let question = format!("/api/v1/search?since=all&order={order}&{}", q(&query));
                prop_assert_eq!(told(&at_once, &question), told(&scattered, &question), "{}", query);
            }
        }
    }
}
