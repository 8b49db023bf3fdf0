//! `bench day`: spans spread over a day, and how long it takes to say what its hops add up
//! to.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde_json::Value;

use crate::load::{self, Pace, Target};
use crate::machine::Machine;
use crate::progress::Progress;
use crate::request::{Plan, Requests};
use crate::results::{self, Folder};
use crate::sender::Protocol;
use crate::server::Server;

/// How long ago the first spans are.
const DAY: Duration = Duration::from_secs(24 * 3600);
/// How long after the load minutes are folded and hours added up: two minutes after they were
/// written, and looked for once a minute.
const FOLDED_AFTER: Duration = Duration::from_secs(200);
/// What is asked, each for the same day.
const QUESTIONS: [&str; 5] = [
    "hops?since=25h&limit=200",
    "graph?since=25h",
    "tail?since=25h",
    "compare?from=-12h&reference_from=-24h&reference_to=-12h",
    "findings",
];

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    #[command(flatten)]
    plan: Plan,
    /// The server's program; without it, `hopline` beside this one.
    #[arg(long)]
    binary: Option<PathBuf>,
    /// Further arguments for it.
    #[arg(long = "server-argument")]
    server_arguments: Vec<String>,
    /// How often each is asked after the first time.
    #[arg(long, default_value_t = 50)]
    questions: usize,
    #[command(flatten)]
    folder: Folder,
}

/// What came of one question.
#[derive(Debug, serde::Serialize)]
struct Asked {
    question: &'static str,
    /// The first after a start, in milliseconds.
    first_ms: f64,
    /// Of those after it.
    p50_ms: f64,
    worst_ms: f64,
    answer_bytes: usize,
}

/// All of it.
#[derive(Debug, serde::Serialize)]
struct Report {
    date: String,
    command: String,
    machine: Machine,
    plan: Plan,
    cpu_micros_per_span: f64,
    disk_bytes_per_span: f64,
    segments: Value,
    hops: usize,
    asked: Vec<Asked>,
}

/// Loads a server, opens it again for each question, and writes the figures down.
///
/// # Errors
/// Where any part fails.
pub(crate) async fn run(options: &Options) -> anyhow::Result<PathBuf> {
    let progress = Progress::new();
    let machine = Machine::this();
    let binary = match &options.binary {
        Some(binary) => binary.clone(),
        None => std::env::current_exe()?.with_file_name("hopline"),
    };
    let scratch = tempfile::tempdir()?;
    let log = scratch.path().join("server.log");
    let data = scratch.path().join("data");
    let start = || Server::start(&binary, &data, &log, &options.server_arguments);

    let server = start()?;
    let requests = Arc::new(Requests::new(&options.plan)?);
    progress.say(&format!("sends {} spans, spread over 24 h", requests.spans));
    let subject = server.subject(Protocol::Http)?;
    let target = Target { endpoint: subject.endpoint.clone(), pid: Some(subject.pid) };
    let pace = Pace { protocol: Protocol::Http, connections: 4, rate: None, back_date: DAY };
    let never = Arc::new(AtomicBool::new(false));
    let before = crate::process::Usage::of(subject.pid)?;
    let loaded = load::run(Arc::clone(&requests), &[target], &pace, never).await?;
    let spans = loaded.first().map_or(0, |report| report.acknowledged_spans);
    progress.say("waits until all is sealed");
    server.rest(true).await?;
    progress.say("waits until minutes are folded");
    tokio::time::sleep(FOLDED_AFTER).await;
    server.rest(true).await?;
    let cpu = crate::process::Usage::of(subject.pid)?.cpu.saturating_sub(before.cpu);
    let status = server.status().await?;
    let disk_bytes = crate::disk::bytes_below(&data)?;
    server.stop().await?;

    let mut asked = Vec::new();
    let mut hops = 0;
    for question in QUESTIONS {
        progress.say(question);
        let server = start()?;
        // What a start does for itself is over.
        tokio::time::sleep(Duration::from_secs(2)).await;
        let url = url(&server, question);
        let (first, body) = ask(&url).await?;
        let mut later = Vec::new();
        for _ in 0..options.questions.max(1) {
            later.push(ask(&url).await?.0);
        }
        later.sort();
        let milliseconds = |took: Duration| took.as_secs_f64() * 1e3;
        if let Ok(answer) = serde_json::from_slice::<Value>(&body)
            && let Some(found) = answer.get("hops").and_then(Value::as_array)
        {
            hops = found.len();
        }
        asked.push(Asked {
            question,
            first_ms: milliseconds(first),
            p50_ms: milliseconds(later[later.len() / 2]),
            worst_ms: later.last().copied().map_or(0.0, milliseconds),
            answer_bytes: body.len(),
        });
        server.stop().await?;
    }
    let per_span = |bytes: u64| bytes as f64 / spans.max(1) as f64;
    let report = Report {
        date: results::date(),
        command: results::command(),
        machine: machine.clone(),
        plan: options.plan,
        cpu_micros_per_span: load::micros_per_span(cpu, spans),
        disk_bytes_per_span: per_span(disk_bytes),
        segments: status.get("segments").cloned().unwrap_or_default(),
        hops,
        asked,
    };
    let folder = options.folder.create(&machine, Some("day"))?;
    let name = options.plan.shape.name();
    let json = serde_json::to_string_pretty(&report)? + "\n";
    fs::write(folder.join(format!("{name}.json")), json)?;
    fs::write(folder.join("summary.md"), summary(&report))?;
    Ok(folder)
}

