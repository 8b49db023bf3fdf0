//! Whole requests before ids, times and varying attributes.

use std::collections::BTreeMap;

use super::spread::{self, Part};
use crate::dice::Dice;
use crate::shape::{Message, SpanTemplate, Templates};

/// A request, and what of its traces comes later.
#[derive(Debug)]
pub(super) struct Body {
    pub(super) message: Message,
    /// Each trace, by its index in the templates.
    pub(super) traces: Vec<usize>,
    /// How many spans `message` has.
    pub(super) spans: u64,
    /// With the position of the trace in `traces`.
    pub(super) later: Vec<Part>,
}

/// Spans of one trace, as one request has them.
pub(super) struct Piece<'a> {
    /// The trace, by its index in the request.
    pub(super) trace: u16,
    /// Which instance of each service sent them.
    pub(super) instance: usize,
    pub(super) spans: Vec<&'a SpanTemplate>,
}

impl Body {
    /// Draws traces until there are about `spans_max` spans. `traces_before` is the
    /// number of traces in earlier bodies.
    pub(super) fn new(
        templates: &Templates,
        spans_max: usize,
        traces_before: usize,
        dice: &mut Dice,
    ) -> Self {
        let mut traces = Vec::new();
        let mut spans = 0;
        loop {
            let trace = templates.pick(dice);
            let more = templates.traces[trace].spans.len();
            let is_full = traces.len() == usize::from(u16::MAX);
            if spans > 0 && spans + more > spans_max || is_full {
                break;
            }
            traces.push(trace);
            spans += more;
        }
        let mut pieces = Vec::new();
        let mut later = Vec::new();
        for (position, trace) in traces.iter().enumerate() {
            let position = position as u16;
            let instance = dice.below(templates.instances);
            let spans: Vec<_> = templates.traces[*trace].spans.iter().collect();
            let mut piece = Piece { trace: position, instance, spans };
            if templates.is_spread
                && let Some(delay) = spread::delay(traces_before + usize::from(position), dice)
                && let Some(rest) = spread::cut(&mut piece.spans, dice)
            {
                let rest = Piece { trace: 0, instance, spans: rest };
                later.push(Part::new(templates, &rest, position, delay));
            }
            pieces.push(piece);
        }
        let spans = pieces.iter().map(|piece| piece.spans.len() as u64).sum();
        Self { message: encode(templates, &pieces), traces, spans, later }
    }
}

/// A resource, an instance of it and, where it varies from trace to trace, the trace.
type Sender = (usize, usize, Option<u16>);

/// Groups the spans as a collector's batch does: by resource, then by scope.
pub(super) fn encode(templates: &Templates, pieces: &[Piece<'_>]) -> Message {
    let mut groups: BTreeMap<Sender, BTreeMap<&[String; 2], Message>> = BTreeMap::new();
    for piece in pieces {
        for span in &piece.spans {
            let varies = !templates.resources[span.resource].varying.is_empty();
            let of_trace = varies.then_some(piece.trace);
            let sender = (span.resource, piece.instance, of_trace);
            let scopes = groups.entry(sender).or_default();
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
                patch.trace = piece.trace;
            }
        }
    }
    let mut request = Message::default();
    for ((resource, instance, of_trace), scopes) in &groups {
        let mut message = Message {
            bytes: templates.resource(*resource, *instance),
            patches: templates.resources[*resource].varying.clone(),
        };
        for patch in &mut message.patches {
            patch.trace = of_trace.unwrap_or(0);
        }
        let mut resource_spans = Message::default();
        resource_spans.message_field(1, &message);
        for scope_spans in scopes.values() {
            resource_spans.message_field(2, scope_spans);
        }
        request.message_field(1, &resource_spans);
    }
    request
}
