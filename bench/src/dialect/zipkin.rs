//! The JSON API of Zipkin (`ZipkinQueryApiV2.java`). It finds the newest traces only.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Answer, Ask, LIMIT, Path, parse_span_id};

/// How far back searches look. Longer than any load is back-dated.
const LOOKBACK_MILLIS: u64 = 30 * 24 * 3_600 * 1_000;

/// None where there is no way to ask.
pub(super) fn path(ask: &Ask, now_unix_nano: u64) -> Option<Path> {
    let search = match ask {
        Ask::Trace(id) => return Some((format!("/api/v2/trace/{id:032x}"), Vec::new())),
        Ask::Services => return Some(("/api/v2/services".to_owned(), Vec::new())),
        Ask::Search(search) if !search.slowest_first => search,
        Ask::Search(_) | Ask::Structure(_) | Ask::Series(_) => return None,
    };
    let mut parameters = vec![
        // What has just come belongs to the millisecond that is not over.
        ("endTs", (now_unix_nano / 1_000_000 + 1).to_string()),
        ("lookback", LOOKBACK_MILLIS.to_string()),
        ("limit", LIMIT.to_owned()),
    ];
    let error = search.has_error.then(|| "error".to_owned());
    let attribute = search.attribute.as_ref().map(|(key, value)| format!("{key}={value}"));
    let conditions: Vec<String> = error.into_iter().chain(attribute).collect();
    let conditions = (!conditions.is_empty()).then(|| conditions.join(" and "));
    let all = [
        ("serviceName", search.service.clone()),
        ("spanName", search.span_name.clone()),
        ("minDuration", search.min_duration_micros.map(|micros| micros.max(1).to_string())),
        ("annotationQuery", conditions),
    ];
    parameters.extend(all.into_iter().filter_map(|(name, value)| Some((name, value?))));
    Some(("/api/v2/traces".to_owned(), parameters))
}

#[derive(Deserialize)]
struct Span<'a> {
    id: &'a str,
}

pub(super) fn read(ask: &Ask, body: &[u8]) -> Result<Answer, String> {
    let unreadable = |error: serde_json::Error| error.to_string();
    if matches!(ask, Ask::Trace(_)) {
        let spans: Vec<Span<'_>> = serde_json::from_slice(body).map_err(unreadable)?;
        let ids = spans.iter().map(|span| parse_span_id(span.id));
        return Ok(Answer::Trace { span_ids: ids.collect::<Result<_, _>>()? });
    }
    let list: Vec<IgnoredAny> = serde_json::from_slice(body).map_err(unreadable)?;
    Ok(match ask {
        Ask::Services => Answer::Names(list.len()),
        _ => Answer::Traces(list.len()),
    })
}

#[cfg(test)]
mod tests {
    use super::super::Search;
    use super::*;

    #[test]
    fn searches_become_names_and_annotations() {
        let search = Search {
            service: Some("cart".to_owned()),
            span_name: Some("GET /".to_owned()),
            has_error: true,
            min_duration_micros: Some(1_500),
            attribute: Some(("tenant".to_owned(), "t-0001".to_owned())),
            slowest_first: false,
        };
        let (path, parameters) = path(&Ask::Search(search), 1_000_000_000).unwrap();
        let texts = parameters.iter().map(|(name, value)| format!("{name}={value}"));
        assert_eq!(path, "/api/v2/traces");
        assert_eq!(
            texts.collect::<Vec<_>>(),
            [
                "endTs=1001",
                "lookback=2592000000",
                "limit=20",
                "serviceName=cart",
                "spanName=GET /",
                "minDuration=1500",
                "annotationQuery=error and tenant=t-0001",
            ]
        );
    }

    #[test]
    fn what_zipkin_cannot_ask_has_no_url() {
        let slowest = Search { slowest_first: true, ..Search::default() };
        assert_eq!(path(&Ask::Search(slowest), 0), None);
    }

    #[test]
    fn answers_are_read() {
        let trace = br#"[{"traceId":"1","id":"00000000000000ff"},{"traceId":"1","id":"1"}]"#;
        assert_eq!(read(&Ask::Trace(1), trace), Ok(Answer::Trace { span_ids: vec![0xff, 1] }));
        assert_eq!(read(&Ask::Search(Search::default()), b"[[{}],[]]"), Ok(Answer::Traces(2)));
        assert_eq!(read(&Ask::Services, br#"["a"]"#), Ok(Answer::Names(1)));
        assert!(read(&Ask::Services, b"{}").is_err());
    }
}
