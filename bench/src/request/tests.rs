use std::collections::{HashMap, HashSet};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

use super::*;

const END_UNIX_NANO: u64 = 2_000_000_000_000_000_000;

fn requests(shape: Shape, spans: u64, spans_per_request: usize) -> Requests {
    let recipe = Recipe { spans_per_request, seed: 7, one_trace: false };
    Requests::new(&Plan { shape, spans, recipe }).unwrap()
}

fn decode(request: &Request) -> Vec<Span> {
    let decoded = ExportTraceServiceRequest::decode(request.bytes.as_slice()).unwrap();
    let scopes = decoded.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
    scopes.flat_map(|scope| scope.spans).collect()
}

/// What arrived of one trace.
#[derive(Default)]
struct Arrived {
    numbers: Vec<u64>,
    ids: HashSet<Vec<u8>>,
    parents: HashSet<Vec<u8>>,
}

/// Everything that `requests` send, by trace id.
fn check(requests: &Requests) -> HashMap<u128, Arrived> {
    let mut traces: HashMap<u128, Arrived> = HashMap::new();
    let (mut spans, mut bytes, mut errors) = (0, 0, 0);
    for number in 0..requests.count {
        let request = requests.encode(number, |_| END_UNIX_NANO);
        assert_eq!(request, requests.encode(number, |_| END_UNIX_NANO));
        let decoded = decode(&request);
        assert_eq!(decoded.len() as u64, request.spans);
        spans += request.spans;
        bytes += request.bytes.len() as u64;
        let listed: HashSet<_> =
            requests.traces_in(number).into_iter().map(|trace| requests.id(trace)).collect();
        for span in decoded {
            assert!(span.start_time_unix_nano <= span.end_time_unix_nano);
            errors += u64::from(span.status.is_some_and(|status| status.code == 2));
            let id = u128::from_be_bytes(span.trace_id.try_into().unwrap());
            assert!(listed.contains(&id), "request {number} has a trace that is not listed");
            let trace = traces.entry(id).or_default();
            assert!(trace.ids.insert(span.span_id), "a span was sent twice");
            trace.numbers.push(number);
            trace.parents.insert(span.parent_span_id);
        }
    }
    assert_eq!(spans, requests.spans);
    assert_eq!(bytes, requests.bytes);
    assert!(errors > 0 && errors < spans / 10);
    for trace in traces.values_mut() {
        trace.numbers.dedup();
        let orphans = trace.parents.iter().filter(|id| !id.is_empty() && !trace.ids.contains(*id));
        assert_eq!(orphans.count(), 0);
    }
    traces
}

/// How the traces come that begin with any of the requests.
fn arrivals(requests: &Requests) -> HashMap<u128, (Trace, Arrival)> {
    let all = (0..requests.count).flat_map(|number| requests.traces_in(number));
    all.map(|trace| (requests.id(trace), (trace, requests.arrival(trace)))).collect()
}

#[test]
fn demo_requests_decode_and_repeat() {
    let requests = requests(Shape::OtelDemo, 20_000, 1_000);
    let traces = check(&requests);
    assert!(traces.values().all(|trace| trace.numbers.len() == 1));
}

#[test]
fn diverse_requests_decode_and_repeat_and_parts_come_where_they_are_said_to() {
    // As many requests as a million spans have by default.
    let requests = requests(Shape::Diverse, 130_000, 130);
    let traces = check(&requests);
    let arrivals = arrivals(&requests);
    assert_eq!(traces.len(), arrivals.len());
    let mut counts: HashMap<Arrival, usize> = HashMap::new();
    for (id, arrived) in &traces {
        let (trace, arrival) = arrivals[id];
        assert_eq!(arrived.numbers, requests.requests_of(trace));
        let distance = arrived.numbers[arrived.numbers.len() - 1] - arrived.numbers[0];
        match arrival {
            Arrival::Whole => assert_eq!(distance, 0),
            Arrival::Split => assert!(distance <= 4),
            Arrival::Late => assert!(distance <= 300),
            Arrival::Long => {
                assert_eq!(arrived.numbers.len(), 64);
                assert!((5_000..=20_000).contains(&arrived.ids.len()));
            }
        }
        *counts.entry(arrival).or_default() += 1;
    }
    assert_eq!(counts[&Arrival::Long], 1);
    assert!(counts[&Arrival::Late] > 0, "{counts:?}");
    assert!(counts[&Arrival::Split] > counts[&Arrival::Late], "{counts:?}");
    assert!(counts[&Arrival::Whole] > counts[&Arrival::Split], "{counts:?}");
}