/// `question` of `server`; `-12h` is a time so long ago.
fn url(server: &Server, question: &str) -> String {
    let now = proto::clock::now_unix_nano();
    let ago = |hours: u64| (now - hours * 3600 * 1_000_000_000).to_string();
    let question = question.replace("-12h", &ago(12)).replace("-24h", &ago(24));
    format!("{}/api/v1/{question}", server.web())
}

/// How long an answer took, until its last byte, and the answer.
async fn ask(url: &str) -> anyhow::Result<(Duration, Vec<u8>)> {
    let client = reqwest::Client::builder().no_proxy().build()?;
    let begun = Instant::now();
    let response = client.get(url).send().await.with_context(|| url.to_owned())?;
    let status = response.status();
    let body = response.bytes().await?;
    ensure!(status.is_success(), "{url}: {status} {}", String::from_utf8_lossy(&body));
    Ok((begun.elapsed(), body.to_vec()))
}

fn summary(report: &Report) -> String {
    let Report { machine, plan, command, date, .. } = report;
    let mut lines = vec![
        "# What the hops of a day add up to".to_owned(),
        String::new(),
        format!(
            "{date} · {}, {} cores, Linux {} · `{command}`",
            machine.cpu, machine.cores, machine.kernel
        ),
        String::new(),
        format!(
            "{} spans of `{}`, spread over 24 h of minutes, all sealed ({} segments): {:.1} µs of \
             CPU and {:.1} bytes on disk a span. Times are at the socket, a new connection each, \
             until the last byte; *first* is the first question after a start.",
            plan.spans,
            plan.shape.name(),
            report.segments,
            report.cpu_micros_per_span,
            report.disk_bytes_per_span
        ),
        String::new(),
        "| question | first | p50 | worst | answer |".to_owned(),
        "| --- | --- | --- | --- | --- |".to_owned(),
    ];
    lines.extend(report.asked.iter().map(|asked| {
        format!(
            "| `/api/v1/{}` | {:.1} ms | {:.1} ms | {:.1} ms | {} kB |",
            asked.question,
            asked.first_ms,
            asked.p50_ms,
            asked.worst_ms,
            asked.answer_bytes / 1_000
        )
    }));
    lines.join("\n") + "\n"
}
