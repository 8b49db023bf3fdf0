//! What a client span says about whom it called and what came back.

use std::net::IpAddr;

use proto::{Span, SpanKind, Value, semconv};

/// The port that is called.
const SERVER_PORT: semconv::Spellings = &["server.port", "net.peer.port"];

/// Other ways in which senders name the other side, the most telling first. They
/// predate the semantic conventions or come from neighbouring tools.
const FALLBACK_PEER: semconv::Spellings =
    &["rpc.service", "http.host", "network.peer.address", "net.peer.ip", "net.sock.peer.addr"];

/// Texts in an error that mean that no answer came.
const NO_ANSWER: [&str; 9] = [
    "timeout",
    "timed out",
    "timedout",
    "deadline",
    "refused",
    "unreachable",
    "unavailable",
    "reset by peer",
    "no route",
];

/// gRPC's DEADLINE_EXCEEDED and UNAVAILABLE: statuses that a client makes up itself
/// where no answer came.
const RPC_NO_ANSWER: [&str; 4] = ["4", "14", "DEADLINE_EXCEEDED", "UNAVAILABLE"];

/// The name of the side that `span` calls: the service by its own name, else the
/// database product, the messaging destination, the address. `None` where the span
/// does not say.
pub(super) fn peer_name(span: &Span) -> Option<String> {
    [semconv::SERVICE_PEER_NAME, semconv::DB_SYSTEM_NAME, semconv::MESSAGING_DESTINATION_NAME]
        .into_iter()
        .find_map(|spellings| text(span, spellings))
        .or_else(|| address(span))
        .or_else(|| text(span, FALLBACK_PEER))
}

/// The address that `span` calls. A host's name tells services apart; of a number
/// the port is needed too.
pub(super) fn address(span: &Span) -> Option<String> {
    let host = text(span, semconv::SERVER_ADDRESS)?;
    let is_number = host == "localhost" || host.parse::<IpAddr>().is_ok();
    match text(span, SERVER_PORT) {
        Some(port) if is_number => Some(format!("{host}:{port}")),
        _ => Some(host),
    }
}

/// Whether a failed call whose other side has no span failed because nothing came
/// back. `peer_has_spans` says whether the other side sends spans elsewhere in the
/// trace, so that it would have sent one for this call.
pub(super) fn is_unanswered(span: &Span, peer_has_spans: bool) -> bool {
    let is_call = span.kind == SpanKind::CLIENT;
    if !is_call || !span.is_error() || is_database_call(span) {
        return false;
    }
    if text(span, semconv::HTTP_RESPONSE_STATUS_CODE).is_some() {
        return false;
    }
    if let Some(status) = text(span, semconv::RPC_STATUS_CODE) {
        return RPC_NO_ANSWER.contains(&status.as_str());
    }
    // An HTTP client that has no status code had no answer (HTTP conventions,
    // http.response.status_code: "if and only if one was received").
    peer_has_spans
        || text(span, semconv::HTTP_REQUEST_METHOD).is_some()
        || speaks_of_no_answer(span)
}

/// Whether `span` queries a database, which sends no spans of its own.
pub(super) fn is_database_call(span: &Span) -> bool {
    text(span, semconv::DB_SYSTEM_NAME).is_some()
}

fn speaks_of_no_answer(span: &Span) -> bool {
    let mut said = span.status.message.to_lowercase();
    said.extend(text(span, semconv::ERROR_TYPE).map(|text| text.to_lowercase()));
    for event in &span.events {
        said.extend(event.attributes.iter().map(|found| found.value.text().to_lowercase()));
    }
    NO_ANSWER.iter().any(|words| said.contains(words))
}

/// How often the request was sent again, as the client counts (0 for the first).
pub(super) fn resend_count(span: &Span) -> i64 {
    match semconv::find(span, semconv::HTTP_REQUEST_RESEND_COUNT) {
        Some(Value::Int(count)) => *count,
        _ => 0,
    }
}

/// The text of the first spelling that `span` carries, if it is not empty.
pub(super) fn text(span: &Span, spellings: semconv::Spellings) -> Option<String> {
    semconv::find(span, spellings)
        .map(|value| value.text().into_owned())
        .filter(|text| !text.is_empty())
}
