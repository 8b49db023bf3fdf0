use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use super::age::Age;
use super::alert_url::AlertUrl;
use super::dialect_listen::DialectListen;
use super::listen::Listen;
use super::memory::MemoryLimit;
use super::options::{Durability, Switch, Typed};
use super::size::{FreeMin, SizeMax};
use super::{Error, Options, file};

const OTLP_GRPC_PORT: u16 = 4317;
const OTLP_HTTP_PORT: u16 = 4318;
const WEB_PORT: u16 = 4320;
const JAEGER_PORT: u16 = 16686;
const TEMPO_PORT: u16 = 3200;
const ZIPKIN_PORT: u16 = 9411;
const RETENTION_AGE: Age = Age::days(7);

/// Every setting, with nothing left open.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Settings {
    pub(crate) data_dir: PathBuf,
    pub(crate) otlp_grpc_listen: Listen,
    pub(crate) otlp_http_listen: Listen,
    pub(crate) web_listen: Listen,
    pub(crate) jaeger_listen: DialectListen,
    /// Whether somebody set where Jaeger's port is, and so counts on it.
    #[serde(skip)]
    pub(crate) needs_jaeger: bool,
    pub(crate) tempo_listen: DialectListen,
    /// Whether somebody set where Tempo's port is, and so counts on it.
    #[serde(skip)]
    pub(crate) needs_tempo: bool,
    pub(crate) zipkin_listen: DialectListen,
    /// Whether somebody set where Zipkin's port is, and so counts on it.
    #[serde(skip)]
    pub(crate) needs_zipkin: bool,
    pub(crate) span_metrics: Switch,
    pub(crate) durability: Durability,
    pub(crate) memory_limit: MemoryLimit,
    pub(crate) retention_age: Age,
    pub(crate) retention_bytes: SizeMax,
    pub(crate) disk_free_min: FreeMin,
    pub(crate) alert_url: AlertUrl,
}

/// Into how many segments at least a store is cut whose bytes are bounded.
const SEGMENTS_MIN: u64 = 8;

/// How long each part may take to stop; together less than [`crate::serve::STOP`].
const STOP_WEB: Duration = Duration::from_secs(2);
const STOP_RECEIVERS: Duration = Duration::from_secs(3);
const STOP_WRITER: Duration = Duration::from_secs(3);

impl Settings {
    /// How long a listener that answers questions may take to stop.
    pub(crate) fn web_drain_timeout(&self) -> Duration {
        STOP_WEB
    }

    /// What they mean to each part; what a user cannot set is the part's default.
    pub(crate) fn into_parts(self) -> (storage::Config, collector::Config, query::Config) {
        let shares = self.memory_limit.shares();
        let mut storage = storage::Config {
            durability: match self.durability {
                Durability::Disk => storage::Durability::Disk,
                Durability::Process => storage::Durability::Process,
            },
            retention_age: self.retention_age.duration(),
            retention_bytes: self.retention_bytes.bytes(),
            disk_free_min: self.disk_free_min.bytes(),
            ..storage::Config::new(self.data_dir)
        };
        shares.give_storage(&mut storage);
        if let Some(bytes) = storage.retention_bytes {
            // Segments go as a whole, so a small store has small ones.
            let share = usize::try_from(bytes / SEGMENTS_MIN).unwrap_or(usize::MAX);
            storage.hot_bytes_max = storage.hot_bytes_max.min(share);
        }
        let mut collector = collector::Config {
            otlp_grpc_listen: self.otlp_grpc_listen.address(),
            otlp_http_listen: self.otlp_http_listen.address(),
            drain_timeout: STOP_WRITER,
            ..collector::Config::default()
        };
        shares.give_collector(&mut collector);
        collector.listener.drain_timeout = STOP_RECEIVERS;
        let mut query = query::Config {
            listen: self.web_listen.address(),
            jaeger_listen: self.jaeger_listen.address(),
            needs_jaeger: self.needs_jaeger,
            tempo_listen: self.tempo_listen.address(),
            needs_tempo: self.needs_tempo,
            span_metrics: self.span_metrics == Switch::On,
            ..query::Config::default()
        };
        shares.give_query(&mut query);
        query.listener.drain_timeout = STOP_WEB;
        (storage, collector, query)
    }
}

