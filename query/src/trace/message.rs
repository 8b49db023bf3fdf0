//! Hops by message: who took what somebody sent. The two sides are joined by a span link, as
//! the semantic conventions for messaging have it, within a trace or from one to another.
//!
//! A message waits in its queue from when its sender's span ends until its receiver's starts.
//! The two are timed by two clocks, and nothing bounds the one by the other as a call bounds
//! its answer: so the wait is as right as the clocks are, and where the receiver seems to
//! start before the sender did, it is not told.

use chain::PeerKind;
use proto::{Span, SpanId, SpanKind, TraceId};

/// One message, or one batch of them, from who sent it to who took it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageHop {
    /// Who sent it.
    pub sender: MessageEnd,
    /// Who took it: the span with the link.
    pub receiver: MessageEnd,
    /// The queue or topic, as the one says, else the other.
    pub destination: Option<String>,
    /// How long it waited, in nanoseconds: 0 where the receiver started while the sender's
    /// span still ran, `None` where the clocks can't both be right, or a time is not known.
    pub queue_wait_nano: Option<u64>,
}

/// One side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageEnd {
    /// Its trace.
    pub trace_id: TraceId,
    /// Its span.
    pub span_id: SpanId,
    /// The service.
    pub service: String,
    /// The span name.
    pub span_name: String,
    /// When the span starts, in nanoseconds since the Unix epoch; 0 where it is not known.
    pub start_unix_nano: u64,
    /// Whether it says that it failed.
    pub error: bool,
}

/// Whether `span` sends messages that others may link to.
pub(crate) fn sends(span: &Span) -> bool {
    let is_queue_call = || {
        let peer = chain::peer(span);
        span.kind == SpanKind::CLIENT && peer.is_some_and(|(kind, _)| kind == PeerKind::Queue)
    };
    span.kind == SpanKind::PRODUCER || is_queue_call()
}

/// Whether `span` may have taken what it links to.
pub(crate) fn may_receive(span: &Span) -> bool {
    !span.links.is_empty() && span.kind != SpanKind::PRODUCER
}

impl MessageHop {
    /// The hop from `sender` to `receiver`, which links to it; `None` where they are no sender
    /// and no receiver of messages: links may mean anything.
    pub(crate) fn between(sender: &Span, receiver: &Span) -> Option<Self> {
        if !sends(sender) || !may_receive(receiver) {
            return None;
        }
        let queue = |span: &Span| {
            chain::peer(span).filter(|(kind, _)| *kind == PeerKind::Queue).map(|(_, name)| name)
        };
        Some(Self {
            sender: MessageEnd::of(sender),
            receiver: MessageEnd::of(receiver),
            destination: queue(sender).or_else(|| queue(receiver)),
            queue_wait_nano: queue_wait(sender, receiver),
        })
    }
}

fn queue_wait(sender: &Span, receiver: &Span) -> Option<u64> {
    let (sent, taken) = (sender.start_time_unix_nano, receiver.start_time_unix_nano);
    let is_known = sent > 0 && taken >= sent;
    is_known.then(|| taken.saturating_sub(sender.end_time_unix_nano.max(sent)))
}

impl MessageEnd {
    fn of(span: &Span) -> Self {
        Self {
            trace_id: span.trace_id,
            span_id: span.span_id,
            service: span.service_name().into_owned(),
            span_name: span.name.clone(),
            start_unix_nano: span.start_time_unix_nano,
            error: span.is_error(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proto::testing::trace;

    use super::*;

    fn wait(sender: &str, receiver: &str) -> Option<u64> {
        let lines = format!("a send {sender} id=sent\nb take {receiver} kind=consumer link=sent\n");
        let spans = trace(&lines);
        MessageHop::between(&spans[0], &spans[1])?.queue_wait_nano.map(|nano| nano / 1_000_000)
    }

    #[test]
    fn a_message_waits_from_the_end_of_the_one_to_the_start_of_the_other() {
        assert_eq!(wait("10..20 kind=producer", "120..130"), Some(100));
        // It may be taken while its sender still waits to be told that it is there.
        assert_eq!(wait("10..20 kind=producer", "15..130"), Some(0));
        // Clocks differ.
        assert_eq!(wait("10..20 kind=producer", "9..130"), None);
        assert_eq!(wait("?..20 kind=producer", "9..130"), None);
        // Not every link is a message.
        assert_eq!(wait("10..20 kind=server", "120..130"), None);
        assert_eq!(wait("10..20 kind=client", "120..130"), None);
        let client = "10..20 kind=client messaging.system=kafka";
        assert_eq!(wait(client, "120..130"), Some(100));
    }
}
