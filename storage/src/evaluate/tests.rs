//! The rules of a search, one table.

use std::sync::Arc;

use proto::{
    Attribute, Event, Link, Resource, Scope, Span, SpanId, SpanKind, Status, StatusCode, TraceId,
    Value,
};

use super::*;
use crate::contract::TimeRange;
use crate::contract::search::{
    AttributeScope as In,
    Comparison::{self, *},
    Cursor, Operand, Order, TraceConditions,
};

/// 2^53, from where on doubles skip whole numbers.
const DOUBLE_EXACT_MAX: i64 = 1 << 53;

fn span() -> Span {
    let attribute = |key: &str, value: Value| Attribute { key: key.to_owned(), value };
    Span {
        trace_id: TraceId::new([1; 16]),
        span_id: SpanId::new([2; 8]),
        parent_span_id: None,
        trace_state: String::new(),
        flags: 0,
        name: "POST /charge".to_owned(),
        kind: SpanKind::CLIENT,
        start_time_unix_nano: 1_000,
        end_time_unix_nano: 3_500,
        attributes: vec![
            attribute("text", "9".into()),
            attribute("twice", "first".into()),
            attribute("twice", "last".into()),
            attribute("int", 10.into()),
            attribute("big", (DOUBLE_EXACT_MAX + 1).into()),
            attribute("double", 2.5.into()),
            attribute("whole", 10.0.into()),
            attribute("nan", f64::NAN.into()),
            attribute("infinite", f64::INFINITY.into()),
            attribute("bool", true.into()),
            attribute("bytes", Value::Bytes(vec![0xab])),
            attribute("array", Value::Array(vec![1.into(), "a".into()])),
            attribute("empty", Value::Empty),
        ],
        dropped_attributes_count: 0,
        events: vec![
            Event { name: "retry".to_owned(), ..Event::default() },
            Event {
                name: "exception".to_owned(),
                attributes: vec![attribute("where", "event".into())],
                ..Event::default()
            },
        ],
        dropped_events_count: 0,
        links: vec![Link {
            trace_id: TraceId::new([0xaa; 16]),
            span_id: SpanId::new([0xbb; 8]),
            attributes: vec![attribute("where", "link".into())],
            ..Link::default()
        }],
        dropped_links_count: 0,
        status: Status { code: StatusCode::ERROR, message: "declined".to_owned() },
        resource: Arc::new(Resource {
            attributes: vec![
                attribute("service.name", "bank".into()),
                attribute("where", "resource".into()),
            ],
            ..Resource::default()
        }),
        scope: Arc::new(Scope {
            name: "http".to_owned(),
            attributes: vec![attribute("where", "scope".into())],
            ..Scope::default()
        }),
    }
}

fn attribute(scope: In, key: &str) -> Field {
    Field::Attribute { scope, key: key.to_owned() }
}

fn on(key: &str) -> Field {
    attribute(In::Span, key)
}

fn text(operand: &str) -> Operand {
    Operand::Text(operand.to_owned())
}

fn typed(operand: impl Into<Value>) -> Operand {
    Operand::Value(operand.into())
}

