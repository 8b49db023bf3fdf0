//! Traces of two spans, each by a service that no other span is of, with ten attributes
//! whose values never come again: what fills every table of names there is.

use super::diverse::{attribute, field, hex, text};
use super::{Message, ResourceTemplate, SpanTemplate, Templates, TraceTemplate, What};

const SPANS: u16 = 2;
const ATTRIBUTES: u16 = 10;
/// Hexadecimal digits of a name and of a value: none comes twice.
const DIGITS: u8 = 16;
/// In nanoseconds.
const DURATION: u64 = 5_000_000;

pub(super) fn templates() -> Templates {
    let spans = (0..SPANS).map(span).collect();
    Templates {
        resources: (0..SPANS).map(resource).collect(),
        traces: vec![TraceTemplate { weight: 1, spans, duration_nano: DURATION }],
        instances: 1,
        is_spread: false,
        long: Vec::new(),
    }
}

fn resource(number: u16) -> ResourceTemplate {
    let mut message = Message::default();
    // Variables of attributes come first.
    let service = hex("service-", DIGITS, SPANS * ATTRIBUTES + number);
    message.message_field(1, &attribute("service.name", &service));
    let Message { bytes, patches } = message;
    ResourceTemplate { bytes, instance_digits: Vec::new(), varying: patches }
}

fn span(index: u16) -> SpanTemplate {
    let mut message = Message::default();
    message.bytes_field(field::TRACE_ID, &[0; 16]);
    message.vary_last(16, What::TraceId);
    message.bytes_field(field::SPAN_ID, &[0; 8]);
    message.vary_last(8, What::SpanId(index));
    if let Some(parent) = index.checked_sub(1) {
        message.bytes_field(field::PARENT_SPAN_ID, &[0; 8]);
        message.vary_last(8, What::SpanId(parent));
    }
    message.bytes_field(field::NAME, b"work");
    message.fixed64_field(field::START, 0);
    message.vary_last(8, What::Time(0));
    message.fixed64_field(field::END, 0);
    message.vary_last(8, What::Time(DURATION / (u64::from(index) + 1)));
    for number in 0..ATTRIBUTES {
        let value = hex("", DIGITS, index * ATTRIBUTES + number);
        let attribute = attribute(&format!("id.{number}"), &value);
        message.message_field(field::ATTRIBUTES, &attribute);
    }
    message.message_field(field::ATTRIBUTES, &attribute("kind.of.work", &text("plain")));
    let mut status = Message::default();
    status.number_field(3, 0);
    status.vary_last(1, What::Status(index));
    message.message_field(field::STATUS, &status);
    let scope = ["work".to_owned(), String::new()];
    let parent = index.checked_sub(1).map(usize::from);
    SpanTemplate { resource: usize::from(index), scope, message, parent }
}
