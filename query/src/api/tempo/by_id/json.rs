//! Traces in Tempo's JSON, which is not OTLP's: ids in base64, kinds and status codes by
//! name, and zeros left out.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use proto::otlp::group::{ResourceGroup, group};
use proto::{Attribute, Event, Link, Resource, Scope, Span, SpanKind, Status, StatusCode, Value};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::api::tempo::model::as_double;

/// The answer to version 1.
pub(super) fn first(spans: &[Span]) -> Vec<u8> {
    bytes(&Json(Trace { name: "batches", groups: &group(spans) }))
}

/// The answer to version 2, with what the trace lacks.
pub(super) fn second(spans: &[Span], lacking: &str) -> Vec<u8> {
    let trace = Trace { name: "resourceSpans", groups: &group(spans) };
    bytes(&Json(Answer { trace, lacking }))
}

fn bytes(json: &impl Serialize) -> Vec<u8> {
    // Every key is a text, and no writer fails.
    serde_json::to_vec(json).unwrap_or_default()
}

/// A message in its JSON form.
struct Json<T>(T);

#[derive(Clone, Copy)]
struct Trace<'a> {
    name: &'static str,
    groups: &'a [ResourceGroup<'a>],
}

struct Answer<'a> {
    trace: Trace<'a>,
    lacking: &'a str,
}

/// Bytes, as base64.
struct Base64<'a>(&'a [u8]);

/// A list inside an object, as arrays and maps are.
struct Values<'a, T>(&'a [T]);

impl Serialize for Base64<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64_STANDARD.encode(self.0))
    }
}

/// `items`, each in its JSON form.
struct List<'a, T>(&'a [T]);

impl<'a, T> Serialize for List<'a, T>
where
    Json<&'a T>: Serialize,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Json))
    }
}

/// Writes an object field by field, without those at their default.
struct Fields<M>(M);

impl<M: SerializeMap> Fields<M> {
    fn always(
        &mut self,
        key: &'static str,
        value: &(impl Serialize + ?Sized),
    ) -> Result<(), M::Error> {
        self.0.serialize_entry(key, value)
    }

    fn text(&mut self, key: &'static str, text: &str) -> Result<(), M::Error> {
        if text.is_empty() { Ok(()) } else { self.always(key, text) }
    }

    fn count(&mut self, key: &'static str, count: u32) -> Result<(), M::Error> {
        if count == 0 { Ok(()) } else { self.always(key, &count) }
    }

    fn time(&mut self, key: &'static str, unix_nano: u64) -> Result<(), M::Error> {
        if unix_nano == 0 { Ok(()) } else { self.always(key, &unix_nano.to_string()) }
    }

    /// A member of an enum: one without a name is a number, as protobuf's JSON has it.
    fn member(
        &mut self,
        key: &'static str,
        number: i32,
        name: Option<&str>,
    ) -> Result<(), M::Error> {
        match name {
            _ if number == 0 => Ok(()),
            Some(name) => self.always(key, name),
            None => self.always(key, &number),
        }
    }

    fn list<'a, T>(&mut self, key: &'static str, items: &'a [T]) -> Result<(), M::Error>
    where
        Json<&'a T>: Serialize,
    {
        if items.is_empty() { Ok(()) } else { self.always(key, &List(items)) }
    }
}

/// Implements `Serialize` for `Json<$of>` by writing its fields.
macro_rules! json {
    ($of:ty, |$it:ident, $out:ident| $body:block) => {
        impl Serialize for Json<$of> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let $it = &self.0;
                let mut fields = Fields(serializer.serialize_map(None)?);
                let $out = &mut fields;
                $body
                fields.0.end()
            }
        }
    };
}

json!(Trace<'_>, |trace, out| {
    out.list(trace.name, trace.groups)?;
});

json!(Answer<'_>, |answer, out| {
    out.always("trace", &Json(answer.trace))?;
    out.always("metrics", &Json(()))?;
    if !answer.lacking.is_empty() {
        out.always("status", "PARTIAL")?;
        out.always("message", answer.lacking)?;
    }
});

json!((), |_nothing, _out| {});

json!(&ResourceGroup<'_>, |group, out| {
    let scopes: Vec<_> = group.scopes.iter().map(|(scope, spans)| (*scope, &**spans)).collect();
    out.always("resource", &Json(group.resource))?;
    out.list("scopeSpans", &scopes)?;
    out.text("schemaUrl", &group.resource.schema_url)?;
});

