//! The store in a process of its own, which is killed at random moments: while it
//! writes, seals, merges, retires, pins and makes snapshots. What it had acknowledged by then
//! is there afterwards.
//!
//! The same program is both sides: with a directory in its environment it is the one
//! that is killed.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test without the harness that lets tests do both"
)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use hopline_storage::{
    Completeness, Config, Deadline, Pins, Search, SpanWriter, Store, TimeRange, TraceBounds,
    TraceConditions, TraceReader,
};
use proto::testing::trace;
use proto::{Batch, Span, TraceId};

/// Where the store to be killed is, and the number of its first trace.
const DIRECTORY: &str = "HOPLINE_KILLS_DIRECTORY";
const FIRST: &str = "HOPLINE_KILLS_FIRST";
/// How long it keeps segments, in milliseconds; for ever where it is not set.
const RETENTION: &str = "HOPLINE_KILLS_RETENTION";

/// How often a store is killed that keeps everything, and one that retires.
const KILLS: u64 = 150;
const KILLS_RETIRING: u64 = 50;
/// Between the first acknowledgement and the kill, at most.
const LIFE_MS: u64 = 60;
/// Kills between two looks at all that is kept.
const KILLS_PER_LOOK: u64 = 25;
const WRITERS: usize = 2;
const WRITES_PER_SNAPSHOT: u64 = 40;
const WRITES_PER_PIN: u64 = 10;
/// What stands before the number of a trace whose pin was acknowledged.
const PINNED: &str = "pinned ";

fn main() {
    if let Some(directory) = std::env::var_os(DIRECTORY) {
        return live(Path::new(&directory));
    }
    let started = Instant::now();
    everything_acknowledged_is_there();
    println!("test everything_acknowledged_is_there ... ok");
    what_retention_left_is_whole();
    println!("test what_retention_left_is_whole ... ok");
    let seconds = started.elapsed().as_secs_f64();
    println!("\ntest result: ok. 2 passed; 0 failed; 0 ignored; finished in {seconds:.2}s");
}

/// The trace of a number: its own id, four spans, in two batches.
fn spans(number: u64) -> Vec<Span> {
    let mut spans = trace(
        "frontend GET /checkout  0..100  kind=server
           cart AddItem          10..50  kind=client
             redis HSET          20..30  !timeout event=exception@29
           payment Charge        55..95  order.id=o-17",
    );
    for span in &mut spans {
        span.trace_id = TraceId::new(u128::from(number + 1).to_be_bytes());
        span.start_time_unix_nano += number;
    }
    spans
}

/// What one life of a store acknowledged.
#[derive(Default)]
struct Acknowledged {
    written: Vec<u64>,
    /// Of these the pins.
    pinned: Vec<u64>,
}

/// Lives as a store with little room in memory, so that there is always something going
/// on, and says each trace that was acknowledged, and each pin.
fn live(directory: &Path) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let next = AtomicU64::new(number(FIRST).unwrap());
    let store = Store::open(config(directory, number(RETENTION))).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..WRITERS {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Relaxed);
                    let spans = spans(number);
                    for half in [&spans[..2], &spans[2..]] {
                        while store.write(&[Batch::of(half).into()]).is_err() {
                            std::thread::sleep(Duration::from_millis(1));
                        }
                    }
                    let mut out = std::io::stdout().lock();
                    writeln!(out, "{number}").and_then(|()| out.flush()).unwrap();
                    drop(out);
                    if number.is_multiple_of(WRITES_PER_SNAPSHOT) {
                        // It is refused where one is being made.
                        drop(store.snapshot());
                    }
                    // Refused where there are many already.
                    let pin = || store.pin(spans[0].trace_id, TraceBounds::NONE, deadline());
                    if number.is_multiple_of(WRITES_PER_PIN) && pin().is_ok() {
                        let mut out = std::io::stdout().lock();
                        writeln!(out, "{PINNED}{number}").and_then(|()| out.flush()).unwrap();
                    }
                }
            });
        }
    });
}

fn config(directory: &Path, retention_ms: Option<u64>) -> Config {
    Config {
        hot_spans_max: 48,
        trace_quiet: Duration::from_millis(2),
        retention_age: retention_ms.map(Duration::from_millis),
        ..Config::new(directory)
    }
}

