//! What counts as a span, and what is kept of it (rows 49 to 70, 81 to 83, 90, 91).

use opentelemetry_proto::tonic::trace::v1::{Span, Status};

use super::hopline::Hopline;
use super::message::{
    empty, field, fixed64_field, ids, number_field, one, rejected, request, request_of, requests,
    span_in,
};
use super::stored::{count, new_trace_id, span, spans};
use super::wire::{Call, Request};
use crate::support::otlp;

#[test]
fn rows_49_50_a_request_without_spans_is_a_success() {
    let hopline = Hopline::start();
    for (row, body) in [
        (49, empty()),
        (50, field(1, b"")),
        (50, field(1, &field(2, b""))),
        (50, [field(1, b""), field(1, &field(2, b""))].concat()),
    ] {
        hopline.accepts(&body, &format!("row {row}"));
    }
    for body in ["{}", r#"{"resourceSpans":[]}"#, r#"{"resourceSpans":[{"scopeSpans":[{}]}]}"#] {
        let answer = Request::json(body).send(hopline.server.http());
        assert_eq!((answer.status, answer.body), (200, b"{}".to_vec()), "{body}");
    }
}

#[test]
fn row_52_the_same_request_twice_is_once() {
    let hopline = Hopline::start();
    let id = new_trace_id();
    let body = one(&id);
    for _ in 0..3 {
        hopline.accepts(&body, "sent again");
    }
    assert_eq!(count(&hopline.server, &id), 1);
}

#[test]
fn row_53_of_two_contents_for_one_span_the_first_stays() {
    let hopline = Hopline::start();
    let id = new_trace_id();
    let first = span_in(&id, "first");
    let second = Span { name: "second".to_owned(), ..first.clone() };
    hopline.accepts(&request(first), "first");
    hopline.accepts(&request(second), "second");
    assert_eq!(span(&hopline.server, &id).name, "first");
}

#[test]
fn rows_54_to_59_a_bad_span_is_refused_alone() {
    let hopline = Hopline::start();
    // Row, the bad span's fields, and what the sender is told.
    let parent = |bytes: &[u8]| [ids(&[9; 16], &[9; 8]), field(4, bytes)].concat();
    for (row, bad, reason) in [
        (54, ids(&[1; 15], &[1; 8]), "trace id must have 16 bytes, has 15"),
        (54, ids(&[1; 16], &[1; 9]), "span id must have 8 bytes, has 9"),
        (56, ids(&[0; 16], &[1; 8]), "trace id is absent or all zeros"),
        (56, ids(&[1; 16], &[0; 8]), "span id is absent or all zeros"),
        (57, ids(&[], &[1; 8]), "trace id is absent or all zeros"),
        (57, field(1, &[1; 16]), "span id is absent or all zeros"),
        (59, parent(&[1; 7]), "parent span id must have 8 bytes or none, has 7"),
    ] {
        let id = new_trace_id();
        let mut all: Vec<_> = (1..100u8).map(|number| ids(&id, &[number; 8])).collect();
        all.insert(50, bad);
        let (refused, message) = hopline.partly_accepts(&request_of(&all));
        assert_eq!(refused, 1, "row {row}: {message}");
        assert!(message.contains(reason), "row {row}: {message}");
        assert_eq!(count(&hopline.server, &id), 99, "row {row}");
    }
}

#[test]
fn row_55_a_request_of_bad_spans_alone_is_a_partial_success() {
    let hopline = Hopline::start();
    let bad: Vec<_> = (0..7).map(|_| ids(&[1; 15], &[1; 8])).collect();
    assert_eq!(hopline.partly_accepts(&request_of(&bad)).0, 7);
}

/// Field numbers of logs and spans are alike enough for a log record to look like a
/// span without ids.
#[test]
fn row_58_logs_are_not_taken_for_spans() {
    let hopline = Hopline::start();
    let body = field(5, &field(1, b"a message"));
    let record = [fixed64_field(1, 1), number_field(2, 9), field(3, b"INFO"), body].concat();
    let answer = Request::protobuf(request_of(&[record])).send(hopline.server.http());
    assert_eq!(answer.status, 400, "{answer:?}");

    // JSON's keys differ, so what is left is nothing at all.
    let logs =
        r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"x"}}]}]}]}"#;
    assert_eq!(Request::json(logs).send(hopline.server.http()).status, 200);
}

