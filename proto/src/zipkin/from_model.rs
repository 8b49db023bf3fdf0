//! From the model's words to Zipkin's.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::net::IpAddr;

use super::{Annotation, Endpoint, Kind, Span, ZIPKIN, key, tag};
use crate::span::find_attribute;
use crate::{Attribute, Event, SpanKind, StatusCode, Value, semconv};

/// What tells who is called, the best first (OpenTelemetry specification, "OpenTelemetry
/// to Zipkin Transformation", "Remote endpoint"; the first is the newest spelling of the
/// second).
pub const REMOTE_NAMES: [&str; 12] = [
    "service.peer.name",
    "peer.service",
    "server.address",
    "net.peer.name",
    "network.peer.address",
    "server.socket.domain",
    "server.socket.address",
    "net.sock.peer.name",
    "net.sock.peer.addr",
    "peer.hostname",
    "peer.address",
    "db.name",
];

/// Where an address and its port are told.
const REMOTE_ADDRESSES: [(&str, &str); 3] = [
    ("network.peer.address", "network.peer.port"),
    ("server.socket.address", "server.socket.port"),
    ("net.sock.peer.addr", "net.sock.peer.port"),
];

impl From<&crate::Span> for Span {
    fn from(span: &crate::Span) -> Self {
        let (start, end) = (span.start_time_unix_nano, span.end_time_unix_nano);
        let mut zipkin = Self {
            trace_id: span.trace_id,
            parent_id: span.parent_span_id,
            id: span.span_id,
            kind: kind(span.kind),
            name: span.name.to_lowercase(),
            timestamp: micros(start),
            // Less than a microsecond is one: 0 would be no duration at all.
            duration: if start == 0 { 0 } else { end.saturating_sub(start).div_ceil(1000) },
            ..Self::default()
        };
        if let Some(service) = find_attribute(&span.resource.attributes, semconv::SERVICE_NAME) {
            zipkin.local_endpoint.service_name = service.text().to_lowercase();
        }
        let is_mark = |attribute: &Attribute| {
            attribute.key == ZIPKIN && matches!(attribute.value, Value::Map(_))
        };
        match span.attributes.iter().position(is_mark) {
            Some(place) => zipkin.take_as_it_came(span, place),
            None => zipkin.take_by_the_table(span),
        }
        zipkin.normalise();
        zipkin
    }
}

impl Span {
    /// The rest of a span that came as Zipkin's, whose mark stands at `place`.
    fn take_as_it_came(&mut self, span: &crate::Span, place: usize) {
        let (tags, rest) = span.attributes.split_at(place.min(span.attributes.len()));
        self.tags = tags.iter().map(tag_of).collect();
        self.annotations = annotations(span);
        let Some(Attribute { value: Value::Map(marks), .. }) = rest.first() else {
            return;
        };
        let is_set = |key| find_attribute(marks, key) == Some(&Value::Bool(true));
        (self.debug, self.shared) = (is_set(key::DEBUG), is_set(key::SHARED));
        if let Some(Value::Int(micros)) = find_attribute(marks, key::DURATION_MICROS) {
            self.duration = micros.cast_unsigned();
        }
        let service_name = std::mem::take(&mut self.local_endpoint.service_name);
        self.local_endpoint = Endpoint { service_name, ..endpoint(marks, key::LOCAL_ENDPOINT) };
        self.remote_endpoint = endpoint(marks, key::REMOTE_ENDPOINT);
    }

