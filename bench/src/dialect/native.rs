//! Hopline's own API.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Answer, Ask, LIMIT, Path, parse_span_id};

/// None where there is no way to ask.
pub(super) fn path(ask: &Ask) -> Option<Path> {
    let everything = ("since", "all".to_owned());
    let search = match ask {
        Ask::Trace(id) => return Some((format!("/api/v1/traces/{id:032x}"), Vec::new())),
        Ask::Services => return Some(("/api/v1/services".to_owned(), vec![everything])),
        Ask::Structure(structure) => {
            let query = structure.in_traceql();
            let parameters = vec![everything, ("limit", LIMIT.to_owned()), ("q", query)];
            return Some(("/api/v1/search".to_owned(), parameters));
        }
        Ask::Series(_) => return None,
        Ask::Search(search) => search,
    };
    let mut parameters = vec![everything, ("limit", LIMIT.to_owned())];
    let service = search.service.clone().map(|service| ("service", service));
    let span_name = search.span_name.clone().map(|name| ("span_name", name));
    let error = search.has_error.then(|| ("status", "error".to_owned()));
    let min_duration =
        search.min_duration_micros.map(|micros| ("min_duration", format!("{micros}us")));
    let attribute =
        search.attribute.as_ref().map(|(key, value)| ("attribute", format!("{key}={value}")));
    let order = search.slowest_first.then(|| ("order", "slowest".to_owned()));
    let all = [service, span_name, error, min_duration, attribute, order];
    parameters.extend(all.into_iter().flatten());
    Some(("/api/v1/search".to_owned(), parameters))
}

#[derive(Deserialize)]
struct Trace<'a> {
    #[serde(borrow)]
    columns: Columns<'a>,
}

#[derive(Deserialize)]
struct Columns<'a> {
    #[serde(borrow)]
    span_id: Vec<&'a str>,
}

#[derive(Deserialize)]
struct Services {
    services: Vec<IgnoredAny>,
}

#[derive(Deserialize)]
struct Found {
    traces: Vec<IgnoredAny>,
}

pub(super) fn read(ask: &Ask, body: &[u8]) -> Result<Answer, String> {
    let unreadable = |error: serde_json::Error| error.to_string();
    match ask {
        Ask::Trace(_) => {
            let trace: Trace<'_> = serde_json::from_slice(body).map_err(unreadable)?;
            let ids = trace.columns.span_id.into_iter().map(parse_span_id);
            Ok(Answer::Trace { span_ids: ids.collect::<Result<_, _>>()? })
        }
        Ask::Services => {
            let answer: Services = serde_json::from_slice(body).map_err(unreadable)?;
            Ok(Answer::Names(answer.services.len()))
        }
        Ask::Search(_) | Ask::Structure(_) | Ask::Series(_) => {
            let answer: Found = serde_json::from_slice(body).map_err(unreadable)?;
            Ok(Answer::Traces(answer.traces.len()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Api, Dialect, Search};
    use super::*;

    fn url(ask: &Ask) -> String {
        let api = Api::new(Dialect::Native, "http://127.0.0.1:4320").unwrap();
        api.url(ask).unwrap().unwrap().into()
    }

    #[test]
    fn every_question_has_a_url() {
        assert_eq!(
            url(&Ask::Trace(0xab)),
            "http://127.0.0.1:4320/api/v1/traces/000000000000000000000000000000ab"
        );
        assert_eq!(url(&Ask::Services), "http://127.0.0.1:4320/api/v1/services?since=all");
        let search = Search {
            service: Some("cart".to_owned()),
            span_name: Some("GET /".to_owned()),
            has_error: true,
            min_duration_micros: Some(1_500),
            attribute: Some(("cache.hit".to_owned(), "true".to_owned())),
            slowest_first: true,
        };
        assert_eq!(
            url(&Ask::Search(search)),
            "http://127.0.0.1:4320/api/v1/search?since=all&limit=20&service=cart&span_name=GET+%2F\
             &status=error&min_duration=1500us&attribute=cache.hit%3Dtrue&order=slowest"
        );
    }

    #[test]
    fn answers_are_read() {
        let trace = br#"{"span_count":2,"columns":{"span_id":["00000000000000ff","0100000000000000"],"start":[0,1]}}"#;
        let span_ids = vec![0xff, 1 << 56];
        assert_eq!(read(&Ask::Trace(1), trace), Ok(Answer::Trace { span_ids }));
        let found = br#"{"traces":[{"trace_id":"1"},{"trace_id":"2"}],"more":false}"#;
        assert_eq!(read(&Ask::Search(Search::default()), found), Ok(Answer::Traces(2)));
        assert_eq!(read(&Ask::Services, br#"{"services":["a"]}"#), Ok(Answer::Names(1)));
        assert!(read(&Ask::Services, b"{}").is_err());
        assert!(read(&Ask::Trace(1), br#"{"columns":{"span_id":["xyz"]}}"#).is_err());
    }
}
