//! Requests: whole traces, encoded once, with ids, times and varying attributes
//! written over in place each time one is sent.
//!
//! What request number *n* says, its times aside, follows from the [`Plan`] and *n*
//! alone. So the query bench asks for what the load generator sent, without a list
//! of it.

use std::collections::BTreeMap;

use anyhow::ensure;

use crate::dice::{Dice, mix};
use crate::shape::{Message, Patch, Shape, Templates, What, write_hex};

/// Different requests, before ids, times and varying attributes.
const BODIES: usize = 32;
/// How many traces have an error: a span, and those above it up to the root.
const ERROR_PROBABILITY: f64 = 0.03;
/// How many traces take ten times as long.
const SLOW_PROBABILITY: f64 = 0.01;

/// What is sent.
#[derive(Debug, Clone, Copy, clap::Args, serde::Serialize)]
#[group(skip)]
pub(crate) struct Plan {
    /// What the traces look like.
    #[arg(long, value_enum, default_value_t = Shape::OtelDemo)]
    pub(crate) shape: Shape,
    /// How many spans to send, up to the end of the last request.
    #[arg(long, default_value_t = 1_000_000)]
    pub(crate) spans: u64,
    /// How many spans in a request, about: traces are not cut.
    #[arg(long, default_value_t = 1_000)]
    pub(crate) spans_per_request: usize,
    /// The same seed, the same requests.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

/// The requests of a [`Plan`].
#[derive(Debug)]
pub(crate) struct Requests {
    templates: Templates,
    bodies: Vec<Body>,
    seed: u64,
    /// How many there are.
    pub(crate) count: u64,
    /// How many spans they have.
    pub(crate) spans: u64,
    /// How many bytes of OTLP they have, uncompressed.
    pub(crate) bytes: u64,
}

#[derive(Debug)]
struct Body {
    message: Message,
    /// Each trace, by its index in the templates.
    traces: Vec<usize>,
    spans: u64,
}

impl Requests {
    /// Encodes the requests' common parts.
    ///
    /// # Errors
    /// Where the templates cannot be read, or there is nothing to send.
    pub(crate) fn new(plan: &Plan) -> anyhow::Result<Self> {
        ensure!(plan.spans > 0 && plan.spans_per_request > 0, "there are no spans to send");
        let templates = Templates::of(plan.shape, plan.seed)?;
        let mut dice = Dice::new(plan.seed, 0xb0);
        let bodies: Vec<Body> =
            (0..BODIES).map(|_| Body::new(&templates, plan.spans_per_request, &mut dice)).collect();
        let (mut count, mut spans, mut bytes) = (0, 0, 0);
        for body in bodies.iter().cycle() {
            if spans >= plan.spans {
                break;
            }
            count += 1;
            spans += body.spans;
            bytes += body.message.bytes.len() as u64;
        }
        Ok(Self { templates, bodies, seed: plan.seed, count, spans, bytes })
    }

    /// How many spans request `number` has.
    pub(crate) fn span_count(&self, number: u64) -> u64 {
        self.body(number).spans
    }

    /// Request `number`, an OTLP `ExportTraceServiceRequest`. Its traces end at
    /// about `end_unix_nano`.
    pub(crate) fn encode(&self, number: u64, end_unix_nano: u64) -> Vec<u8> {
        let body = self.body(number);
        let mut dice = Dice::new(self.seed, number);
        let traces: Vec<Instance> = body
            .traces
            .iter()
            .map(|trace| Instance::new(&self.templates, *trace, end_unix_nano, &mut dice))
            .collect();
        let mut bytes = body.message.bytes.clone();
        for patch in &body.message.patches {
            traces[usize::from(patch.trace)].write(patch, &mut bytes, &mut dice);
        }
        bytes
    }

