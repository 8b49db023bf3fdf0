//! Which traces are asked for, and whether a trace is one (`QueryRequest.java`).

use proto::clock;
use proto::zipkin::Span;
use storage::TimeRange;

use super::answer::Refusal;
use super::parameter::Parameters;

const DAY_MILLIS: u64 = 24 * 60 * 60 * 1000;
const NANOS_PER_MILLI: u64 = 1_000_000;
const NANOS_PER_MICRO: u64 = 1000;

/// How many traces are answered unless it is said.
const LIMIT_DEFAULT: u64 = 10;
/// How many traces are answered at most, whatever is said.
pub(super) const LIMIT_MAX: u64 = 1000;
/// How many conditions an `annotationQuery` may have; the rest is the last one's text.
const TAGS_MAX: usize = 100;

/// Which traces are asked for. Where there is a service, every other condition is one on
/// spans of that service; each may be met by another of them.
#[derive(Debug, Default)]
pub(super) struct Question {
    pub(super) service: Option<String>,
    pub(super) remote_service: Option<String>,
    pub(super) span_name: Option<String>,
    /// Tags and their values; a key without a value may also be an annotation.
    pub(super) tags: Vec<(String, String)>,
    pub(super) duration_min: Option<u64>,
    pub(super) duration_max: Option<u64>,
    pub(super) end_millis: u64,
    pub(super) lookback_millis: u64,
    pub(super) limit: usize,
}

impl Question {
    /// # Errors
    /// Where a parameter is not as it must be, in Zipkin's words.
    pub(super) fn parse(parameters: &Parameters<'_>) -> Result<Self, Refusal> {
        let (end_millis, lookback_millis) = time(parameters)?;
        let limit = parameters.number("limit")?.unwrap_or(LIMIT_DEFAULT);
        let (duration_min, duration_max) =
            (parameters.number("minDuration")?, parameters.number("maxDuration")?);
        if let Some(max) = duration_max {
            let min = duration_min
                .ok_or_else(|| Refusal::invalid("maxDuration is only valid with minDuration"))?;
            if max < min {
                return Err(Refusal::invalid("maxDuration < minDuration"));
            }
        }
        Ok(Self {
            service: parameters.lower("serviceName"),
            remote_service: parameters.lower("remoteServiceName"),
            span_name: parameters.lower("spanName").filter(|name| name != "all"),
            tags: tags(parameters.given("annotationQuery").unwrap_or_default()),
            duration_min,
            duration_max,
            end_millis,
            lookback_millis,
            limit: usize::try_from(limit.min(LIMIT_MAX)).unwrap_or(usize::MAX),
        })
    }

    /// When the traces began that are asked for.
    pub(super) fn range(&self) -> TimeRange {
        range(self.end_millis, self.lookback_millis)
    }

    /// Whether `spans`, one trace's, meet every condition but the time's.
    pub(super) fn is_met_by(&self, spans: &[Span]) -> bool {
        let of_service = || {
            spans.iter().filter(|span| {
                self.service.as_ref().is_none_or(|name| *name == span.local_endpoint.service_name)
            })
        };
        let any = |condition: &dyn Fn(&Span) -> bool| of_service().any(condition);
        let is_named = |wanted: &Option<String>, named: fn(&Span) -> &str| {
            wanted.as_ref().is_none_or(|wanted| any(&|span| named(span) == wanted))
        };
        any(&|_| true)
            && is_named(&self.span_name, |span| &span.name)
            && is_named(&self.remote_service, |span| &span.remote_endpoint.service_name)
            && any(&|span| self.is_duration_met(span.duration))
            && self.tags.iter().all(|(key, value)| any(&|span| has(span, key, value)))
    }

    fn is_duration_met(&self, duration: u64) -> bool {
        self.duration_min.is_none_or(|min| duration >= min)
            && self.duration_max.is_none_or(|max| duration <= max)
    }
}

/// Whether `span` has this tag, or one without a value as an annotation.
fn has(span: &Span, key: &str, value: &str) -> bool {
    match span.tag(key) {
        Some(found) if value.is_empty() || found == value => true,
        _ => value.is_empty() && span.annotations.iter().any(|one| one.value == key),
    }
}

/// `endTs` and `lookback`, which is a day unless it is said.
///
/// # Errors
/// Where one is no number above 0.
fn time(parameters: &Parameters<'_>) -> Result<(u64, u64), Refusal> {
    let now = clock::now_unix_nano() / NANOS_PER_MILLI;
    let end = parameters.number("endTs")?.unwrap_or(now);
    Ok((end, parameters.number("lookback")?.unwrap_or(DAY_MILLIS)))
}

/// The same of a question that must name its end.
///
/// # Errors
/// Where it does not, and as of [`time`].
pub(super) fn required_range(parameters: &Parameters<'_>) -> Result<TimeRange, Refusal> {
    parameters.required("endTs")?;
    let (end, lookback) = time(parameters)?;
    Ok(range(end, lookback))
}

/// Both ends are inside, and what has no time is not.
fn range(end_millis: u64, lookback_millis: u64) -> TimeRange {
    let from = end_millis.saturating_sub(lookback_millis).saturating_mul(NANOS_PER_MILLI);
    let to = end_millis.saturating_mul(NANOS_PER_MILLI).saturating_add(NANOS_PER_MICRO);
    TimeRange { from_unix_nano: from.max(1), to_unix_nano: to }
}

/// `a=b and c` as keys and values.
fn tags(query: &str) -> Vec<(String, String)> {
    let mut tags: Vec<(String, String)> = Vec::new();
    for part in query.splitn(TAGS_MAX, " and ") {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        let (key, value) = (key.trim(), value.trim());
        if !key.is_empty() {
            tags.push((key.to_owned(), value.to_owned()));
        }
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(query: &str) -> Result<Question, String> {
        Question::parse(&Parameters::parse(Some(query))).map_err(|refusal| format!("{refusal:?}"))
    }

    #[test]
    fn what_is_no_question_is_refused_in_zipkins_words() {
        for (query, words) in [
            ("limit=0", "limit <= 0"),
            ("limit=x", "For input string"),
            ("minDuration=0", "minDuration <= 0"),
            ("maxDuration=3", "maxDuration is only valid with minDuration"),
            ("minDuration=4&maxDuration=3", "maxDuration < minDuration"),
            ("endTs=-1", "endTs <= 0"),
            ("lookback=0", "lookback <= 0"),
        ] {
            let refusal = question(query).unwrap_err();
            assert!(refusal.contains(words), "{query}: {refusal}");
        }
    }

    #[test]
    fn conditions_are_read_as_zipkin_reads_them() {
        let read = question(
            "spanName=all&serviceName=A&annotationQuery=a=b%20and%20c+and+d%3D&limit=9999",
        );
        let read = read.unwrap();
        let tag = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(read.tags, [tag("a", "b"), tag("c", ""), tag("d", "")]);
        assert_eq!((read.service.as_deref(), read.span_name), (Some("a"), None));
        assert_eq!(read.limit, 1000);
        let range = question("endTs=1000&lookback=5000").unwrap().range();
        assert_eq!((range.from_unix_nano, range.to_unix_nano), (1, 1_000_001_000));
    }
}
