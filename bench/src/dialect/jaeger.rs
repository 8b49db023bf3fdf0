//! The JSON API of Jaeger's viewer (jaeger-query, `internal/extension/jaegerquery`).
//! It speaks of operations and tags, and searches within one service only.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;

use super::{Answer, Ask, LIMIT, Path, parse_span_id};

/// How far back searches look. Longer than any load is back-dated.
const LOOKBACK_MICROS: u64 = 30 * 24 * 3_600 * 1_000_000;

/// None where there is no way to ask.
pub(super) fn path(ask: &Ask, now_unix_nano: u64) -> Option<Path> {
    let search = match ask {
        Ask::Trace(id) => return Some((format!("/api/traces/{id:032x}"), Vec::new())),
        Ask::Services => return Some(("/api/services".to_owned(), Vec::new())),
        Ask::Search(search) => search,
        Ask::Structure(_) | Ask::Series(_) => return None,
    };
    if search.slowest_first {
        return None;
    }
    let now_micros = now_unix_nano / 1_000;
    let mut parameters = vec![
        ("service", search.service.clone()?),
        ("start", now_micros.saturating_sub(LOOKBACK_MICROS).to_string()),
        ("end", now_micros.to_string()),
        ("limit", LIMIT.to_owned()),
    ];
    let operation = search.span_name.clone().map(|name| ("operation", name));
    let min_duration =
        search.min_duration_micros.map(|micros| ("minDuration", format!("{micros}us")));
    let mut tags = serde_json::Map::new();
    if search.has_error {
        tags.insert("error".to_owned(), json!("true"));
    }
    if let Some((key, value)) = &search.attribute {
        tags.insert(key.clone(), json!(value));
    }
    let tags = (!tags.is_empty()).then(|| ("tags", serde_json::Value::Object(tags).to_string()));
    parameters.extend([operation, min_duration, tags].into_iter().flatten());
    Some(("/api/traces".to_owned(), parameters))
}

#[derive(Deserialize)]
struct Body<T> {
    /// Some backends say null, or leave it out, where they have nothing.
    data: Option<Vec<T>>,
}

#[derive(Deserialize)]
struct Trace<'a> {
    #[serde(borrow)]
    spans: Vec<Span<'a>>,
}

#[derive(Deserialize)]
struct Span<'a> {
    #[serde(rename = "spanID")]
    span_id: &'a str,
}

pub(super) fn read(ask: &Ask, body: &[u8]) -> Result<Answer, String> {
    let unreadable = |error: serde_json::Error| error.to_string();
    match ask {
        Ask::Trace(_) => {
            let answer: Body<Trace<'_>> = serde_json::from_slice(body).map_err(unreadable)?;
            let spans = answer.data.into_iter().flatten().flat_map(|trace| trace.spans);
            let ids = spans.map(|span| parse_span_id(span.span_id));
            let span_ids = ids.collect::<Result<Vec<_>, _>>()?;
            Ok(if span_ids.is_empty() { Answer::NotFound } else { Answer::Trace { span_ids } })
        }
        Ask::Services => {
            let answer: Body<IgnoredAny> = serde_json::from_slice(body).map_err(unreadable)?;
            Ok(Answer::Names(answer.data.map_or(0, |names| names.len())))
        }
        Ask::Search(_) | Ask::Structure(_) | Ask::Series(_) => {
            let answer: Body<IgnoredAny> = serde_json::from_slice(body).map_err(unreadable)?;
            Ok(Answer::Traces(answer.data.map_or(0, |traces| traces.len())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Api, Dialect, Search};
    use super::*;

    /// The path and the parameters, decoded.
    fn asked(search: Search) -> Option<(String, Vec<String>)> {
        let now_unix_nano = 31 * 24 * 3_600 * 1_000_000_000;
        let (path, parameters) = path(&Ask::Search(search), now_unix_nano)?;
        let texts = parameters.iter().map(|(name, value)| format!("{name}={value}"));
        Some((path, texts.collect()))
    }

    #[test]
    fn searches_become_operations_and_tags() {
        let search = Search {
            service: Some("cart".to_owned()),
            span_name: Some("GET /".to_owned()),
            has_error: true,
            min_duration_micros: Some(1_500),
            attribute: Some(("tenant".to_owned(), "t-0001".to_owned())),
            slowest_first: false,
        };
        let (path, parameters) = asked(search).unwrap();
        assert_eq!(path, "/api/traces");
        assert_eq!(
            parameters,
            [
                "service=cart",
                "start=86400000000",
                "end=2678400000000",
                "limit=20",
                "operation=GET /",
                "minDuration=1500us",
                r#"tags={"error":"true","tenant":"t-0001"}"#,
            ]
        );
    }

    #[test]
    fn what_jaeger_cannot_ask_has_no_url() {
        assert_eq!(asked(Search::default()), None);
        let slowest =
            Search { service: Some("cart".to_owned()), slowest_first: true, ..Search::default() };
        assert_eq!(asked(slowest), None);
    }

    #[test]
    fn an_api_below_a_path_keeps_it() {
        let api = Api::new(Dialect::Jaeger, "http://127.0.0.1:10428/select/jaeger/").unwrap();
        let url = |ask| String::from(api.url(&ask).unwrap().unwrap());
        assert_eq!(
            url(Ask::Trace(0xab)),
            "http://127.0.0.1:10428/select/jaeger/api/traces/000000000000000000000000000000ab"
        );
        assert_eq!(url(Ask::Services), "http://127.0.0.1:10428/select/jaeger/api/services");
    }

    #[test]
    fn answers_are_read() {
        let trace = br#"{"data":[{"traceID":"ab","spans":[{"spanID":"ff","tags":[]},{"spanID":"0100000000000000"}],"processes":{}}],"total":0}"#;
        let span_ids = vec![0xff, 1 << 56];
        assert_eq!(read(&Ask::Trace(1), trace), Ok(Answer::Trace { span_ids }));
        assert_eq!(read(&Ask::Trace(1), br#"{"data":[{"spans":[]}]}"#), Ok(Answer::NotFound));
        assert_eq!(read(&Ask::Trace(1), br#"{"data":null}"#), Ok(Answer::NotFound));
        let found = br#"{"data":[{"spans":[{"spanID":"1"}]},{"spans":[]}],"errors":null}"#;
        assert_eq!(read(&Ask::Search(Search::default()), found), Ok(Answer::Traces(2)));
        assert_eq!(read(&Ask::Services, br#"{"data":["a","b"],"total":2}"#), Ok(Answer::Names(2)));
        assert!(read(&Ask::Services, b"<html>").is_err());
    }
}
