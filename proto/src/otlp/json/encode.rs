use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::otlp::group::{ResourceGroup, group};
use crate::{Attribute, Event, Link, Resource, Scope, Span, Status, Value};

/// Writes an `ExportTraceServiceRequest` (also a `TracesData`: the same text) in
/// compact JSON.
///
/// Everything in the model is kept, and fields at their default are left out as
/// proto3 does, but for those a reader looks for first. Spans are grouped by
/// resource and scope in the order in which each group's first span stands;
/// within a group they keep their order.
pub fn encode_request(spans: &[Span]) -> String {
    let request = Json(Request(&group(spans)));
    serde_json::to_string(&request).expect("every key is text and no writer fails")
}

/// A message in its JSON form.
struct Json<T>(T);

struct Request<'a>(&'a [ResourceGroup<'a>]);
struct ScopeSpans<'a>(&'a Scope, &'a [&'a Span]);
struct Values<'a, T>(&'a [T]);

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

/// Writes an object field by field.
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

    fn list<'a, T>(&mut self, key: &'static str, items: &'a [T]) -> Result<(), M::Error>
    where
        Json<&'a T>: Serialize,
    {
        if items.is_empty() { Ok(()) } else { self.always(key, &List(items)) }
    }
}

fn fields<S: Serializer>(serializer: S) -> Result<Fields<S::SerializeMap>, S::Error> {
    serializer.serialize_map(None).map(Fields)
}

impl Serialize for Json<Request<'_>> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = fields(serializer)?;
        out.always("resourceSpans", &List(self.0.0))?;
        out.0.end()
    }
}

impl Serialize for Json<&ResourceGroup<'_>> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let ResourceGroup { resource, scopes } = self.0;
        let mut out = fields(serializer)?;
        out.always("resource", &Json(*resource))?;
        let scopes: Vec<_> = scopes.iter().map(|(scope, spans)| ScopeSpans(scope, spans)).collect();
        out.always("scopeSpans", &List(&scopes))?;
        out.text("schemaUrl", &resource.schema_url)?;
        out.0.end()
    }
}

impl Serialize for Json<&Resource> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = fields(serializer)?;
        out.list("attributes", &self.0.attributes)?;
        out.count("droppedAttributesCount", self.0.dropped_attributes_count)?;
        out.0.end()
    }
}

impl Serialize for Json<&ScopeSpans<'_>> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let ScopeSpans(scope, spans) = self.0;
        let mut out = fields(serializer)?;
        out.always("scope", &Json(*scope))?;
        out.always("spans", &List(spans))?;
        out.text("schemaUrl", &scope.schema_url)?;
        out.0.end()
    }
}

impl Serialize for Json<&Scope> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = fields(serializer)?;
        out.text("name", &self.0.name)?;
        out.text("version", &self.0.version)?;
        out.list("attributes", &self.0.attributes)?;
        out.count("droppedAttributesCount", self.0.dropped_attributes_count)?;
        out.0.end()
    }
}

impl Serialize for Json<&&Span> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let span = *self.0;
        let mut out = fields(serializer)?;
        out.always("traceId", &span.trace_id.to_string())?;
        out.always("spanId", &span.span_id.to_string())?;
        if let Some(parent_span_id) = span.parent_span_id {
            out.always("parentSpanId", &parent_span_id.to_string())?;
        }
        out.text("traceState", &span.trace_state)?;
        out.count("flags", span.flags)?;
        out.always("name", &span.name)?;
        out.always("kind", &span.kind.0)?;
        out.always("startTimeUnixNano", &span.start_time_unix_nano.to_string())?;
        out.always("endTimeUnixNano", &span.end_time_unix_nano.to_string())?;
        out.list("attributes", &span.attributes)?;
        out.count("droppedAttributesCount", span.dropped_attributes_count)?;
        out.list("events", &span.events)?;
        out.count("droppedEventsCount", span.dropped_events_count)?;
        out.list("links", &span.links)?;
        out.count("droppedLinksCount", span.dropped_links_count)?;
        out.always("status", &Json(&span.status))?;
        out.0.end()
    }
}

impl Serialize for Json<&Status> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = fields(serializer)?;
        out.text("message", &self.0.message)?;
        if self.0.code.0 != 0 {
            out.always("code", &self.0.code.0)?;
        }
        out.0.end()
    }
}

impl Serialize for Json<&Event> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = fields(serializer)?;
        out.always("timeUnixNano", &self.0.time_unix_nano.to_string())?;
        out.always("name", &self.0.name)?;
        out.list("attributes", &self.0.attributes)?;
        out.count("droppedAttributesCount", self.0.dropped_attributes_count)?;
        out.0.end()
    }
}

impl Serialize for Json<&Link> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let link = self.0;
        let mut out = fields(serializer)?;
        out.always("traceId", &link.trace_id.to_string())?;
        out.always("spanId", &link.span_id.to_string())?;
        out.text("traceState", &link.trace_state)?;
        out.list("attributes", &link.attributes)?;
        out.count("droppedAttributesCount", link.dropped_attributes_count)?;
        out.count("flags", link.flags)?;
        out.0.end()
    }
}

impl Serialize for Json<&Attribute> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = fields(serializer)?;
        out.always("key", &self.0.key)?;
        out.always("value", &Json(&self.0.value))?;
        out.0.end()
    }
}

impl Serialize for Json<&Value> {
    /// Recursion is as deep as the value, which the decoders bound.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = fields(serializer)?;
        match self.0 {
            Value::Empty => {}
            Value::String(text) => out.always("stringValue", text)?,
            Value::Bool(value) => out.always("boolValue", value)?,
            Value::Int(value) => out.always("intValue", &value.to_string())?,
            Value::Double(value) if value.is_nan() => out.always("doubleValue", "NaN")?,
            Value::Double(f64::INFINITY) => out.always("doubleValue", "Infinity")?,
            Value::Double(f64::NEG_INFINITY) => out.always("doubleValue", "-Infinity")?,
            Value::Double(value) => out.always("doubleValue", value)?,
            Value::Bytes(bytes) => out.always("bytesValue", &BASE64_STANDARD.encode(bytes))?,
            Value::Array(values) => out.always("arrayValue", &Json(Values(values)))?,
            Value::Map(entries) => out.always("kvlistValue", &Json(Values(entries)))?,
        }
        out.0.end()
    }
}

impl<'a, T> Serialize for Json<Values<'a, T>>
where
    Json<&'a T>: Serialize,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = fields(serializer)?;
        out.always("values", &List(self.0.0))?;
        out.0.end()
    }
}