#[test]
fn odd_spans_are_kept_as_they_came() {
    let hopline = Hopline::start();
    let plain = |name: &str| otlp::span(name);
    let with_status = |code| Span {
        status: Some(Status { code, message: "because".to_owned() }),
        ..plain("status")
    };
    let timed = |start, end| Span {
        start_time_unix_nano: start,
        end_time_unix_nano: end,
        ..plain("timed")
    };
    let own_parent = {
        let span = plain("own parent");
        Span { parent_span_id: span.span_id.clone(), ..span }
    };
    let year = 365 * 24 * 3600 * 1_000_000_000u64;
    let now = proto::clock::now_unix_nano();
    let dropped = Span {
        dropped_attributes_count: 1,
        dropped_events_count: 2,
        dropped_links_count: u32::MAX,
        ..plain("dropped")
    };
    for (row, sent) in [
        (60, own_parent),
        (61, Span { kind: 0, ..plain("no kind") }),
        (62, Span { kind: 99, ..plain("kind 99") }),
        (63, with_status(7)),
        (64, plain("")),
        (67, timed(now, now - 5)),
        (68, timed(0, now)),
        (68, timed(now, 0)),
        (68, timed(0, 0)),
        (69, timed(1, 2)),
        (69, timed(u64::MAX - 1, u64::MAX)),
        (69, timed(292 * year, 292 * year + 1)),
        (70, timed(now + 10 * year, now + 10 * year + 1)),
        (81, dropped),
        (82, Span { flags: 0x1, ..plain("flags") }),
        (82, Span { flags: 0x101, ..plain("flags") }),
        (82, Span { flags: 0x301, ..plain("flags") }),
        (82, Span { flags: u32::MAX, ..plain("flags") }),
        (83, Span { trace_state: "a=1,b=2".to_owned(), ..plain("state") }),
        (83, Span { trace_state: ";;=,\u{7f}".to_owned(), ..plain("state") }),
    ] {
        let what = format!("row {row}: {sent:?}");
        hopline.accepts(&request(sent.clone()), &what);
        let kept = span(&hopline.server, &sent.trace_id);
        let parent = kept.parent_span_id.map(|id| id.as_bytes().to_vec()).unwrap_or_default();
        let status = sent.status.clone().unwrap_or_default();
        assert_eq!(kept.name, sent.name, "{what}");
        assert_eq!(parent, sent.parent_span_id, "{what}");
        assert_eq!(kept.kind.0, sent.kind, "{what}");
        assert_eq!((kept.status.code.0, kept.status.message), (status.code, status.message));
        assert_eq!(kept.start_time_unix_nano, sent.start_time_unix_nano, "{what}");
        assert_eq!(kept.end_time_unix_nano, sent.end_time_unix_nano, "{what}");
        assert_eq!(kept.dropped_attributes_count, sent.dropped_attributes_count, "{what}");
        assert_eq!(kept.dropped_events_count, sent.dropped_events_count, "{what}");
        assert_eq!(kept.dropped_links_count, sent.dropped_links_count, "{what}");
        assert_eq!(kept.flags, sent.flags, "{what}");
        assert_eq!(kept.trace_state, sent.trace_state, "{what}");
    }
}

#[test]
fn row_82_is_remote_is_read_from_its_two_bits_only() {
    let hopline = Hopline::start();
    for (flags, expect) in [
        (0x001, None),
        (0x101, Some(false)),
        (0x301, Some(true)),
        (0x201, None),
        (u32::MAX, Some(true)),
    ] {
        let id = new_trace_id();
        hopline.accepts(&request(Span { flags, ..span_in(&id, "flags") }), "flags");
        assert_eq!(span(&hopline.server, &id).is_parent_remote(), expect, "{flags:#x}");
    }
}

#[test]
fn rows_90_91_a_trace_is_joined_whatever_the_order() {
    let hopline = Hopline::start();
    let id = new_trace_id();
    let hour = 3_600_000_000_000;
    let root = span_in(&id, "root");
    let child = Span { parent_span_id: root.span_id.clone(), ..span_in(&id, "child") };
    let late = Span {
        parent_span_id: child.span_id.clone(),
        start_time_unix_nano: root.start_time_unix_nano + hour,
        end_time_unix_nano: root.start_time_unix_nano + hour + 5,
        ..span_in(&id, "late")
    };
    let connection = super::wire::Grpc::to(hopline.server.grpc());
    for (service, span) in [("inner", child), ("outer", root.clone()), ("slow", late)] {
        let body = prost::Message::encode_to_vec(&otlp::request(service, vec![span]));
        let answer = connection.call(&Call::export(&body));
        assert_eq!(rejected(answer.response()), None);
    }
    let stored = spans(&hopline.server, &id);
    let names: Vec<_> =
        stored.iter().map(|span| (span.service_name().into_owned(), span.name.clone())).collect();
    assert_eq!(names.len(), 3);
    for expect in [("inner", "child"), ("outer", "root"), ("slow", "late")] {
        assert!(names.contains(&(expect.0.to_owned(), expect.1.to_owned())), "{names:?}");
    }
    hopline.accepts(&requests(vec![root]), "the root again");
    assert_eq!(count(&hopline.server, &id), 3);
}
