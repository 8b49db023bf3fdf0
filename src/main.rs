//! The program on one screen: what was typed, what it means, the parts built in
//! order, one drain on the way out.

mod alert;
mod ask;
mod backup;
mod cli;
mod config;
mod control;
mod data_dir;
mod demo;
mod fsck;
mod logging;
mod runtime;
mod serve;
mod signal;
mod zipkin;

use std::process::ExitCode;

use cli::{BackupCommand, Command, ConfigCommand};

/// Answers a wrong flag, variable or line of the configuration file (`EX_USAGE` of
/// sysexits.h).
const EXIT_USAGE: u8 = 64;
/// Answers a part that cannot be built, as a port that is taken.
const EXIT_BUILD: u8 = 1;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let (command, options) = match cli::parse() {
        Ok(parsed) => parsed,
        Err(exit) => return exit,
    };
    if let Err(error) = logging::init() {
        return fail(EXIT_USAGE, &error);
    }
    let effective = match config::Effective::resolve(options) {
        Ok(effective) => effective,
        Err(error) => return fail(EXIT_USAGE, &error.into()),
    };
    let done = |()| ExitCode::SUCCESS;
    let outcome = match command {
        Command::Version => say(&format!("hopline {}", env!("CARGO_PKG_VERSION"))).map(done),
        Command::Config(ConfigCommand::Check) => say(effective.to_string().trim_end()).map(done),
        Command::Serve => serve::run(effective.settings).map(done),
        Command::Demo(demo) => demo::run(effective, &demo).map(done),
        Command::Query(ask) => ask::run(&ask).map(done),
        Command::Fsck => fsck::run(effective.settings.into_parts().0),
        Command::Backup(BackupCommand::Create { folder }) => {
            backup::create(&effective.settings.data_dir, &folder).map(done)
        }
        Command::Backup(BackupCommand::Verify { folder }) => backup::verify(&folder).map(done),
        Command::Restore { folder } => {
            backup::restore(&folder, &effective.settings.data_dir).map(done)
        }
    };
    outcome.unwrap_or_else(|error| fail(EXIT_BUILD, &error))
}

/// Prints one line for the user on standard output, at once.
fn say(line: &str) -> anyhow::Result<()> {
    use std::io::Write;
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()?;
    Ok(())
}

/// Prints why, as one sentence on standard error.
#[expect(clippy::print_stderr, reason = "the last words of the program, meant for its user")]
fn fail(code: u8, error: &anyhow::Error) -> ExitCode {
    eprintln!("hopline: {error:#}");
    ExitCode::from(code)
}