/// The settings in force, and where each comes from.
#[derive(Debug)]
pub(crate) struct Effective {
    pub(crate) settings: Settings,
    typed: Typed,
    file: toml::Table,
}

impl Effective {
    /// What was typed, over what the configuration file says, over the defaults.
    ///
    /// # Errors
    /// With a sentence for the person who wrote the file.
    pub(crate) fn resolve(mut typed: Typed) -> Result<Self, Error> {
        let (file, table) = match &typed.options.config {
            Some(path) => file::read(path)?,
            None => (Options::default(), toml::Table::new()),
        };
        let Options {
            config: _,
            data_dir,
            otlp_grpc_listen,
            otlp_http_listen,
            web_listen,
            jaeger_listen,
            tempo_listen,
            zipkin_listen,
            span_metrics,
            durability,
            memory_limit,
            retention_age,
            retention_bytes,
            disk_free_min,
            alert_url,
        } = std::mem::take(&mut typed.options);
        let jaeger_listen = jaeger_listen.or(file.jaeger_listen);
        let tempo_listen = tempo_listen.or(file.tempo_listen);
        let zipkin_listen = zipkin_listen.or(file.zipkin_listen);
        let settings = Settings {
            data_dir: match data_dir.or(file.data_dir) {
                Some(folder) => folder,
                None => default_data_dir()?,
            },
            otlp_grpc_listen: otlp_grpc_listen
                .or(file.otlp_grpc_listen)
                .unwrap_or(Listen::loopback(OTLP_GRPC_PORT)),
            otlp_http_listen: otlp_http_listen
                .or(file.otlp_http_listen)
                .unwrap_or(Listen::loopback(OTLP_HTTP_PORT)),
            web_listen: web_listen.or(file.web_listen).unwrap_or(Listen::loopback(WEB_PORT)),
            jaeger_listen: jaeger_listen.unwrap_or(DialectListen::loopback(JAEGER_PORT)),
            needs_jaeger: jaeger_listen.is_some(),
            tempo_listen: tempo_listen.unwrap_or(DialectListen::loopback(TEMPO_PORT)),
            needs_tempo: tempo_listen.is_some(),
            zipkin_listen: zipkin_listen.unwrap_or(DialectListen::loopback(ZIPKIN_PORT)),
            needs_zipkin: zipkin_listen.is_some(),
            span_metrics: span_metrics.or(file.span_metrics).unwrap_or(Switch::Off),
            durability: durability.or(file.durability).unwrap_or(Durability::Disk),
            memory_limit: memory_limit.or(file.memory_limit).unwrap_or(MemoryLimit::DEFAULT),
            retention_age: retention_age.or(file.retention_age).unwrap_or(RETENTION_AGE),
            retention_bytes: retention_bytes.or(file.retention_bytes).unwrap_or(SizeMax::UNLIMITED),
            disk_free_min: disk_free_min.or(file.disk_free_min).unwrap_or(FreeMin::LEAST),
            alert_url: alert_url.or(file.alert_url).unwrap_or(AlertUrl::OFF),
        };
        Ok(Self { settings, typed, file: table })
    }

    /// Where the setting with this long name comes from: `flag`, `environment`,
    /// `file` or `default`.
    pub(crate) fn origin(&self, name: &str) -> &'static str {
        let from_file = self.file.contains_key(name).then_some("file");
        self.typed.origin(name).or(from_file).unwrap_or("default")
    }
}

/// A configuration file that says the same, each line with its origin.
impl fmt::Display for Effective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let settings = toml::Table::try_from(&self.settings).map_err(|_| fmt::Error)?;
        for (name, value) in settings {
            let line = format!("{name} = {value}");
            writeln!(f, "{line:<48} # {}", self.origin(&name))?;
        }
        write!(f, "{}", self.settings.memory_limit.shares())
    }
}

fn default_data_dir() -> Result<PathBuf, Error> {
    directories::ProjectDirs::from("", "", "hopline")
        .map(|folders| folders.data_dir().to_owned())
        .ok_or(Error::NoDataDir)
}
