//! `bench run`: for each shape a server of its own, load, rest, questions, and the
//! figures in a folder under `runs/`; and a further server that is only loaded, by the
//! other protocol.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;

use crate::dialect::Dialect;
use crate::experiment::{Experiment, Questions};
use crate::load::Pace;
use crate::machine::Machine;
use crate::progress::Progress;
use crate::request::{Plan, Recipe};
use crate::results::{self, Folder, Reopened, Results};
use crate::server::Server;
use crate::shape::Shape;
use crate::{disk, query, summary};

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
    /// Leaves the further server out that is loaded by the protocol --protocol does not
    /// name.
    #[arg(long)]
    one_protocol: bool,
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
    pub(crate) pace: Pace,
    #[command(flatten)]
    pub(crate) questions: query::Options,
    #[command(flatten)]
    pub(crate) folder: Folder,
}

/// Runs it all; answers the folder that holds the figures.
///
/// # Errors
/// Where any part fails. The server is gone in any case.
pub(crate) async fn run(options: &Options) -> anyhow::Result<PathBuf> {
    let session = Session::new();
    let Options { shapes, spans, under_ingest, one_protocol, setting } = options;
    let questions = Questions::with_under_ingest(*under_ingest);
    let pace = &setting.pace;
    let by_other = Pace { protocol: pace.protocol.other(), ..pace.clone() };
    let mut all = Vec::new();
    for shape in shapes {
        let plan = Plan { shape: *shape, spans: *spans, recipe: setting.recipe };
        all.push(measure(&session, setting, &plan, pace, questions).await?);
        if !one_protocol {
            all.push(measure(&session, setting, &plan, &by_other, Questions::None).await?);
        }
    }
    let folder = setting.folder.create(&session.machine, None)?;
    for results in &all {
        results.write(&folder)?;
    }
    fs::write(folder.join("summary.md"), summary::of_runs(&session.machine, &all))?;
    Ok(folder)
}

/// What all runs of one call have in common.
pub(crate) struct Session {
    pub(crate) machine: Machine,
    pub(crate) progress: Progress,
}

impl Session {
    /// From now on.
    pub(crate) fn new() -> Self {
        Self { machine: Machine::this(), progress: Progress::new() }
    }
}

/// Runs `plan` on a Hopline of its own.
///
/// # Errors
/// Where any part fails. The server is gone in any case.
pub(crate) async fn measure(
    session: &Session,
    setting: &Setting,
    plan: &Plan,
    pace: &Pace,
    questions: Questions,
) -> anyhow::Result<Results> {
    let Session { machine, progress } = session;
    let Plan { shape, spans, .. } = plan;
    progress.say(&format!("== hopline: {spans} spans {}, {}", shape.name(), pace.protocol.name()));
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

    let server = start("first.log")?;
    let experiment =
        Experiment::new(server.subject(pace.protocol)?, plan, pace, &setting.questions)?;
    let rest = async {
        server.rest(setting.until_sealed).await?;
        server.status().await.map(Some)
    };
    let findings = experiment.run(questions, progress, rest).await?;
    server.stop().await?;

    progress.say("opens the data again, and compares the sample once more");
    let server = start("second.log")?;
    let further = findings.under_ingest.as_ref();
    let further = further.map_or(0, |further| further.load.acknowledged_spans);
    let spans = findings.load.acknowledged_spans + further;
    let reopened = Reopened {
        seconds: server.started_in.as_secs_f64(),
        spans,
        disk_bytes_per_span: disk::bytes_below(&data_dir)? as f64 / spans.max(1) as f64,
        completeness: experiment.completeness(&server.subject(pace.protocol)?.api).await?,
    };
    server.stop().await?;

    Ok(Results {
        server: "hopline".to_owned(),
        date: results::date(),
        command: results::command(),
        machine: machine.clone(),
        plan: *plan,
        pace: pace.clone(),
        dialect: Dialect::Native,
        findings,
        reopened: Some(reopened),
    })
}
