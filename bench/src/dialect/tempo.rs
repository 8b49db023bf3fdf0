//! The HTTP API of Grafana Tempo (`pkg/api/http.go`), as its data source asks it. It speaks
//! TraceQL, and finds the newest traces only.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Answer, Ask, LIMIT, Path, Search, Series, parse_span_id, traceql_text};

/// How far back searches look: Tempo refuses more than a week. Longer than any load is
/// back-dated.
const LOOKBACK_SECONDS: u64 = 7 * 24 * 3_600 - 60;
/// How far back series go.
const SERIES_SECONDS: u64 = 3_600;

/// None where there is no way to ask.
pub(super) fn path(ask: &Ask, now_unix_nano: u64) -> Option<Path> {
    // What has just come belongs to the second that is not over.
    let end = now_unix_nano / 1_000_000_000 + 1;
    let since = |seconds: u64| {
        vec![("start", end.saturating_sub(seconds).to_string()), ("end", end.to_string())]
    };
    let searched = |query: String| {
        let mut parameters = since(LOOKBACK_SECONDS);
        parameters.extend([("q", query), ("limit", LIMIT.to_owned())]);
        Some(("/api/search".to_owned(), parameters))
    };
    match ask {
        Ask::Trace(id) => Some((format!("/api/traces/{id:032x}"), Vec::new())),
        Ask::Services => {
            let path = "/api/v2/search/tag/resource.service.name/values".to_owned();
            Some((path, since(LOOKBACK_SECONDS)))
        }
        Ask::Search(search) if search.slowest_first => None,
        Ask::Search(search) => searched(format!("{{ {} }}", conditions(search))),
        Ask::Structure(structure) => searched(structure.in_traceql()),
        Ask::Series(series) => {
            let mut parameters = since(SERIES_SECONDS);
            let query = match series {
                Series::Spans => "{} | rate()",
                Series::SpansOfServices => "{} | rate() by(resource.service.name)",
                Series::Errors => "{ status = error } | rate() by(resource.service.name)",
                Series::Durations => "{} | quantile_over_time(duration, .5, .99)",
                Series::ErrorsCompared => "{} | compare({ status = error })",
            };
            parameters.extend([("q", query.to_owned()), ("step", "60s".to_owned())]);
            Some(("/api/metrics/query_range".to_owned(), parameters))
        }
    }
}

fn conditions(search: &Search) -> String {
    let mut all = Vec::new();
    if let Some(service) = &search.service {
        all.push(format!("resource.service.name = {}", traceql_text(service)));
    }
    if let Some(name) = &search.span_name {
        all.push(format!("name = {}", traceql_text(name)));
    }
    if search.has_error {
        all.push("status = error".to_owned());
    }
    if let Some(micros) = search.min_duration_micros {
        all.push(format!("duration >= {micros}us"));
    }
    if let Some((key, value)) = &search.attribute {
        let text = traceql_text(value);
        // The text alone does not tell the type.
        let may_be_text_only = value.parse::<i64>().is_err() && value.parse::<bool>().is_err();
        all.push(match may_be_text_only {
            true => format!("span.\"{key}\" = {text}"),
            false => format!("(span.\"{key}\" = {value} || span.\"{key}\" = {text})"),
        });
    }
    all.join(" && ")
}

#[derive(Deserialize)]
struct Trace {
    #[serde(alias = "resourceSpans", default)]
    batches: Vec<Resource>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    #[serde(default)]
    scope_spans: Vec<Scope>,
}

#[derive(Deserialize)]
struct Scope {
    #[serde(default)]
    spans: Vec<Span>,
}

#[derive(Deserialize)]
struct Span {
    /// Eight bytes in base64.
    #[serde(rename = "spanId")]
    span_id: String,
}

#[derive(Deserialize)]
struct Values {
    #[serde(rename = "tagValues", default)]
    values: Vec<IgnoredAny>,
}

#[derive(Deserialize)]
struct Found {
    #[serde(default)]
    traces: Vec<IgnoredAny>,
}

#[derive(Deserialize)]
struct AllSeries {
    #[serde(default)]
    series: Vec<IgnoredAny>,
}

