//! Random spans: realistic enough that searches hit, nasty enough to hurt.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::EPOCH_UNIX_NANO;
use crate::{
    Attribute, Event, Link, Resource, Scope, Span, SpanId, SpanKind, Status, StatusCode, TraceId,
    Value, semconv,
};

const SERVICES: &[&str] = &["frontend", "cart", "payment", "bank", "inventory"];
const NAMES: &[&str] =
    &["GET /checkout", "POST /charge", "SELECT stock", "publish", "", "größe 🦀"];
const KEYS: &[&str] =
    &["http.request.method", "http.response.status_code", "error.type", "order.id", "retry", ""];
/// What senders say of the side that they call.
const PEERS: &[&[(&str, &str)]] = &[
    &[],
    &[("db.system", "redis"), ("server.address", "10.0.0.7")],
    &[("db.system.name", "postgresql"), ("db.namespace", "shop"), ("db.system", "")],
    &[("messaging.system", "kafka"), ("messaging.destination.name", "orders")],
    &[("peer.service", "bank"), ("http.host", "bank:80")],
    &[("server.address", "api.example.com"), ("server.address", "mail-7")],
];
const TEXTS: &[&str] =
    &["", "GET", "timeout", "a b", "naïve 🦀\u{2028}", "nul\0nul", "\"quoted\"\\"];

/// One span of any of a few traces. Ids collide, parents are missing, times are
/// zero or the end lies before the start; every type of value occurs, keys occur
/// twice, values nest up to 3 deep.
pub fn span_strategy() -> impl Strategy<Value = Span> {
    (any_trace_id(), any_sender())
        .prop_flat_map(|(trace_id, (resource, scope))| span_of(trace_id, resource, scope))
}

/// A log record that belongs to `span`, one of seven to none, with the sender, the
/// time and an event of `content`.
pub fn log_record_of(span: &Span, content: Span) -> Span {
    let events = content.events.into_iter().take(1).collect::<Vec<_>>();
    let is_stray =
        content.span_id.as_bytes().iter().map(|byte| u32::from(*byte)).sum::<u32>() % 7 == 0;
    Span {
        trace_id: span.trace_id,
        parent_span_id: Some(if is_stray { content.span_id } else { span.span_id }),
        kind: SpanKind::LOG_RECORD,
        name: String::new(),
        trace_state: String::new(),
        flags: 0,
        attributes: Vec::new(),
        dropped_attributes_count: 0,
        events: if events.is_empty() { vec![Event::default()] } else { events },
        dropped_events_count: 0,
        links: Vec::new(),
        dropped_links_count: 0,
        status: Status::default(),
        ..content
    }
}

/// Up to `spans_max` spans (at least one) of one trace, by several services.
/// Parents are mostly spans of the trace: trees, with the odd cycle and orphan.
pub fn trace_strategy(spans_max: usize) -> impl Strategy<Value = Vec<Span>> {
    let spans_max = spans_max.max(1);
    (any_trace_id(), vec(any_sender(), 1..4)).prop_flat_map(move |(trace_id, senders)| {
        let span = select(senders)
            .prop_flat_map(move |(resource, scope)| span_of(trace_id, resource, scope));
        vec(span, 1..=spans_max)
    })
}

/// A value of any type, nested up to 3 deep. Never NaN, which equals nothing, so
/// that spans can be compared with `==`.
pub fn value_strategy() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        1 => Just(Value::Empty),
        4 => any_text().prop_map(Value::String),
        1 => any::<bool>().prop_map(Value::Bool),
        3 => prop_oneof![select(vec![i64::MIN, -1, 0, 1, 500, i64::MAX]), any::<i64>()]
            .prop_map(Value::Int),
        2 => prop_oneof![
            select(vec![0.0, -0.0, 1.0, 0.1, f64::INFINITY, f64::NEG_INFINITY, f64::MAX]),
            any::<f64>()
        ]
        .prop_map(Value::Double),
        1 => vec(any::<u8>(), 0..8).prop_map(Value::Bytes),
    ];
    leaf.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::Array),
            vec((any_key(), inner).prop_map(|(key, value)| Attribute { key, value }), 0..3)
                .prop_map(Value::Map),
        ]
    })
}

