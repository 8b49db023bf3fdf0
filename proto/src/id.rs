//! Trace and span ids: fixed bytes, written as lower-case hex.

use std::fmt;
use std::str::FromStr;

/// A text that is no id. Its message is fit for the person who typed it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} id must be {digits} hexadecimal digits, got {got}")]
pub struct ParseIdError {
    what: &'static str,
    digits: usize,
    got: String,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $bytes:literal, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name([u8; $bytes]);

        impl $name {
            /// The id made of these bytes, valid or not.
            pub const fn new(bytes: [u8; $bytes]) -> Self {
                Self(bytes)
            }

            /// The id in `bytes`, or `None` where their number is wrong.
            pub fn from_slice(bytes: &[u8]) -> Option<Self> {
                bytes.try_into().ok().map(Self)
            }

            /// The bytes, in the order of the wire.
            pub const fn as_bytes(&self) -> &[u8; $bytes] {
                &self.0
            }

            /// Whether the id is one: all zeros means "none" (OTLP, trace.proto).
            pub fn is_valid(&self) -> bool {
                self.0 != [0; $bytes]
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            /// Reads hex in either case, without a prefix.
            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                let mut bytes = [0; $bytes];
                // `const_hex` would accept and strip a `0x`, which no OTLP text has.
                let exact = text.len() == 2 * $bytes;
                if exact && const_hex::decode_to_slice(text, &mut bytes).is_ok() {
                    return Ok(Self(bytes));
                }
                let mut got: String = text.escape_debug().take(48).collect();
                if got.is_empty() {
                    got.push_str("nothing");
                }
                Err(ParseIdError { what: $what, digits: 2 * $bytes, got })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(const_hex::Buffer::<$bytes>::new().format(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    };
}

id!(
    /// The 16 bytes that every span of one trace shares.
    TraceId, 16, "trace"
);
id!(
    /// The 8 bytes that name a span within its trace.
    SpanId, 8, "span"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_goes_there_and_back_in_either_case() {
        let id: TraceId = "0AF7651916CD43DD8448EB211C80319C".parse().unwrap();
        assert_eq!(id.to_string(), "0af7651916cd43dd8448eb211c80319c");
        assert!(id.is_valid());
        assert!(!SpanId::default().is_valid());
    }

    #[test]
    fn a_prefix_a_wrong_length_or_a_wrong_digit_is_no_id() {
        for text in ["", "0x2a", "0x0000000000002a", "00f067aa0ba902b", "00f067aa0ba902bg"] {
            let error = text.parse::<SpanId>().unwrap_err();
            assert!(error.to_string().starts_with("span id must be 16 hexadecimal digits"));
        }
    }
}