pub(super) fn read(ask: &Ask, body: &[u8]) -> Result<Answer, String> {
    let unreadable = |error: serde_json::Error| error.to_string();
    match ask {
        Ask::Trace(_) => {
            let trace: Trace = serde_json::from_slice(body).map_err(unreadable)?;
            let scopes = trace.batches.into_iter().flat_map(|one| one.scope_spans);
            let ids = scopes.flat_map(|scope| scope.spans).map(|span| read_id(&span.span_id));
            let span_ids = ids.collect::<Result<Vec<_>, _>>()?;
            Ok(if span_ids.is_empty() { Answer::NotFound } else { Answer::Trace { span_ids } })
        }
        Ask::Services => {
            let values: Values = serde_json::from_slice(body).map_err(unreadable)?;
            Ok(Answer::Names(values.values.len()))
        }
        Ask::Search(_) | Ask::Structure(_) => {
            let found: Found = serde_json::from_slice(body).map_err(unreadable)?;
            Ok(Answer::Traces(found.traces.len()))
        }
        Ask::Series(_) => {
            let all: AllSeries = serde_json::from_slice(body).map_err(unreadable)?;
            Ok(Answer::Series(all.series.len()))
        }
    }
}

fn read_id(text: &str) -> Result<u64, String> {
    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;
    let bytes = BASE64_STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.map(u64::from_be_bytes).map_or_else(|| parse_span_id(text), Ok)
}

#[cfg(test)]
mod tests {
    use super::super::{Relation, Structure};
    use super::*;

    fn asked(ask: &Ask) -> String {
        let (path, parameters) = path(ask, 1_000_000 * 1_000_000_000).unwrap();
        let texts = parameters.iter().map(|(name, value)| format!("{name}={value}"));
        format!("{path}?{}", texts.collect::<Vec<_>>().join("&"))
    }

    #[test]
    fn questions_become_traceql() {
        let search = Search {
            service: Some("cart".to_owned()),
            span_name: Some("GET \"/\"".to_owned()),
            has_error: true,
            min_duration_micros: Some(1_500),
            attribute: Some(("cache.hit".to_owned(), "true".to_owned())),
            slowest_first: false,
        };
        assert_eq!(
            asked(&Ask::Search(search)),
            "/api/search?start=395261&end=1000001&q={ resource.service.name = \"cart\" && name = \
             \"GET \\\"/\\\"\" && status = error && duration >= 1500us && (span.\"cache.hit\" = \
             true || span.\"cache.hit\" = \"true\") }&limit=20"
        );
        let structure = |relation, service: Option<&str>| {
            let service = service.map(str::to_owned);
            asked(&Ask::Structure(Structure { of: "a".to_owned(), relation, service }))
        };
        for (asked, expected) in [
            (structure(Relation::Child, Some("b")), "> { resource.service.name = \"b\" }"),
            (structure(Relation::Sibling, Some("b")), "~ { resource.service.name = \"b\" }"),
            (structure(Relation::Descendant, None), ">> { status = error }"),
        ] {
            let start = "/api/search?start=395261&end=1000001&q={ resource.service.name = \"a\" }";
            assert_eq!(asked, format!("{start} {expected}&limit=20"));
        }
        assert_eq!(
            asked(&Ask::Series(Series::Durations)),
            "/api/metrics/query_range?start=996401&end=1000001&\
             q={} | quantile_over_time(duration, .5, .99)&step=60s"
        );
        let slowest = Search { slowest_first: true, ..Search::default() };
        assert_eq!(path(&Ask::Search(slowest), 0), None);
    }

    #[test]
    fn answers_are_read() {
        let trace = br#"{"batches":[{"resource":{},"scopeSpans":[{"spans":[{"spanId":"AAAAAAAAAP8="}]},{}]}]}"#;
        assert_eq!(read(&Ask::Trace(1), trace), Ok(Answer::Trace { span_ids: vec![0xff] }));
        assert_eq!(read(&Ask::Trace(1), b"{}"), Ok(Answer::NotFound));
        let found = br#"{"traces":[{"traceID":"1"},{"traceID":"2"}],"metrics":{}}"#;
        assert_eq!(read(&Ask::Search(Search::default()), found), Ok(Answer::Traces(2)));
        let values = br#"{"tagValues":[{"type":"string","value":"a"}],"metrics":{}}"#;
        assert_eq!(read(&Ask::Services, values), Ok(Answer::Names(1)));
        let series = br#"{"series":[{"labels":[]}],"metrics":{}}"#;
        assert_eq!(read(&Ask::Series(Series::Errors), series), Ok(Answer::Series(1)));
        assert!(read(&Ask::Services, b"<html>").is_err());
    }
}
