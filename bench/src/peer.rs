//! `bench peer`: the same load and the same questions for a server that runs already,
//! whoever made it.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use crate::dialect::{Api, Dialect};
use crate::experiment::{Experiment, Subject};
use crate::load::Pace;
use crate::machine::Machine;
use crate::request::Plan;
use crate::results::{self, Folder, Results};
use crate::{process, query, summary};

/// What to run, and on what.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub(crate) struct Options {
    /// Where it takes OTLP: a URL, as http://127.0.0.1:4318. OTLP/HTTP adds /v1/traces.
    #[arg(long)]
    endpoint: String,
    /// Where its API is: a URL, as http://127.0.0.1:16686.
    #[arg(long)]
    api: String,
    /// What its API speaks.
    #[arg(long, value_enum, default_value_t = Dialect::Jaeger)]
    dialect: Dialect,
    /// Its process id.
    #[arg(long)]
    pid: u32,
    /// The folder of its data. It should have been empty.
    #[arg(long)]
    data_dir: PathBuf,
    /// How long it is given at least to come to rest after the load.
    #[arg(long, value_parser = humantime::parse_duration, default_value = "60s")]
    settle: Duration,
    /// How long questions are asked at most while a further load comes at full speed;
    /// 0s asks none.
    #[arg(long, value_parser = humantime::parse_duration, default_value = "90s")]
    under_ingest: Duration,
    /// A line for the top of the page, as its version or how it was started; again for
    /// more lines.
    #[arg(long)]
    about: Vec<String>,
    #[command(flatten)]
    plan: Plan,
    #[command(flatten)]
    pace: Pace,
    #[command(flatten)]
    questions: query::Options,
    #[command(flatten)]
    folder: Folder,
}

/// Runs it all; answers the folder that holds the figures.
///
/// # Errors
/// Where any part fails. The server is left as it is.
pub(crate) async fn run(options: &Options) -> anyhow::Result<PathBuf> {
    let machine = Machine::this();
    let Options { plan, pace, questions, .. } = options;
    let subject = Subject {
        endpoint: options.endpoint.clone(),
        api: Api::new(options.dialect, &options.api)?,
        pid: options.pid,
        data_dir: options.data_dir.clone(),
    };
    let mut experiment = Experiment::new(subject, plan, pace, questions)?;
    let load = experiment.load().await?;
    process::rest(options.pid, options.settle).await?;
    let at_rest = experiment.at_rest()?;
    let completeness = experiment.completeness().await?;
    let query = experiment.ask().await?;
    let under_ingest = if options.under_ingest.is_zero() {
        None
    } else {
        Some(experiment.ask_under_ingest(options.under_ingest).await?)
    };
    let results = Results {
        date: results::date(),
        command: results::command(),
        machine: machine.clone(),
        plan: *plan,
        pace: pace.clone(),
        load,
        at_rest,
        status: None,
        completeness,
        query,
        under_ingest,
        reopened: None,
    };
    let folder = options.folder.create(&machine, Some("peer"))?;
    results.write(&folder)?;
    let page = summary::of_peer(&machine, &options.about, &results);
    fs::write(folder.join("summary.md"), page)?;
    Ok(folder)
}
