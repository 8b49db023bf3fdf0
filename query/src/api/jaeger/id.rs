//! Trace ids as Jaeger takes and writes them.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use proto::{SpanId, TraceId};

use super::go::{Bad, quoted};

/// Hexadecimal digits of a whole id.
const DIGITS: usize = 32;

/// The longest base64 text of 16 bytes, padding included.
const BASE64_MAX: usize = 24;

/// The id that `text` writes: up to 32 hexadecimal digits, zeros in front left out, or its
/// 16 or 8 bytes in base64 of either alphabet, padded or not.
///
/// # Errors
/// Where it writes none.
pub(super) fn parse(text: &str) -> Result<TraceId, Bad> {
    if text.len() > DIGITS {
        let text: String = text.chars().take(64).collect();
        return Err(Bad(format!("TraceID cannot be longer than 32 hex characters: {text}")));
    }
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let number = u128::from_str_radix(text, 16).unwrap_or_default();
        return Ok(TraceId::new(number.to_be_bytes()));
    }
    from_base64(text)
        .ok_or_else(|| Bad(format!("strconv.ParseUint: parsing {}: invalid syntax", quoted(text))))
}

fn from_base64(text: &str) -> Option<TraceId> {
    if text.len() > BASE64_MAX {
        return None;
    }
    let text = text.trim_end_matches('=');
    let bytes = STANDARD_NO_PAD.decode(text).or_else(|_| URL_SAFE_NO_PAD.decode(text)).ok()?;
    let mut id = [0; 16];
    match bytes.len() {
        8 => id.split_at_mut(8).1.copy_from_slice(&bytes),
        16 => id.copy_from_slice(&bytes),
        _ => return None,
    }
    Some(TraceId::new(id))
}

/// As the legacy API writes it: 16 digits where the others are zero.
pub(super) fn format(id: TraceId) -> String {
    let digits = id.to_string();
    match digits.strip_prefix("0000000000000000") {
        Some(low) => low.to_owned(),
        None => digits,
    }
}

/// A span's id; that of none is zero.
pub(super) fn format_span(id: SpanId) -> String {
    id.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_ids_and_base64_are_ids() {
        let long: TraceId = "4bf92f3577b34da6a3ce929d0e0e4736".parse().unwrap();
        let short: TraceId = "000000000000000000f067aa0ba902b7".parse().unwrap();
        for (text, id) in [
            ("4bf92f3577b34da6a3ce929d0e0e4736", long),
            ("4BF92F3577B34DA6A3CE929D0E0E4736", long),
            ("S/kvNXezTaajzpKdDg5HNg==", long),
            ("S_kvNXezTaajzpKdDg5HNg", long),
            ("00f067aa0ba902b7", short),
            ("f067aa0ba902b7", short),
            ("APBnqgupArc=", short),
        ] {
            assert_eq!(parse(text), Ok(id), "{text}");
        }
        assert_eq!(format(long), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(format(short), "00f067aa0ba902b7");
        for text in
            ["", "xyz", "4bf92f3577b34da6a3ce929d0e0e47361", "ä", "S/kvNXezTaajzpKdDg5HNg====="]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
