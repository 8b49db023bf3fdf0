#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::str::FromStr;

use serde::de::{IgnoredAny, MapAccess, SeqAccess};

use super::decoder::Decoder;
use super::key::keys;
use super::message::{Items, List, Message, Object, Text};
use super::scalar::{Hex, IdText, Number, Scalar};
use super::span::ReadSpan;
use crate::log_record::{self, EVENT_NAME, MESSAGE, SEVERITY, SEVERITY_TEXT, Severity};
use crate::otlp::Reason;
use crate::{Attribute, Event, Span, SpanId, SpanKind, TraceId, Value};

keys!(LogRecordKey {
    TimeUnixNano = "timeUnixNano",
    ObservedTimeUnixNano = "observedTimeUnixNano",
    SeverityNumber = "severityNumber",
    SeverityText = "severityText",
    Body = "body",
    Attributes = "attributes",
    DroppedAttributesCount = "droppedAttributesCount",
    TraceId = "traceId",
    SpanId = "spanId",
    EventName = "eventName",
});

/// A log record in the making.
#[derive(Default)]
struct Record {
    trace_id: TraceId,
    span_id: SpanId,
    time_unix_nano: u64,
    observed_time_unix_nano: u64,
    severity_number: SeverityNumber,
    severity_text: String,
    body: Option<Value>,
    event_name: String,
    attributes: Vec<Attribute>,
    dropped_attributes_count: u32,
}

#[derive(Debug, Default, Clone, Copy)]
struct SeverityNumber(i32);

impl Scalar for SeverityNumber {
    const EXPECTED: &'static str = "a severity, as a number or as SEVERITY_NUMBER_INFO";

    fn from_integer(number: i128) -> Option<Self> {
        number.try_into().ok().map(Self)
    }

    fn from_text(text: &str) -> Option<Self> {
        let Some(name) = text.strip_prefix("SEVERITY_NUMBER_") else {
            return i128::from_str(text).ok().and_then(Self::from_integer);
        };
        let (name, step) = match name.as_bytes() {
            [.., digit @ b'2'..=b'4'] => {
                (name.get(..name.len().saturating_sub(1))?, i32::from(digit.saturating_sub(b'1')))
            }
            _ => (name, 0),
        };
        match name {
            "UNSPECIFIED" => Some(Self(0)),
            name => (1..=24)
                .step_by(4)
                .find(|number| log_record::severity_name(*number) == Some(name))
                .map(|number| Self(number.saturating_add(step))),
        }
    }
}

impl Message for Record {
    type Key = LogRecordKey;
    const EXPECTED: &'static str = "a log record";

    fn read_field<'de, A: MapAccess<'de>>(
        &mut self,
        key: LogRecordKey,
        values: &mut A,
        decoder: &mut Decoder,
    ) -> Result<(), A::Error> {
        if decoder.is_refused() {
            values.next_value::<IgnoredAny>()?;
            return Ok(());
        }
        match key {
            LogRecordKey::TraceId => match values.next_value_seed(Hex::new())? {
                IdText::Absent => {}
                IdText::Id(id) => self.trace_id = id,
                IdText::Length(bytes) => decoder.refuse(Reason::TraceIdLength(bytes)),
                IdText::Text => decoder.refuse(Reason::TraceIdText),
            },
            LogRecordKey::SpanId => match values.next_value_seed(Hex::new())? {
                IdText::Absent => {}
                IdText::Id(id) => self.span_id = id,
                IdText::Length(bytes) => decoder.refuse(Reason::SpanIdLength(bytes)),
                IdText::Text => decoder.refuse(Reason::SpanIdText),
            },
            LogRecordKey::Body => {
                let mut body = self.body.take().unwrap_or_default();
                let is_there = values.next_value_seed(Object(&mut body, decoder))?;
                self.body = Some(body).filter(|body| is_there || *body != Value::Empty);
            }
            LogRecordKey::Attributes => {
                values.next_value_seed(List(&mut self.attributes, decoder))?;
            }
            key => {
                self.read_plain_field(key, values, decoder)?;
            }
        }
        Ok(())
    }
}

impl Record {
    fn read_plain_field<'de, A: MapAccess<'de>>(
        &mut self,
        key: LogRecordKey,
        values: &mut A,
        decoder: &mut Decoder,
    ) -> Result<bool, A::Error> {
        match key {
            LogRecordKey::TimeUnixNano => values.next_value_seed(Number(&mut self.time_unix_nano)),
            LogRecordKey::ObservedTimeUnixNano => {
                values.next_value_seed(Number(&mut self.observed_time_unix_nano))
            }
            LogRecordKey::SeverityNumber => {
                values.next_value_seed(Number(&mut self.severity_number))
            }
            LogRecordKey::SeverityText => {
                values.next_value_seed(Text(&mut self.severity_text, decoder))
            }
            LogRecordKey::EventName => values.next_value_seed(Text(&mut self.event_name, decoder)),
            LogRecordKey::DroppedAttributesCount => {
                values.next_value_seed(Number(&mut self.dropped_attributes_count))
            }
            _ => values.next_value::<IgnoredAny>().map(|_| true),
        }
    }

    /// The span that carries it, which is `blank` so far.
    fn into_span(self, blank: Span) -> Span {
        let severity = Severity { number: self.severity_number.0, text: &self.severity_text };
        let [name, text] = severity.texts();
        let own = [(SEVERITY, name.map(Value::from)), (SEVERITY_TEXT, text.map(Value::from))];
        let own = own.into_iter().chain([(MESSAGE, self.body)]);
        let own =
            own.filter_map(|(key, value)| Some(Attribute { key: key.to_owned(), value: value? }));
        let time_unix_nano = match self.time_unix_nano {
            0 => self.observed_time_unix_nano,
            time => time,
        };
        let event = Event {
            time_unix_nano,
            name: match self.event_name.is_empty() {
                true => EVENT_NAME.to_owned(),
                false => self.event_name,
            },
            attributes: own.chain(self.attributes).collect(),
            dropped_attributes_count: self.dropped_attributes_count,
        };
        let content = log_record::content_of(&event);
        Span {
            trace_id: self.trace_id,
            span_id: log_record::identity(self.trace_id, self.span_id, content.as_bytes()),
            parent_span_id: Some(self.span_id),
            kind: SpanKind::LOG_RECORD,
            start_time_unix_nano: time_unix_nano,
            end_time_unix_nano: time_unix_nano,
            events: vec![event],
            ..blank
        }
    }
}

/// What the event of a log record takes beside its attributes, and the three that are made
/// for it.
const EVENT_BYTES: usize = size_of::<Event>() + 3 * size_of::<Attribute>() + 64;

/// The list of log records: each is kept or refused.
pub(super) struct LogRecords;

impl Items for LogRecords {
    const EXPECTED: &'static str = "a list of log records";

    fn read_item<'de, A: SeqAccess<'de>>(
        &mut self,
        items: &mut A,
        decoder: &mut Decoder,
    ) -> Result<bool, A::Error> {
        let mark = decoder.budget.mark();
        let mut record = Record::default();
        if items.next_element_seed(Object(&mut record, decoder))?.is_none() {
            return Ok(false);
        }
        if !record.trace_id.is_valid() || !record.span_id.is_valid() {
            decoder.refuse(Reason::NoSpan);
        }
        let granted = decoder.budget.take(EVENT_BYTES);
        decoder.granted(granted)?;
        let span = record.into_span(decoder.blank_span());
        decoder.finish_span(ReadSpan { span, links_dropped: 0 }, mark)?;
        Ok(true)
    }
}
