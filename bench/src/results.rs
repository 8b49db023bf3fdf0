//! All that is known of a run, and the folder that it is kept in.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::Context;

use crate::completeness;
use crate::dialect::Dialect;
use crate::findings::Findings;
use crate::load::Pace;
use crate::machine::Machine;
use crate::request::Plan;

/// All that is known of one server under one plan.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Results {
    /// What the server is called.
    pub(crate) server: String,
    pub(crate) date: String,
    pub(crate) command: String,
    pub(crate) machine: Machine,
    pub(crate) plan: Plan,
    pub(crate) pace: Pace,
    /// What it was asked over.
    pub(crate) dialect: Dialect,
    #[serde(flatten)]
    pub(crate) findings: Findings,
    pub(crate) reopened: Option<Reopened>,
}

/// Stopping and starting again on the same data.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Reopened {
    pub(crate) seconds: f64,
    /// All that were acknowledged.
    pub(crate) spans: u64,
    pub(crate) disk_bytes_per_span: f64,
    pub(crate) completeness: completeness::Report,
}

impl Results {
    /// Writes them to a file in `folder` that is named for the server and the plan.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub(crate) fn write(&self, folder: &Path) -> anyhow::Result<()> {
        let Plan { shape, spans, .. } = &self.plan;
        let (server, protocol) = (slug(&self.server), self.pace.protocol.name());
        let path = folder.join(format!("{server}-{}-{spans}-{protocol}.json", shape.name()));
        let text = serde_json::to_string_pretty(self)? + "\n";
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
    }
}

/// Where figures go.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub(crate) struct Folder {
    /// Where the folder of the figures goes.
    #[arg(long, default_value = "bench/runs")]
    runs: PathBuf,
    /// The folder's name, without the date.
    #[arg(long)]
    name: Option<String>,
}

impl Folder {
    /// Makes the folder; `suffix` is for one that has no name.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub(crate) fn create(
        &self,
        machine: &Machine,
        suffix: Option<&str>,
    ) -> anyhow::Result<PathBuf> {
        let name = self.name.clone().unwrap_or_else(|| {
            let slug = slug(&format!("{} {} cores", machine.cpu, machine.cores));
            suffix.map_or_else(|| slug.clone(), |suffix| format!("{slug}-{suffix}"))
        });
        let folder = self.runs.join(format!("{}-{name}", date()));
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(folder)
    }
}

/// `text`, fit for a file's name.
pub(crate) fn slug(text: &str) -> String {
    let mut slug = String::new();
    for letter in text.to_lowercase().chars() {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// What was typed, without the places of this machine.
pub(crate) fn command() -> String {
    command_of(std::env::args().skip(1))
}

/// The program's name and its arguments, as a shell reads them. Of a path from the root
/// only the last part is kept: results are published.
fn command_of(arguments: impl Iterator<Item = String>) -> String {
    let mut words = vec!["hopline-bench".to_owned()];
    for argument in arguments {
        let (flag, value) = match argument.split_once('=') {
            Some((flag, value)) if flag.starts_with("--") => (format!("{flag}="), value),
            _ => (String::new(), argument.as_str()),
        };
        let name = Path::new(value).file_name().and_then(OsStr::to_str);
        let value = name.filter(|_| value.starts_with('/')).unwrap_or(value);
        let is_plain = !value.contains(|letter: char| " \t\n'\"\\$`&;|<>()*?".contains(letter));
        words.push(if is_plain && !value.is_empty() {
            format!("{flag}{value}")
        } else {
            format!("{flag}'{}'", value.replace('\'', r"'\''"))
        });
    }
    words.join(" ")
}

/// Today, as `2026-11-23`.
pub(crate) fn date() -> String {
    let since_epoch = Duration::from_nanos(proto::clock::now_unix_nano());
    let now = SystemTime::UNIX_EPOCH + since_epoch;
    let mut text = humantime::format_rfc3339_seconds(now).to_string();
    text.truncate("2026-11-23".len());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_fit_for_files() {
        assert_eq!(slug("AMD EPYC (9R14) 2 cores"), "amd-epyc-9r14-2-cores");
        assert_eq!(slug("VictoriaTraces"), "victoriatraces");
        assert_eq!(slug("../x!"), "x");
    }

    #[test]
    fn a_command_is_kept_without_the_places_of_the_machine() {
        let typed = [
            "peer",
            "--endpoint",
            "http://127.0.0.1:4318/insert/opentelemetry",
            "--data-dir=/home/someone/peer/data",
            "--binary",
            "/home/someone/hopline",
            "--about",
            "built by somebody's compiler",
        ];
        assert_eq!(
            command_of(typed.map(str::to_owned).into_iter()),
            "hopline-bench peer --endpoint http://127.0.0.1:4318/insert/opentelemetry \
             --data-dir=data --binary hopline --about 'built by somebody'\\''s compiler'"
        );
    }
}
