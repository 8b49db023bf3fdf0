//! The program's own log: to standard error, filtered by `HOPLINE_LOG`.

use std::io::IsTerminal;

use anyhow::Context;
use tracing_subscriber::EnvFilter;

const VARIABLE: &str = "HOPLINE_LOG";
/// What is logged unless the variable says otherwise. The exporters of the demo
/// speak only of what went wrong.
const DEFAULT: &str = "info,opentelemetry=warn";

/// Starts logging.
///
/// # Errors
/// Where the variable holds no filter.
pub(crate) fn init() -> anyhow::Result<()> {
    let text = std::env::var(VARIABLE).unwrap_or_else(|_| DEFAULT.to_owned());
    let filter = EnvFilter::try_new(&text)
        .with_context(|| format!("{VARIABLE}={text} is no filter: write info or hopline=debug"))?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    Ok(())
}
