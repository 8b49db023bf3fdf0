//! What was typed: subcommands and flags. The flags are [`Options`], which the
//! environment and the configuration file share.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::EXIT_USAGE;
use crate::config::{Options, Typed};

/// A distributed-tracing backend that names the slow or failing hop.
///
/// Takes spans by OTLP, keeps them on disk, and shows in a browser and by HTTP
/// which hop of a service chain is slow or failing. Without a subcommand it
/// serves. Every flag can also be set by its environment variable or, under its
/// long name, in the file that --config names; a flag wins over the environment,
/// the environment over the file.
#[derive(Debug, Parser)]
#[command(version, after_help = "Logs go to standard error; HOPLINE_LOG=debug shows more of them.")]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,

    #[command(flatten)]
    options: Options,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Receive, keep and show spans (the default).
    Serve,
    /// Serve, and run a small chain of five services that sends spans, in trouble every
    /// other minute: slow or failing hops, a slow way, repeated queries and calls, a call
    /// that is left out.
    Demo(Demo),
    /// Ask a running server, in a terminal.
    Query(Ask),
    /// Read all that is stored in --data-dir, which no server may have open, and compare
    /// it with its checksums, and spans and indexes with each other, both ways. Exits
    /// with 2 where something is wrong, and names it.
    Fsck,
    /// Copy what a running server holds, or check such a copy.
    #[command(subcommand)]
    Backup(BackupCommand),
    /// Make a new data folder, the one of --data-dir, of a backup.
    Restore {
        /// The backup's folder.
        folder: PathBuf,
    },
    /// Look at the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print the version.
    Version,
}

/// What to ask, and whom.
#[derive(Debug, clap::Args)]
pub(crate) struct Ask {
    #[command(subcommand)]
    pub(crate) question: Question,
    /// The server's web address.
    #[arg(long, global = true, value_name = "URL", default_value = "http://127.0.0.1:4320")]
    pub(crate) server: reqwest::Url,
    /// Print the answer as the server gave it.
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// What to ask.
#[derive(Debug, Subcommand)]
pub(crate) enum Question {
    /// What is wrong now: hops that are slower or fail more often than before.
    Findings,
    /// The calls between services, those with the largest part of the time first.
    Hops {
        /// How far back, as 15m; or all.
        #[arg(long, default_value = "1h")]
        since: String,
        /// Only hops from or to this service.
        #[arg(long)]
        service: Option<String>,
        /// How many at most.
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    /// The calls that requests of each kind make, as a tree: how often, how long, and their
    /// part of the time.
    Chains {
        /// How far back, as 15m; or all.
        #[arg(long, default_value = "1h")]
        since: String,
        /// Only requests that this service takes.
        #[arg(long)]
        service: Option<String>,
        /// Only requests of this span name.
        #[arg(long)]
        span_name: Option<String>,
        /// How many calls at most, those with the most time.
        #[arg(long, default_value_t = 60)]
        limit: usize,
    },
    /// What makes slow requests slow: each hop's part.
    Tail {
        /// How far back, as 15m; or all.
        #[arg(long, default_value = "1h")]
        since: String,
        /// Only requests that this service takes.
        #[arg(long)]
        service: Option<String>,
    },
}

/// What to do with a backup.
#[derive(Debug, Subcommand)]
pub(crate) enum BackupCommand {
    /// Copy everything that the server on --data-dir has acknowledged by now, while it
    /// goes on.
    Create {
        /// A new or an empty folder.
        folder: PathBuf,
    },
    /// Read every file and every record of a backup; name what is damaged and exit with 1.
    Verify {
        /// The backup's folder.
        folder: PathBuf,
    },
}

/// What to do with the configuration.
#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print every setting in force, as a configuration file, and where each comes
    /// from; or say what is wrong and exit with 64.
    Check,
}

/// The flags of the demo alone.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Demo {
    /// How long all is well at first, so that there is something to compare with at once.
    /// Left out, trouble begins at once.
    #[arg(long, value_name = "DURATION", value_parser = parse_duration)]
    pub(crate) well_for: Option<Duration>,
    /// How long the same hops stay slow and failing; as long as all is well between.
    #[arg(long, value_name = "DURATION", default_value = "1m", value_parser = parse_duration)]
    pub(crate) change_every: Duration,
    /// How many requests the demo's user sends, per second.
    #[arg(long, value_name = "REQUESTS", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) rate: u32,
}

/// Reads the command line. Where there is nothing left to do (help was asked for,
/// or a flag is wrong and its reason has been printed): the exit code.
pub(crate) fn parse() -> Result<(Command, Typed), ExitCode> {
    let parsed = Cli::command().try_get_matches().and_then(|matches| {
        let cli = Cli::from_arg_matches(&matches)?;
        Ok((cli.command.unwrap_or(Command::Serve), Typed::new(cli.options, innermost(&matches))))
    });
    parsed.map_err(|error| {
        let is_printed = error.print().is_ok();
        let is_help = !error.use_stderr();
        if is_help && is_printed { ExitCode::SUCCESS } else { ExitCode::from(EXIT_USAGE) }
    })
}

/// The matches of the subcommand that was named; global flags end up there.
fn innermost(matches: &ArgMatches) -> &ArgMatches {
    let mut innermost = matches;
    while let Some((_, matches)) = innermost.subcommand() {
        innermost = matches;
    }
    innermost
}

fn parse_duration(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(duration) if duration >= Duration::from_secs(1) => Ok(duration),
        Ok(_) => Err("shorter than 1s".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}
