//! Labelled faults of real systems, replayed: how often the culprit is named first.
//!
//! The protocol is Nezha's (see [`nezha`]), which others publish figures for: one minute
//! without a fault, one minute two minutes after the injection, services ranked. Both go
//! to a server of its own by OTLP, and `/api/v1/compare` ranks. A tie takes the worst place.

mod logs;
mod naive;
mod nezha;
mod score;
mod timeline;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use proto::Span;
use proto::otlp::json::encode_request;
use serde::Deserialize;

use crate::machine::Machine;
use crate::progress::Progress;
use crate::results::Folder;
use crate::server::Server;
use logs::take_logs;
use naive::{NAIVE, Naive, Ranking, durations};
use nezha::{Fault, Minute};
use score::{Scores, place};

/// How far apart the minutes are put, in nanoseconds: a minute's last traces end in the
/// next one.
const APART_NANO: u64 = 5 * 60 * 1_000_000_000;
/// Spans in a request.
const REQUEST_SPANS: usize = 2_000;

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// A folder with Nezha's `faults.csv`, `rca_data` and `construct_data`.
    #[arg(long)]
    data: PathBuf,
    /// The server's program; without it, `hopline` beside this one.
    #[arg(long)]
    binary: Option<PathBuf>,
    /// How many hours of each load without a fault are looked at for false findings.
    #[arg(long, default_value_t = 4)]
    steady_hours: u64,
    /// Looks at the time to detect and at false findings only, without a server.
    #[arg(long)]
    only_in_trace_time: bool,
    #[command(flatten)]
    folder: Folder,
}

/// A minute that a server holds.
struct Replayed {
    spans: Vec<Span>,
    from_unix_nano: u64,
}

/// What is read of an answer.
#[derive(Deserialize)]
struct Answer {
    services: Vec<Service>,
}

#[derive(Deserialize)]
struct Service {
    service: String,
    harm: f64,
}

/// Replays the faults, with logs and without, and writes the table down.
///
/// # Errors
/// Where data is missing or the server fails.
pub(crate) async fn run(options: &Options) -> anyhow::Result<PathBuf> {
    let faults = nezha::faults(&options.data)?;
    let binary = match &options.binary {
        Some(binary) => binary.clone(),
        None => std::env::current_exe()?.with_file_name("hopline"),
    };
    let progress = Progress::new();
    let mut scores = Scores::default();
    let mut lines = Vec::new();
    for with_logs in [false, true].into_iter().filter(|_| !options.only_in_trace_time) {
        let method = if with_logs { "Hopline, traces and logs" } else { "Hopline, traces" };
        // Only one of the systems has logs that can be joined.
        let of_logs = |fault: &&Fault| !with_logs || fault.system == "TrainTicket";
        let faults: Vec<&Fault> = faults.iter().filter(of_logs).collect();
        let minutes = minutes(&faults, &options.data)?;
        progress.say(&format!("{method}: replays {} minutes", minutes.len()));
        let scratch = tempfile::tempdir()?;
        let log = scratch.path().join("server.log");
        let server = Server::start(&binary, &scratch.path().join("data"), &log, &[])?;
        let held = replay(&server, &minutes, &options.data, with_logs).await?;
        for fault in faults {
            let Some(judged) = fault.judged(&options.data) else {
                lines.push(format!("- {} {}: no traces", fault.system, fault.culprit_service));
                continue;
            };
            let (now, before) = (&held[&judged], &held[&fault.reference(&options.data)?]);
            let ranking = server_ranks(&server, now, before).await?;
            let own = place(&ranking, &fault.culprit_service);
            scores.add(&fault.system, method, &fault.fault_type, own);
            lines.push(line(fault, method, own, &ranking));
            if !with_logs {
                let (before, now) = (durations(&before.spans), durations(&now.spans));
                for Naive { name, rank, .. } in NAIVE {
                    let ranking = rank(&before, &now);
                    let own = place(&ranking, &fault.culprit_service);
                    scores.add(&fault.system, name, &fault.fault_type, own);
                }
            }
        }
        server.stop().await?;
    }
    progress.say("replays faults and hours without any, a look every ten seconds");
    let timeline = timeline::run(&faults, &options.data, options.steady_hours, &progress)?;
    write(options, &scores, &timeline, &lines)
}

