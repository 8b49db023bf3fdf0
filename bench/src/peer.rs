//! `bench peer`: the same load and the same questions for a Hopline of its own and then
//! for a server that runs already, whoever made it.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use crate::dialect::{Api, Dialect};
use crate::experiment::{Experiment, Questions, Subject};
use crate::process;
use crate::request::Plan;
use crate::results::{self, Results};
use crate::run::{self, Session, Setting};
use crate::shape::Shape;
use crate::summary;

/// What to run, and on what.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub(crate) struct Options {
    #[command(flatten)]
    peer: Peer,
    /// What the traces look like.
    #[arg(long, value_enum, default_value_t = Shape::OtelDemo)]
    shape: Shape,
    /// How many spans to send to each, up to the end of the last request.
    #[arg(long, default_value_t = 1_000_000)]
    spans: u64,
    /// How long questions are asked at most while a further load comes at full speed;
    /// 0s asks none.
    #[arg(long, value_parser = humantime::parse_duration, default_value = "90s")]
    under_ingest: Duration,
    /// A line for the top of the page, as the peer's version or how it was started;
    /// again for more lines.
    #[arg(long)]
    about: Vec<String>,
    #[command(flatten)]
    setting: Setting,
}

/// The server that is not ours.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
struct Peer {
    /// What it is called.
    #[arg(id = "peer", long = "peer")]
    name: String,
    /// Where it takes OTLP: a URL, as http://127.0.0.1:4318. OTLP/HTTP adds /v1/traces.
    #[arg(long)]
    endpoint: String,
    /// Where its API is: a URL, as http://127.0.0.1:16686.
    #[arg(long)]
    api: String,
    /// What its API speaks. Hopline is always asked over its own.
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
}

/// Runs it all; answers the folder that holds the figures.
///
/// # Errors
/// Where any part fails. The peer is left as it is.
pub(crate) async fn run(options: &Options) -> anyhow::Result<PathBuf> {
    let session = Session::new();
    let Options { peer, shape, spans, setting, .. } = options;
    let plan = Plan { shape: *shape, spans: *spans, recipe: setting.recipe };
    let questions = Questions::with_under_ingest(options.under_ingest);
    let ours = run::measure(&session, setting, &plan, &setting.pace, questions).await?;
    let theirs = measure(&session, peer, setting, &plan, questions).await?;
    let both = [theirs, ours];

    let suffix = format!("peer-{}", results::slug(&peer.name));
    let folder = setting.folder.create(&session.machine, Some(&suffix))?;
    for results in &both {
        results.write(&folder)?;
    }
    let page = summary::of_peer(&session.machine, &options.about, &both);
    fs::write(folder.join("summary.md"), page)?;
    Ok(folder)
}

async fn measure(
    session: &Session,
    peer: &Peer,
    setting: &Setting,
    plan: &Plan,
    questions: Questions,
) -> anyhow::Result<Results> {
    let Session { machine, progress } = session;
    let Plan { shape, spans, .. } = plan;
    let pace = &setting.pace;
    progress.say(&format!(
        "== {}: {spans} spans {}, {}",
        peer.name,
        shape.name(),
        pace.protocol.name()
    ));
    let subject = Subject {
        endpoint: peer.endpoint.clone(),
        api: Api::new(peer.dialect, &peer.api)?,
        pid: peer.pid,
        data_dir: peer.data_dir.clone(),
    };
    let experiment = Experiment::new(subject, plan, pace, &setting.questions)?;
    let rest = async {
        process::rest(peer.pid, peer.settle).await?;
        Ok(None)
    };
    Ok(Results {
        server: peer.name.clone(),
        findings: experiment.run(questions, progress, rest).await?,
        date: results::date(),
        command: results::command(),
        machine: machine.clone(),
        plan: *plan,
        pace: pace.clone(),
        dialect: peer.dialect,
        reopened: None,
    })
}
