//! The same faults in trace time: how long until a finding is open that names the culprit,
//! and how many findings open while nothing is wrong.
//!
//! No server waits for the minutes to pass. A store in this process gets each trace when a
//! server's watch would count it, and every ten seconds of trace time [`query::findings::look`]
//! does what the watch does, with its rules, thresholds and its book.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ::query::findings::{Book, look};
use anyhow::Context;
use proto::{Batch, Span, TraceId};
use storage::{Config, Deadline, SpanWriter, Store};

use super::naive::{Log, NAIVE, Naive};
use super::nezha::Fault;
use crate::progress::Progress;
use crate::request::{Plan, Recipe, Requests};
use crate::shape::Shape;

const SECOND_NANO: u64 = 1_000_000_000;
const MINUTE_NANO: u64 = 60 * SECOND_NANO;
/// How often it is looked.
const LOOK_NANO: u64 = 10 * SECOND_NANO;
/// When a trace counts after its last span ended: senders give spans away every 5 s, and
/// the watch leaves out traces of which a span came within 8.
const COUNTS_AFTER_NANO: u64 = 13 * SECOND_NANO;
/// How far before the injection the minute without a fault is put.
const REFERENCE_BEFORE_NANO: u64 = 5 * MINUTE_NANO;
/// Spans in ten seconds of a steady load.
const STEADY_SPANS: usize = 500;
/// What of a steady load is looked at first: before it there is too little to compare.
const WARM_UP_NANO: u64 = 5 * MINUTE_NANO;
/// The naive ones judge so much by the ten minutes before.
const NAIVE_JUDGED_NANO: u64 = 2 * MINUTE_NANO;
const NAIVE_REFERENCE_NANO: u64 = 12 * MINUTE_NANO;
const LOOK_MAX: Duration = Duration::from_secs(60);

/// A store that traces come to, and who looks at it.
struct Timeline {
    store: Store,
    book: Book,
    /// What is not counted yet, by when it is.
    coming: BTreeMap<u64, Vec<Vec<Span>>>,
    log: Log,
    /// Of each naive one: who was conspicuous at the last look.
    alarmed: [HashSet<String>; NAIVE.len()],
    open: HashSet<String>,
    _folder: tempfile::TempDir,
}

/// What was told at a look.
struct Seen {
    /// Services that open findings name, the most harmful first.
    named: Vec<String>,
    /// Sentences of the findings that opened.
    opened: Vec<String>,
    /// The same of each naive one: services that were alarmed about twice in a row.
    naive: [(Vec<String>, usize); NAIVE.len()],
}

impl Timeline {
    fn new() -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        Ok(Self {
            store: Store::open(Config::new(folder.path()))?,
            book: Book::default(),
            coming: BTreeMap::new(),
            log: Log::default(),
            alarmed: Default::default(),
            open: HashSet::new(),
            _folder: folder,
        })
    }

    /// Takes whole traces, which count when they are settled.
    fn add(&mut self, spans: Vec<Span>) {
        let mut traces: BTreeMap<TraceId, Vec<Span>> = BTreeMap::new();
        for span in spans {
            traces.entry(span.trace_id).or_default().push(span);
        }
        for trace in traces.into_values() {
            let end = trace.iter().map(|span| span.end_time_unix_nano).max().unwrap_or(0);
            self.coming.entry(end + COUNTS_AFTER_NANO).or_default().push(trace);
        }
    }

    fn look(&mut self, now: u64) -> anyhow::Result<Seen> {
        let later = self.coming.split_off(&(now + 1));
        let due: Vec<Span> =
            std::mem::replace(&mut self.coming, later).into_values().flatten().flatten().collect();
        if !due.is_empty() {
            self.log.add(&due);
            self.store.write(&[Arc::new(Batch::of(&due))])?;
        }
        let deadline = Deadline::after(LOOK_MAX);
        // What is in the store is settled.
        look(&self.store, &mut self.book, now, Duration::ZERO, deadline);
        let mut seen = Seen { named: Vec::new(), opened: Vec::new(), naive: Default::default() };
        let mut open = HashSet::new();
        for entry in self.book.open() {
            let finding = &entry.finding;
            if !seen.named.contains(&finding.service) {
                seen.named.push(finding.service.clone());
            }
            let key = format!("{:?} {} {}", finding.what, finding.service, finding.name);
            if !self.open.contains(&key) {
                seen.opened.push(finding.sentence.clone());
            }
            open.insert(key);
        }
        self.open = open;
        let begin = now.saturating_sub(NAIVE_JUDGED_NANO);
        let judged = self.log.within(begin..now);
        let reference = now.saturating_sub(NAIVE_REFERENCE_NANO);
        let reference = self.log.within(reference..begin);
        self.log.forget(now.saturating_sub(NAIVE_REFERENCE_NANO));
        for (place, Naive { rank, alarm, .. }) in NAIVE.iter().enumerate() {
            let mut ranking = rank(&reference, &judged);
            ranking.retain(|(_, score)| score >= alarm);
            ranking.sort_by(|(_, one), (_, other)| other.total_cmp(one));
            let now: HashSet<String> = ranking.iter().map(|(service, _)| service.clone()).collect();
            let before = std::mem::replace(&mut self.alarmed[place], now);
            let again = ranking.into_iter().map(|(service, _)| service);
            seen.naive[place].0 = again.filter(|service| before.contains(service)).collect();
            seen.naive[place].1 = self.alarmed[place].difference(&before).count();
        }
        Ok(seen)
    }
}

