use proto::SpanKind;

/// The kind that a word or a number names.
pub(in crate::api::native) fn parse_kind(text: &str) -> Option<SpanKind> {
    match text {
        "unspecified" => Some(SpanKind::UNSPECIFIED),
        "internal" => Some(SpanKind::INTERNAL),
        "server" => Some(SpanKind::SERVER),
        "client" => Some(SpanKind::CLIENT),
        "producer" => Some(SpanKind::PRODUCER),
        "consumer" => Some(SpanKind::CONSUMER),
        number => number.parse().ok().map(SpanKind),
    }
}

/// Why a text is no kind.
pub(in crate::api::native) fn no_kind(text: &str) -> String {
    format!(
        "unknown kind '{}': use internal, server, client, producer, consumer, unspecified, or a \
         number",
        super::shown(text)
    )
}
