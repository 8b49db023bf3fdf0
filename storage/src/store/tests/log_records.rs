//! Log records come before their span, after it, and in other segments, and are its events
//! all the same.

use proto::testing::log_record_of;
use proto::{Attribute, Event, SpanKind, clock};

use super::*;
use crate::contract::search::{AttributeScope, Comparison, Condition, Field, Operand};

/// A log record of `span` that says `message`.
fn record(span: &Span, message: &str) -> Span {
    let event = Event {
        time_unix_nano: span.start_time_unix_nano + 1,
        name: "log".to_owned(),
        attributes: vec![Attribute::new("log.message", message)],
        ..Event::default()
    };
    let mut id = [0; 8];
    id.iter_mut().zip(message.bytes()).for_each(|(at, byte)| *at = byte);
    let mut record = log_record_of(span, Span { events: vec![event], ..span.clone() });
    record.parent_span_id = Some(span.span_id);
    record.span_id = proto::SpanId::new(id);
    record
}

/// A question for spans of `service` with an event that says `message`.
fn saying(service: &str, message: &str) -> Search {
    let is = |field, text: &str| Condition {
        field,
        comparison: Comparison::Equal,
        operand: Operand::Text(text.to_owned()),
    };
    let scope = AttributeScope::Event;
    let key = "log.message".to_owned();
    let span = vec![is(Field::Service, service), is(Field::Attribute { scope, key }, message)];
    Search { span, ..search_all() }
}

/// What the events of the payment say.
fn messages(lab: &Lab) -> Vec<String> {
    let trace = lab.store().trace(shop()[0].trace_id, TraceBounds::NONE, soon()).unwrap();
    let trace = trace.expect("a trace");
    assert_eq!(trace.spans.len(), shop().len());
    assert!(trace.spans.iter().all(|span| span.kind != SpanKind::LOG_RECORD));
    let payment = trace.spans.iter().find(|span| span.service_name() == "payment").unwrap();
    payment.events.iter().map(|event| event.attributes[0].value.text().into_owned()).collect()
}

#[track_caller]
fn check(lab: &Lab, expected: &[&str]) {
    assert_eq!(messages(lab), expected);
    let page = lab.search(search_all());
    assert_eq!(page.traces.len(), 1);
    assert_eq!(page.traces[0].summary.span_count as usize, shop().len());
    for message in expected {
        assert_eq!(lab.search(saying("payment", message)).traces.len(), 1, "{message}");
        assert_eq!(lab.search(saying("cart", message)).traces.len(), 0, "{message}");
    }
}

#[test]
fn they_belong_to_their_span_whenever_they_come() {
    let mut lab = Lab::new();
    let payment = shop().remove(3);
    lab.write(&[record(&payment, "before")]);
    lab.write(&shop());
    check(&lab, &["before"]);
    lab.store().seal_now().unwrap();
    check(&lab, &["before"]);
    let written = lab.write(&[record(&payment, "before"), record(&payment, "late")]);
    assert_eq!((written.new_spans, written.known_spans), (2, 0));
    check(&lab, &["before", "late"]);
    lab.reopen();
    check(&lab, &["before", "late"]);
    lab.store().seal_now().unwrap();
    check(&lab, &["before", "late"]);
    assert_eq!(lab.store().audit(|_| {}).unwrap().faults, Vec::<String>::new());
}

#[test]
fn a_trace_of_which_only_log_records_came_waits_for_its_spans() {
    let mut lab = Lab::new();
    let id = shop()[0].trace_id;
    let payment = shop().remove(3);
    lab.write(&[record(&payment, "early")]);
    for _ in 0..2 {
        assert_eq!(lab.store().trace(id, TraceBounds::NONE, soon()).unwrap(), None);
        assert_eq!(lab.search(search_all()).traces, []);
        assert_eq!(lab.search(saying("payment", "early")).traces, []);
        lab.store().seal_now().unwrap();
        lab.reopen();
    }
    assert_eq!(lab.store().audit(|_| {}).unwrap().faults, Vec::<String>::new());
    lab.write(&shop());
    check(&lab, &["early"]);
    lab.store().seal_now().unwrap();
    check(&lab, &["early"]);
    assert_eq!(lab.store().audit(|_| {}).unwrap().faults, Vec::<String>::new());
}

#[test]
fn merging_keeps_them() {
    let lab = Lab::new();
    let payment = shop().remove(3);
    let mut expected: Vec<String> = Vec::new();
    for number in 0..16 {
        let message = format!("{number:02}");
        lab.write(&[record(&payment, &message)]);
        expected.push(message);
        if number == 5 {
            lab.write(&shop());
        }
        lab.store().seal_now().unwrap();
        lab.store().maintain(clock::now_unix_nano()).unwrap();
    }
    assert!(lab.store().stats().segments < 16);
    check(&lab, &expected.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(lab.store().audit(|_| {}).unwrap().faults, Vec::<String>::new());
}