/// How long it took to name culprits, in nanoseconds; `None` where none was named.
#[derive(Default)]
struct Times(Vec<Option<u64>>);

impl Times {
    fn cells(&self) -> String {
        let mut found: Vec<u64> = self.0.iter().copied().flatten().collect();
        found.sort_unstable();
        let minutes = |nano: u64| format!("{:.1}", nano as f64 / MINUTE_NANO as f64);
        let median = found.get(found.len() / 2).map_or("–".to_owned(), |nano| minutes(*nano));
        let most = found.last().map_or("–".to_owned(), |nano| minutes(*nano));
        format!("{} of {} | {median} | {most}", found.len(), self.0.len())
    }
}

/// Replays all of it; answers two tables.
///
/// # Errors
/// Where data is missing or the store fails.
pub(super) fn run(
    faults: &[Fault],
    data: &Path,
    steady_hours: u64,
    progress: &Progress,
) -> anyhow::Result<String> {
    let mut times: BTreeMap<(String, String, &str), [Times; 2]> = BTreeMap::new();
    let mut told = Vec::new();
    let mut before_injection = 0;
    for fault in faults {
        if !fault.has_beginning()? {
            continue;
        }
        for with_logs in [false, true] {
            if with_logs && fault.system != "TrainTicket" {
                continue;
            }
            let (found, early) = detect(fault, data, with_logs)?;
            before_injection += early.len();
            told.push(line(fault, with_logs, &found, &early));
            for (method, places) in found {
                let is_naive = NAIVE.iter().any(|naive| naive.name == method);
                if with_logs && is_naive {
                    continue;
                }
                let method = if with_logs { "Hopline, traces and logs" } else { method };
                for kind in [fault.fault_type.as_str(), "all"] {
                    let key = (fault.system.clone(), kind.to_owned(), method);
                    let times = times.entry(key).or_default();
                    times[0].0.push(places[0]);
                    times[1].0.push(places[1]);
                }
            }
        }
    }
    let mut out = String::from(
        "## Time to detect\n\n\
         In trace time, by the watch's own rules and book (`query::findings::look`), every ten \
         seconds; a trace counts 13 s after its last span ended (5 s until its sender gives it \
         away, 8 s in which nothing more came). The one minute without a fault there is lies five \
         minutes before the injection; then come the minutes from that of the injection on, of \
         which the data have two or three: what was not named until 30 s after them counts as \
         not named. Only faults of which two minutes are there, from that of the injection or the \
         next one on. \
         Minutes are from the injection until an open finding names the culprit, first or among \
         the first three services. The naive rankings judge two minutes by the ten before them \
         and are alarmed from 3 standard deviations, or twice the p95, on, twice in a row.\n\n\
         | system | fault | method | first: named | median min | most | among three: named | median min | most |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for ((system, kind, method), [first, three]) in &times {
        let (first, three) = (first.cells(), three.cells());
        writeln!(out, "| {system} | {kind} | {method} | {first} | {three} |")?;
    }
    writeln!(
        out,
        "\nFindings that were open before the injection: {before_injection}.\n\n\
         ## False findings\n\n\
         Findings that opened while nothing was wrong, by the same rules, {STEADY_SPANS} spans \
         in ten seconds of trace time; of these loads 3 % of the traces have an error and 1 % \
         take ten times as long, throughout. Real minutes without a fault are one for each day \
         only, which is too few to count.\n\n\
         | load | hours | requests a minute | Hopline | an hour | {} | {} |\n\
         | --- | --- | --- | --- | --- | --- | --- |",
        NAIVE[0].name, NAIVE[1].name
    )?;
    for shape in [Shape::OtelDemo, Shape::Layered] {
        progress.say(&format!("{steady_hours} hours of {}", shape.name()));
        let steady = steady(shape, steady_hours)?;
        writeln!(
            out,
            "| {} | {steady_hours} | {:.0} | {} | {:.2} | {:.1} an hour | {:.1} an hour |",
            shape.name(),
            steady.requests_per_minute,
            steady.opened.len(),
            steady.opened.len() as f64 / steady_hours.max(1) as f64,
            steady.naive[0] as f64 / steady_hours.max(1) as f64,
            steady.naive[1] as f64 / steady_hours.max(1) as f64,
        )?;
        told.extend(steady.opened.iter().map(|sentence| format!("- {}: {sentence}", shape.name())));
    }
    writeln!(out, "\n## What was told in trace time\n\n{}", told.join("\n"))?;
    Ok(out)
}

