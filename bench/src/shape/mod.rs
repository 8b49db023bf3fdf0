//! What the generated traces look like.

mod cardinality;
mod diverse;
mod layered;
mod otel_demo;
mod wire;

use crate::dice::{Dice, mix};

pub(crate) use wire::{Message, Patch, What};

/// The shapes there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Shape {
    /// Traces of the OpenTelemetry demo: 12 services, 2 to 46 spans, 435 bytes a span.
    OtelDemo,
    /// 200 services, 2,000 span names, 5 to 500 spans, attributes of any cardinality;
    /// some traces come in parts, some parts late, a few have 5,000 to 20,000 spans.
    Diverse,
    /// 200 services in layers, 60 operations whose trees of 5 to 60 spans come again and
    /// again, but for branches; databases, caches and queues.
    Layered,
    /// What nobody should send: for each span a service of its own, and ten attributes
    /// whose values never come again.
    Cardinality,
}

impl Shape {
    /// As it is written in flags and file names.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::OtelDemo => "otel-demo",
            Self::Diverse => "diverse",
            Self::Layered => "layered",
            Self::Cardinality => "cardinality",
        }
    }
}

/// Traces to choose from.
#[derive(Debug)]
pub(crate) struct Templates {
    pub(crate) resources: Vec<ResourceTemplate>,
    pub(crate) traces: Vec<TraceTemplate>,
    /// How many instances each service has.
    pub(crate) instances: usize,
    /// Whether some of `traces` come in parts.
    pub(crate) is_spread: bool,
    /// Long traces, which always come in parts; may be none.
    pub(crate) long: Vec<TraceTemplate>,
}

/// A resource, and the hexadecimal digits in it that tell instances apart.
#[derive(Debug)]
pub(crate) struct ResourceTemplate {
    pub(crate) bytes: Vec<u8>,
    /// First byte and length.
    pub(crate) instance_digits: Vec<(usize, usize)>,
    /// What varies from trace to trace: then each trace has a resource of its own.
    pub(crate) varying: Vec<Patch>,
}

/// A trace.
#[derive(Debug)]
pub(crate) struct TraceTemplate {
    /// How often it comes, against the others.
    pub(crate) weight: usize,
    pub(crate) spans: Vec<SpanTemplate>,
    /// How long it takes, in nanoseconds, before it is scaled.
    pub(crate) duration_nano: u64,
}

/// A span, as an OTLP `Span` message.
#[derive(Debug)]
pub(crate) struct SpanTemplate {
    pub(crate) resource: usize,
    pub(crate) scope: [String; 2],
    pub(crate) message: Message,
    /// An earlier span of the trace.
    pub(crate) parent: Option<usize>,
}

impl Templates {
    /// The traces of `shape`.
    ///
    /// # Errors
    /// Where the data file is not what it should be.
    pub(crate) fn of(shape: Shape, seed: u64) -> anyhow::Result<Self> {
        match shape {
            Shape::OtelDemo => otel_demo::templates(),
            Shape::Diverse => Ok(diverse::templates(seed)),
            Shape::Layered => Ok(layered::templates(seed)),
            Shape::Cardinality => Ok(cardinality::templates()),
        }
    }

    /// One of the traces, by weight.
    pub(crate) fn pick(&self, dice: &mut Dice) -> usize {
        let total = self.traces.iter().map(|trace| trace.weight).sum();
        let mut left = dice.below(total);
        for (index, trace) in self.traces.iter().enumerate() {
            if left < trace.weight {
                return index;
            }
            left -= trace.weight;
        }
        0
    }

    /// The resource as `instance` of its service sends it.
    pub(crate) fn resource(&self, resource: usize, instance: usize) -> Vec<u8> {
        let template = &self.resources[resource];
        let mut bytes = template.bytes.clone();
        for &(at, length) in &template.instance_digits {
            // The same text has the same digits: a host's name is often the
            // beginning of its container's id.
            let text = template.bytes[at..at + 8].iter();
            let seed = text.fold(instance as u64, |hash, byte| mix(hash ^ u64::from(*byte)));
            write_hex(&mut bytes[at..at + length], seed);
        }
        bytes
    }
}

/// Writes the hexadecimal digits that `seed` stands for over `place`, whose
/// hyphens stay.
pub(crate) fn write_hex(place: &mut [u8], seed: u64) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut left = 0;
    let mut word = 0;
    let mut stream = seed;
    for byte in place.iter_mut().filter(|byte| **byte != b'-') {
        if left == 0 {
            stream = stream.wrapping_add(1);
            word = mix(stream);
            left = 16;
        }
        *byte = DIGITS[usize::from(word.to_le_bytes()[0] & 0xf)];
        word >>= 4;
        left -= 1;
    }
}