json!(&Resource, |resource, out| {
    out.list("attributes", &resource.attributes)?;
    out.count("droppedAttributesCount", resource.dropped_attributes_count)?;
});

json!(&(&Scope, &[&Span]), |both, out| {
    let (scope, spans) = both;
    out.always("scope", &Json(*scope))?;
    out.list("spans", spans)?;
    out.text("schemaUrl", &scope.schema_url)?;
});

json!(&Scope, |scope, out| {
    out.text("name", &scope.name)?;
    out.text("version", &scope.version)?;
    out.list("attributes", &scope.attributes)?;
    out.count("droppedAttributesCount", scope.dropped_attributes_count)?;
});

json!(&&Span, |span, out| {
    out.always("traceId", &Base64(span.trace_id.as_bytes()))?;
    out.always("spanId", &Base64(span.span_id.as_bytes()))?;
    out.text("traceState", &span.trace_state)?;
    if let Some(parent) = &span.parent_span_id {
        out.always("parentSpanId", &Base64(parent.as_bytes()))?;
    }
    out.count("flags", span.flags)?;
    out.text("name", &span.name)?;
    out.member("kind", span.kind.0, kind(span.kind))?;
    out.time("startTimeUnixNano", span.start_time_unix_nano)?;
    out.time("endTimeUnixNano", span.end_time_unix_nano)?;
    out.list("attributes", &span.attributes)?;
    out.count("droppedAttributesCount", span.dropped_attributes_count)?;
    out.list("events", &span.events)?;
    out.count("droppedEventsCount", span.dropped_events_count)?;
    out.list("links", &span.links)?;
    out.count("droppedLinksCount", span.dropped_links_count)?;
    out.always("status", &Json(&span.status))?;
});

json!(&Event, |event, out| {
    out.time("timeUnixNano", event.time_unix_nano)?;
    out.text("name", &event.name)?;
    out.list("attributes", &event.attributes)?;
    out.count("droppedAttributesCount", event.dropped_attributes_count)?;
});

json!(&Link, |link, out| {
    out.always("traceId", &Base64(link.trace_id.as_bytes()))?;
    out.always("spanId", &Base64(link.span_id.as_bytes()))?;
    out.text("traceState", &link.trace_state)?;
    out.list("attributes", &link.attributes)?;
    out.count("droppedAttributesCount", link.dropped_attributes_count)?;
    out.count("flags", link.flags)?;
});

json!(&Status, |status, out| {
    let name = match status.code {
        StatusCode::OK => Some("STATUS_CODE_OK"),
        StatusCode::ERROR => Some("STATUS_CODE_ERROR"),
        _ => None,
    };
    out.text("message", &status.message)?;
    out.member("code", status.code.0, name)?;
});

json!(&Attribute, |attribute, out| {
    out.text("key", &attribute.key)?;
    out.always("value", &Json(&attribute.value))?;
});

// Recursion is as deep as the value, which the decoders bound.
json!(&Value, |value, out| {
    match value {
        Value::Empty => {}
        Value::String(text) => out.always("stringValue", text)?,
        Value::Bool(value) => out.always("boolValue", value)?,
        Value::Int(value) => out.always("intValue", &value.to_string())?,
        Value::Double(value) => out.always("doubleValue", &Double(*value))?,
        Value::Bytes(bytes) => out.always("bytesValue", &Base64(bytes))?,
        Value::Array(values) => out.always("arrayValue", &Json(Values(values)))?,
        Value::Map(entries) => out.always("kvlistValue", &Json(Values(entries)))?,
    }
});

#[derive(Serialize)]
#[serde(transparent)]
struct Double(#[serde(serialize_with = "as_double")] f64);

impl<'a, T> Serialize for Json<Values<'a, T>>
where
    Json<&'a T>: Serialize,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = Fields(serializer.serialize_map(None)?);
        fields.list("values", self.0.0)?;
        fields.0.end()
    }
}

fn kind(kind: SpanKind) -> Option<&'static str> {
    match kind {
        SpanKind::INTERNAL => Some("SPAN_KIND_INTERNAL"),
        SpanKind::SERVER => Some("SPAN_KIND_SERVER"),
        SpanKind::CLIENT => Some("SPAN_KIND_CLIENT"),
        SpanKind::PRODUCER => Some("SPAN_KIND_PRODUCER"),
        SpanKind::CONSUMER => Some("SPAN_KIND_CONSUMER"),
        _ => None,
    }
}