/// Starts a store in `directory`, kills it `life` after its first acknowledgement, and
/// answers what it acknowledged.
fn kill(directory: &Path, first: u64, retention_ms: Option<u64>, life: Duration) -> Acknowledged {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.env(DIRECTORY, directory).env(FIRST, first.to_string()).stdout(Stdio::piped());
    if let Some(retention) = retention_ms {
        command.env(RETENTION, retention.to_string());
    }
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first_line = lines.next().expect("a store that opens").unwrap();
    std::thread::sleep(life);
    child.kill().unwrap();
    child.wait().unwrap();
    let mut by_this = Acknowledged { written: vec![first_line.parse().unwrap()], pinned: vec![] };
    let mut lines: Vec<String> = lines.map_while(Result::ok).collect();
    // The last one may be cut.
    lines.pop();
    for line in lines {
        match line.strip_prefix(PINNED) {
            Some(number) => by_this.pinned.push(number.parse().unwrap()),
            None => by_this.written.push(line.parse().unwrap()),
        }
    }
    by_this
}

/// That all of a trace is found by its id.
fn check_whole(store: &Store, number: u64) {
    let spans = spans(number);
    let trace = store.trace(spans[0].trace_id, TraceBounds::NONE, deadline()).unwrap();
    let trace = trace.unwrap_or_else(|| panic!("trace {number} is lost"));
    assert_eq!(trace.completeness, Completeness::Complete, "trace {number}");
    assert_eq!(trace.spans.len(), spans.len(), "trace {number}");
}

/// A moment that is another one for each kill.
fn life(kill: u64) -> Duration {
    // Multiples of an odd number visit every remainder.
    Duration::from_micros(kill * 7_919 * 131 % (LIFE_MS * 1_000))
}

fn look(directory: &Path, check: impl FnOnce(&Store)) {
    let store = Store::open(config(directory, None)).unwrap();
    check(&store);
    store.seal_now().unwrap();
    let audit = store.audit(|_| {}).unwrap();
    assert_eq!(audit.faults, Vec::<String>::new());
    store.close().unwrap();
}

fn deadline() -> Deadline {
    Deadline::after(Duration::from_secs(60))
}

/// Every trace that a search finds, with how many spans it has.
fn found(store: &Store) -> BTreeMap<TraceId, u32> {
    let mut found = BTreeMap::new();
    let mut after = None;
    loop {
        let search = Search {
            range: TimeRange::ALL,
            span: Vec::new(),
            trace: TraceConditions::default(),
            order: hopline_storage::Order::Newest,
            limit: 10_000,
            after,
        };
        let page = store.search(&search, deadline()).unwrap();
        assert_eq!(page.completeness, Completeness::Complete);
        for trace in page.traces {
            let twice = found.insert(trace.summary.trace_id, trace.summary.span_count);
            assert_eq!(twice, None, "{} is found twice", trace.summary.trace_id);
        }
        after = page.next;
        if after.is_none() {
            return found;
        }
    }
}

fn everything_acknowledged_is_there() {
    let directory = tempfile::tempdir().unwrap();
    let mut acknowledged = Vec::new();
    let mut next = 0;
    for number in 1..=KILLS {
        let by_this = kill(directory.path(), next, None, life(number));
        next = by_this.written.iter().max().unwrap() + WRITERS as u64 + 1;
        acknowledged.extend(by_this.written);
        if number % KILLS_PER_LOOK == 0 {
            look(directory.path(), |store| {
                let found = found(store);
                for number in &acknowledged {
                    check_whole(store, *number);
                    let id = spans(*number)[0].trace_id;
                    assert_eq!(found.get(&id), Some(&4), "trace {number}");
                }
            });
        }
    }
    println!("{} traces acknowledged, {KILLS} kills, none lost", acknowledged.len());
}

/// With retention nobody knows from outside what is due, but a trace is there whole or
/// not at all once it was acknowledged, and what was pinned is there.
fn what_retention_left_is_whole() {
    let directory = tempfile::tempdir().unwrap();
    let mut next = 0;
    let mut seen = 0;
    let mut pinned = Vec::new();
    for number in 1..=KILLS_RETIRING {
        let by_this = kill(directory.path(), next, Some(100), life(number) * 2);
        next = by_this.written.iter().max().unwrap() + WRITERS as u64 + 1;
        pinned.extend(by_this.pinned);
        look(directory.path(), |store| {
            pinned.iter().for_each(|number| check_whole(store, *number));
            for number in by_this.written {
                let id = spans(number)[0].trace_id;
                if let Some(trace) = store.trace(id, TraceBounds::NONE, deadline()).unwrap() {
                    seen += 1;
                    assert_eq!(trace.completeness, Completeness::Complete);
                }
            }
            found(store);
        });
    }
    assert!(seen > 0, "retention left nothing to look at");
    assert!(!pinned.is_empty(), "nothing was pinned");
    let pinned = pinned.len();
    println!("{seen} traces and {pinned} pins looked at after {KILLS_RETIRING} kills");
}
