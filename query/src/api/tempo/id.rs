use proto::TraceId;

use super::answer::Refusal;

/// Hexadecimal digits of a whole id.
const DIGITS: usize = 32;

/// The trace id that `text` writes: up to 32 hexadecimal digits, zeros in front left out.
///
/// # Errors
/// Where it writes none.
pub(super) fn parse(text: &str) -> Result<TraceId, Refusal> {
    let is_hex = |c: &char| c.is_ascii_hexdigit();
    if let Some((place, odd)) = text.chars().enumerate().find(|(_, c)| !is_hex(c)) {
        return Err(Refusal::invalid(format!(
            "trace IDs can only contain hex characters: invalid character {odd:?} at position {}",
            place + 1
        )));
    }
    if text.is_empty() || text.len() > DIGITS {
        return Err(Refusal::invalid(format!(
            "trace IDs have 1 to {DIGITS} hex characters, not {}",
            text.len()
        )));
    }
    let number = u128::from_str_radix(text, 16).unwrap_or_default();
    Ok(TraceId::new(number.to_be_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_in_front_may_be_left_out() {
        let id: TraceId = "0000000000000000000000000000abc1".parse().unwrap();
        for text in ["abc1", "ABC1", "00abc1", "0000000000000000000000000000abc1"] {
            assert_eq!(parse(text).unwrap(), id, "{text}");
        }
        for (text, words) in [
            (
                "xyz",
                "trace IDs can only contain hex characters: invalid character 'x' at position 1",
            ),
            ("", "trace IDs have 1 to 32 hex characters, not 0"),
            ("0102030405060708090a0b0c0d0e0f1011", "trace IDs have 1 to 32 hex characters, not 34"),
        ] {
            assert_eq!(parse(text).unwrap_err().words, words);
        }
    }
}