/// The minutes that are asked about.
fn minutes(faults: &[&Fault], folder: &Path) -> anyhow::Result<Vec<Minute>> {
    let mut minutes = Vec::new();
    for fault in faults {
        minutes.extend(fault.judged(folder));
        minutes.push(fault.reference(folder)?);
    }
    minutes.sort();
    minutes.dedup();
    Ok(minutes)
}

/// Sends the minutes, each put where no other is.
async fn replay(
    server: &Server,
    minutes: &[Minute],
    folder: &Path,
    with_logs: bool,
) -> anyhow::Result<BTreeMap<Minute, Replayed>> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let end = proto::clock::now_unix_nano() / APART_NANO * APART_NANO;
    let mut held = BTreeMap::new();
    for (minute, places) in minutes.iter().zip((1..=minutes.len() as u64).rev()) {
        let mut spans = minute.spans(folder, with_logs)?;
        let first = spans.iter().map(|span| span.start_time_unix_nano).min();
        let first = first.context("a minute without spans")?;
        let from_unix_nano = end - places * APART_NANO;
        for span in &mut spans {
            span.start_time_unix_nano = span.start_time_unix_nano - first + from_unix_nano;
            span.end_time_unix_nano = span.end_time_unix_nano - first + from_unix_nano;
            for event in &mut span.events {
                let since_first = event.time_unix_nano.saturating_sub(first);
                event.time_unix_nano = from_unix_nano.saturating_add(since_first);
            }
        }
        // Exporters of logs wait for less long than those of spans.
        for part in spans.chunks_mut(REQUEST_SPANS) {
            if let Some(logs) = take_logs(part) {
                post(&client, server, "logs", logs).await?;
            }
            post(&client, server, "traces", encode_request(part)).await?;
        }
        held.insert(minute.clone(), Replayed { spans, from_unix_nano });
    }
    Ok(held)
}

/// Sends OTLP/JSON, all of which must be accepted.
async fn post(
    client: &reqwest::Client,
    server: &Server,
    signal: &str,
    body: impl Into<reqwest::Body>,
) -> anyhow::Result<()> {
    let request = client
        .post(format!("{}/v1/{signal}", server.otlp_http()))
        .header("content-type", "application/json")
        .body(body);
    let text = request.send().await?.error_for_status()?.text().await?;
    ensure!(!text.contains("partialSuccess"), "refused: {text}");
    Ok(())
}

/// The services, as the server ranks them.
async fn server_ranks(
    server: &Server,
    now: &Replayed,
    before: &Replayed,
) -> anyhow::Result<Ranking> {
    let end = |replayed: &Replayed| replayed.from_unix_nano + APART_NANO;
    let url = format!(
        "{}/api/v1/compare?from={}&to={}&reference_from={}&reference_to={}",
        server.web(),
        now.from_unix_nano,
        end(now),
        before.from_unix_nano,
        end(before),
    );
    let client = reqwest::Client::builder().no_proxy().build()?;
    let answer: Answer = client.get(url).send().await?.error_for_status()?.json().await?;
    Ok(answer.services.into_iter().map(|one| (one.service, one.harm)).collect())
}

fn line(fault: &Fault, method: &str, own: Option<usize>, ranking: &Ranking) -> String {
    let Fault { system, day, fault_type, culprit_service, .. } = fault;
    let place = own.map_or("not named".to_owned(), |place| format!("place {place}"));
    let first: Vec<String> =
        ranking.iter().take(3).map(|(service, harm)| format!("{service} {harm:.3}")).collect();
    format!(
        "- {system} {day}, {fault_type} in {culprit_service}: {place} ({method}); {}",
        first.join(", ")
    )
}

fn write(
    options: &Options,
    scores: &Scores,
    timeline: &str,
    lines: &[String],
) -> anyhow::Result<PathBuf> {
    let folder = options.folder.create(&Machine::this(), Some("accuracy"))?;
    let text = format!(
        "# Accuracy on labelled faults\n\n\
         Faults of Nezha (FSE 2023) replayed through the real binary by OTLP; one minute without \
         a fault, one two minutes after the injection, services ranked by `/api/v1/compare` with \
         its defaults. AS@k: the culprit is among the first k. A tie takes the worst place; a \
         culprit that is not named takes none. Rules and thresholds were chosen while these very \
         faults were looked at, so other faults of these systems, and other systems, will do \
         worse. One fault is 4 points.\n{}\n{timeline}\n## Fault by fault\n\n{}\n",
        scores.table(),
        lines.join("\n"),
    );
    std::fs::write(folder.join("summary.md"), text)?;
    Ok(folder)
}
