//! Log records that belong to a span, and how they are kept until a trace is read.
//!
//! A log record comes in a request of its own, before its span or after it. So it is kept
//! as a thing of its own, which travels through log, segments and indexes as spans do: a
//! [`Span`] of the kind [`SpanKind::LOG_RECORD`], whose parent is the span it belongs to,
//! with one event. [`attach`] gives the events to their spans when a trace is read. What
//! an event is made of (OTLP `logs.proto`, `LogRecord`):
//!
//! | event | log record |
//! | --- | --- |
//! | time | `time_unix_nano`, else `observed_time_unix_nano` |
//! | name | `event_name`, else `log` |
//! | attribute [`SEVERITY`] | the name of `severity_number`, else `severity_text` |
//! | attribute [`SEVERITY_TEXT`] | `severity_text`, where it says something else |
//! | attribute [`MESSAGE`] | `body`, where there is one |
//! | other attributes | `attributes`, as they came |

use std::collections::HashMap;

use xxhash_rust::xxh3::xxh3_64;

use crate::codec::Writer;
use crate::{Event, Span, SpanId, SpanKind, TraceId};

/// An attribute of an event that was a log record: how bad it is.
pub const SEVERITY: &str = "log.severity";
/// The sender's own word for it, where that is another.
pub const SEVERITY_TEXT: &str = "log.severity_text";
/// What it says.
pub const MESSAGE: &str = "log.message";
/// The name of an event whose log record has none.
pub const EVENT_NAME: &str = "log";

/// The name of a `severity_number` (OpenTelemetry logs data model, "Severity Fields");
/// `None` for 0, which is "unspecified", and for numbers it does not define.
pub fn severity_name(number: i32) -> Option<&'static str> {
    match number {
        1..=4 => Some("TRACE"),
        5..=8 => Some("DEBUG"),
        9..=12 => Some("INFO"),
        13..=16 => Some("WARN"),
        17..=20 => Some("ERROR"),
        21..=24 => Some("FATAL"),
        _ => None,
    }
}

/// What tells a log record from others of its trace, of which `content` are the bytes: the
/// same each time it is sent, so that it is kept once.
pub(crate) fn identity(trace_id: TraceId, span_id: SpanId, content: &[u8]) -> SpanId {
    let mut out = Writer::new();
    out.raw(trace_id.as_bytes());
    out.raw(span_id.as_bytes());
    out.raw(content);
    SpanId::new(xxh3_64(out.as_bytes()).max(1).to_be_bytes())
}

/// Gives the events of log records to the spans they belong to, behind those that these
/// have, and leaves only spans. Where several share the id, the one of the log record's own
/// service takes it, else the first. Returns how many log records belong to a span that is
/// not among `spans`; those go.
///
/// Log records come in the order of `spans`, which is by time in what a store answers.
pub fn attach(spans: &mut Vec<Span>) -> usize {
    if spans.iter().all(|span| span.kind != SpanKind::LOG_RECORD) {
        return 0;
    }
    let (records, rest): (Vec<Span>, Vec<Span>) =
        spans.drain(..).partition(|span| span.kind == SpanKind::LOG_RECORD);
    *spans = rest;
    let mut places: HashMap<SpanId, Vec<usize>> = HashMap::new();
    for (place, span) in spans.iter().enumerate() {
        places.entry(span.span_id).or_default().push(place);
    }
    let mut without_span = 0;
    for record in records {
        let sharing = record.parent_span_id.and_then(|id| places.get(&id));
        let sharing = sharing.map(Vec::as_slice).unwrap_or_default();
        let service = record.service_name();
        let own = sharing.iter().find(|place| spans[**place].service_name() == service);
        match own.or(sharing.first()) {
            Some(place) => spans[*place].events.extend(record.events),
            None => without_span += 1,
        }
    }
    without_span
}

/// How bad a log record says it is, as it came: `severity_number` and `severity_text`.
#[derive(Debug, Default)]
pub(crate) struct Severity<'a> {
    pub(crate) number: i32,
    pub(crate) text: &'a str,
}

impl<'a> Severity<'a> {
    /// What [`SEVERITY`] and [`SEVERITY_TEXT`] say.
    pub(crate) fn texts(&self) -> [Option<&'a str>; 2] {
        let text = Some(self.text).filter(|text| !text.is_empty());
        match severity_name(self.number) {
            Some(name) => [Some(name), text.filter(|text| !text.eq_ignore_ascii_case(name))],
            None => [text, None],
        }
    }
}

/// What a log record says, as bytes for [`identity`]: its event, as it would be written.
pub(crate) fn content<'a>(
    time_unix_nano: u64,
    name: &str,
    attributes: impl Iterator<Item = (&'a str, &'a [u8])>,
) -> Writer {
    let mut out = Writer::new();
    out.u64(time_unix_nano);
    out.bytes(name.as_bytes());
    for (key, value) in attributes {
        out.bytes(key.as_bytes());
        out.bytes(value);
    }
    out
}

/// [`content`] of an event of the model.
pub(crate) fn content_of(event: &Event) -> Writer {
    let values: Vec<Vec<u8>> = event
        .attributes
        .iter()
        .map(|one| {
            let mut value = Writer::new();
            crate::batch::value::write(&mut value, &one.value);
            value.into_bytes()
        })
        .collect();
    let keys = event.attributes.iter().map(|one| &*one.key);
    content(event.time_unix_nano, &event.name, keys.zip(values.iter().map(Vec::as_slice)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::trace;

    fn record(span: &Span, number: u8) -> Span {
        let event = Event { name: number.to_string(), ..Event::default() };
        Span {
            span_id: SpanId::new([number; 8]),
            parent_span_id: Some(span.span_id),
            kind: SpanKind::LOG_RECORD,
            events: vec![event],
            ..span.clone()
        }
    }

    #[test]
    fn records_become_events_of_their_spans() {
        let spans = trace("frontend GET / 0..10\n  cart add 1..5");
        let [frontend, cart] = [&spans[0], &spans[1]];
        let mut stranger = record(cart, 9);
        stranger.parent_span_id = Some(SpanId::new([77; 8]));
        let mut all =
            vec![record(cart, 1), frontend.clone(), cart.clone(), record(cart, 2), stranger];
        assert_eq!(attach(&mut all), 1);
        let names = |span: &Span| -> Vec<String> {
            span.events.iter().map(|event| event.name.clone()).collect()
        };
        assert_eq!(all.len(), 2);
        assert_eq!(names(&all[0]), Vec::<String>::new());
        assert_eq!(names(&all[1]), ["1", "2"]);
    }

    #[test]
    fn of_spans_that_share_an_id_the_one_of_its_service_takes_it() {
        let mut spans = trace("frontend GET / 0..10\n  cart add 1..5");
        spans[1].span_id = spans[0].span_id;
        spans[1].kind = SpanKind::CONSUMER;
        let of_second = record(&spans[1], 1);
        spans.push(of_second);
        assert_eq!(attach(&mut spans), 0);
        assert_eq!([spans[0].events.len(), spans[1].events.len()], [0, 1]);
    }

    #[test]
    fn severities_have_one_name() {
        let texts = |number, text| Severity { number, text }.texts();
        assert_eq!(texts(17, "error"), [Some("ERROR"), None]);
        assert_eq!(texts(18, "SEVERE"), [Some("ERROR"), Some("SEVERE")]);
        assert_eq!(texts(0, "notice"), [Some("notice"), None]);
        assert_eq!(texts(99, ""), [None, None]);
    }
}
