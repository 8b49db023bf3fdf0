//! From Zipkin's words to the model's.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use super::decoder::Decoder;
use super::{DecodeError, Endpoint, Kind, Span, ZIPKIN, key, tag};
use crate::{Attribute, Event, SpanKind, Status, StatusCode, Value};

/// The model's time unit in Zipkin's.
const NANOS_PER_MICRO: u64 = 1000;

/// `span` in the model. `decoder` knows the resources and scopes of those before it.
pub(super) fn into_model(span: Span, decoder: &mut Decoder) -> Result<crate::Span, DecodeError> {
    let start = span.timestamp.saturating_mul(NANOS_PER_MICRO);
    let length = if start == 0 { 0 } else { span.duration.saturating_mul(NANOS_PER_MICRO) };
    let text = |name: &str, older: &str| span.tag(name).or(span.tag(older)).unwrap_or_default();
    let scope = decoder.scope(
        text(tag::SCOPE_NAME, tag::LIBRARY_NAME),
        text(tag::SCOPE_VERSION, tag::LIBRARY_VERSION),
    )?;
    let count = |name: &str| span.tag(name).and_then(|text| text.parse().ok()).unwrap_or(0);
    let (status, dropped) = (
        status(&span),
        [tag::DROPPED_ATTRIBUTES, tag::DROPPED_EVENTS, tag::DROPPED_LINKS].map(count),
    );
    let [dropped_attributes_count, dropped_events_count, dropped_links_count] = dropped;
    let marks = Attribute::new(ZIPKIN, Value::Map(marks(&span)));
    let derived = derived(&span);
    let resource = decoder.resource(span.local_endpoint.service_name)?;
    let mut attributes: Vec<Attribute> =
        span.tags.into_iter().map(|(key, value)| Attribute::new(key, value)).collect();
    attributes.push(marks);
    attributes.extend(derived);
    let events = span.annotations.into_iter().map(|annotation| Event {
        time_unix_nano: annotation.timestamp.saturating_mul(NANOS_PER_MICRO),
        name: annotation.value,
        ..Event::default()
    });
    Ok(crate::Span {
        trace_id: span.trace_id,
        span_id: span.id,
        parent_span_id: span.parent_id,
        trace_state: String::new(),
        flags: 0,
        name: span.name,
        kind: kind(span.kind),
        start_time_unix_nano: start,
        end_time_unix_nano: start.saturating_add(length),
        attributes,
        dropped_attributes_count,
        events: events.collect(),
        dropped_events_count,
        links: Vec::new(),
        dropped_links_count,
        status,
        resource,
        scope,
    })
}

fn kind(kind: Option<Kind>) -> SpanKind {
    match kind {
        None => SpanKind::UNSPECIFIED,
        Some(Kind::Client) => SpanKind::CLIENT,
        Some(Kind::Server) => SpanKind::SERVER,
        Some(Kind::Producer) => SpanKind::PRODUCER,
        Some(Kind::Consumer) => SpanKind::CONSUMER,
    }
}

/// By the tag `error`, whose value is what went wrong, unless it only says that something
/// did, or that nothing did.
fn status(span: &Span) -> Status {
    let ok = span.tag(tag::STATUS_CODE) == Some("OK");
    let failed = span.tag(tag::STATUS_CODE) == Some("ERROR");
    match span.tag(tag::ERROR) {
        Some("false") | None if ok => Status { code: StatusCode::OK, ..Status::default() },
        Some("false") | None if failed => Status { code: StatusCode::ERROR, ..Status::default() },
        Some("false") | None => Status::default(),
        Some("true") => Status { code: StatusCode::ERROR, ..Status::default() },
        Some(message) => Status { code: StatusCode::ERROR, message: message.to_owned() },
    }
}

/// What the model has no place for.
fn marks(span: &Span) -> Vec<Attribute> {
    let mut marks = Vec::new();
    if span.debug {
        marks.push(Attribute::new(key::DEBUG, true));
    }
    if span.shared {
        marks.push(Attribute::new(key::SHARED, true));
    }
    if span.timestamp == 0 && span.duration != 0 {
        marks.push(Attribute::new(key::DURATION_MICROS, span.duration.cast_signed()));
    }
    let local = Endpoint { service_name: String::new(), ..span.local_endpoint.clone() };
    for (key, endpoint) in
        [(key::LOCAL_ENDPOINT, &local), (key::REMOTE_ENDPOINT, &span.remote_endpoint)]
    {
        if !endpoint.is_empty() {
            marks.push(Attribute::new(key, Value::Map(endpoint_marks(endpoint))));
        }
    }
    marks
}

fn endpoint_marks(endpoint: &Endpoint) -> Vec<Attribute> {
    let Endpoint { service_name, ipv4, ipv6, port } = endpoint;
    let mut marks = Vec::new();
    if !service_name.is_empty() {
        marks.push(Attribute::new(key::SERVICE_NAME, &**service_name));
    }
    marks.extend(ipv4.map(|ip| Attribute::new(key::IPV4, ip.to_string())));
    marks.extend(ipv6.map(|ip| Attribute::new(key::IPV6, ip.to_string())));
    if *port != 0 {
        marks.push(Attribute::new(key::PORT, i64::from(*port)));
    }
    marks
}

/// What others than Zipkin look for, in so far as no tag says it.
fn derived(span: &Span) -> Vec<Attribute> {
    let Endpoint { service_name, ipv4, ipv6, port } = &span.remote_endpoint;
    let address = ipv4.map(|ip| ip.to_string()).or(ipv6.map(|ip| ip.to_string()));
    let name = Some(service_name).filter(|name| !name.is_empty()).cloned();
    let port = (*port != 0).then(|| Value::Int((*port).into()));
    [
        ("peer.service", name.map(Value::from)),
        ("network.peer.address", address.map(Value::from)),
        ("network.peer.port", port),
    ]
    .into_iter()
    .filter(|(key, _)| span.tag(key).is_none())
    .filter_map(|(key, value)| value.map(|value| Attribute::new(key, value)))
    .collect()
}
