//! `bench run`: a server of its own, load, rest, questions, and the figures in a
//! folder under `runs/`.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::Context;
use serde_json::Value;

use crate::machine::Machine;
use crate::process::Usage;
use crate::sender::Protocol;
use crate::server::Server;
use crate::{load, query, summary};

/// What to run.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub(crate) struct Options {
    /// The server's program; without it, `hopline` beside this one.
    #[arg(long)]
    binary: Option<PathBuf>,
    /// Further arguments for it.
    #[arg(long = "server-argument")]
    server_arguments: Vec<String>,
    /// Where the folder of the figures goes.
    #[arg(long, default_value = "bench/runs")]
    runs: PathBuf,
    /// The folder's name, without the date.
    #[arg(long)]
    name: Option<String>,
    /// Where the server's data goes for the time being.
    #[arg(long)]
    scratch: Option<PathBuf>,
    /// Measures only when no span is held in memory only, which takes minutes.
    #[arg(long)]
    until_sealed: bool,
    #[command(flatten)]
    load: load::Options,
    #[command(flatten)]
    query: query::Options,
}

/// All that is known of a run.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Results {
    pub(crate) date: String,
    pub(crate) command: String,
    pub(crate) machine: Machine,
    pub(crate) load_options: load::Options,
    pub(crate) load: load::Report,
    pub(crate) at_rest: AtRest,
    pub(crate) query: Vec<query::Report>,
    pub(crate) open: Open,
}

/// The server when the load was over and it had come to rest.
#[derive(Debug, serde::Serialize)]
pub(crate) struct AtRest {
    /// All CPU time since the load began, over the spans acknowledged.
    pub(crate) cpu_micros_per_span: f64,
    pub(crate) resident_bytes: u64,
    pub(crate) resident_bytes_max: u64,
    /// Space that is allocated on disk, by file system blocks.
    pub(crate) disk_bytes: u64,
    pub(crate) disk_bytes_per_span: f64,
    /// What the server said about itself.
    pub(crate) status: Value,
}

/// Stopping and starting again on the same data.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Open {
    pub(crate) seconds: f64,
    pub(crate) disk_bytes_per_span: f64,
}

/// Runs it all; answers the folder that holds the figures.
///
/// # Errors
/// Where any part fails. The server is gone in any case.
pub(crate) async fn run(options: &Options) -> anyhow::Result<PathBuf> {
    let machine = Machine::this();
    let binary = match &options.binary {
        Some(binary) => binary.clone(),
        None => std::env::current_exe()?.with_file_name("hopline"),
    };
    let scratch = match &options.scratch {
        Some(parent) => tempfile::tempdir_in(parent),
        None => tempfile::tempdir(),
    };
    let scratch = scratch.context("cannot make a folder for the server's data")?;
    let data_dir = scratch.path().join("data");
    let start = |log: &str| {
        let log = scratch.path().join(log);
        Server::start(&binary, &data_dir, &log, &options.server_arguments)
            .with_context(|| fs::read_to_string(&log).unwrap_or_default())
    };
    let server = start("first.log")?;

    let before = Usage::of(server.pid())?.cpu;
    let endpoint = match options.load.protocol {
        Protocol::Http => &server.otlp_http,
        Protocol::Grpc => &server.otlp_grpc,
    };
    let load = load::run(endpoint, &options.load, Some(server.pid())).await?;
    server.rest(options.until_sealed).await?;
    let spans = load.acknowledged_spans.max(1) as f64;
    let usage = Usage::of(server.pid())?;
    let disk_bytes = disk_bytes(&data_dir)?;
    let at_rest = AtRest {
        cpu_micros_per_span: (usage.cpu - before).as_secs_f64() * 1e6 / spans,
        resident_bytes: usage.resident_bytes,
        resident_bytes_max: usage.resident_bytes_max,
        disk_bytes,
        disk_bytes_per_span: disk_bytes as f64 / spans,
        status: server.status().await?,
    };
    let query = query::run(&server.web, &options.load.plan, &options.query).await?;
    server.stop().await?;

    let server = start("second.log")?;
    let open = Open {
        seconds: server.started_in.as_secs_f64(),
        disk_bytes_per_span: self::disk_bytes(&data_dir)? as f64 / spans,
    };
    server.stop().await?;

    let results = Results {
        date: date(),
        command: command(),
        load_options: options.load.clone(),
        load,
        at_rest,
        query,
        open,
        machine,
    };
    write(&results, &options.runs, options.name.as_deref())
}

/// What was typed, without the place of this program.
fn command() -> String {
    let arguments = std::env::args().skip(1);
    std::iter::once("hopline-bench".to_owned()).chain(arguments).collect::<Vec<_>>().join(" ")
}

/// Today, as `2026-11-23`.
fn date() -> String {
    let since_epoch = Duration::from_nanos(proto::clock::now_unix_nano());
    let now = SystemTime::UNIX_EPOCH + since_epoch;
    let mut text = humantime::format_rfc3339_seconds(now).to_string();
    text.truncate("2026-11-23".len());
    text
}

fn write(results: &Results, runs: &Path, name: Option<&str>) -> anyhow::Result<PathBuf> {
    let name = name.map_or_else(|| results.machine.slug(), str::to_owned);
    let folder = runs.join(format!("{}-{name}", results.date));
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    fs::write(folder.join("results.json"), serde_json::to_string_pretty(results)? + "\n")?;
    fs::write(folder.join("summary.md"), summary::text(results))?;
    Ok(folder)
}

/// What the files below `folder` take on disk.
fn disk_bytes(folder: &Path) -> anyhow::Result<u64> {
    /// Of `st_blocks` (stat(2)).
    const BLOCK_BYTES: u64 = 512;
    let mut bytes = 0;
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            // A file may go while we look.
            let Ok(metadata) = entry.metadata() else {
                continue;
            };
            if metadata.is_dir() {
                folders.push(entry.path());
            } else {
                bytes += metadata.blocks() * BLOCK_BYTES;
            }
        }
    }
    Ok(bytes)
}