/// When Hopline named the culprit, and what it told of before there was one.
fn line(fault: &Fault, with_logs: bool, found: &Detected, early: &[String]) -> String {
    let Fault { system, day, fault_type, culprit_service, .. } = fault;
    let minutes = |nano: Option<u64>| {
        nano.map_or("–".to_owned(), |nano| format!("{:.1}", nano as f64 / MINUTE_NANO as f64))
    };
    let [first, three] = found.first().map_or([None; 2], |(_, places)| *places).map(minutes);
    let logs = if with_logs { ", with logs" } else { "" };
    let early: String =
        early.iter().map(|sentence| format!("\n  - before the injection: {sentence}")).collect();
    format!(
        "- {system} {day}, {fault_type} in {culprit_service}{logs}: first after {first} min, \
         among three after {three} min{early}"
    )
}

type Detected = Vec<(&'static str, [Option<u64>; 2])>;

/// When each method names the culprit of `fault` first, and among three; and what opened before
/// the injection.
fn detect(fault: &Fault, data: &Path, with_logs: bool) -> anyhow::Result<(Detected, Vec<String>)> {
    // A store keeps hours of what is older than a day: the same minutes, but today.
    let injected = fault.injected_unix_nano()?;
    let today = proto::clock::now_unix_nano() - REFERENCE_BEFORE_NANO * 4;
    let later = today / MINUTE_NANO * MINUTE_NANO - injected / MINUTE_NANO * MINUTE_NANO;
    let injected = injected + later;
    let mut timeline = Timeline::new()?;
    let mut reference = fault.reference(data)?.spans(data, with_logs)?;
    let first = reference.iter().map(|span| span.start_time_unix_nano).min();
    let first = first.context("a minute without spans")?;
    let begin = (injected - REFERENCE_BEFORE_NANO) / MINUTE_NANO * MINUTE_NANO;
    for span in &mut reference {
        span.start_time_unix_nano = span.start_time_unix_nano - first + begin;
        span.end_time_unix_nano = span.end_time_unix_nano - first + begin;
    }
    timeline.add(reference);
    let mut end = 0;
    let mut all = Vec::new();
    for minute in fault.minutes(data) {
        all.extend(minute.spans(data, with_logs)?);
    }
    for span in &mut all {
        span.start_time_unix_nano += later;
        span.end_time_unix_nano += later;
        end = end.max(span.start_time_unix_nano);
    }
    timeline.add(all);
    let mut found: Detected = vec![("Hopline, traces", [None; 2])];
    found.extend(NAIVE.iter().map(|naive| (naive.name, [None; 2])));
    let mut early = Vec::new();
    let mut now = injected / MINUTE_NANO * MINUTE_NANO;
    while now <= end + 30 * SECOND_NANO {
        let seen = timeline.look(now)?;
        if now < injected {
            early.extend(seen.opened);
        } else {
            let named =
                std::iter::once(&seen.named).chain(seen.naive.iter().map(|(named, _)| named));
            for ((_, places), named) in found.iter_mut().zip(named) {
                let place = named.iter().position(|service| *service == fault.culprit_service);
                for (known, among) in places.iter_mut().zip([1, 3]) {
                    if place.is_some_and(|place| place < among) && known.is_none() {
                        *known = Some(now - injected);
                    }
                }
            }
        }
        now += LOOK_NANO;
    }
    Ok((found, early))
}

/// What was told of a load without a fault.
#[derive(Default)]
struct Steady {
    requests_per_minute: f64,
    opened: Vec<String>,
    naive: [usize; NAIVE.len()],
}

fn steady(shape: Shape, hours: u64) -> anyhow::Result<Steady> {
    let steps = hours * 3600 / 10;
    let recipe = Recipe { spans_per_request: STEADY_SPANS, seed: 1, one_trace: false };
    let plan = Plan { shape, spans: (steps + 1) * STEADY_SPANS as u64, recipe };
    let requests = Requests::new(&plan)?;
    let mut timeline = Timeline::new()?;
    let mut steady = Steady::default();
    let begin = (proto::clock::now_unix_nano() - (hours + 1) * 60 * MINUTE_NANO) / MINUTE_NANO;
    let begin = begin * MINUTE_NANO;
    let mut traces = 0;
    for step in 0..steps.min(requests.count) {
        let now = begin + step * LOOK_NANO;
        let body = requests.encode(step, |first| begin + first * LOOK_NANO).bytes;
        let limits = proto::otlp::Limits::default();
        let decoded = proto::otlp::protobuf::decode_request(&body, &limits);
        traces += requests.traces_in(step).len();
        timeline.add(decoded.context("our own request")?.batch.spans());
        if now < begin + WARM_UP_NANO {
            continue;
        }
        let seen = timeline.look(now)?;
        steady.opened.extend(seen.opened);
        for (count, (_, more)) in steady.naive.iter_mut().zip(&seen.naive) {
            *count += more;
        }
    }
    steady.requests_per_minute = traces as f64 / (hours * 60) as f64;
    Ok(steady)
}