#[test]
fn the_last_request_has_what_is_still_owed() {
    let requests = requests(Shape::Diverse, 10_000, 1_000);
    let traces = check(&requests);
    let last = requests.count - 1;
    let arrivals = arrivals(&requests);
    let late = |id: &u128| arrivals[id].1 == Arrival::Late;
    let mut late_traces = traces.iter().filter(|(id, _)| late(id)).map(|(_, trace)| trace);
    assert!(late_traces.all(|trace| trace.numbers.last() == Some(&last)));
}

#[test]
fn the_parts_of_a_trace_agree_on_its_time() {
    let requests = requests(Shape::Diverse, 130_000, 130);
    let mut dice = Dice::new(1, 1);
    let trace = requests.sample(Arrival::Late, &mut dice).unwrap();
    let first = requests.requests_of(trace)[0];
    let id = requests.id(trace).to_be_bytes();
    // Only the request that the trace began with is asked for its time.
    let end = |number| if number == first { END_UNIX_NANO } else { END_UNIX_NANO / 2 };
    for number in requests.requests_of(trace) {
        let spans = decode(&requests.encode(number, end));
        let ours = spans.iter().filter(|span| span.trace_id == id);
        assert!(ours.clone().count() > 0);
        assert!(ours.into_iter().all(|span| span.start_time_unix_nano > END_UNIX_NANO * 3 / 4));
    }
}

#[test]
fn samples_come_as_asked() {
    let requests = requests(Shape::Diverse, 130_000, 130);
    let mut dice = Dice::new(1, 1);
    for arrival in [Arrival::Split, Arrival::Late, Arrival::Long] {
        for _ in 0..50 {
            let trace = requests.sample(arrival, &mut dice).unwrap();
            assert_eq!(requests.arrival(trace), arrival);
            assert!(requests.requests_of(trace).iter().all(|number| *number < requests.count));
        }
    }
    let demo = self::requests(Shape::OtelDemo, 5_000, 1_000);
    assert_eq!(demo.sample(Arrival::Late, &mut dice), None);
    assert_eq!(demo.sample(Arrival::Long, &mut dice), None);
    assert!(demo.sample(Arrival::Whole, &mut dice).is_some());
}

#[test]
fn in_cardinality_no_service_and_no_value_comes_twice() {
    let requests = requests(Shape::Cardinality, 2_000, 500);
    check(&requests);
    let mut values = HashSet::new();
    for number in 0..requests.count {
        let request = requests.encode(number, |_| END_UNIX_NANO);
        let decoded = ExportTraceServiceRequest::decode(request.bytes.as_slice()).unwrap();
        for sent in decoded.resource_spans {
            let service = format!("{:?}", sent.resource.unwrap().attributes[0].value);
            assert!(values.insert(service), "a service came twice");
            for span in sent.scope_spans.into_iter().flat_map(|scope| scope.spans) {
                for attribute in span.attributes.iter().filter(|one| one.key.starts_with("id.")) {
                    let value = format!("{:?}", attribute.value);
                    assert!(values.insert(value), "a value came twice");
                }
            }
        }
    }
    assert_eq!(values.len() as u64, requests.spans * 11);
}

#[test]
fn one_trace_has_all_spans() {
    let recipe = Recipe { spans_per_request: 500, seed: 7, one_trace: true };
    let plan = Plan { shape: Shape::OtelDemo, spans: 2_000, recipe };
    let requests = Requests::new(&plan).unwrap();
    let traces = check(&requests);
    assert_eq!(traces.len(), 1);
    assert_eq!(traces.values().map(|trace| trace.ids.len() as u64).sum::<u64>(), requests.spans);
}
