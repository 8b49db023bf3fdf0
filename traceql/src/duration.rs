//! Durations as queries write and print them. They are signed nanoseconds.
//!
//! Two notations are read, the stricter first: whole numbers with units from years to
//! milliseconds, each at most once and descending (`1d12h`), as Prometheus has them; and
//! fractions with units in any order (`1.5h`, `30m1h`, `1µs`), as Go has them.

/// Units that both notations know, with those of days and more only in the first.
const DESCENDING: &[(&str, u64)] = &[
    ("y", 365 * 24 * HOUR),
    ("w", 7 * 24 * HOUR),
    ("d", 24 * HOUR),
    ("h", HOUR),
    ("m", MINUTE),
    ("s", SECOND),
    ("ms", MILLISECOND),
];
/// Longest spellings first, so that `ms` is not taken for `m`.
const ANY_ORDER: &[(&str, u64)] = &[
    ("ns", 1),
    ("us", MICROSECOND),
    ("µs", MICROSECOND),
    ("ms", MILLISECOND),
    ("s", SECOND),
    ("m", MINUTE),
    ("h", HOUR),
];
const MICROSECOND: u64 = 1_000;
const MILLISECOND: u64 = 1_000_000;
const SECOND: u64 = 1_000_000_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

/// The nanoseconds that `text` says, or `None` where it is no duration or one beyond 292
/// years.
pub(crate) fn parse_duration(text: &str) -> Option<i64> {
    parse_descending(text).or_else(|| parse_any_order(text))
}

fn parse_descending(text: &str) -> Option<i64> {
    let mut rest = text;
    let mut units = DESCENDING;
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).filter(|&end| end > 0)?;
        let amount: u64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let letters = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let found = units.iter().position(|(name, _)| *name == &rest[..letters])?;
        total = total.checked_add(amount.checked_mul(units[found].1)?)?;
        units = &units[found + 1..];
        rest = &rest[letters..];
    }
    i64::try_from(total).ok().filter(|_| !text.is_empty())
}

fn parse_any_order(text: &str) -> Option<i64> {
    let mut rest = text;
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (whole, fraction) = match rest[..end].split_once('.') {
            Some((whole, fraction)) => (whole, fraction),
            None => (&rest[..end], ""),
        };
        if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
            return None;
        }
        rest = &rest[end..];
        let (name, unit) = ANY_ORDER.iter().find(|(name, _)| rest.starts_with(name))?;
        rest = &rest[name.len()..];
        let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        total = total.checked_add(whole.checked_mul(*unit)?)?;
        total = total.checked_add(part_of(fraction, *unit))?;
    }
    i64::try_from(total).ok().filter(|_| !text.is_empty())
}

/// `0.<digits>` of `unit`, cut to whole nanoseconds.
fn part_of(digits: &str, unit: u64) -> u64 {
    // The digits of a year in nanoseconds; what follows could not be seen.
    let digits = &digits[..digits.len().min(17)];
    let numerator: u128 = digits.parse().unwrap_or(0);
    let part = u128::from(unit) * numerator / 10_u128.pow(digits.len() as u32);
    u64::try_from(part).unwrap_or(unit)
}

/// `nanos` as Go prints a duration: `1h0m0s`, `1.5s`, `100ms`, `0s`.
pub(crate) fn format_duration(nanos: i64) -> String {
    let sign = if nanos < 0 { "-" } else { "" };
    let nanos = nanos.unsigned_abs();
    let body = match nanos {
        0 => "0s".to_owned(),
        1..MICROSECOND => format!("{nanos}ns"),
        MICROSECOND..MILLISECOND => format!("{}µs", with_fraction(nanos, MICROSECOND)),
        MILLISECOND..SECOND => format!("{}ms", with_fraction(nanos, MILLISECOND)),
        _ => {
            let seconds = with_fraction(nanos % MINUTE, SECOND);
            match (nanos / HOUR, nanos / MINUTE % 60) {
                (0, 0) => format!("{seconds}s"),
                (0, minutes) => format!("{minutes}m{seconds}s"),
                (hours, minutes) => format!("{hours}h{minutes}m{seconds}s"),
            }
        }
    };
    format!("{sign}{body}")
}

fn with_fraction(nanos: u64, unit: u64) -> String {
    let width = unit.ilog10() as usize;
    let fraction = format!("{:0width$}", nanos % unit);
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() {
        format!("{}", nanos / unit)
    } else {
        format!("{}.{fraction}", nanos / unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_notations_are_read() {
        for (text, nanos) in [
            ("5s", Some(5_000_000_000)),
            ("1d12h", Some(36 * HOUR as i64)),
            ("1y2w", Some((365 + 14) * 24 * HOUR as i64)),
            ("1.5h", Some(90 * MINUTE as i64)),
            ("30m1h", Some(90 * MINUTE as i64)),
            ("1m1m", Some(2 * MINUTE as i64)),
            (".5us", Some(500)),
            ("1µs", Some(1_000)),
            ("1h15m30.918273645s", Some(4_530_918_273_645)),
            ("0.001s", Some(1_000_000)),
            ("2.s", Some(2_000_000_000)),
            ("1.5d", None),
            ("1h1d", None),
            ("1..5s", None),
            (".s", None),
            ("5", None),
            ("", None),
            ("400y", None),
        ] {
            assert_eq!(parse_duration(text), nanos, "{text}");
        }
    }

    #[test]
    fn durations_print_in_the_largest_units_that_fit() {
        for (nanos, text) in [
            (0, "0s"),
            (1, "1ns"),
            (1_500, "1.5µs"),
            (100_000_000, "100ms"),
            (90_000_000_000, "1m30s"),
            (HOUR as i64, "1h0m0s"),
            (-1_500_000_000, "-1.5s"),
            (i64::MIN, "-2562047h47m16.854775808s"),
        ] {
            assert_eq!(format_duration(nanos), text);
        }
    }
}
