//! Acknowledged means kept: whatever ends the program, and however often.
//!
//! Writers send batches and note, in this process, which were acknowledged (the
//! ledger). A batch that was not is sent again, as exporters do, until it is. After
//! each end and restart every acknowledged span must be there once, by id and by
//! search.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::thread;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::support::otlp::hex;
use crate::support::{Command, Ports, Server, otlp, until, web};

/// Two send by gRPC, two by HTTP.
const WRITERS: usize = 4;
/// How often the program is killed.
const KILLS: usize = 20;
/// How many batches the writers may send between two kills and what is checked then.
const BATCHES_PER_ROUND: usize = 150;
/// A batch holds two traces of so many spans each.
const TRACES_PER_BATCH: usize = 2;
const SPANS_PER_TRACE: usize = 4;

/// Spans by trace, ids in hex.
type Traces = BTreeMap<String, BTreeSet<String>>;

/// The writers' own books: what was acknowledged, by the round in which it was made.
#[derive(Debug, Default)]
struct Ledger {
    acknowledged: Mutex<BTreeMap<usize, Traces>>,
    /// How many batches were begun.
    begun: AtomicUsize,
    /// How many may be: else what has to be checked grows while it is checked.
    allowed: AtomicUsize,
    closed: AtomicBool,
}

impl Ledger {
    /// The round that the next batch belongs to, once there may be one.
    fn begin(&self) -> Option<usize> {
        let one_more = |begun| (begun < self.allowed.load(Relaxed)).then_some(begun + 1);
        let begun = self.begun.fetch_update(Relaxed, Relaxed, one_more).ok()?;
        Some(begun / BATCHES_PER_ROUND)
    }

    fn allow_another_round(&self) {
        self.allowed.fetch_add(BATCHES_PER_ROUND, Relaxed);
    }

    fn note(&self, round: usize, request: &ExportTraceServiceRequest) {
        let mut acknowledged = self.acknowledged.lock().expect("the ledger");
        let traces = acknowledged.entry(round).or_default();
        for span in &request.resource_spans[0].scope_spans[0].spans {
            traces.entry(hex(&span.trace_id)).or_default().insert(hex(&span.span_id));
        }
    }

    /// What was acknowledged so far.
    fn snapshot(&self) -> BTreeMap<usize, Traces> {
        self.acknowledged.lock().expect("the ledger").clone()
    }

    /// How many batches were acknowledged so far.
    fn batches(&self) -> usize {
        let acknowledged = self.acknowledged.lock().expect("the ledger");
        acknowledged.values().map(Traces::len).sum::<usize>() / TRACES_PER_BATCH
    }

    fn is_closed(&self) -> bool {
        self.closed.load(Relaxed)
    }
}

/// Two chains of spans.
fn batch(service: &str) -> ExportTraceServiceRequest {
    let mut spans = Vec::new();
    for _ in 0..TRACES_PER_BATCH {
        let mut parent = otlp::span("root");
        for depth in 1..SPANS_PER_TRACE {
            let mut child = otlp::span(&format!("depth {depth}"));
            child.trace_id.clone_from(&parent.trace_id);
            child.parent_span_id.clone_from(&parent.span_id);
            spans.push(std::mem::replace(&mut parent, child));
        }
        spans.push(parent);
    }
    otlp::request(service, spans)
}

/// Sends batches to `ports` until the ledger is closed; each until it is
/// acknowledged or nobody will ask for it any more.
fn write(ports: Ports, writer: usize, ledger: &Ledger) {
    let mut grpc = otlp::Grpc::to(ports.grpc);
    let http = format!("http://127.0.0.1:{}/v1/traces", ports.http);
    loop {
        let round = until("another round", || {
            if ledger.is_closed() { Some(None) } else { ledger.begin().map(Some) }
        });
        let Some(round) = round else { return };
        let request = batch(&format!("round-{round}"));
        let body = request.encode_to_vec();
        let mut is_acknowledged = || {
            if writer.is_multiple_of(2) {
                return grpc.send(&request).is_ok_and(|answer| answer.partial_success.is_none());
            }
            let post = otlp::client().post(&http).header("content-type", "application/x-protobuf");
            post.body(body.clone()).send().is_ok_and(|answer| answer.status() == 200)
        };
        until("the server takes a batch", || {
            if is_acknowledged() {
                ledger.note(round, &request);
                return Some(());
            }
            ledger.is_closed().then_some(())
        });
    }
}

/// Every acknowledged trace of a round is there by id, whole, each span once; and by
/// search, once, with the count it should have.
fn check(server: &Server, round: usize, acknowledged: &Traces) {
    for (trace, spans) in acknowledged {
        let found = web::span_ids(server, trace);
        let found = found.unwrap_or_else(|| panic!("acknowledged trace {trace} is lost"));
        assert_eq!(found.len(), SPANS_PER_TRACE, "trace {trace} has a span too many or too few");
        assert_eq!(&found.into_iter().collect::<BTreeSet<_>>(), spans, "trace {trace}");
    }
    let mut found = BTreeSet::new();
    for trace in web::search(server, &format!("since=all&service=round-{round}")) {
        let id = trace["trace_id"].as_str().expect("an id").to_owned();
        assert_eq!(trace["span_count"], SPANS_PER_TRACE, "trace {id}");
        assert!(found.insert(id.clone()), "trace {id} is listed twice");
    }
    for trace in acknowledged.keys() {
        assert!(found.contains(trace), "search does not find acknowledged trace {trace}");
    }
}

