#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use super::chunk::Chunk;
use super::request::Decoder;
use super::span::{Scratch, write_numbers};
use super::value::{Depth, Messages, write_value};
use crate::batch::SpanHead;
use crate::batch::body::has;
use crate::log_record::{self, EVENT_NAME, MESSAGE, SEVERITY, SEVERITY_TEXT, Severity};
use crate::otlp::fault::Fault;
use crate::otlp::{Reason, ids};
use crate::{Attribute, Event, SpanKind, Value};

/// A log record as it came, but for its attributes.
#[derive(Default)]
struct Record<'a> {
    time_unix_nano: u64,
    observed_time_unix_nano: u64,
    severity: Severity<'a>,
    body: Messages<'a>,
    dropped_attributes_count: u32,
    trace_id: &'a [u8],
    span_id: &'a [u8],
    event_name: &'a str,
}

impl<'a> Record<'a> {
    fn read(mut fields: Chunk<'a>) -> Result<Self, Fault> {
        let mut record = Self::default();
        while let Some((number, field)) = fields.next_field()? {
            match number {
                1 => record.time_unix_nano = field.fixed64("time_unix_nano")?,
                2 => record.severity.number = field.varint("severity_number")? as i32,
                3 => record.severity.text = field.text("severity_text")?,
                5 => record.body.push(field.chunk("body")?),
                6 => _ = field.chunk("attributes")?,
                7 => {
                    let count = field.varint("dropped_attributes_count")?;
                    record.dropped_attributes_count = count as u32;
                }
                9 => record.trace_id = field.chunk("trace_id")?.bytes(),
                10 => record.span_id = field.chunk("span_id")?.bytes(),
                11 => {
                    record.observed_time_unix_nano = field.fixed64("observed_time_unix_nano")?;
                }
                12 => record.event_name = field.text("event_name")?,
                _ => {}
            }
        }
        Ok(record)
    }
}

impl<'a> Decoder<'a> {
    /// Reads a log record as the span that carries it: its `head`, but for its resource and
    /// scope, and its body, which [`Self::push_span`] takes.
    pub(super) fn log_record(
        &mut self,
        chunk: Chunk<'a>,
        head: &mut SpanHead,
    ) -> Result<(), Fault> {
        let record = Record::read(chunk)?;
        let is_absent = |id: &[u8]| id.iter().all(|byte| *byte == 0);
        if is_absent(record.trace_id) || is_absent(record.span_id) {
            return Err(Reason::NoSpan.into());
        }
        let trace_id = ids::trace_id(record.trace_id)?;
        let span_id = ids::span_id(record.span_id)?;
        self.budget.take(size_of::<Event>())?;
        self.scratch.inner.clear();
        let [severity, severity_text] = record.severity.texts();
        self.own_text_attribute(SEVERITY, severity)?;
        self.own_text_attribute(SEVERITY_TEXT, severity_text)?;
        if !record.body.as_slice().is_empty() {
            self.message(&record.body)?;
        }
        let mut fields = chunk;
        while let Some((number, field)) = fields.next_field()? {
            if number == 6 {
                self.inner_attribute(field)?;
            }
        }
        let time_unix_nano = match record.time_unix_nano {
            0 => record.observed_time_unix_nano,
            time => time,
        };
        let name = if record.event_name.is_empty() { EVENT_NAME } else { record.event_name };
        let name_number = self.text(name)?;
        let attributes = self.scratch.inner.iter().map(|number| self.builder.attribute_of(*number));
        let content = log_record::content(time_unix_nano, name, attributes);
        *head = SpanHead {
            trace_id,
            span_id: log_record::identity(trace_id, span_id, content.as_bytes()),
            parent_span_id: Some(span_id),
            start_time_unix_nano: time_unix_nano,
            end_time_unix_nano: time_unix_nano,
            kind: SpanKind::LOG_RECORD,
            ..SpanHead::default()
        };
        let Scratch { body, inner, .. } = &mut self.scratch;
        body.clear();
        body.u8(has::EVENTS);
        write_numbers(body, &[]);
        body.size(1);
        // Its event is at its start.
        body.zigzag(0);
        body.varint(name_number.into());
        write_numbers(body, inner);
        body.varint(record.dropped_attributes_count.into());
        Ok(())
    }

    fn own_text_attribute(&mut self, key: &str, text: Option<&str>) -> Result<(), Fault> {
        let Some(text) = text else { return Ok(()) };
        self.budget
            .take(size_of::<Attribute>().saturating_add(key.len()).saturating_add(text.len()))?;
        let attribute = Attribute { key: key.to_owned(), value: Value::from(text) };
        self.scratch.inner.push(self.builder.attribute(&attribute));
        Ok(())
    }

    /// The log record's body, as an attribute.
    fn message(&mut self, messages: &Messages<'a>) -> Result<(), Fault> {
        self.budget.take(size_of::<Attribute>().saturating_add(MESSAGE.len()))?;
        let Self { budget, builder, limits, scratch, .. } = self;
        let depth = Depth::new(limits.value_depth);
        let number = builder.push_attribute(MESSAGE, |out| {
            write_value(out, messages.as_slice(), depth, budget)
                .map_err(|fault| fault.within("body"))
        })?;
        scratch.inner.push(number);
        Ok(())
    }
}
