//! Moments as RFC 3339 writes them, which every dialect takes somewhere.

use std::time::UNIX_EPOCH;

/// Nanoseconds since the Unix epoch of RFC 3339, with any offset; `None` where it is none,
/// or not within 1970 to 2554. The `+` of an offset may have become a space, as it does in
/// an address where it is not escaped.
pub(crate) fn unix_nano(text: &str) -> Option<u64> {
    let text = text.to_ascii_uppercase();
    let (local, offset_seconds) = match text.strip_suffix('Z') {
        Some(local) => (local, 0),
        None => {
            let (local, offset) = text.split_at_checked(text.len().checked_sub(6)?)?;
            (local, parse_offset(offset)?)
        }
    };
    let local = humantime::parse_rfc3339(&format!("{local}Z")).ok()?;
    let local_nano = local.duration_since(UNIX_EPOCH).ok()?.as_nanos();
    let nano = i128::try_from(local_nano).ok()? - i128::from(offset_seconds) * 1_000_000_000;
    u64::try_from(nano).ok()
}

/// Seconds of `+01:30`.
fn parse_offset(text: &str) -> Option<i64> {
    let (sign, rest) = text.split_at_checked(1)?;
    let (hours, minutes) = rest.split_once(':')?;
    let part = |text: &str, max: i64| {
        let is_two_digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        let number: i64 = text.parse().ok()?;
        (is_two_digits && number <= max).then_some(number)
    };
    let seconds = part(hours, 23)? * 3_600 + part(minutes, 59)? * 60;
    match sign {
        "+" | " " => Some(seconds),
        "-" => Some(-seconds),
        _ => None,
    }
}