fn span_of(
    trace_id: TraceId,
    resource: Arc<Resource>,
    scope: Arc<Scope>,
) -> impl Strategy<Value = Span> {
    let identity =
        (any_span_id(), proptest::option::weighted(0.8, any_span_id()), any_text(), any_flags());
    let what = (select(NAMES), any_kind(), any_time(), any_time(), any_status());
    let attributes = (any_attributes(), select(PEERS)).prop_map(|(mut attributes, peer)| {
        attributes.extend(peer.iter().map(|(key, value)| Attribute::new(*key, *value)));
        attributes
    });
    let inside = (attributes, vec(any_event(), 0..3), vec(any_link(), 0..3));
    let dropped = (any_count(), any_count(), any_count());
    (identity, what, inside, dropped).prop_map(move |(identity, what, inside, dropped)| {
        let (span_id, parent_span_id, trace_state, flags) = identity;
        let (name, kind, start_time_unix_nano, end_time_unix_nano, status) = what;
        let (attributes, events, links) = inside;
        Span {
            trace_id,
            span_id,
            parent_span_id,
            trace_state,
            flags,
            name: name.to_owned(),
            kind,
            start_time_unix_nano,
            end_time_unix_nano,
            attributes,
            dropped_attributes_count: dropped.0,
            events,
            dropped_events_count: dropped.1,
            links,
            dropped_links_count: dropped.2,
            status,
            resource: Arc::clone(&resource),
            scope: Arc::clone(&scope),
        }
    })
}

fn any_sender() -> impl Strategy<Value = (Arc<Resource>, Arc<Scope>)> {
    let service = proptest::option::weighted(0.9, select(SERVICES));
    (service, any_attributes(), any_count(), any_text(), any_text(), any_attributes()).prop_map(
        |(service, mut attributes, dropped_attributes_count, url, version, scope_attributes)| {
            if let Some(service) = service {
                attributes.push(Attribute::new(semconv::SERVICE_NAME, service));
            }
            let schema_url = url.clone();
            let resource = Resource { attributes, dropped_attributes_count, schema_url };
            let scope = Scope {
                name: version.clone(),
                version,
                attributes: scope_attributes,
                dropped_attributes_count,
                schema_url: url,
            };
            (Arc::new(resource), Arc::new(scope))
        },
    )
}

fn any_trace_id() -> impl Strategy<Value = TraceId> {
    let few = (1_u128..6).prop_map(|number| TraceId::new(number.to_be_bytes()));
    let any = any::<[u8; 16]>().prop_map(TraceId::new).prop_filter("zero", TraceId::is_valid);
    prop_oneof![3 => few, 1 => any]
}

fn any_span_id() -> impl Strategy<Value = SpanId> {
    let few = (1_u64..24).prop_map(|number| SpanId::new(number.to_be_bytes()));
    let any = any::<[u8; 8]>().prop_map(SpanId::new).prop_filter("zero", SpanId::is_valid);
    prop_oneof![9 => few, 1 => any]
}

fn any_time() -> impl Strategy<Value = u64> {
    prop_oneof![
        1 => Just(0),
        1 => Just(u64::MAX),
        // Within ten seconds, so that ranges overlap.
        16 => (0_u64..10_000_000_000).prop_map(|offset| EPOCH_UNIX_NANO.saturating_add(offset)),
    ]
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![4 => select(TEXTS).prop_map(str::to_owned), 1 => any::<String>()]
}

fn any_key() -> impl Strategy<Value = String> {
    prop_oneof![9 => select(KEYS).prop_map(str::to_owned), 1 => any::<String>()]
}

fn any_attributes() -> impl Strategy<Value = Vec<Attribute>> {
    let attribute = (any_key(), value_strategy()).prop_map(|(key, value)| Attribute { key, value });
    vec(attribute, 0..4)
}

fn any_event() -> impl Strategy<Value = Event> {
    (any_time(), any_text(), any_attributes(), any_count()).prop_map(
        |(time_unix_nano, name, attributes, dropped_attributes_count)| Event {
            time_unix_nano,
            name,
            attributes,
            dropped_attributes_count,
        },
    )
}

fn any_link() -> impl Strategy<Value = Link> {
    (any_trace_id(), any_span_id(), any_text(), any_flags(), any_attributes(), any_count())
        .prop_map(|(trace_id, span_id, trace_state, flags, attributes, dropped)| Link {
            trace_id,
            span_id,
            trace_state,
            flags,
            attributes,
            dropped_attributes_count: dropped,
        })
}

fn any_kind() -> impl Strategy<Value = SpanKind> {
    prop_oneof![9 => 0..6_i32, 1 => select(vec![-2, 99, i32::MAX])].prop_map(SpanKind)
}

fn any_status() -> impl Strategy<Value = Status> {
    let code = prop_oneof![9 => 0..3_i32, 1 => select(vec![-1, 7])].prop_map(StatusCode);
    (code, any_text()).prop_map(|(code, message)| Status { code, message })
}

fn any_flags() -> impl Strategy<Value = u32> {
    select(vec![0, 1, 0x101, 0x301, u32::MAX])
}

fn any_count() -> impl Strategy<Value = u32> {
    prop_oneof![8 => Just(0), 1 => 1..9_u32, 1 => Just(u32::MAX)]
}
