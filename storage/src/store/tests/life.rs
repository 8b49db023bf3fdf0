//! Written, read, closed, killed, opened.

use proto::TraceId;

use super::*;
use crate::contract::Health;
use crate::contract::catalog::{Catalog, CatalogQuestion};

#[test]
fn an_empty_store_knows_nothing() {
    let lab = Lab::new();
    lab.check(&[]);
    assert_eq!(
        lab.store().trace(TraceId::new([1; 16]), TraceBounds::spans(10), soon()).unwrap(),
        None
    );
    assert_eq!(lab.store().health(), Health::Accepting);
    let stats = lab.store().stats();
    assert_eq!((stats.hot_spans, stats.segments, stats.oldest_unix_nano), (0, 0, 0));
    assert!(stats.disk_bytes > 0);
}

#[test]
fn what_is_written_is_seen_at_once_and_after_reopening() {
    let mut lab = Lab::new();
    assert_eq!(lab.write(&shop()), Written { new_spans: 4, known_spans: 0 });
    lab.check(&shop());
    lab.reopen();
    lab.check(&shop());
    assert_eq!(lab.store().stats().hot_spans, 4);
}

#[test]
fn what_is_acknowledged_survives_a_kill() {
    let mut all = shop();
    let lab = Lab::new();
    lab.write(&all);
    lab.after_a_kill().check(&all);
    lab.store().seal_now().unwrap();
    lab.after_a_kill().check(&all);
    all.extend(other("b"));
    lab.write(&other("b"));
    let killed = lab.after_a_kill();
    killed.check(&all);
    assert_eq!(killed.store().stats().hot_spans, 2);
    killed.after_a_kill().check(&all);
}

#[test]
fn writing_again_changes_nothing_hot_or_sealed() {
    let mut lab = Lab::new();
    let mut changed = shop();
    changed[0].name = "changed".to_owned();
    lab.write(&shop());
    assert_eq!(lab.write(&changed), Written { new_spans: 0, known_spans: 4 });
    lab.check(&shop());
    lab.store().seal_now().unwrap();
    lab.write(&changed);
    lab.check(&shop());
    lab.reopen();
    lab.check(&shop());
    lab.store().seal_now().unwrap();
    lab.check(&shop());
    let stats = lab.store().stats();
    assert_eq!((stats.hot_spans, stats.sealed_spans, stats.segments), (0, 4, 1));
}

#[test]
fn a_batch_is_counted_for_itself_within_its_group() {
    let lab = Lab::new();
    let batch = Arc::new(Batch::of(&shop()));
    let twice = Arc::new(Batch::of(&[&shop()[..1], &shop()[..1]].concat()));
    let answers = lab.store().write(&[twice, batch, Arc::default()]).unwrap();
    let counts: Vec<_> = answers.iter().map(|one| (one.new_spans, one.known_spans)).collect();
    assert_eq!(counts, [(1, 1), (3, 1), (0, 0)]);
    lab.check(&shop());
}

#[test]
fn more_spans_than_asked_for_are_cut_and_said_to_be() {
    let lab = Lab::new();
    lab.write(&shop());
    let found =
        lab.store().trace(shop()[0].trace_id, TraceBounds::spans(3), soon()).unwrap().unwrap();
    assert_eq!(found.spans.len(), 3);
    let limit = "spans_max 3".to_owned();
    assert_eq!(found.completeness, Completeness::Truncated { limit });
}

#[test]
fn names_come_from_hot_and_sealed() {
    let lab = Lab::new();
    lab.write(&shop());
    lab.store().seal_now().unwrap();
    lab.write(&other("b"));
    let names = |catalog| {
        let question = CatalogQuestion { catalog, range: TimeRange::ALL, limit: 100 };
        let page = lab.store().catalog(&question, soon()).unwrap();
        assert_eq!(page.completeness, Completeness::Complete);
        page.entries.into_iter().map(|entry| entry.name).collect::<Vec<_>>()
    };
    assert_eq!(names(Catalog::Services), ["batch", "cart", "frontend", "payment", "redis"]);
    assert_eq!(names(Catalog::SpanNames { service: Some("redis".to_owned()) }), ["HSET"]);
    let key = "order.id".to_owned();
    let scope = crate::AttributeScope::Any;
    assert_eq!(names(Catalog::AttributeValues { scope, key, prefix: String::new() }), ["o-17"]);
}
