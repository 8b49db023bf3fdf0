//! Requests: traces, encoded once, with ids, times and varying attributes written
//! over in place each time one is sent.
//!
//! What request number *n* says, its times aside, follows from the [`Plan`] and *n*
//! alone. So the query bench asks for what the load generator sent, without a list
//! of it. That holds for traces too that are spread over several requests
//! ([`Arrival`]): which request has which part is arithmetic.

mod body;
mod instance;
mod spread;
#[cfg(test)]
mod tests;

use anyhow::ensure;

use crate::dice::Dice;
use crate::shape::{Message, Shape, Templates, TraceTemplate};
use body::Body;
use instance::Instance;
use spread::Long;

pub(crate) use spread::Arrival;

/// Different requests, before ids, times and varying attributes.
const BODIES: usize = 32;

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
    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) recipe: Recipe,
}

/// How spans become requests.
#[derive(Debug, Clone, Copy, clap::Args, serde::Serialize)]
#[group(skip)]
pub(crate) struct Recipe {
    /// How many spans in a request, about: only traces that come in parts are cut.
    #[arg(long, default_value_t = 1_000)]
    pub(crate) spans_per_request: usize,
    /// The same seed, the same requests.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// All spans are of one trace, for `load`: questions about others are then none.
    #[arg(long)]
    pub(crate) one_trace: bool,
}

/// The requests of a [`Plan`].
#[derive(Debug)]
pub(crate) struct Requests {
    templates: Templates,
    bodies: Vec<Body>,
    long: Vec<Long>,
    /// How many long traces are sent.
    long_count: u64,
    seed: u64,
    one_trace: bool,
    /// How many there are.
    pub(crate) count: u64,
    /// How many spans they have.
    pub(crate) spans: u64,
    /// How many bytes of OTLP they have, uncompressed.
    pub(crate) bytes: u64,
}

/// An OTLP `ExportTraceServiceRequest`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) bytes: Vec<u8>,
    pub(crate) spans: u64,
}

/// One of the traces that are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Trace {
    /// The one at this position of request `first`, which has all of it or its
    /// first part.
    Common { first: u64, position: u16 },
    /// One of the long ones, by its number.
    Long { number: u64 },
}

impl Requests {
    /// Encodes the requests' common parts.
    ///
    /// # Errors
    /// Where the templates cannot be read, or there is nothing to send.
    pub(crate) fn new(plan: &Plan) -> anyhow::Result<Self> {
        let Recipe { spans_per_request, seed, one_trace } = plan.recipe;
        ensure!(plan.spans > 0 && spans_per_request > 0, "there are no spans to send");
        let templates = Templates::of(plan.shape, seed)?;
        let mut dice = Dice::new(seed, 0xb0);
        let mut traces_before = 0;
        let mut bodies = Vec::new();
        for _ in 0..BODIES {
            let body = Body::new(&templates, spans_per_request, traces_before, &mut dice);
            traces_before += body.traces.len();
            bodies.push(body);
        }
        let long: Vec<Long> =
            templates.long.iter().map(|trace| Long::new(&templates, trace, &mut dice)).collect();
        let long_count = if long.is_empty() { 0 } else { spread::long_count(plan.spans) };

        let (mut count, mut spans, mut bytes) = (0, 0, 0);
        for (_, part) in long
            .iter()
            .cycle()
            .zip(0..long_count)
            .flat_map(|(long, number)| long.parts.iter().map(move |part| (number, part)))
        {
            spans += part.spans;
            bytes += part.message.bytes.len() as u64;
        }
        for body in bodies.iter().cycle() {
            if spans >= plan.spans {
                break;
            }
            count += 1;
            spans += body.spans + body.later.iter().map(|part| part.spans).sum::<u64>();
            bytes += body.message.bytes.len() as u64;
            bytes += body.later.iter().map(|part| part.message.bytes.len() as u64).sum::<u64>();
        }
        Ok(Self { templates, bodies, long, long_count, seed, one_trace, count, spans, bytes })
    }

    /// Request `number`. The traces that begin with request *n* end at about
    /// `end_unix_nano(n)`, which must say the same each time it is asked for an *n*.
    pub(crate) fn encode(&self, number: u64, end_unix_nano: impl Fn(u64) -> u64) -> Request {
        let body = self.body(number);
        let positions = 0..body.traces.len() as u16;
        let end = end_unix_nano(number);
        let mut instances: Vec<Instance> = positions
            .map(|position| self.instance(Trace::Common { first: number, position }, end))
            .collect();
        let mut request = Request { bytes: Vec::new(), spans: body.spans };
        append(&mut request.bytes, &body.message, &mut instances);
        // Messages that follow each other are one message with all their fields.
        for (trace, part) in self.later_parts(number) {
            let end = end_unix_nano(self.first_request_of(trace));
            append(&mut request.bytes, &part.message, &mut [self.instance(trace, end)]);
            request.spans += part.spans;
        }
        request
    }

    /// The id of `trace`.
    pub(crate) fn id(&self, trace: Trace) -> u128 {
        u128::from_be_bytes(self.instance(trace, 0).id)
    }

    /// The traces that request `number` has a part of, or all.
    pub(crate) fn traces_in(&self, number: u64) -> Vec<Trace> {
        let positions = 0..self.body(number).traces.len() as u16;
        let mut traces: Vec<Trace> =
            positions.map(|position| Trace::Common { first: number, position }).collect();
        traces.extend(self.later_parts(number).into_iter().map(|(trace, _)| trace));
        traces
    }

    fn instance(&self, trace: Trace, end_unix_nano: u64) -> Instance {
        // Streams of their own: no other use of the seed has this bit.
        const STREAM: u64 = 1 << 63;
        let stream = match trace {
            Trace::Common { first, position } => first << 16 | u64::from(position),
            Trace::Long { number } => number << 16 | u64::from(u16::MAX),
        };
        let dice = Dice::new(self.seed, STREAM | stream);
        let mut instance = Instance::new(self.template(trace), end_unix_nano, dice);
        if self.one_trace {
            instance.id = [0x17; 16];
        }
        instance
    }

    fn template(&self, trace: Trace) -> &TraceTemplate {
        match trace {
            Trace::Common { first, position } => {
                &self.templates.traces[self.body(first).traces[usize::from(position)]]
            }
            Trace::Long { number } => {
                &self.templates.long[(number % self.templates.long.len() as u64) as usize]
            }
        }
    }

    fn body(&self, number: u64) -> &Body {
        &self.bodies[(number % BODIES as u64) as usize]
    }
}

/// Appends `message` as the traces `instances` have it.
fn append(bytes: &mut Vec<u8>, message: &Message, instances: &mut [Instance]) {
    let begin = bytes.len();
    bytes.extend_from_slice(&message.bytes);
    for patch in &message.patches {
        instances[usize::from(patch.trace)].write(patch, &mut bytes[begin..]);
    }
}
