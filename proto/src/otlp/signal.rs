/// What a request exports. Their envelopes are alike (OTLP `trace.proto` and `logs.proto`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Signal {
    /// Spans.
    #[default]
    Traces,
    /// Log records.
    Logs,
}

impl Signal {
    /// What it exports, for a person.
    pub fn items(self) -> &'static str {
        match self {
            Self::Traces => "spans",
            Self::Logs => "log records",
        }
    }

    /// The envelopes of a request, of a resource, and of a scope, as protobuf names them.
    pub(super) fn fields(self) -> [&'static str; 3] {
        match self {
            Self::Traces => ["resource_spans", "scope_spans", "spans"],
            Self::Logs => ["resource_logs", "scope_logs", "log_records"],
        }
    }
}
