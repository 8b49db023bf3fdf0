//! What a search can be asked for.

use crate::api::native::parameter::time::{FROM, SINCE, TO};
use crate::api::native::parameter::{Parameter, Shape};
use crate::api::native::route::Route;

/// Conditions on attributes in one question: each is one look at every span.
const ATTRIBUTES_MAX: usize = 32;

pub(in crate::api::native) const SERVICE: Parameter =
    Parameter::new("service", Shape::Text, "A span's service.");
pub(in crate::api::native) const SPAN_NAME: Parameter =
    Parameter::new("span_name", Shape::Text, "A span's name.");
pub(in crate::api::native) const KIND: Parameter = Parameter::new(
    "kind",
    Shape::Text,
    "A span's kind: internal, server, client, producer, consumer, unspecified, or a number.",
);
pub(in crate::api::native) const STATUS: Parameter =
    Parameter::new("status", Shape::OneOf(&["error", "ok", "unset"]), "A span's status.");
pub(in crate::api::native) const MIN_DURATION: Parameter =
    Parameter::new("min_duration", Shape::Duration, "A span's duration is at least this.");
pub(in crate::api::native) const MAX_DURATION: Parameter =
    Parameter::new("max_duration", Shape::Duration, "A span's duration is at most this.");
pub(in crate::api::native) const MIN_TRACE_DURATION: Parameter =
    Parameter::new("min_trace_duration", Shape::Duration, "The trace's duration is at least this.");
pub(in crate::api::native) const MAX_TRACE_DURATION: Parameter =
    Parameter::new("max_trace_duration", Shape::Duration, "The trace's duration is at most this.");
pub(in crate::api::native) const ROOT_SERVICE: Parameter =
    Parameter::new("root_service", Shape::Text, "The service of the trace's root.");
pub(in crate::api::native) const ROOT_NAME: Parameter =
    Parameter::new("root_name", Shape::Text, "The span name of the trace's root.");
pub(in crate::api::native) const ATTRIBUTE: Parameter = Parameter::new(
    "attribute",
    Shape::Texts(ATTRIBUTES_MAX),
    "A condition on an attribute: key=value, key!=value, key>=100, key<=100, key>100, key<100, \
     or key alone for one that is there. A prefix span:, resource:, scope:, event: or link: says \
     where; without one (or with any:) anywhere.",
);
pub(in crate::api::native) const EVENT_NAME: Parameter =
    Parameter::new("event_name", Shape::Text, "The name of one of a span's events.");
pub(in crate::api::native) const STATUS_MESSAGE: Parameter =
    Parameter::new("status_message", Shape::Text, "A span's status message.");
pub(in crate::api::native) const SCOPE_NAME: Parameter =
    Parameter::new("scope_name", Shape::Text, "The name of a span's instrumentation scope.");
pub(in crate::api::native) const SCOPE_VERSION: Parameter =
    Parameter::new("scope_version", Shape::Text, "The version of a span's instrumentation scope.");
pub(in crate::api::native) const LINK_TRACE_ID: Parameter = Parameter::new(
    "link_trace_id",
    Shape::Hex(32),
    "A trace that one of a span's links points to.",
);
pub(in crate::api::native) const LINK_SPAN_ID: Parameter =
    Parameter::new("link_span_id", Shape::Hex(16), "A span that one of a span's links points to.");
pub(in crate::api::native) const QUERY: Parameter = Parameter::new(
    "q",
    Shape::Text,
    "A query in TraceQL that must find something in the trace: spans by any field and level, with \
     and, or, not, regular expressions and how spans stand to each other. What it finds is what \
     matched.",
);
pub(in crate::api::native) const ORDER: Parameter = Parameter::new(
    "order",
    Shape::OneOf(&["newest", "oldest", "slowest", "most_spans", "most_errors"]),
    "Which traces come first, exact over the whole range; newest unless given.",
);
pub(in crate::api::native) const LIMIT: Parameter = Parameter::new(
    "limit",
    Shape::Whole { min: 1, max: 1000, default: 20 },
    "How many traces a page has at most.",
);
pub(in crate::api::native) const CURSOR: Parameter = Parameter::new(
    "cursor",
    Shape::Text,
    "The next_cursor of the page before, whose other parameters must be repeated. The pages \
     keep the time range of the first.",
);

pub(in crate::api::native) const ROUTE: Route = Route {
    path: "/api/v1/search",
    id: "search",
    summary: "Traces that have one span which meets all span conditions at once",
    in_path: &[],
    in_query: &[
        &FROM,
        &TO,
        &SINCE,
        &SERVICE,
        &SPAN_NAME,
        &KIND,
        &STATUS,
        &MIN_DURATION,
        &MAX_DURATION,
        &MIN_TRACE_DURATION,
        &MAX_TRACE_DURATION,
        &ROOT_SERVICE,
        &ROOT_NAME,
        &ATTRIBUTE,
        &EVENT_NAME,
        &STATUS_MESSAGE,
        &SCOPE_NAME,
        &SCOPE_VERSION,
        &LINK_TRACE_ID,
        &LINK_SPAN_ID,
        &QUERY,
        &ORDER,
        &LIMIT,
        &CURSOR,
    ],
    answer: Some("SearchAnswer"),
};