    /// The rest of any other span.
    fn take_by_the_table(&mut self, span: &crate::Span) {
        let resource = span.resource.attributes.iter();
        let resource = resource.filter(|attribute| attribute.key != semconv::SERVICE_NAME);
        // The last of a key counts: the span's own.
        self.tags = resource.chain(&span.attributes).map(tag_of).collect();
        self.tags.retain(|(key, value)| key != tag::ERROR || value != "false");
        self.annotations = annotations(span);
        let mut add = |key: &str, value: &str| self.tags.push((key.to_owned(), value.to_owned()));
        match span.status.code {
            StatusCode::OK => add(tag::STATUS_CODE, "OK"),
            StatusCode::ERROR => {
                add(tag::STATUS_CODE, "ERROR");
                add(tag::ERROR, &span.status.message);
            }
            _ => {}
        }
        let scope = &span.scope;
        for (keys, value) in [
            ([tag::SCOPE_NAME, tag::LIBRARY_NAME], &scope.name),
            ([tag::SCOPE_VERSION, tag::LIBRARY_VERSION], &scope.version),
        ] {
            if !value.is_empty() {
                keys.into_iter().for_each(|key| add(key, value));
            }
        }
        for (key, count) in [
            (tag::DROPPED_ATTRIBUTES, span.dropped_attributes_count),
            (tag::DROPPED_EVENTS, span.dropped_events_count),
            (tag::DROPPED_LINKS, span.dropped_links_count),
        ] {
            if count != 0 {
                add(key, &count.to_string());
            }
        }
        if matches!(self.kind, Some(Kind::Client | Kind::Producer)) {
            self.remote_endpoint = remote_endpoint(span);
        }
    }
}

fn micros(nanos: u64) -> u64 {
    nanos / 1000
}

fn kind(kind: SpanKind) -> Option<Kind> {
    match kind {
        SpanKind::CLIENT => Some(Kind::Client),
        SpanKind::SERVER => Some(Kind::Server),
        SpanKind::PRODUCER => Some(Kind::Producer),
        SpanKind::CONSUMER => Some(Kind::Consumer),
        _ => None,
    }
}

fn tag_of(attribute: &Attribute) -> (String, String) {
    (attribute.key.clone(), attribute.value.text().into_owned())
}

/// An event with attributes is written as `"name": {"key":"value"}`. Zipkin has none without
/// a time: such one has the span's, and is left out where that is not known.
fn annotations(span: &crate::Span) -> Vec<Annotation> {
    let start = micros(span.start_time_unix_nano);
    let time = |event: &Event| Some(micros(event.time_unix_nano)).filter(|time| *time != 0);
    let all = span.events.iter().map(|event| Annotation {
        timestamp: time(event).unwrap_or(start),
        value: annotation_value(event),
    });
    all.filter(|annotation| annotation.timestamp != 0).collect()
}

fn annotation_value(event: &Event) -> String {
    if event.attributes.is_empty() {
        return event.name.clone();
    }
    let details = Value::Map(event.attributes.clone());
    format!("{:?}: {}", event.name, details.text())
}

fn endpoint(marks: &[Attribute], key: &str) -> Endpoint {
    let Some(Value::Map(marks)) = find_attribute(marks, key) else {
        return Endpoint::default();
    };
    let text = |key| find_attribute(marks, key).map(Value::text).unwrap_or_default();
    Endpoint {
        service_name: text(key::SERVICE_NAME).to_lowercase(),
        ipv4: text(key::IPV4).parse().ok(),
        ipv6: text(key::IPV6).parse().ok(),
        port: text(key::PORT).parse().unwrap_or(0),
    }
}

fn remote_endpoint(span: &crate::Span) -> Endpoint {
    let text = |key: &str| span.attribute(key).map(Value::text).filter(|text| !text.is_empty());
    let name = REMOTE_NAMES.iter().find_map(|key| text(key));
    let mut endpoint =
        Endpoint { service_name: name.unwrap_or_default().to_lowercase(), ..Endpoint::default() };
    let address = REMOTE_ADDRESSES.iter().find_map(|(address, port)| {
        let ip: IpAddr = text(address)?.parse().ok()?;
        Some((ip, text(port).and_then(|port| port.parse().ok()).unwrap_or(0)))
    });
    if let Some((ip, port)) = address {
        endpoint.set_ip(ip);
        endpoint.port = port;
    }
    endpoint
}
