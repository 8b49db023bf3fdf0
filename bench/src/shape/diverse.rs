//! Traces as different from each other as a large company's: 200 services, 2,000
//! span names, 5 to 500 spans, attributes of 2 values up to one for each span. A few
//! traces are long, as those of nightly jobs.

use std::ops::Range;

use super::{Message, ResourceTemplate, SpanTemplate, Templates, TraceTemplate, What};
use crate::dice::Dice;

const SERVICES: usize = 200;
const NAMES_PER_SERVICE: usize = 10;
const INSTANCES: usize = 4;
/// Different traces before ids, times and varying attributes.
const TRACES: usize = 400;
const COMMON: Size =
    Size { spans_min: 5.0, spans_max: 500.0, milliseconds: 20..420, is_wide: false };
/// Different long traces.
const LONG_TRACES: usize = 4;
const LONG: Size =
    Size { spans_min: 5_000.0, spans_max: 20_000.0, milliseconds: 10_000..60_000, is_wide: true };

/// How large traces are.
struct Size {
    spans_min: f64,
    spans_max: f64,
    /// Of the root.
    milliseconds: Range<u64>,
    /// Whether spans hang below any earlier one, not only below those just before.
    is_wide: bool,
}

const REGIONS: &[&str] = &["eu-west-1", "eu-central-1", "us-east-1", "us-west-2", "ap-south-1"];
const METHODS: &[&str] = &["GET", "POST", "PUT", "DELETE", "PATCH"];
const STATUS_CODES: &[u64] = &[200, 200, 200, 201, 204, 302, 400, 401, 404, 409, 429, 500, 503];
const VERBS: &[&str] = &["get", "list", "create", "update", "delete", "render", "charge", "lock"];
const SCOPES: &[&str] = &["net/http", "grpc", "jdbc", "redis", "kafka"];

/// The fields of an OTLP `Span` (opentelemetry/proto/trace/v1/trace.proto).
pub(super) mod field {
    pub(in crate::shape) const TRACE_ID: u64 = 1;
    pub(in crate::shape) const SPAN_ID: u64 = 2;
    pub(in crate::shape) const PARENT_SPAN_ID: u64 = 4;
    pub(in crate::shape) const NAME: u64 = 5;
    pub(in crate::shape) const KIND: u64 = 6;
    pub(in crate::shape) const START: u64 = 7;
    pub(in crate::shape) const END: u64 = 8;
    pub(in crate::shape) const ATTRIBUTES: u64 = 9;
    pub(in crate::shape) const EVENTS: u64 = 11;
    pub(in crate::shape) const STATUS: u64 = 15;
}

pub(super) fn templates(seed: u64) -> Templates {
    let mut dice = Dice::new(seed, 0xd1);
    Templates {
        resources: (0..SERVICES).map(|service| resource(service, &mut dice)).collect(),
        traces: (0..TRACES).map(|_| trace(&COMMON, &mut dice)).collect(),
        instances: INSTANCES,
        is_spread: true,
        long: (0..LONG_TRACES).map(|_| trace(&LONG, &mut dice)).collect(),
    }
}

fn service_name(service: usize) -> String {
    format!("team-{:02}-service-{service:03}", service % 23)
}

fn resource(service: usize, dice: &mut Dice) -> ResourceTemplate {
    const INSTANCE: &str = "00000000-0000-0000-0000-000000000000";
    let mut message = Message::default();
    let mut add = |key: &str, value: &str| {
        message.message_field(1, &attribute(key, &text(value)));
        message.bytes.len() - value.len()
    };
    add("service.name", &service_name(service));
    add("deployment.environment.name", if dice.chance(0.8) { "production" } else { "staging" });
    add("cloud.region", dice.pick(REGIONS).copied().unwrap_or_default());
    add("telemetry.sdk.language", ["java", "go", "nodejs", "python"][service % 4]);
    let at = add("service.instance.id", INSTANCE);
    ResourceTemplate {
        bytes: message.bytes,
        instance_digits: vec![(at, INSTANCE.len())],
        varying: Vec::new(),
    }
}

/// A tree: each span hangs below one of the spans before it, mostly within its
/// parent's time.
fn trace(size: &Size, dice: &mut Dice) -> TraceTemplate {
    let growth = (size.spans_max / size.spans_min).powf(dice.fraction());
    let length = (size.spans_min * growth) as usize;
    let mut variables = 0;
    let mut spans: Vec<SpanTemplate> = Vec::new();
    let mut times: Vec<(u64, u64)> = Vec::new();
    for index in 0..length {
        let near = if size.is_wide { index } else { index.min(12) };
        let parent = index.checked_sub(1).map(|last| last - dice.below(near));
        let above = parent.map(|parent| (times[parent], spans[parent].resource));
        let (start, duration) = match above {
            None => {
                let Range { start, end } = size.milliseconds;
                (0, start * 1_000_000 + dice.number() % ((end - start) * 1_000_000))
            }
            Some(((start, duration), _)) => {
                (start + dice.number() % (duration / 2).max(1), 1 + dice.number() % duration.max(1))
            }
        };
        let resource = match above {
            Some((_, resource)) if dice.chance(0.6) => resource,
            _ => dice.below(SERVICES),
        };
        times.push((start, duration));
        let scope = [dice.pick(SCOPES).copied().unwrap_or_default().to_owned(), "1.4.0".to_owned()];
        let place = Place {
            index: index as u16,
            parent: parent.map(|parent| parent as u16),
            resource,
            is_entry: above.is_none_or(|(_, caller)| caller != resource),
        };
        let message = span(place, start, start + duration, &mut variables, dice);
        spans.push(SpanTemplate { resource, scope, message, parent });
    }
    let duration_nano = times.iter().map(|(start, duration)| start + duration).max().unwrap_or(0);
    TraceTemplate { weight: 1, spans, duration_nano }
}

