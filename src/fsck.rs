//! `hopline fsck`: whether everything that is stored is what was stored.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use storage::{Audit, Config, OpenError, Store};

use crate::{data_dir, say};

/// Between two lines of progress.
const PROGRESS_INTERVAL: Duration = Duration::from_secs(2);
/// Answers a store with something wrong in it; other failures have the code that any
/// command has.
const EXIT_FAULTS: u8 = 2;

/// Opens the store as a server would, looks at all of it, and says what it found.
///
/// # Errors
/// Where it can't be looked at: it is in use, of another format, or the disk refuses.
pub(crate) fn run(config: Config) -> anyhow::Result<ExitCode> {
    let folder = config.data_dir.display().to_string();
    data_dir::check(&config.data_dir)?;
    if !config.data_dir.join("db").is_dir() {
        anyhow::bail!("{folder} holds no store; name its folder with --data-dir");
    }
    // Nothing may be retired while it is looked at.
    let store = match Store::open(Config { retention_age: None, ..config }) {
        Err(error @ (OpenError::Damaged { .. } | OpenError::LogShortened { .. })) => {
            say(&error.to_string())?;
            return Ok(ExitCode::from(EXIT_FAULTS));
        }
        store => store?,
    };
    let mut shown = Instant::now();
    let audit = store.audit(|audit| {
        if shown.elapsed() >= PROGRESS_INTERVAL {
            shown = Instant::now();
            tracing::info!(segments = audit.segments, of = audit.segments_all, "looked at");
        }
    })?;
    store.close()?;
    for fault in &audit.faults {
        say(fault)?;
    }
    say(&sentence(&folder, &audit))?;
    Ok(if audit.is_clean() { ExitCode::SUCCESS } else { ExitCode::from(EXIT_FAULTS) })
}

fn sentence(folder: &str, audit: &Audit) -> String {
    let Audit { segments, spans, traces, records, span_bytes, index_bytes, pins, .. } = audit;
    let what = format!(
        "{segments} segments with {spans} spans of {traces} traces: {records} records, \
         {span_bytes} bytes of spans, {index_bytes} bytes that find them; {pins} pinned traces"
    );
    let faults = audit.faults.len() as u64 + audit.faults_unnamed;
    if audit.is_clean() {
        return format!("{folder} is sound: {what}");
    }
    let unnamed = match audit.faults_unnamed {
        0 => String::new(),
        unnamed => format!(" ({unnamed} not listed)"),
    };
    format!("{folder} has {faults} faults{unnamed}; restore it from a backup. {what}")
}
