use std::fmt;

use super::Signal;

/// How many different reasons are kept; the spans of further ones are only
/// counted.
const REASONS_MAX: usize = 16;
/// How long a message to the sender may be, in bytes: far below the 4 MiB that
/// OTLP allows a response.
pub(super) const MESSAGE_BYTES_MAX: usize = 4096;

/// Why a span is refused, in words its sender can act on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The trace id has this many bytes.
    TraceIdLength(usize),
    /// The trace id is absent or all zeros.
    TraceIdMissing,
    /// The trace id in JSON is not hexadecimal.
    TraceIdText,
    /// The span id has this many bytes.
    SpanIdLength(usize),
    /// The span id is absent or all zeros.
    SpanIdMissing,
    /// The span id in JSON is not hexadecimal.
    SpanIdText,
    /// The parent's id has this many bytes.
    ParentIdLength(usize),
    /// The parent's id in JSON is not hexadecimal.
    ParentIdText,
    /// An attribute's value nests deeper than this.
    ValueDepth(usize),
    /// A log record that has neither trace id nor span id.
    NoSpan,
    /// Something that a later stage found.
    Other(String),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TraceIdLength(got) => write!(f, "trace id must have 16 bytes, has {got}"),
            Self::TraceIdMissing => f.write_str("trace id is absent or all zeros"),
            Self::TraceIdText => f.write_str("trace id must be hexadecimal digits"),
            Self::SpanIdLength(got) => write!(f, "span id must have 8 bytes, has {got}"),
            Self::SpanIdMissing => f.write_str("span id is absent or all zeros"),
            Self::SpanIdText => f.write_str("span id must be hexadecimal digits"),
            Self::ParentIdLength(got) => {
                write!(f, "parent span id must have 8 bytes or none, has {got}")
            }
            Self::ParentIdText => f.write_str("parent span id must be hexadecimal digits"),
            Self::ValueDepth(max) => {
                write!(f, "an attribute's value nests more than {max} levels deep")
            }
            Self::NoSpan => f.write_str(
                "no trace id and span id: only log records that belong to a span are kept, as its \
                 events",
            ),
            Self::Other(text) => f.write_str(text),
        }
    }
}

/// The spans or log records of a request that were refused, and why. Takes the same little
/// memory however many they are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rejected {
    signal: Signal,
    spans: u64,
    reasons: Vec<(Reason, u64)>,
}

impl Rejected {
    /// None yet.
    pub fn new(signal: Signal) -> Self {
        Self { signal, ..Self::default() }
    }

    /// What was refused.
    pub fn signal(&self) -> Signal {
        self.signal
    }

    /// Counts one more.
    pub fn add(&mut self, reason: Reason) {
        self.add_spans(reason, 1);
    }

    /// Counts so many more.
    pub fn add_spans(&mut self, reason: Reason, spans: u64) {
        if spans == 0 {
            return;
        }
        self.spans = self.spans.saturating_add(spans);
        let known = self.reasons.iter_mut().find(|(known, _)| *known == reason);
        if let Some((_, count)) = known {
            *count = count.saturating_add(spans);
        } else if self.reasons.len() < REASONS_MAX {
            self.reasons.push((reason, spans));
        }
    }

    /// How many.
    pub fn spans(&self) -> u64 {
        self.spans
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.spans == 0
    }

    /// The reasons met first, and how many each refused.
    pub fn reasons(&self) -> impl Iterator<Item = (&Reason, u64)> {
        self.reasons.iter().map(|(reason, spans)| (reason, *spans))
    }

    /// The sentence for the sender (`partial_success.error_message`): at most
    /// 4 KiB; empty where nothing was refused.
    pub fn error_message(&self) -> String {
        if self.is_empty() {
            return String::new();
        }
        let mut message = format!("refused {} {}", self.spans, self.signal.items());
        let mut unnamed = self.spans;
        for (position, (reason, spans)) in self.reasons.iter().enumerate() {
            let separator = if position == 0 { ": " } else { "; " };
            message.push_str(&format!("{separator}{reason} ({spans})"));
            unnamed = unnamed.saturating_sub(*spans);
        }
        if unnamed > 0 {
            message.push_str(&format!("; other reasons ({unnamed})"));
        }
        shorten(message)
    }
}

/// `message`, cut to [`MESSAGE_BYTES_MAX`] bytes at a character's end.
pub(super) fn shorten(mut message: String) -> String {
    const MARK: &str = " …";
    if message.len() > MESSAGE_BYTES_MAX {
        message.truncate(message.floor_char_boundary(MESSAGE_BYTES_MAX.saturating_sub(MARK.len())));
        message.push_str(MARK);
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_counts_reasons_and_stays_short() {
        let mut rejected = Rejected::default();
        assert_eq!(rejected.error_message(), "");
        rejected.add(Reason::TraceIdLength(15));
        rejected.add(Reason::SpanIdMissing);
        rejected.add(Reason::TraceIdLength(15));
        assert_eq!(
            rejected.error_message(),
            "refused 3 spans: trace id must have 16 bytes, has 15 (2); \
             span id is absent or all zeros (1)"
        );

        for number in 0..100_000 {
            rejected.add(Reason::Other(format!("{number} {}", "größe".repeat(100))));
        }
        assert_eq!(rejected.spans(), 100_003);
        assert_eq!(rejected.reasons().count(), REASONS_MAX);
        assert!(rejected.error_message().len() <= MESSAGE_BYTES_MAX);
    }
}
