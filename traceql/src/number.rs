//! How floating-point numbers are written: the shortest digits that read back as the same
//! number, an exponent from a million on and below 0.0001, always a point or an exponent.

/// `value` as a query writes it.
pub(crate) fn format_float(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-4..6).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.abs());
    }
    let plain = format!("{value}");
    if plain.contains('.') { plain } else { format!("{plain}.0") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_read_back_and_are_short() {
        for (value, text) in [
            (0.0, "0.0"),
            (3.0, "3.0"),
            (-1.9, "-1.9"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (2e18, "2e+18"),
            (1_234_567.5, "1.2345675e+06"),
            (1_000_000.0, "1e+06"),
            (f64::INFINITY, "+Inf"),
        ] {
            assert_eq!(format_float(value), text);
        }
    }
}
