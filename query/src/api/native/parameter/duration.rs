//! Durations as people write them: `250ms`, `1.5s`, `80us`.

/// The units and their nanoseconds.
const UNITS: [(&str, u64); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60 * 1_000_000_000),
    ("h", 3_600 * 1_000_000_000),
    ("d", 86_400 * 1_000_000_000),
];

/// A text that is no duration; its message says what one looks like.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no duration; write a number and one of ns, us, ms, s, m, h, d, as 250ms or 1.5s")]
pub(crate) struct NoDuration(String);

/// Nanoseconds. What is finer than one is cut off.
///
/// # Errors
/// Where there is no unit, the number is not plainly decimal, or it is more than
/// 2^64 nanoseconds (584 years).
pub(crate) fn parse_duration(text: &str) -> Result<u64, NoDuration> {
    parse(text).ok_or_else(|| NoDuration(super::shown(text)))
}

fn parse(text: &str) -> Option<u64> {
    let unit_at = text.find(|char: char| !char.is_ascii_digit() && char != '.')?;
    let (number, unit) = text.split_at(unit_at);
    let (_, unit_nano) = UNITS.iter().find(|(name, _)| *name == unit)?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    if whole.is_empty() || fraction.is_empty() || fraction.contains('.') {
        return None;
    }
    let whole_nano = whole.parse::<u64>().ok()?.checked_mul(*unit_nano)?;
    whole_nano.checked_add(fraction_nano(fraction, *unit_nano))
}

/// What the digits behind the point are of a unit, in nanoseconds.
fn fraction_nano(digits: &str, unit_nano: u64) -> u64 {
    // A day has fewer than 10^14 nanoseconds: further digits are finer than one.
    const DIGITS_MAX: usize = 14;
    let digits = digits.get(..DIGITS_MAX).unwrap_or(digits);
    let numerator: u128 = digits.parse().unwrap_or(0);
    let denominator = 10u128.pow(u32::try_from(digits.len()).unwrap_or(0));
    u64::try_from(numerator * u128::from(unit_nano) / denominator).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_a_number_and_a_unit() {
        for (text, nano) in [
            ("250ms", 250_000_000),
            ("1.5s", 1_500_000_000),
            ("80us", 80_000),
            ("80µs", 80_000),
            ("2m", 120_000_000_000),
            ("1h", 3_600_000_000_000),
            ("7d", 604_800_000_000_000),
            ("0ns", 0),
            ("1.9ns", 1),
            ("0.000000001s", 1),
            ("0.33333333333333333333d", 28_799_999_999_999),
            ("18446744073709551615ns", u64::MAX),
        ] {
            assert_eq!(parse_duration(text), Ok(nano), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in
            ["", "5", "ms", ".5s", "5.s", "1.2.3s", "-1s", "1e3s", "1 s", "1S", "1x", "213504d"]
        {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }
}
