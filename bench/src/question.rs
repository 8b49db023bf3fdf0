//! Questions to the native API, drawn from the spans that the load generator sends.

use std::time::Duration;

use anyhow::Context;
use proto::otlp::{Limits, protobuf};
use proto::{Span, TraceId, Value};
use reqwest::Url;

use crate::dice::Dice;
use crate::request::Requests;

/// Each kind of question.
pub(crate) const KINDS: &[Kind] = &[
    Kind::TraceById,
    Kind::AbsentTrace,
    Kind::Newest,
    Kind::Service,
    Kind::ServiceAndName,
    Kind::Error,
    Kind::ServiceAndError,
    Kind::MinDuration,
    Kind::CommonAttribute,
    Kind::ServiceDurationAndAttribute,
    Kind::UniqueAttribute,
    Kind::AbsentAttribute,
    Kind::Slowest,
    Kind::SlowestOfService,
];

/// A kind of question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    TraceById,
    AbsentTrace,
    Newest,
    Service,
    ServiceAndName,
    Error,
    ServiceAndError,
    MinDuration,
    CommonAttribute,
    ServiceDurationAndAttribute,
    UniqueAttribute,
    AbsentAttribute,
    Slowest,
    SlowestOfService,
}

/// A question, and what is known of its answer.
#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) url: Url,
    pub(crate) expected: Expected,
}

/// What an answer must say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    /// This trace, with so many spans.
    Trace { spans: usize },
    /// No such trace.
    NotFound,
    /// At least one trace.
    Traces,
    /// No trace.
    NoTraces,
    /// Any number of traces.
    Any,
}

/// Draws questions about what `requests` sent.
pub(crate) struct Examiner<'a> {
    base: Url,
    requests: &'a Requests,
    dice: Dice,
}

impl<'a> Examiner<'a> {
    /// Asks the API at `base`, a URL without a path.
    ///
    /// # Errors
    /// Where that is no URL.
    pub(crate) fn new(base: &str, requests: &'a Requests, seed: u64) -> anyhow::Result<Self> {
        let base = Url::parse(base).context("the API's address is no URL")?;
        Ok(Self { base, requests, dice: Dice::new(seed, 0xa5) })
    }

    /// The next question of this kind.
    ///
    /// # Errors
    /// Where what was sent cannot be decoded.
    pub(crate) fn question(&mut self, kind: Kind) -> anyhow::Result<Question> {
        let spans = self.some_request()?;
        let span = self.dice.pick(&spans).context("a request without spans")?.clone();
        let service = span.service_name().into_owned();
        let min_duration = || format!("{}us", span.duration_nano() / 1_000);
        let common = |span: &Span| {
            let found = span.attributes.iter().find(|attribute| is_common(&attribute.value));
            found.map(|found| format!("{}={}", found.key, found.value.text()))
        };
        let search = |parameters: &[(&str, &str)], expected| {
            let mut url = self.base.join("/api/v1/search")?;
            let mut query = url.query_pairs_mut();
            query.append_pair("since", "all").append_pair("limit", "20");
            query.extend_pairs(parameters);
            drop(query);
            anyhow::Ok(Question { url, expected })
        };
        let by_id = |id: TraceId, expected| {
            let url = self.base.join(&format!("/api/v1/traces/{id}"))?;
            anyhow::Ok(Question { url, expected })
        };
        match kind {
            Kind::TraceById => {
                let count = spans.iter().filter(|other| other.trace_id == span.trace_id).count();
                by_id(span.trace_id, Expected::Trace { spans: count })
            }
            Kind::AbsentTrace => {
                let mut id = *span.trace_id.as_bytes();
                id[15] ^= 0xff;
                by_id(TraceId::new(id), Expected::NotFound)
            }
            Kind::Newest => search(&[], Expected::Traces),
            Kind::Service => search(&[("service", &service)], Expected::Traces),
            Kind::ServiceAndName => {
                search(&[("service", &service), ("span_name", &span.name)], Expected::Traces)
            }
            Kind::Error => search(&[("status", "error")], Expected::Any),
            Kind::ServiceAndError => {
                search(&[("service", &service), ("status", "error")], Expected::Any)
            }
            Kind::MinDuration => search(&[("min_duration", &min_duration())], Expected::Traces),
            Kind::CommonAttribute => {
                let attribute = spans.iter().find_map(common).context("no common attribute")?;
                search(&[("attribute", &attribute)], Expected::Traces)
            }
            Kind::ServiceDurationAndAttribute => {
                let mut parameters =
                    vec![("service", service.clone()), ("min_duration", min_duration())];
                parameters.extend(common(&span).map(|attribute| ("attribute", attribute)));
                let parameters: Vec<_> =
                    parameters.iter().map(|(name, value)| (*name, value.as_str())).collect();
                search(&parameters, Expected::Traces)
            }
            Kind::UniqueAttribute => {
                let attribute = spans.iter().find_map(unique).context("no unique attribute")?;
                search(&[("attribute", &attribute)], Expected::Traces)
            }
            Kind::AbsentAttribute => {
                let attribute = spans.iter().find_map(unique).context("no unique attribute")?;
                search(&[("attribute", &format!("{attribute}0"))], Expected::NoTraces)
            }
            Kind::Slowest => search(&[("order", "slowest")], Expected::Traces),
            Kind::SlowestOfService => {
                search(&[("service", &service), ("order", "slowest")], Expected::Traces)
            }
        }
    }

    /// The spans of one of the requests.
    fn some_request(&mut self) -> anyhow::Result<Vec<Span>> {
        let count = usize::try_from(self.requests.count).unwrap_or(usize::MAX);
        let number = self.dice.below(count) as u64;
        let body = self.requests.encode(number, Duration::from_secs(1 << 30).as_nanos() as u64);
        Ok(protobuf::decode_request(&body, &Limits::default())?.batch.spans())
    }
}

/// Whether many spans have the same value.
fn is_common(value: &Value) -> bool {
    let text = value.text();
    !text.is_empty() && text.len() < 20 && !text.contains('-')
}

/// The attribute of `span` with a value that few other spans have, as a condition.
fn unique(span: &Span) -> Option<String> {
    let is_unique = |value: &Value| match value {
        Value::String(text) => {
            let digits = text.trim_start_matches("o-");
            digits.len() >= 32
                && digits.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
        }
        _ => false,
    };
    let found = span.attributes.iter().find(|attribute| is_unique(&attribute.value))?;
    Some(format!("{}={}", found.key, found.value.text()))
}