struct Place {
    index: u16,
    parent: Option<u16>,
    resource: usize,
    /// Whether another service, or none, is above.
    is_entry: bool,
}

/// Numbers of OTLP's `SpanKind`.
const ENTRY_KINDS: &[u64] = &[2, 2, 2, 5];
const INNER_KINDS: &[u64] = &[1, 1, 3, 3, 4];

fn span(place: Place, start: u64, end: u64, variables: &mut u16, dice: &mut Dice) -> Message {
    let name = dice.below(NAMES_PER_SERVICE);
    let verb = VERBS[(place.resource + name) % VERBS.len()];
    let noun = place.resource * NAMES_PER_SERVICE + name;
    let mut span = Message::default();
    span.bytes_field(field::TRACE_ID, &[0; 16]);
    span.vary_last(16, What::TraceId);
    span.bytes_field(field::SPAN_ID, &[0; 8]);
    span.vary_last(8, What::SpanId(place.index));
    if let Some(parent) = place.parent {
        span.bytes_field(field::PARENT_SPAN_ID, &[0; 8]);
        span.vary_last(8, What::SpanId(parent));
    }
    span.bytes_field(field::NAME, format!("{verb} thing-{noun}").as_bytes());
    let kinds = if place.is_entry { ENTRY_KINDS } else { INNER_KINDS };
    span.number_field(field::KIND, dice.pick(kinds).copied().unwrap_or(0));
    span.fixed64_field(field::START, 0);
    span.vary_last(8, What::Time(start));
    span.fixed64_field(field::END, 0);
    span.vary_last(8, What::Time(end));

    let mut add = |key: &str, value: Message| {
        span.message_field(field::ATTRIBUTES, &attribute(key, &value));
    };
    add("http.request.method", text(dice.pick(METHODS).copied().unwrap_or_default()));
    let status_code = dice.pick(STATUS_CODES).copied().unwrap_or_default();
    add("http.response.status_code", whole(status_code));
    add("http.route", text(&format!("/api/v{}/things/{noun}/{{id}}", 1 + name % 2)));
    add("cache.hit", truth(dice.chance(0.7)));
    add("tenant", decimal("t-", 4, 1_000));
    if dice.chance(0.5) {
        add("customer.id", decimal("c-", 6, 100_000));
    }
    if dice.chance(0.3) {
        add("order.id", hex("o-", 32, *variables));
        *variables += 1;
    }
    if dice.chance(0.2) {
        add("score", double(dice.fraction()));
        let query = format!("select * from thing_{noun} where tenant = ? and state in (?, ?, ?)");
        add("db.query.text", text(&query));
    }
    if dice.chance(0.05) {
        let mut event = Message::default();
        event.fixed64_field(1, 0);
        event.vary_last(8, What::Time(end));
        event.bytes_field(2, b"exception");
        event.message_field(3, &attribute("exception.type", &text("TimeoutError")));
        let message = format!("thing {noun} did not answer within {} ms", 100 * (1 + name));
        event.message_field(3, &attribute("exception.message", &text(&message)));
        span.message_field(field::EVENTS, &event);
    }
    let mut status = Message::default();
    status.number_field(3, 0);
    status.vary_last(1, What::Status(place.index));
    span.message_field(field::STATUS, &status);
    span
}

/// A `KeyValue`.
pub(super) fn attribute(key: &str, value: &Message) -> Message {
    let mut message = Message::default();
    message.bytes_field(1, key.as_bytes());
    message.message_field(2, value);
    message
}

pub(super) fn text(value: &str) -> Message {
    let mut message = Message::default();
    message.bytes_field(1, value.as_bytes());
    message
}

fn truth(value: bool) -> Message {
    let mut message = Message::default();
    message.number_field(2, value.into());
    message
}

pub(super) fn whole(value: u64) -> Message {
    let mut message = Message::default();
    message.number_field(3, value);
    message
}

fn double(value: f64) -> Message {
    let mut message = Message::default();
    message.fixed64_field(4, value.to_bits());
    message
}

fn decimal(prefix: &str, length: u8, end: u32) -> Message {
    let mut message = text(&format!("{prefix}{}", "0".repeat(length.into())));
    message.vary_last(length.into(), What::Decimal { length, end });
    message
}

pub(super) fn hex(prefix: &str, length: u8, variable: u16) -> Message {
    let mut message = text(&format!("{prefix}{}", "0".repeat(length.into())));
    message.vary_last(length.into(), What::Hex { length, variable });
    message
}