fn check_all(server: &Server, ledger: &Ledger) {
    for (round, acknowledged) in ledger.snapshot() {
        check(server, round, &acknowledged);
    }
}

/// Runs `end` with four writers at work, and closes their books after it.
fn with_writers(ports: Ports, end: impl FnOnce(&Ledger)) -> Ledger {
    let ledger = Ledger::default();
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let ledger = &ledger;
            scope.spawn(move || write(ports, writer, ledger));
        }
        // Also where an assertion fails: else the writers would go on.
        let _close = Close(&ledger);
        end(&ledger);
    });
    ledger
}

struct Close<'a>(&'a Ledger);

impl Drop for Close<'_> {
    fn drop(&mut self) {
        self.0.closed.store(true, Relaxed);
    }
}

#[test]
fn no_acknowledged_span_is_lost_in_20_kills() {
    let seed: u64 = rand::random();
    println!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let folder = tempfile::tempdir().expect("a folder");
    let ports = Ports::fixed();
    let mut server = Some(Server::on(folder.path(), ports));
    let ledger = with_writers(ports, |ledger| {
        for round in 0..KILLS {
            let before = ledger.batches();
            ledger.allow_another_round();
            let enough = before + random.random_range(1..BATCHES_PER_ROUND);
            until("the writers get on", || (ledger.batches() >= enough).then_some(()));
            let acknowledged = ledger.snapshot();
            server.take().expect("a server").kill();
            let again = server.insert(Server::on(folder.path(), ports));
            check(again, round, &acknowledged[&round]);
            let all = (round + 1) * BATCHES_PER_ROUND;
            until("the writers finish the round", || (ledger.batches() == all).then_some(()));
        }
    });
    server.take().expect("a server").kill();
    check_all(&Server::on(folder.path(), ports), &ledger);
    println!("{} batches acknowledged over {KILLS} kills", ledger.batches());
}

fn first_file(folder: &Path) -> PathBuf {
    let mut files = std::fs::read_dir(folder).expect("a folder");
    files.next().expect("a file").expect("a file").path()
}

/// Runs the program to its end; what it said.
fn run(arguments: &[&str], is_success: bool) -> String {
    let output = Command::new(arguments).output();
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(output.status.success(), is_success, "{arguments:?}: {said}");
    said
}

#[test]
fn a_backup_made_while_4_write_holds_what_was_acknowledged_before_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let other = tempfile::tempdir().expect("a folder");
    let path = |name: &str| other.path().join(name).to_str().expect("UTF-8").to_owned();
    let (backup, restored) = (path("backup"), path("restored"));
    let data_dir = folder.path().to_str().expect("UTF-8");
    let ports = Ports::fixed();
    let server = Server::on(folder.path(), ports);
    let mut before = BTreeMap::new();
    with_writers(ports, |ledger| {
        for _ in 0..8 {
            ledger.allow_another_round();
        }
        until("the writers get on", || (ledger.batches() > BATCHES_PER_ROUND).then_some(()));
        before = ledger.snapshot();
        run(&["backup", "create", &backup, "--data-dir", data_dir], true);
        let batches = ledger.batches();
        until("the writers get on", || (ledger.batches() > batches).then_some(()));
    });
    server.kill();
    // It needs neither the server nor its folder any more.
    drop(folder);
    run(&["backup", "verify", &backup], true);
    let again = run(&["backup", "create", &backup, "--data-dir", &restored], false);
    assert!(again.contains("no server answers"), "{again}");

    let damaged = first_file(&other.path().join("backup/log"));
    let bytes = std::fs::read(&damaged).expect("a log file");
    let mut flipped = bytes.clone();
    flipped[bytes.len() / 2] ^= 1;
    std::fs::write(&damaged, flipped).expect("written");
    let said = run(&["backup", "verify", &backup], false);
    let name = damaged.file_name().expect("a name").to_string_lossy().into_owned();
    assert!(said.contains(&name), "{said}");
    std::fs::write(&damaged, bytes).expect("written");

    run(&["restore", &backup, "--data-dir", &restored], true);
    let said = run(&["restore", &backup, "--data-dir", &restored], false);
    assert!(said.contains("is not empty"), "{said}");
    let server = Server::on(restored.as_ref(), Ports::ANY);
    for (round, acknowledged) in before {
        check(&server, round, &acknowledged);
    }
}

#[test]
fn sigterm_under_load_answers_what_it_took_and_loses_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let ports = Ports::fixed();
    let mut server = Server::on(folder.path(), ports);
    let ledger = with_writers(ports, |ledger| {
        ledger.allow_another_round();
        ledger.allow_another_round();
        until("the writers get on", || (ledger.batches() > BATCHES_PER_ROUND).then_some(()));
        server.terminate();
        assert!(server.wait().success(), "a clean stop exits with 0");
    });
    check_all(&Server::on(folder.path(), ports), &ledger);
}
