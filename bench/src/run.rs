//! `bench run`: for each shape a server of its own, load, rest, questions, and the
//! figures in a folder under `runs/`.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;

use crate::experiment::{self, Experiment};
use crate::load::Pace;
use crate::machine::Machine;
use crate::request::{Plan, Recipe};
use crate::results::{self, Folder, Reopened, Results};
use crate::server::Server;
use crate::shape::Shape;
use crate::{query, summary};

/// What to run.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub(crate) struct Options {
    /// What the traces look like; one server after the other for each.
    #[arg(
        long = "shape",
        value_enum,
        value_delimiter = ',',
        default_values_t = [Shape::OtelDemo, Shape::Diverse]
    )]
    shapes: Vec<Shape>,
    /// How many spans to send, up to the end of the last request.
    #[arg(long, default_value_t = 1_000_000)]
    spans: u64,
    /// How long questions are asked at most while a further load comes at full speed;
    /// 0s asks none.
    #[arg(long, value_parser = humantime::parse_duration, default_value = "90s")]
    under_ingest: Duration,
    #[command(flatten)]
    setting: Setting,
}

/// What all runs of a Hopline have in common.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub(crate) struct Setting {
    /// The server's program; without it, `hopline` beside this one.
    #[arg(long)]
    binary: Option<PathBuf>,
    /// Further arguments for it.
    #[arg(long = "server-argument")]
    server_arguments: Vec<String>,
    /// Where the server's data goes for the time being.
    #[arg(long)]
    scratch: Option<PathBuf>,
    /// Measures only when no span is held in memory only, which takes minutes.
    #[arg(long)]
    until_sealed: bool,
    #[command(flatten)]
    pub(crate) recipe: Recipe,
    #[command(flatten)]
    pace: Pace,
    #[command(flatten)]
    questions: query::Options,
    #[command(flatten)]
    pub(crate) folder: Folder,
}

/// Runs it all; answers the folder that holds the figures.
///
/// # Errors
/// Where any part fails. The server is gone in any case.
pub(crate) async fn run(options: &Options) -> anyhow::Result<PathBuf> {
    let machine = Machine::this();
    let Options { shapes, spans, under_ingest, setting } = options;
    let mut all = Vec::new();
    for shape in shapes {
        let plan = Plan { shape: *shape, spans: *spans, recipe: setting.recipe };
        all.push(measure(&machine, setting, &plan, *under_ingest).await?);
    }
    let folder = setting.folder.create(&machine, None)?;
    for results in &all {
        results.write(&folder)?;
    }
    fs::write(folder.join("summary.md"), summary::of_runs(&machine, &all))?;
    Ok(folder)
}

/// Runs `plan` on a server of its own.
///
/// # Errors
/// Where any part fails. The server is gone in any case.
pub(crate) async fn measure(
    machine: &Machine,
    setting: &Setting,
    plan: &Plan,
    under_ingest: Duration,
) -> anyhow::Result<Results> {
    let binary = match &setting.binary {
        Some(binary) => binary.clone(),
        None => std::env::current_exe()?.with_file_name("hopline"),
    };
    let scratch = match &setting.scratch {
        Some(parent) => tempfile::tempdir_in(parent),
        None => tempfile::tempdir(),
    };
    let scratch = scratch.context("cannot make a folder for the server's data")?;
    let data_dir = scratch.path().join("data");
    let start = |log: &str| {
        let log = scratch.path().join(log);
        Server::start(&binary, &data_dir, &log, &setting.server_arguments)
            .with_context(|| fs::read_to_string(&log).unwrap_or_default())
    };
    let Setting { pace, questions, until_sealed, .. } = setting;

    let server = start("first.log")?;
    let mut experiment = Experiment::new(server.subject(pace.protocol)?, plan, pace, questions)?;
    let load = experiment.load().await?;
    server.rest(*until_sealed).await?;
    let at_rest = experiment.at_rest()?;
    let status = server.status().await?;
    let completeness = experiment.completeness().await?;
    let query = experiment.ask().await?;
    let under_ingest = if under_ingest.is_zero() {
        None
    } else {
        Some(experiment.ask_under_ingest(under_ingest).await?)
    };
    server.stop().await?;

    let server = start("second.log")?;
    let further = under_ingest.as_ref().map_or(0, |further| further.load.acknowledged_spans);
    let spans = load.acknowledged_spans + further;
    let reopened = Reopened {
        seconds: server.started_in.as_secs_f64(),
        spans,
        disk_bytes_per_span: experiment::disk_bytes(&data_dir)? as f64 / spans.max(1) as f64,
        completeness: experiment.completeness_by(&server.subject(pace.protocol)?.api).await?,
    };
    server.stop().await?;

    Ok(Results {
        date: results::date(),
        command: results::command(),
        machine: machine.clone(),
        plan: *plan,
        pace: pace.clone(),
        load,
        at_rest,
        status: Some(status),
        completeness,
        query,
        under_ingest,
        reopened: Some(reopened),
    })
}
