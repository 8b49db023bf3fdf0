//! Load generator, query bench and committed runs. `runs/` holds what they said.

mod accuracy;
mod completeness;
mod day;
mod dialect;
mod dice;
mod disk;
mod experiment;
mod findings;
mod latency;
mod load;
mod machine;
mod others;
mod peer;
mod process;
mod progress;
mod query;
mod question;
mod request;
mod results;
mod run;
mod scale;
mod sender;
mod sent;
mod server;
mod shape;
mod store;
mod summary;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::ensure;
use clap::{Parser, Subcommand};
use serde::Serialize;

/// The server's, so that the store costs here what it costs there.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Measures a tracing backend.
#[derive(Debug, Parser)]
#[command(name = "hopline-bench", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Send spans to any OTLP endpoint, or the same to several.
    Load(Load),
    /// Ask a server that holds what `load` sent, with the same shape, spans and seed.
    Query(Query),
    /// Write to a store in this process, without sockets: what each step costs.
    Store(request::Plan),
    /// Start a Hopline, load it, ask it, and write the figures down: the standard set.
    Run(run::Options),
    /// The same with more and more spans, and how the figures grow.
    Scale(scale::Options),
    /// The same for a server of any make that runs already.
    Peer(peer::Options),
    /// Spread spans over a day, and ask what its hops add up to.
    Day(day::Options),
    /// Replay labelled faults, and count how often the culprit is named first.
    Accuracy(accuracy::Options),
}

#[derive(Debug, clap::Args)]
struct Load {
    /// A receiver, a URL; OTLP/HTTP adds /v1/traces. Again for a further one, which
    /// gets the same requests at the same time.
    #[arg(long, default_value = "http://127.0.0.1:4318")]
    endpoint: Vec<String>,
    /// The server's process id, to measure its CPU time, memory and writing. With
    /// several endpoints one for each, in their order, or none.
    #[arg(long)]
    pid: Vec<u32>,
    #[command(flatten)]
    plan: request::Plan,
    #[command(flatten)]
    pace: load::Pace,
}

#[derive(Debug, clap::Args)]
struct Query {
    /// The API, a URL; what comes below it is the dialect's.
    #[arg(long, default_value = "http://127.0.0.1:4320")]
    api: String,
    /// What it speaks.
    #[arg(long, value_enum, default_value_t = dialect::Dialect::Native)]
    dialect: dialect::Dialect,
    #[command(flatten)]
    plan: request::Plan,
    #[command(flatten)]
    options: query::Options,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let work = async {
        match Cli::parse().command {
            Command::Load(load) => print(&load.run().await?),
            Command::Query(query) => print(&query.run().await?),
            Command::Store(plan) => print(&store::run(&plan)?),
            Command::Run(options) => show(run::run(&options).await?),
            Command::Scale(options) => show(scale::run(&options).await?),
            Command::Peer(options) => show(peer::run(&options).await?),
            Command::Day(options) => show(day::run(&options).await?),
            Command::Accuracy(options) => show(accuracy::run(&options).await?),
        }
    };
    tokio::select! {
        outcome = work => outcome,
        interrupted = tokio::signal::ctrl_c() => {
            interrupted?;
            anyhow::bail!("interrupted");
        }
    }
}

impl Load {
    async fn run(self) -> anyhow::Result<Vec<load::Report>> {
        let (endpoints, pids) = (self.endpoint.len(), self.pid.len());
        ensure!(
            pids == 0 || pids == endpoints,
            "{endpoints} endpoints and {pids} process ids; give --pid for each endpoint or for none"
        );
        let mut pids = self.pid.into_iter();
        let endpoints = self.endpoint.into_iter();
        let targets: Vec<_> =
            endpoints.map(|endpoint| load::Target { endpoint, pid: pids.next() }).collect();
        let requests = Arc::new(request::Requests::new(&self.plan)?);
        load::run(requests, &targets, &self.pace, Arc::new(AtomicBool::new(false))).await
    }
}

/// What `query` says.
#[derive(Serialize)]
struct QueryReport {
    completeness: completeness::Report,
    query: query::Report,
}

impl Query {
    async fn run(self) -> anyhow::Result<QueryReport> {
        let api = dialect::Api::new(self.dialect, &self.api)?;
        let requests = request::Requests::new(&self.plan)?;
        let seed = self.plan.recipe.seed;
        let traces = self.options.traces;
        Ok(QueryReport {
            completeness: completeness::check(&api, &requests, seed, traces).await?,
            query: query::run(&api, &requests, seed, &self.options).await?,
        })
    }
}

#[expect(clippy::print_stdout, reason = "the figures are what the program is for")]
fn print(report: &impl Serialize) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string_pretty(report)?);
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the figures are what the program is for")]
fn show(folder: PathBuf) -> anyhow::Result<()> {
    println!("{}", std::fs::read_to_string(folder.join("summary.md"))?);
    println!("written to {}", folder.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_flags_fit_together() {
        Cli::command().debug_assert();
    }
}
