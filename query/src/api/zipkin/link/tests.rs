use proto::zipkin::{Endpoint, Kind, Span};
use proto::{SpanId, TraceId};

use super::Links;

const CASES: &str = include_str!("cases.txt");

fn span(line: &str) -> Span {
    let mut words = line.split_whitespace();
    let parent = words.next().unwrap().split_once('<').map(|(_, parent)| parent);
    let id = |text: &str| SpanId::new([0, 0, 0, 0, 0, 0, 0, text.as_bytes()[0]]);
    let kind = match words.next().unwrap() {
        "CLIENT" => Some(Kind::Client),
        "SERVER" => Some(Kind::Server),
        "PRODUCER" => Some(Kind::Producer),
        "CONSUMER" => Some(Kind::Consumer),
        "-" => None,
        other => panic!("{other}"),
    };
    let (own, other) = words.next().unwrap().split_once('→').unwrap();
    let end = |name: &str| Endpoint {
        service_name: name.trim_matches('?').to_owned(),
        ..Endpoint::default()
    };
    let marks: Vec<&str> = words.collect();
    let tags = if marks.contains(&"!") { vec![("error".into(), String::new())] } else { vec![] };
    Span {
        trace_id: TraceId::new([1; 16]),
        id: id(line),
        parent_id: parent.map(id),
        kind,
        local_endpoint: end(own),
        remote_endpoint: end(other),
        tags,
        shared: marks.contains(&"~"),
        ..Span::default()
    }
}

fn links(traces: &str) -> Vec<String> {
    let mut links = Links::default();
    for trace in traces.split("---\n") {
        let spans: Vec<Span> = trace.lines().map(span).collect();
        links.add_trace(&spans);
        // The order in which spans come makes no difference.
        let mut other = Links::default();
        let mut backwards = Links::default();
        other.add_trace(&spans);
        backwards.add_trace(&spans.into_iter().rev().collect::<Vec<_>>());
        assert_eq!(other.0, backwards.0, "{trace}");
    }
    let mut lines: Vec<String> = links
        .0
        .iter()
        .map(|((caller, callee), calls)| {
            format!("{caller}>{callee} {}/{}", calls.count, calls.errors)
        })
        .collect();
    lines.sort();
    lines
}

#[test]
fn links_are_those_that_zipkin_makes() {
    let cases: Vec<&str> =
        CASES.split("\n\n").skip(1).filter(|case| !case.trim().is_empty()).collect();
    assert_eq!(cases.len(), 45);
    for case in cases {
        let (name, rest) = case.trim_start().split_once('\n').unwrap();
        let (traces, expected) = rest.split_once('=').unwrap();
        let mut expected: Vec<&str> =
            expected.trim().split(", ").filter(|link| !link.is_empty()).collect();
        expected.sort_unstable();
        assert_eq!(links(traces), expected, "{name}");
    }
}
