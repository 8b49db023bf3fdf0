#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::fmt::Display;

use crate::zipkin::{Endpoint, Span};

/// Appends a list of `spans`.
pub fn write_spans(out: &mut String, spans: impl IntoIterator<Item = Span>) {
    out.push('[');
    let mut is_first = true;
    for span in spans {
        if !is_first {
            out.push(',');
        }
        is_first = false;
        write_span(out, &span);
    }
    out.push(']');
}

/// Appends one span, its fields in Zipkin's order.
pub fn write_span(out: &mut String, span: &Span) {
    let mut object = Object::open(out);
    let trace_id = span.trace_id.to_string();
    let short = trace_id.strip_prefix("0000000000000000").unwrap_or(&trace_id);
    object.text("traceId", short);
    if let Some(parent_id) = span.parent_id {
        object.text("parentId", &parent_id.to_string());
    }
    object.text("id", &span.id.to_string());
    if let Some(kind) = span.kind {
        object.text("kind", kind.name());
    }
    object.text_if_any("name", &span.name);
    object.number_if_any("timestamp", span.timestamp);
    object.number_if_any("duration", span.duration);
    object.endpoint_if_any("localEndpoint", &span.local_endpoint);
    object.endpoint_if_any("remoteEndpoint", &span.remote_endpoint);
    if !span.annotations.is_empty() {
        object.key("annotations");
        object.out.push('[');
        for (place, annotation) in span.annotations.iter().enumerate() {
            if place > 0 {
                object.out.push(',');
            }
            let mut inner = Object::open(object.out);
            inner.plain("timestamp", annotation.timestamp);
            inner.text("value", &annotation.value);
            inner.close();
        }
        object.out.push(']');
    }
    if !span.tags.is_empty() {
        object.key("tags");
        let mut inner = Object::open(object.out);
        for (key, value) in &span.tags {
            inner.text(key, value);
        }
        inner.close();
    }
    for (key, is_set) in [("debug", span.debug), ("shared", span.shared)] {
        if is_set {
            object.plain(key, true);
        }
    }
    object.close();
}

/// Appends `text` in quotes.
pub fn write_text(out: &mut String, text: &str) {
    // Serializing a text cannot fail.
    let quoted = serde_json::to_string(text).unwrap_or_default();
    // Line breaks to JavaScript, and none to JSON.
    if quoted.contains(['\u{2028}', '\u{2029}']) {
        out.push_str(&quoted.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029"));
    } else {
        out.push_str(&quoted);
    }
}

struct Object<'a> {
    out: &'a mut String,
    is_first: bool,
}

impl<'a> Object<'a> {
    fn open(out: &'a mut String) -> Self {
        out.push('{');
        Self { out, is_first: true }
    }

    fn close(self) {
        self.out.push('}');
    }

    fn key(&mut self, key: &str) {
        if !self.is_first {
            self.out.push(',');
        }
        self.is_first = false;
        write_text(self.out, key);
        self.out.push(':');
    }

    fn text(&mut self, key: &str, value: &str) {
        self.key(key);
        write_text(self.out, value);
    }

    fn plain(&mut self, key: &str, value: impl Display) {
        self.key(key);
        self.out.push_str(&value.to_string());
    }

    fn text_if_any(&mut self, key: &str, value: &str) {
        if !value.is_empty() {
            self.text(key, value);
        }
    }

    fn number_if_any(&mut self, key: &str, value: u64) {
        if value != 0 {
            self.plain(key, value);
        }
    }

    fn endpoint_if_any(&mut self, key: &str, endpoint: &Endpoint) {
        if endpoint.is_empty() {
            return;
        }
        self.key(key);
        let mut inner = Object::open(self.out);
        inner.text_if_any("serviceName", &endpoint.service_name);
        for (key, ip) in [
            ("ipv4", endpoint.ipv4.map(|ip| ip.to_string())),
            ("ipv6", endpoint.ipv6.map(|ip| ip.to_string())),
        ] {
            inner.text_if_any(key, &ip.unwrap_or_default());
        }
        inner.number_if_any("port", endpoint.port.into());
        inner.close();
    }
}
