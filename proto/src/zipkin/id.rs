//! Ids as Zipkin takes them: lower-case hex, shorter than usual, too (`Span.java`).

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use super::DecodeError;
use crate::{SpanId, TraceId};

/// How much of a text is shown back.
const SHOWN_CHARS_MAX: usize = 64;

/// A text that is no id, in Zipkin's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct IdError(String);

/// The trace id that `text` is, of up to 32 digits.
///
/// # Errors
/// Where it is none.
pub fn parse_trace_id(text: &str) -> Result<TraceId, IdError> {
    let bytes = parse::<16>("traceId", text)?;
    if bytes == [0; 16] {
        return Err(IdError("traceId is all zeros".to_owned()));
    }
    Ok(TraceId::new(bytes))
}

pub(super) fn parse_span_id(text: &str) -> Result<SpanId, IdError> {
    let bytes = parse::<8>("id", text)?;
    if bytes == [0; 8] {
        return Err(IdError("id is all zeros".to_owned()));
    }
    Ok(SpanId::new(bytes))
}

/// All zeros and no digits at all both mean that there is no parent.
pub(super) fn parse_parent_id(text: &str) -> Result<Option<SpanId>, IdError> {
    if text.is_empty() {
        return Ok(None);
    }
    let id = SpanId::new(parse::<8>("parentId", text)?);
    Ok(id.is_valid().then_some(id))
}

fn parse<const LENGTH: usize>(what: &str, text: &str) -> Result<[u8; LENGTH], IdError> {
    let digits = LENGTH.saturating_mul(2);
    if text.is_empty() {
        return Err(IdError(format!("{what} is empty")));
    }
    if text.len() > digits {
        return Err(IdError(format!("{what}.length > {digits}")));
    }
    let is_lower_hex = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let mut bytes = [0; LENGTH];
    let padded = format!("{text:0>digits$}");
    if !is_lower_hex || const_hex::decode_to_slice(padded, &mut bytes).is_err() {
        let shown: String = text.escape_debug().take(SHOWN_CHARS_MAX).collect();
        return Err(IdError(format!("{shown} should be lower-hex encoded with no prefix")));
    }
    Ok(bytes)
}

/// Bytes of protobuf as an id: those that are missing in front are zeros.
pub(super) fn padded<const LENGTH: usize>(
    what: &str,
    bytes: &[u8],
) -> Result<[u8; LENGTH], DecodeError> {
    let wrong = |problem: &str| {
        DecodeError::Malformed(format!("{what} {problem} reading List<Span> from proto3"))
    };
    let missing = LENGTH.checked_sub(bytes.len()).ok_or_else(|| wrong("is too long"))?;
    let mut id = [0; LENGTH];
    for (place, byte) in id.iter_mut().skip(missing).zip(bytes) {
        *place = *byte;
    }
    if id == [0; LENGTH] { Err(wrong("is all zeros")) } else { Ok(id) }
}
