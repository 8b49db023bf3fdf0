use proto::{SpanId, TraceId};
use serde::Serialize;
use utoipa::ToSchema;

use super::AsText;
use super::completeness::Completeness;
use crate::service::Messages;
use crate::trace::message;

/// The messages that were sent or taken in a trace, by span links.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct MessagesAnswer<'a> {
    /// Those sent first come first, at most 200.
    messages: Vec<MessageHop<'a>>,
    /// Whether there may be more.
    more: bool,
    completeness: Completeness<'a>,
}

/// One message, or one batch of them, from who sent it to who took it.
#[derive(Debug, Serialize, ToSchema)]
struct MessageHop<'a> {
    sender: MessageEnd<'a>,
    /// The span with the link.
    receiver: MessageEnd<'a>,
    /// The queue or topic; null where neither says.
    destination: Option<&'a str>,
    /// From the end of the sender's span to the start of the receiver's, by the clocks of the
    /// two; null where the receiver seems to have started before the sender.
    queue_wait_nano: Option<u64>,
}

/// One side of a message.
#[derive(Debug, Serialize, ToSchema)]
struct MessageEnd<'a> {
    #[schema(value_type = String)]
    trace_id: AsText<TraceId>,
    #[schema(value_type = String)]
    span_id: AsText<SpanId>,
    service: &'a str,
    span_name: &'a str,
    /// As its sender says, not corrected for clock skew.
    #[schema(value_type = String)]
    start_unix_nano: AsText<u64>,
    /// Whether it says that it failed.
    error: bool,
}

impl<'a> MessagesAnswer<'a> {
    pub(in crate::api::native) fn of(messages: &'a Messages) -> Self {
        Self {
            messages: messages.hops.iter().map(MessageHop::of).collect(),
            more: messages.more,
            completeness: Completeness::of(&messages.completeness),
        }
    }
}

impl<'a> MessageHop<'a> {
    fn of(hop: &'a message::MessageHop) -> Self {
        Self {
            sender: MessageEnd::of(&hop.sender),
            receiver: MessageEnd::of(&hop.receiver),
            destination: hop.destination.as_deref(),
            queue_wait_nano: hop.queue_wait_nano,
        }
    }
}

impl<'a> MessageEnd<'a> {
    fn of(end: &'a message::MessageEnd) -> Self {
        Self {
            trace_id: AsText(end.trace_id),
            span_id: AsText(end.span_id),
            service: &end.service,
            span_name: &end.span_name,
            start_unix_nano: AsText(end.start_unix_nano),
            error: end.error,
        }
    }
}
