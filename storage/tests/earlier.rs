//! Stores that earlier versions wrote, in `stores/`, are opened and read.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chain::{PeerKind, RollUp};
use hopline_storage::{
    Chains, ChainsQuestion, Completeness, Config, Deadline, SpanWriter, Store, TimeRange,
    TraceReader, VersionsQuestion, chains_of,
};
use proto::testing::trace;
use proto::{Batch, Span};

/// What the store before peers holds: one sealed trace.
const BEFORE_PEERS: &str = "
frontend GET /checkout   0..100  kind=server
  frontend POST /charge  10..60  kind=client peer.service=payment
    payment POST /charge 20..50  kind=server
      payment SELECT     30..40  kind=client db.system=postgresql db.name=shop
  frontend publish       70..80  kind=producer messaging.system=kafka messaging.destination.name=orders
  frontend POST /mail    81..95  kind=client server.address=mail.example.com !timeout event=exception@90
";

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to),
            false => drop(fs::copy(entry.path(), to).unwrap()),
        }
    }
}

/// What the store before peers, and before versions of services, holds.
fn written() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join("stores").join("before_peers")
}

fn open(folder: &Path) -> Store {
    Store::open(Config { retention_age: None, ..Config::new(folder) }).unwrap()
}

fn chains(store: &Store) -> Chains {
    let question = ChainsQuestion { range: TimeRange::ALL, settled: Duration::ZERO };
    store.chains(&question, Deadline::after(Duration::from_secs(60))).unwrap()
}

/// Calls of each peer.
fn peers(chains: &Chains) -> BTreeMap<String, (PeerKind, i64)> {
    let peer = |(path, cell): (&chain::PathId, &chain::Cell)| {
        let step = chains.steps[path];
        Some((chains.name(step.name), (step.kind.peer()?, cell.counts.calls)))
    };
    chains.roll_up.cells.iter().filter_map(peer).collect()
}

#[test]
fn figures_from_before_peers_are_read_and_go_on() {
    let folder = tempfile::tempdir().unwrap();
    copy(&written(), folder.path());
    let store = open(folder.path());
    let found = chains(&store);
    assert_eq!(found.completeness, Completeness::Complete);

    // Everything but the peers is as it is counted today.
    let spans = trace(BEFORE_PEERS);
    let counted = |traces: &[Vec<Span>]| {
        let traces = traces.iter().cloned().map(Ok::<_, std::convert::Infallible>);
        chains_of(traces).unwrap()
    };
    let today = counted(std::slice::from_ref(&spans));
    let without_peers = |chains: &Chains| {
        let mut figures: RollUp = chains.roll_up.clone();
        figures.cells.retain(|path, _| chains.steps[path].kind.peer().is_none());
        figures
    };
    assert_eq!(found.roll_up, without_peers(&today));
    assert_eq!(peers(&found), BTreeMap::new());

    // A further trace of the same kind adds to the same paths, and has peers.
    let mut further = spans.clone();
    further.iter_mut().for_each(|span| span.trace_id = proto::TraceId::new([7; 16]));
    store.write(&[Arc::new(Batch::of(&further))]).unwrap();
    store.seal_now().unwrap();
    store.close().unwrap();
    let store = open(folder.path());
    let found = chains(&store);
    let both = counted(&[spans, further]);
    assert_eq!(without_peers(&found), without_peers(&both));
    let expected = [
        ("kafka/orders", PeerKind::Queue),
        ("mail.example.com", PeerKind::External),
        ("postgresql/shop", PeerKind::Database),
    ];
    let expected = expected.map(|(name, kind)| (name.to_owned(), (kind, 1)));
    assert_eq!(peers(&found), BTreeMap::from(expected));
}

/// Spans of each version of `frontend`.
fn versions(store: &Store) -> BTreeMap<String, u64> {
    let question = VersionsQuestion { range: TimeRange::ALL };
    let found = store.versions(question, Deadline::after(Duration::from_secs(60))).unwrap();
    assert_eq!(found.completeness, Completeness::Complete);
    let frontend = found.services.get("frontend").cloned().unwrap_or_default();
    let all = frontend.spans.into_iter();
    all.map(|(version, minutes)| (version, minutes.values().sum())).collect()
}

#[test]
fn a_store_from_before_versions_has_none_and_gets_those_that_come() {
    let folder = tempfile::tempdir().unwrap();
    copy(&written(), folder.path());
    let store = open(folder.path());
    assert_eq!(versions(&store), BTreeMap::new());
    let version = "resource:service.version=v2";
    let text = format!("frontend GET / 0..10 {version}\n  frontend work 1..2 {version}");
    let mut further = trace(&text);
    further.iter_mut().for_each(|span| span.trace_id = proto::TraceId::new([7; 16]));
    store.write(&[Arc::new(Batch::of(&further))]).unwrap();
    let expected = BTreeMap::from([("v2".to_owned(), 2)]);
    assert_eq!(versions(&store), expected);
    store.seal_now().unwrap();
    store.close().unwrap();
    let store = open(folder.path());
    assert_eq!(versions(&store), expected);
}
