//! The indented-text notation for traces.
//!
//! ```text
//! # service, span name, start..end, then markers in any order
//! frontend GET /checkout  0..100   kind=server
//!   cart AddItem          10..50   kind=client  server.address=cart
//!     redis HSET          20..30   !timeout  event=exception@29
//!   payment Charge        55..95   resource:host.name=b
//! ```
//!
//! One line is one span; its parent is the nearest line above that is indented
//! less. The first word is the service, the words up to the times are the span
//! name. Empty lines and lines that begin with `#` say nothing.
//!
//! **Times** are offsets from [`EPOCH_UNIX_NANO`], in milliseconds unless a unit
//! follows (`1.5`, `20us`, `7ns`, `2s`, `-3`); `?` is an unknown time (0).
//!
//! **Markers**
//!
//! | marker | means |
//! | --- | --- |
//! | `!` or `!message` | status error, with this message |
//! | `ok` | status ok |
//! | `kind=client` | the kind: `internal` (also without a marker), `server`, `client`, `producer`, `consumer`, `unspecified`, or a number |
//! | `id=a` | names the span `a`; two lines of one name share their span id |
//! | `parent=a` | the parent is span `a`, wherever it stands, whatever the indentation; a name that no line has is a parent that never arrived; `parent=none` is a root |
//! | `trace=b` | belongs to another trace, as do the lines indented below it |
//! | `flags=0x301` | the flags |
//! | `event=name@20` | an event, at a time |
//! | `link=a` or `link=b/a` | a link to span `a` of this trace, or of trace `b` |
//! | `resource:key=value` | a resource attribute besides `service.name` |
//! | `key=value` | an attribute; whole numbers, decimals, `true` and `false` are typed, all else is text |
//!
//! A marker with spaces stands in quotes as a whole: `"!connection refused"`,
//! `"db.query.text=select 1"`.

use std::collections::HashMap;
use std::sync::Arc;

use crate::{
    Attribute, Event, Link, Resource, Scope, Span, SpanId, SpanKind, Status, StatusCode, TraceId,
    Value, semconv,
};

/// The instant that a notated trace calls 0: 2023-11-14T22:13:20Z.
pub const EPOCH_UNIX_NANO: u64 = 1_700_000_000_000_000_000;

/// A text that is no trace, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct ParseTraceError {
    line: usize,
    reason: String,
}

/// The spans of `text`, in the order of its lines.
///
/// # Panics
/// Where `text` does not parse; [`parse_trace`] returns the error instead.
#[track_caller]
pub fn trace(text: &str) -> Vec<Span> {
    match parse_trace(text) {
        Ok(spans) => spans,
        Err(error) => panic!("no trace: {error}"),
    }
}

/// The spans of `text`, in the order of its lines. The same text always gives
/// the same ids.
pub fn parse_trace(text: &str) -> Result<Vec<Span>, ParseTraceError> {
    let mut parser = Parser::default();
    let mut spans = Vec::new();
    for (position, line) in text.lines().enumerate() {
        let trimmed = line.trim_start();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let indent = line.len().saturating_sub(trimmed.len());
        let span = parser
            .line(indent, trimmed)
            .map_err(|reason| ParseTraceError { line: position.saturating_add(1), reason })?;
        spans.push(span);
    }
    Ok(spans)
}

#[derive(Default)]
struct Parser {
    /// The lines above that could be a parent: indentation, span, trace.
    above: Vec<(usize, SpanId, TraceId)>,
    spans_named: HashMap<String, SpanId>,
    traces_named: HashMap<String, TraceId>,
    span_ids_given: u64,
    resources: HashMap<String, Arc<Resource>>,
    scope: Arc<Scope>,
}

impl Parser {
    fn line(&mut self, indent: usize, line: &str) -> Result<Span, String> {
        let words = split_words(line)?;
        let at = words
            .iter()
            .position(|word| is_times(word))
            .ok_or("no times such as 0..100 after the span name")?;
        let [service, name @ ..] = &words[..at] else {
            return Err("no service before the times".to_owned());
        };
        self.above.retain(|(above, ..)| *above < indent);
        let above = self.above.last().copied();

        let (start, end) = words[at].split_once("..").unwrap_or_default();
        let mut span = Span {
            trace_id: above.map_or_else(|| self.trace_id("1"), |(_, _, trace_id)| trace_id),
            span_id: SpanId::default(),
            parent_span_id: above.map(|(_, span_id, _)| span_id),
            trace_state: String::new(),
            flags: 0,
            name: name.join(" "),
            kind: SpanKind::INTERNAL,
            start_time_unix_nano: parse_time(start)?,
            end_time_unix_nano: parse_time(end)?,
            attributes: Vec::new(),
            dropped_attributes_count: 0,
            events: Vec::new(),
            dropped_events_count: 0,
            links: Vec::new(),
            dropped_links_count: 0,
            status: Status::default(),
            resource: Arc::default(),
            scope: Arc::clone(&self.scope),
        };
        let mut resource = vec![Attribute::new(semconv::SERVICE_NAME, service.as_str())];
        // The trace first: the other markers name spans of it.
        for marker in words[at + 1..].iter().filter_map(|marker| marker.strip_prefix("trace=")) {
            span.trace_id = self.trace_id(marker);
        }
        for marker in &words[at + 1..] {
            self.marker(marker, &mut span, &mut resource)?;
        }
        if !span.span_id.is_valid() {
            span.span_id = self.next_span_id();
        }
        span.resource = self.resource(resource);
        self.above.push((indent, span.span_id, span.trace_id));
        Ok(span)
    }