#[test]
fn a_condition_means_what_the_contract_says() {
    let span = span();
    let rows: Vec<(Field, Comparison, Operand, bool)> = vec![
        // Text fields.
        (Field::Service, Equal, text("bank"), true),
        (Field::Service, Equal, typed("bank"), true),
        (Field::Service, Equal, typed(1), false),
        (Field::Service, NotEqual, typed(1), false),
        (Field::Service, NotEqual, text("cart"), true),
        (Field::Name, Less, typed("POST /z"), true),
        (Field::Name, Less, text("POST /z"), false),
        (Field::StatusMessage, Equal, text("declined"), true),
        (Field::ScopeName, Exists, text(""), true),
        (Field::EventName, Equal, text("exception"), true),
        (Field::EventName, NotEqual, text("exception"), true),
        (Field::EventName, Equal, text("timeout"), false),
        (Field::LinkTraceId, Equal, text("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), true),
        (Field::LinkSpanId, Equal, text("bbbbbbbbbbbbbbbb"), true),
        (Field::LinkSpanId, Equal, text("BBBBBBBBBBBBBBBB"), false),
        // An empty text field is absent.
        (Field::ScopeVersion, Exists, text(""), false),
        (Field::ScopeVersion, Equal, text(""), false),
        (Field::ScopeVersion, NotEqual, text("1"), false),
        // Numeric fields.
        (Field::Kind, Equal, typed(3), true),
        (Field::Kind, Equal, text("3.0"), true),
        (Field::Kind, NotEqual, text("client"), false),
        (Field::Status, GreaterOrEqual, typed(2), true),
        (Field::DurationNano, Greater, typed(2_499.5), true),
        (Field::DurationNano, LessOrEqual, text("2.5e3"), true),
        (Field::DurationNano, Less, typed(f64::INFINITY), true),
        (Field::DurationNano, NotEqual, typed(f64::NAN), false),
        (Field::DurationNano, Exists, typed(f64::NAN), true),
        // An attribute that is not there makes everything false.
        (on("absent"), Exists, text(""), false),
        (on("absent"), NotEqual, text("x"), false),
        (on("absent"), Less, typed(1), false),
        (on("empty"), Exists, text("x"), true),
        (on("empty"), Equal, text(""), true),
        (on("empty"), Equal, typed(Value::Empty), true),
        (on("empty"), Equal, typed(""), false),
        // The last of two wins.
        (on("twice"), Equal, text("last"), true),
        (on("twice"), Equal, text("first"), false),
        (on("twice"), NotEqual, text("last"), false),
        // Text operands: equality as text, order as finite numbers.
        (on("int"), Equal, text("10"), true),
        (on("int"), Equal, text("10.0"), false),
        (on("whole"), Equal, text("10"), true),
        (on("text"), Less, text("10"), true),
        (on("bool"), Equal, text("true"), true),
        (on("bool"), Less, text("2"), false),
        (on("bytes"), Equal, text("ab"), true),
        (on("array"), Equal, text(r#"[1,"a"]"#), true),
        (on("infinite"), Greater, text("1"), false),
        (on("infinite"), Equal, text("Infinity"), true),
        (on("int"), Less, text("inf"), false),
        (on("nan"), Equal, text("NaN"), true),
        // Typed operands: within a type.
        (on("text"), Less, typed("10"), false),
        (on("text"), Equal, typed(9), false),
        (on("text"), NotEqual, typed(9), false),
        (on("int"), Equal, typed(10.0), true),
        (on("whole"), Equal, typed(10), true),
        (on("double"), Greater, typed(2), true),
        (on("double"), Less, typed(3), true),
        (on("big"), Greater, typed(DOUBLE_EXACT_MAX as f64), true),
        (on("big"), Equal, typed(DOUBLE_EXACT_MAX as f64), false),
        (on("infinite"), Greater, typed(i64::MAX), true),
        (on("nan"), Equal, typed(f64::NAN), false),
        (on("nan"), NotEqual, typed(1), false),
        (on("nan"), Exists, typed(1), true),
        (on("bool"), Greater, typed(false), true),
        (on("bool"), NotEqual, typed("true"), false),
        (on("bytes"), Less, typed(Value::Bytes(vec![0xac])), true),
        (on("array"), Equal, array(1), true),
        (on("array"), NotEqual, array(2), true),
        (on("array"), Less, array(2), false),
        // Of a list, any element.
        (on("array"), Equal, typed("a"), true),
        (on("array"), Equal, typed(1.0), true),
        (on("array"), Equal, text("1"), true),
        (on("array"), Less, typed(2), true),
        (on("array"), Equal, typed("b"), false),
        (on("array"), NotEqual, typed("b"), true),
        (on("array"), NotEqual, typed("a"), false),
        (on("array"), NotEqual, typed(true), false),
        (on("array"), LessOrEqual, array(1), true),
        // Scopes.
        (attribute(In::Any, "where"), Equal, text("link"), true),
        (attribute(In::Any, "where"), NotEqual, text("link"), true),
        (attribute(In::Span, "where"), Exists, text(""), false),
        (attribute(In::Resource, "where"), Equal, text("resource"), true),
        (attribute(In::Scope, "where"), Equal, text("scope"), true),
        (attribute(In::Event, "where"), Equal, text("event"), true),
        (attribute(In::Link, "where"), Equal, text("event"), false),
    ];
    for (field, comparison, operand, expected) in rows {
        let condition = Condition { field, comparison, operand };
        assert_eq!(meets(&span, &condition), expected, "{condition:?}");
    }
}

fn array(first: i64) -> Operand {
    typed(Value::Array(vec![first.into(), "a".into()]))
}

fn search_all() -> Search {
    Search {
        range: TimeRange::ALL,
        span: vec![],
        trace: TraceConditions::default(),
        order: Order::Newest,
        limit: 2,
        after: None,
    }
}

#[test]
fn one_span_must_meet_all_conditions_at_once() {
    let equal = |field, operand| Condition { field, comparison: Equal, operand: text(operand) };
    let mut server = span();
    server.kind = SpanKind::SERVER;
    server.name = "charge".to_owned();
    let spans = [span(), server];
    let mut search = search_all();

    search.span = vec![equal(Field::Name, "charge"), equal(Field::Kind, "3")];
    assert_eq!(find(&spans, &search), None);

    search.span = vec![equal(Field::Name, "charge"), equal(Field::Kind, "2")];
    let found = find(&spans, &search).unwrap();
    assert_eq!((found.matched_count, found.matched.len()), (1, 1));

    search.span.clear();
    assert_eq!(find(&spans, &search).unwrap().matched_count, 2);
    assert_eq!(find(&[], &search), None);
}

#[test]
fn a_trace_of_unknown_start_is_only_in_ranges_that_begin_at_zero() {
    let mut unknown = span();
    unknown.start_time_unix_nano = 0;
    let is_found = |from_unix_nano, to_unix_nano| {
        let range = TimeRange { from_unix_nano, to_unix_nano };
        find(&[unknown.clone()], &Search { range, ..search_all() }).is_some()
    };
    assert!(is_found(0, u64::MAX));
    assert!(is_found(0, 1));
    assert!(!is_found(0, 0));
    assert!(!is_found(1, u64::MAX));
}

#[test]
fn the_first_of_an_identity_wins_and_kind_is_part_of_it() {
    let mut late = span();
    late.name = "late".to_owned();
    let mut server = span();
    server.kind = SpanKind::SERVER;
    let mut spans = vec![span(), late, server.clone(), span()];
    dedup_and_sort(&mut spans);
    assert_eq!(spans.len(), 2);
    assert_eq!(spans[0].kind, SpanKind::SERVER);
    assert_eq!(spans[1].name, "POST /charge");
}

#[test]
fn pages_tell_of_a_next_one_exactly_when_a_trace_follows() {
    let found = |first_byte: u8, start: u64| {
        let mut span = span();
        span.trace_id = TraceId::new([first_byte; 16]);
        span.start_time_unix_nano = start;
        find(&[span], &search_all()).unwrap()
    };
    // Two of the same start go by the smaller id.
    let traces = [found(4, 10), found(3, 20), found(2, 20), found(1, 5)];
    let walk = |limit| {
        let mut search = Search { limit, ..search_all() };
        let mut pages = Vec::new();
        loop {
            let mut page = Page::new(search.limit, search.after);
            for trace in &traces {
                page.offer(Cursor::of(&trace.summary, search.order), trace.clone());
            }
            let (found, next) = page.finish();
            let ids = found.iter().map(|found| found.summary.trace_id.as_bytes()[0]);
            pages.push(ids.collect::<Vec<_>>());
            assert!(pages.len() <= traces.len(), "the cursor does not come to an end");
            match next {
                Some(next) => search.after = Some(next),
                None => return pages,
            }
        }
    };
    assert_eq!(walk(1), [[2], [3], [4], [1]]);
    assert_eq!(walk(2), [[2, 3], [4, 1]]);
    assert_eq!(walk(3), [vec![2, 3, 4], vec![1]]);
    assert_eq!(walk(4), [[2, 3, 4, 1]]);
    assert_eq!(walk(usize::MAX), [[2, 3, 4, 1]]);
}

#[test]
fn a_cursor_is_its_place() {
    let found = find(&[span()], &search_all()).unwrap();
    let place = Cursor::of(&found.summary, Order::Slowest);
    assert_eq!((place.figure, place.start_unix_nano), (2_500, 1_000));
}
