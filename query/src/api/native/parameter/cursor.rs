//! The cursor: where a page ended, as a text that means something to us alone.
//!
//! ```text
//! byte  0       1       2          10       18      26           34      42       50
//!       version order   question   from     to      figure       start   before   trace id (16 bytes)
//! ```
//! as base64url without padding; numbers big-endian. The range of time is in it, so
//! that all pages of `since=1h` have the range of the first. So is a hash of the
//! question, so that a cursor of another question is told from ours.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use proto::TraceId;
use storage::{Cursor, Order, TimeRange};

const VERSION: u8 = 2;
const BYTES: usize = 66;

/// Where a page ended, and of which question it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::api::native) struct PageEnd {
    /// Which traces come first.
    pub(in crate::api::native) order: Order,
    /// The hash of the question's other parameters.
    pub(in crate::api::native) question: u64,
    /// The range that the first page had.
    pub(in crate::api::native) range: TimeRange,
    /// The last trace's place.
    pub(in crate::api::native) place: Cursor,
    /// How many traces there are up to it, itself included.
    pub(in crate::api::native) before: u64,
}

impl PageEnd {
    /// The cursor.
    pub(in crate::api::native) fn format(&self) -> String {
        let mut bytes = Vec::with_capacity(BYTES);
        bytes.push(VERSION);
        bytes.push(order_byte(self.order));
        for number in [
            self.question,
            self.range.from_unix_nano,
            self.range.to_unix_nano,
            self.place.figure,
            self.place.start_unix_nano,
            self.before,
        ] {
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        bytes.extend_from_slice(self.place.trace_id.as_bytes());
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads a cursor; `None` where `text` is none of ours.
    pub(in crate::api::native) fn parse(text: &str) -> Option<Self> {
        // Longer ones are not worth decoding.
        if text.len() > 2 * BYTES {
            return None;
        }
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        let ([version, order], rest) = bytes.split_first_chunk()?;
        let order = (*version == VERSION).then(|| order_of(*order))??;
        let mut rest = rest;
        let mut number = || {
            let (number, behind) = rest.split_first_chunk()?;
            rest = behind;
            Some(u64::from_be_bytes(*number))
        };
        let question = number()?;
        let range = TimeRange { from_unix_nano: number()?, to_unix_nano: number()? };
        let (figure, start_unix_nano, before) = (number()?, number()?, number()?);
        let trace_id = TraceId::from_slice(rest)?;
        let place = Cursor { figure, start_unix_nano, trace_id };
        Some(Self { order, question, range, place, before })
    }
}

fn order_byte(order: Order) -> u8 {
    match order {
        Order::Newest => 0,
        Order::Slowest => 1,
        Order::MostErrors => 2,
        Order::Oldest => 3,
        Order::MostSpans => 4,
    }
}

fn order_of(byte: u8) -> Option<Order> {
    Order::ALL.into_iter().find(|order| order_byte(*order) == byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_goes_there_and_back() {
        for order in Order::ALL {
            let end = PageEnd {
                order,
                question: u64::MAX - 1,
                range: TimeRange { from_unix_nano: 5, to_unix_nano: u64::MAX },
                place: Cursor {
                    figure: 7,
                    start_unix_nano: 1 << 60,
                    trace_id: TraceId::new([9; 16]),
                },
                before: 40,
            };
            let text = end.format();
            assert_eq!(PageEnd::parse(&text), Some(end));
            let is_url_safe = |char: char| char.is_ascii_alphanumeric() || "-_".contains(char);
            assert!(text.chars().all(is_url_safe), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        let version_1 = BASE64_URL_SAFE_NO_PAD.encode([1; BYTES]);
        let order_5 = BASE64_URL_SAFE_NO_PAD.encode([[2, 5].as_slice(), &[0; 64]].concat());
        let short = BASE64_URL_SAFE_NO_PAD.encode([[2, 1].as_slice(), &[0; 63]].concat());
        let long = BASE64_URL_SAFE_NO_PAD.encode([[2, 1].as_slice(), &[0; 65]].concat());
        for text in ["", "AQ", "next", "%%", &version_1, &order_5, &short, &long] {
            assert_eq!(PageEnd::parse(text), None, "{text}");
        }
    }
}