    fn marker(
        &mut self,
        marker: &str,
        span: &mut Span,
        resource: &mut Vec<Attribute>,
    ) -> Result<(), String> {
        if let Some(message) = marker.strip_prefix('!') {
            span.status = Status { code: StatusCode::ERROR, message: message.to_owned() };
            return Ok(());
        }
        if marker == "ok" {
            span.status.code = StatusCode::OK;
            return Ok(());
        }
        let (key, value) = marker
            .split_once('=')
            .ok_or_else(|| format!("`{marker}` is no marker; quote one that has spaces"))?;
        match key {
            "trace" => {}
            "kind" => span.kind = parse_kind(value)?,
            "id" => span.span_id = self.span_id(value),
            "parent" if value == "none" => span.parent_span_id = None,
            "parent" => span.parent_span_id = Some(self.span_id(value)),
            "flags" => {
                let digits = value.strip_prefix("0x").ok_or("flags are written as 0x301")?;
                span.flags = u32::from_str_radix(digits, 16)
                    .map_err(|error| format!("flags `{value}`: {error}"))?;
            }
            "event" => {
                let (name, time) =
                    value.split_once('@').ok_or("an event is written as event=name@20")?;
                let time_unix_nano = parse_time(time)?;
                span.events.push(Event {
                    time_unix_nano,
                    name: name.to_owned(),
                    ..Event::default()
                });
            }
            "link" => {
                let (trace_id, name) = match value.split_once('/') {
                    Some((trace, name)) => (self.trace_id(trace), name),
                    None => (span.trace_id, value),
                };
                let span_id = self.span_id(name);
                span.links.push(Link { trace_id, span_id, ..Link::default() });
            }
            _ => {
                let value = parse_value(value);
                match key.strip_prefix("resource:") {
                    Some(key) => resource.push(Attribute::new(key, value)),
                    None => span.attributes.push(Attribute::new(key, value)),
                }
            }
        }
        Ok(())
    }

    /// The id of the span called `name`, the same at every call.
    fn span_id(&mut self, name: &str) -> SpanId {
        if let Some(id) = self.spans_named.get(name) {
            return *id;
        }
        let id = self.next_span_id();
        self.spans_named.insert(name.to_owned(), id);
        id
    }

    fn next_span_id(&mut self) -> SpanId {
        self.span_ids_given += 1;
        SpanId::new(self.span_ids_given.to_be_bytes())
    }

    fn trace_id(&mut self, name: &str) -> TraceId {
        let given = self.traces_named.len() as u128;
        *self
            .traces_named
            .entry(name.to_owned())
            .or_insert_with(|| TraceId::new((given + 1).to_be_bytes()))
    }

    /// One `Arc` for lines that say the same of their sender, as a decoder makes.
    fn resource(&mut self, attributes: Vec<Attribute>) -> Arc<Resource> {
        let made = self.resources.entry(format!("{attributes:?}"));
        Arc::clone(made.or_insert_with(|| Arc::new(Resource { attributes, ..Resource::default() })))
    }
}

/// The words of a line; a word in double quotes may hold spaces.
fn split_words(line: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut rest = line.trim();
    while !rest.is_empty() {
        let (word, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').ok_or("a quote is not closed")?,
            None => rest.split_once(char::is_whitespace).unwrap_or((rest, "")),
        };
        words.push(word.to_owned());
        rest = after.trim_start();
    }
    Ok(words)
}

fn is_times(word: &str) -> bool {
    word.split_once("..")
        .is_some_and(|(start, end)| parse_time(start).is_ok() && parse_time(end).is_ok())
}

fn parse_time(text: &str) -> Result<u64, String> {
    if text == "?" {
        return Ok(0);
    }
    let digits = text.trim_end_matches(|character: char| character.is_ascii_alphabetic());
    let nanos_per_unit = match &text[digits.len()..] {
        "ns" => 1.0,
        "us" => 1e3,
        "" | "ms" => 1e6,
        "s" => 1e9,
        unit => return Err(format!("`{unit}` is no unit of time")),
    };
    let number: f64 = digits.parse().map_err(|_| format!("`{text}` is no time"))?;
    Ok(EPOCH_UNIX_NANO.saturating_add_signed((number * nanos_per_unit).round() as i64))
}

fn parse_kind(text: &str) -> Result<SpanKind, String> {
    Ok(match text {
        "unspecified" => SpanKind::UNSPECIFIED,
        "internal" => SpanKind::INTERNAL,
        "server" => SpanKind::SERVER,
        "client" => SpanKind::CLIENT,
        "producer" => SpanKind::PRODUCER,
        "consumer" => SpanKind::CONSUMER,
        number => SpanKind(number.parse().map_err(|_| format!("`{text}` is no span kind"))?),
    })
}

fn parse_value(text: &str) -> Value {
    if let Ok(value) = text.parse::<i64>() {
        return Value::Int(value);
    }
    if let Ok(value) = text.parse::<bool>() {
        return Value::Bool(value);
    }
    match text.parse::<f64>() {
        // `NaN` and `inf` are words in a test, not numbers.
        Ok(value) if text.contains(|character: char| character.is_ascii_digit()) => {
            Value::Double(value)
        }
        _ => Value::String(text.to_owned()),
    }
}
