//! Numbers and names in sentences: three significant digits and a unit; one line of
//! bounded length.

/// `nano` nanoseconds for a person: `812 ms`, `1.10 s`, `50.0 µs`.
pub fn duration(nano: u64) -> String {
    const UNITS: [(f64, &str); 5] =
        [(3.6e12, "h"), (60e9, "min"), (1e9, "s"), (1e6, "ms"), (1e3, "µs")];
    // Minutes and hours begin late: 90.0 s says more than 1.50 min.
    const AT_LEAST: [f64; 5] = [2.0, 5.0, 1.0, 1.0, 1.0];
    let nano_float = nano as f64;
    for ((size, unit), at_least) in UNITS.into_iter().zip(AT_LEAST) {
        // What rounds up to one of a unit is told in that unit: not 1000 ms.
        if nano_float >= size * at_least * 0.9995 {
            return format!("{} {unit}", significant(nano_float / size, 3));
        }
    }
    format!("{nano} ns")
}

/// `part` of `whole` for a person: `74 %`, `2.8 %`, `under 0.1 %`.
pub fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "0 %".to_owned();
    }
    let percent = part as f64 / whole as f64 * 100.0;
    if part == 0 {
        "0 %".to_owned()
    } else if percent < 0.1 {
        "under 0.1 %".to_owned()
    } else if percent < 9.95 {
        format!("{} %", significant(percent, 2))
    } else {
        format!("{percent:.0} %")
    }
}

/// `text` in one line of at most `chars_max` characters. Text from the wire may hold
/// anything.
pub fn short(text: &str, chars_max: usize) -> String {
    let printable = |character: char| {
        if character.is_control() { ' ' } else { character }
    };
    let mut short: String = text.chars().take(chars_max).map(printable).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// How often: `once`, `twice`, `3 times`.
pub fn times(count: usize) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        count => format!("{count} times"),
    }
}

/// `number` with as many decimals as leave it `digits` digits, at least its whole
/// part.
fn significant(number: f64, digits: usize) -> String {
    for decimals in (1..=digits).rev() {
        let text = format!("{number:.decimals$}");
        // The point is no digit, and a zero before it does not count.
        if text.trim_start_matches('0').len() <= digits + 1 {
            return text;
        }
    }
    format!("{number:.0}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_three_digits_that_count() {
        for (nano, text) in [
            (0, "0 ns"),
            (999, "999 ns"),
            (1_000, "1.00 µs"),
            (50_000, "50.0 µs"),
            (999_499, "999 µs"),
            (999_600, "1.00 ms"),
            (9_996_000, "10.0 ms"),
            (812_000_000, "812 ms"),
            (1_104_000_000, "1.10 s"),
            (90_000_000_000, "90.0 s"),
            (750_000_000_000, "12.5 min"),
            (u64::MAX, "5124096 h"),
        ] {
            assert_eq!(duration(nano), text);
        }
    }

    #[test]
    fn percentages_say_no_more_than_they_know() {
        for (part, whole, text) in [
            (0, 0, "0 %"),
            (0, 5, "0 %"),
            (1, 5_000, "under 0.1 %"),
            (1, 300, "0.33 %"),
            (28, 1000, "2.8 %"),
            (812, 1104, "74 %"),
            (996, 1000, "100 %"),
            (5, 5, "100 %"),
        ] {
            assert_eq!(percent(part, whole), text);
        }
    }
}
