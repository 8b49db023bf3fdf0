//! Load generator, query bench and committed runs. `runs/` holds what they said.

mod dice;
mod latency;
mod load;
mod machine;
mod process;
mod query;
mod question;
mod request;
mod run;
mod sender;
mod server;
mod shape;
mod store;
mod summary;

use clap::{Parser, Subcommand};

/// Measures a tracing backend.
#[derive(Debug, Parser)]
#[command(name = "hopline-bench", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Send spans to any OTLP endpoint.
    Load {
        /// The receiver, a URL without a path.
        #[arg(long, default_value = "http://127.0.0.1:4318")]
        endpoint: String,
        #[command(flatten)]
        options: load::Options,
        /// The server's process id, to measure its CPU time and memory.
        #[arg(long)]
        pid: Option<u32>,
    },
    /// Ask a Hopline that holds what `load` sent, with the same shape, spans and seed.
    Query {
        /// The web listener, a URL without a path.
        #[arg(long, default_value = "http://127.0.0.1:4320")]
        api: String,
        #[command(flatten)]
        plan: request::Plan,
        #[command(flatten)]
        options: query::Options,
    },
    /// Write to a store in this process, without sockets: what each step costs.
    Store {
        #[command(flatten)]
        plan: request::Plan,
    },
    /// Start a Hopline, load it, ask it, and write the figures down.
    Run(run::Options),
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "the figures are what the program is for")]
async fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Load { endpoint, options, pid } => {
            let report = load::run(&endpoint, &options, pid).await?;
            println!("{}", serde_json::to_string_pretty(&report)?);
        }
        Command::Query { api, plan, options } => {
            let reports = query::run(&api, &plan, &options).await?;
            println!("{}", serde_json::to_string_pretty(&reports)?);
        }
        Command::Store { plan } => {
            let report = store::run(&plan)?;
            println!("{}", serde_json::to_string_pretty(&report)?);
        }
        Command::Run(options) => {
            let folder = tokio::select! {
                folder = run::run(&options) => folder?,
                interrupted = tokio::signal::ctrl_c() => {
                    interrupted?;
                    anyhow::bail!("interrupted");
                }
            };
            println!("{}", std::fs::read_to_string(folder.join("summary.md"))?);
            println!("written to {}", folder.display());
        }
    }
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