    fn body(&self, number: u64) -> &Body {
        &self.bodies[(number % BODIES as u64) as usize]
    }
}

impl Body {
    fn new(templates: &Templates, spans_max: usize, dice: &mut Dice) -> Self {
        let mut traces = Vec::new();
        let mut spans = 0;
        loop {
            let trace = templates.pick(dice);
            let more = templates.traces[trace].spans.len();
            if spans > 0 && spans + more > spans_max || traces.len() == usize::from(u16::MAX) {
                break;
            }
            traces.push(trace);
            spans += more;
        }
        let message = encode_body(templates, &traces, dice);
        Self { message, traces, spans: spans as u64 }
    }
}

/// Groups the spans as a collector's batch does: by resource, then by scope.
fn encode_body(templates: &Templates, traces: &[usize], dice: &mut Dice) -> Message {
    let mut groups: BTreeMap<(usize, usize), BTreeMap<&[String; 2], Message>> = BTreeMap::new();
    for (position, trace) in traces.iter().enumerate() {
        let instance = dice.below(templates.instances);
        for span in &templates.traces[*trace].spans {
            let scopes = groups.entry((span.resource, instance)).or_default();
            let scope_spans = scopes.entry(&span.scope).or_insert_with(|| {
                let mut scope = Message::default();
                for (field, text) in (1..).zip(&span.scope).filter(|(_, text)| !text.is_empty()) {
                    scope.bytes_field(field, text.as_bytes());
                }
                let mut scope_spans = Message::default();
                scope_spans.message_field(1, &scope);
                scope_spans
            });
            let first_new = scope_spans.patches.len();
            scope_spans.message_field(2, &span.message);
            for patch in &mut scope_spans.patches[first_new..] {
                patch.trace = position as u16;
            }
        }
    }
    let mut request = Message::default();
    for ((resource, instance), scopes) in &groups {
        let mut resource_spans = Message::default();
        resource_spans.bytes_field(1, &templates.resource(*resource, *instance));
        for scope_spans in scopes.values() {
            resource_spans.message_field(2, scope_spans);
        }
        request.message_field(1, &resource_spans);
    }
    request
}

/// One trace of one request.
struct Instance {
    id: [u8; 16],
    seed: u64,
    start_unix_nano: u64,
    /// What durations are multiplied with.
    scale: f64,
    /// The spans in error, by their index.
    errors: Vec<usize>,
}

impl Instance {
    fn new(templates: &Templates, trace: usize, end_unix_nano: u64, dice: &mut Dice) -> Self {
        let template = &templates.traces[trace];
        let mut id = [0; 16];
        id[..8].copy_from_slice(&dice.number().to_be_bytes());
        id[8..].copy_from_slice(&dice.number().to_be_bytes());
        // Between a quarter and four times as long as the template, like it mostly.
        let exponent: f64 = (0..4).map(|_| dice.fraction()).sum();
        let slow = if dice.chance(SLOW_PROBABILITY) { 10.0 } else { 1.0 };
        let scale = (exponent - 2.0).exp2() * slow;
        let mut errors = Vec::new();
        if dice.chance(ERROR_PROBABILITY) {
            let mut failing = Some(dice.below(template.spans.len()));
            while let Some(span) = failing {
                errors.push(span);
                failing = template.spans[span].parent;
            }
        }
        let duration = (template.duration_nano as f64 * scale) as u64;
        let start_unix_nano = end_unix_nano.saturating_sub(duration);
        Self { id, seed: dice.number(), start_unix_nano, scale, errors }
    }

    fn write(&self, patch: &Patch, bytes: &mut [u8], dice: &mut Dice) {
        let place = &mut bytes[patch.at..];
        match patch.what {
            What::TraceId => place[..16].copy_from_slice(&self.id),
            What::SpanId(span) => {
                let id = mix(self.seed.wrapping_add(span.into())).max(1);
                place[..8].copy_from_slice(&id.to_be_bytes());
            }
            What::Time(offset) => {
                let time = self.start_unix_nano + (offset as f64 * self.scale) as u64;
                place[..8].copy_from_slice(&time.to_le_bytes());
            }
            What::Hex { length, variable } => {
                let seed = mix(self.seed ^ (u64::from(variable) << 32 | 0xffff));
                write_hex(&mut place[..length.into()], seed);
            }
            What::Decimal { length, end } => {
                let mut number = dice.below(end as usize);
                for digit in place[..length.into()].iter_mut().rev() {
                    *digit = b'0' + (number % 10) as u8;
                    number /= 10;
                }
            }
            What::Port => {
                let port = 0x8000 + dice.below(0x7000);
                let [low, high, ..] = port.to_le_bytes();
                place[0] = low | 0x80;
                place[1] = (low >> 7) | (high << 1) | 0x80;
                place[2] = high >> 6;
            }
            What::Status(span) => {
                place[0] = if self.errors.contains(&span.into()) { 2 } else { 0 };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proto::otlp::{Limits, protobuf};

    use super::*;

    fn check(shape: Shape) {
        let plan = Plan { shape, spans: 20_000, spans_per_request: 1_000, seed: 7 };
        let requests = Requests::new(&plan).unwrap();
        let mut identities = HashSet::new();
        let (mut spans, mut errors, mut orphans) = (0, 0, 0);
        for number in 0..requests.count {
            let body = requests.encode(number, 2_000_000_000_000_000_000);
            assert_eq!(body, requests.encode(number, 2_000_000_000_000_000_000));
            let decoded = protobuf::decode_request(&body, &Limits::default()).unwrap();
            assert_eq!(decoded.batch.len() as u64, requests.span_count(number));
            spans += decoded.batch.len() as u64;
            let ids: HashSet<_> =
                decoded.batch.spans().iter().map(|span| (span.trace_id, span.span_id)).collect();
            for span in decoded.batch.spans() {
                assert!(span.start_time_unix_nano <= span.end_time_unix_nano);
                errors += u64::from(span.is_error());
                let parent = span.parent_span_id;
                orphans += u64::from(parent.is_some_and(|id| !ids.contains(&(span.trace_id, id))));
                assert!(identities.insert((span.trace_id, span.span_id, span.kind)));
            }
        }
        assert_eq!(spans, requests.spans);
        assert_eq!(orphans, 0);
        assert!(errors > 0 && errors < spans / 10);
    }

    #[test]
    fn demo_requests_decode_and_repeat() {
        check(Shape::OtelDemo);
    }

    #[test]
    fn diverse_requests_decode_and_repeat() {
        check(Shape::Diverse);
    }
}
