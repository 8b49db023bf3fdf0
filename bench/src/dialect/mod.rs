//! Questions that any tracing backend can be asked, and the APIs they are asked over.

mod jaeger;
mod native;
mod tempo;
mod zipkin;

use anyhow::Context;
use reqwest::{StatusCode, Url};

/// The APIs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Dialect {
    /// Hopline's own, under /api/v1.
    Native,
    /// The JSON API of Jaeger's viewer, under /api, which many backends answer.
    Jaeger,
    /// The HTTP API of Tempo, with TraceQL.
    Tempo,
    /// The JSON API of Zipkin.
    Zipkin,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ask {
    /// All of one trace.
    Trace(u128),
    /// The names of the services.
    Services,
    /// Traces with a span that meets all conditions.
    Search(Search),
    /// Traces in which spans stand so to each other.
    Structure(Structure),
    /// Figures of spans over the last hour, minute by minute.
    Series(Series),
}

/// How a span stands to one of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Structure {
    /// The service of the other span.
    pub(crate) of: String,
    pub(crate) relation: Relation,
    /// The span's own service; `None` where it is to be one that failed.
    pub(crate) service: Option<String>,
}

/// What a span is of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    Child,
    Descendant,
    Sibling,
}

impl Structure {
    /// The question in TraceQL, which two dialects speak.
    fn in_traceql(&self) -> String {
        let of_service =
            |service: &str| format!("{{ resource.service.name = {} }}", traceql_text(service));
        let operator = match self.relation {
            Relation::Child => ">",
            Relation::Descendant => ">>",
            Relation::Sibling => "~",
        };
        let own = self.service.as_deref().map(of_service);
        let own = own.unwrap_or_else(|| "{ status = error }".to_owned());
        format!("{} {operator} {own}", of_service(&self.of))
    }
}

/// A text as TraceQL writes it.
fn traceql_text(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// What figures are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Series {
    /// How many spans there were.
    Spans,
    /// The same by service.
    SpansOfServices,
    /// How many spans failed, by service.
    Errors,
    /// How long all spans took: the median and the 99th percentile.
    Durations,
    /// What failed spans have more often than others.
    ErrorsCompared,
}

/// Conditions on one span, and which of the traces come first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Search {
    pub(crate) service: Option<String>,
    pub(crate) span_name: Option<String>,
    pub(crate) has_error: bool,
    pub(crate) min_duration_micros: Option<u64>,
    /// A key and the text of its value.
    pub(crate) attribute: Option<(String, String)>,
    /// Instead of the newest.
    pub(crate) slowest_first: bool,
}

/// How many traces a search may find.
const LIMIT: &str = "20";

/// What an API said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// There is no such trace.
    NotFound,
    /// A trace, by the ids of its spans.
    Trace { span_ids: Vec<u64> },
    /// So many traces.
    Traces(usize),
    /// So many names.
    Names(usize),
    /// So many series.
    Series(usize),
}

/// An API at some address.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    pub(crate) dialect: Dialect,
    base: String,
}

impl Api {
    /// The API at `base`, a URL; what comes below it is the dialect's.
    ///
    /// # Errors
    /// Where that is no URL.
    pub(crate) fn new(dialect: Dialect, base: &str) -> anyhow::Result<Self> {
        let context = "the API's address is no URL; write it as http://127.0.0.1:4320";
        Url::parse(base).context(context)?;
        Ok(Self { dialect, base: base.trim_end_matches('/').to_owned() })
    }

    /// Where `ask` is answered; none where the dialect has no way to ask it.
    ///
    /// # Errors
    /// Where it does not make a URL.
    pub(crate) fn url(&self, ask: &Ask) -> anyhow::Result<Option<Url>> {
        let now = proto::clock::now_unix_nano();
        let Some((path, parameters)) = (match self.dialect {
            Dialect::Native => native::path(ask),
            Dialect::Jaeger => jaeger::path(ask, now),
            Dialect::Tempo => tempo::path(ask, now),
            Dialect::Zipkin => zipkin::path(ask, now),
        }) else {
            return Ok(None);
        };
        let mut url = Url::parse(&format!("{}{path}", self.base))?;
        if !parameters.is_empty() {
            url.query_pairs_mut().extend_pairs(parameters);
        }
        Ok(Some(url))
    }

    /// Reads the answer to `ask`.
    ///
    /// # Errors
    /// Why it is none.
    pub(crate) fn read(
        &self,
        ask: &Ask,
        status: StatusCode,
        body: &[u8],
    ) -> Result<Answer, String> {
        if matches!(ask, Ask::Trace(_)) && status == StatusCode::NOT_FOUND {
            return Ok(Answer::NotFound);
        }
        if status != StatusCode::OK {
            return Err(format!("{status} {}", String::from_utf8_lossy(body)));
        }
        match self.dialect {
            Dialect::Native => native::read(ask, body),
            Dialect::Jaeger => jaeger::read(ask, body),
            Dialect::Tempo => tempo::read(ask, body),
            Dialect::Zipkin => zipkin::read(ask, body),
        }
    }
}

/// A path below the API's address, and parameters.
type Path = (String, Vec<(&'static str, String)>);

/// A span id in hexadecimal digits.
fn parse_span_id(text: &str) -> Result<u64, String> {
    u64::from_str_radix(text, 16).map_err(|_| format!("{text:?} is no span id"))
}
