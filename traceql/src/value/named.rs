//! Statuses and kinds: values that have names.

use proto::{SpanKind, StatusCode};

/// How a span ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "OpenTelemetry's names say it")]
pub enum Status {
    Error,
    Ok,
    Unset,
}

/// A span's role in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "OpenTelemetry's names say it")]
pub enum Kind {
    Unspecified,
    Internal,
    Server,
    Client,
    Producer,
    Consumer,
}

impl Status {
    const ALL: [Self; 3] = [Self::Error, Self::Ok, Self::Unset];

    /// How it is written.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Ok => "ok",
            Self::Unset => "unset",
        }
    }

    pub(crate) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }

    /// The status with this code; a code that OpenTelemetry does not name is unset.
    pub fn of_code(code: StatusCode) -> Self {
        match code {
            StatusCode::ERROR => Self::Error,
            StatusCode::OK => Self::Ok,
            _ => Self::Unset,
        }
    }
}

impl Kind {
    const ALL: [Self; 6] = [
        Self::Unspecified,
        Self::Internal,
        Self::Server,
        Self::Client,
        Self::Producer,
        Self::Consumer,
    ];

    /// How it is written.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unspecified => "unspecified",
            Self::Internal => "internal",
            Self::Server => "server",
            Self::Client => "client",
            Self::Producer => "producer",
            Self::Consumer => "consumer",
        }
    }

    pub(crate) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }

    /// The kind of a span; one that OpenTelemetry does not name is unspecified.
    pub fn of_span(kind: SpanKind) -> Self {
        match kind {
            SpanKind::INTERNAL => Self::Internal,
            SpanKind::SERVER => Self::Server,
            SpanKind::CLIENT => Self::Client,
            SpanKind::PRODUCER => Self::Producer,
            SpanKind::CONSUMER => Self::Consumer,
            _ => Self::Unspecified,
        }
    }
}
