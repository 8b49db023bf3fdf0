use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{ArgMatches, Args, ValueEnum};
use serde::{Deserialize, Serialize};

use super::age::Age;
use super::alert_url::AlertUrl;
use super::dialect_listen::DialectListen;
use super::listen::Listen;
use super::memory::MemoryLimit;
use super::size::{FreeMin, SizeMax};

/// Everything a user can set, each setting once: as a flag, as a variable and as a
/// key of the file. `None` is "not said here".
#[derive(Debug, Default, Args, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
#[command(next_help_heading = "Settings")]
pub(crate) struct Options {
    /// Configuration file (TOML).
    #[arg(long, global = true, value_name = "FILE", env = "HOPLINE_CONFIG")]
    #[serde(skip)]
    pub(crate) config: Option<PathBuf>,

    /// Folder for everything that is kept; one process at a time
    /// [default: the platform's data folder, for `demo` a temporary one].
    #[arg(long, global = true, value_name = "FOLDER", env = "HOPLINE_DATA_DIR")]
    pub(crate) data_dir: Option<PathBuf>,

    /// Where to take OTLP over gRPC; port 0 takes any [default: 127.0.0.1:4317].
    #[arg(long, global = true, value_name = "ADDRESS", env = "HOPLINE_OTLP_GRPC_LISTEN")]
    pub(crate) otlp_grpc_listen: Option<Listen>,

    /// Where to take OTLP over HTTP; port 0 takes any [default: 127.0.0.1:4318].
    #[arg(long, global = true, value_name = "ADDRESS", env = "HOPLINE_OTLP_HTTP_LISTEN")]
    pub(crate) otlp_http_listen: Option<Listen>,

    /// Where to serve the pages, the API and the metrics; port 0 takes any
    /// [default: 127.0.0.1:4320].
    #[arg(long, global = true, value_name = "ADDRESS", env = "HOPLINE_WEB_LISTEN")]
    pub(crate) web_listen: Option<Listen>,

    /// Where to serve Jaeger's query API as Jaeger does, HTTP and gRPC; it is under /jaeger
    /// of the web address, too. Port 0 takes any, off none [default: 127.0.0.1:16686].
    #[arg(long, global = true, value_name = "ADDRESS", env = "HOPLINE_JAEGER_LISTEN")]
    pub(crate) jaeger_listen: Option<DialectListen>,

    /// Where to serve Tempo's query API as Tempo does, HTTP and streaming gRPC; it is under
    /// /tempo of the web address, too. Port 0 takes any, off none. Where it is not set and its
    /// port is taken, Hopline does without [default: 127.0.0.1:3200].
    #[arg(long, global = true, value_name = "ADDRESS", env = "HOPLINE_TEMPO_LISTEN")]
    pub(crate) tempo_listen: Option<DialectListen>,

    /// Where to take spans from Zipkin's senders and answer its API; port 0 takes any, off
    /// none. Where it is not set and its port is taken, Hopline does without
    /// [default: 127.0.0.1:9411].
    #[arg(long, global = true, value_name = "ADDRESS", env = "HOPLINE_ZIPKIN_LISTEN")]
    pub(crate) zipkin_listen: Option<DialectListen>,

    /// Whether /metrics has the figures of services and spans, too, under the names that
    /// Grafana's service graph reads from Prometheus [default: off].
    #[arg(long, global = true, value_name = "SWITCH", env = "HOPLINE_SPAN_METRICS")]
    pub(crate) span_metrics: Option<Switch>,

    /// What spans survive once they are acknowledged [default: disk].
    #[arg(long, global = true, value_name = "LEVEL", env = "HOPLINE_DURABILITY")]
    pub(crate) durability: Option<Durability>,

    /// Memory that the program may take, at least 128MiB: 512MiB, 2GB; one budget that
    /// everything shares [default: 512MiB].
    #[arg(long, global = true, value_name = "BYTES", env = "HOPLINE_MEMORY_LIMIT")]
    pub(crate) memory_limit: Option<MemoryLimit>,

    /// How long spans are kept, at least 1m: 36h, 7d, 1month, forever [default: 7d].
    #[arg(long, global = true, value_name = "DURATION", env = "HOPLINE_RETENTION_AGE")]
    pub(crate) retention_age: Option<Age>,

    /// Bytes that everything kept may take, at least 256MiB: 20GB, 1.5TiB, unlimited
    /// [default: unlimited].
    #[arg(long, global = true, value_name = "BYTES", env = "HOPLINE_RETENTION_BYTES")]
    pub(crate) retention_bytes: Option<SizeMax>,

    /// Bytes of the disk that are kept free, at least 64MiB: with less, spans are refused
    /// until there is more [default: 64MiB].
    #[arg(long, global = true, value_name = "BYTES", env = "HOPLINE_DISK_FREE_MIN")]
    pub(crate) disk_free_min: Option<FreeMin>,

    /// Where to send findings when they open and resolve, as alerts for Alertmanager:
    /// http://localhost:9093/api/v2/alerts, off [default: off].
    #[arg(long, global = true, value_name = "URL", env = "HOPLINE_ALERT_URL")]
    pub(crate) alert_url: Option<AlertUrl>,
}

/// Whether something is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Switch {
    /// It is.
    On,
    /// It is not.
    Off,
}

/// What an acknowledged span survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Durability {
    /// A power cut: the answer waits for the disk.
    Disk,
    /// The end of this process, however sudden, but not of the machine.
    Process,
}

/// What the command line and the environment say.
#[derive(Debug)]
pub(crate) struct Typed {
    pub(crate) options: Options,
    matches: ArgMatches,
}

impl Typed {
    /// `options` as read from `matches`.
    pub(crate) fn new(options: Options, matches: &ArgMatches) -> Self {
        Self { options, matches: matches.clone() }
    }

    /// Where the setting with this long name comes from, if from here.
    pub(crate) fn origin(&self, name: &str) -> Option<&'static str> {
        match self.matches.value_source(&name.replace('-', "_"))? {
            ValueSource::CommandLine => Some("flag"),
            ValueSource::EnvVariable => Some("environment"),
            _ => None,
        }
    }
}
