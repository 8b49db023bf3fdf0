//! Numbers, switches and durations as Go reads them, with Go's words where it does not:
//! clients of Jaeger have seen them for years, and some look for them.

/// Why a text is not what a parameter takes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(super) struct Bad(pub(super) String);

impl Bad {
    /// The same, naming the parameter.
    pub(super) fn of(self, parameter: &str) -> Self {
        Self(format!("unable to parse param '{parameter}': {}", self.0))
    }
}

/// The longest text that an error repeats, in characters.
const SHOWN_MAX: usize = 128;

/// A text in quotes, as an error repeats it.
pub(super) fn quoted(text: &str) -> String {
    let short: String = text.chars().take(SHOWN_MAX).collect();
    format!("{short:?}")
}

/// `strconv.ParseInt(text, 10, 64)`
pub(super) fn parse_int(text: &str) -> Result<i64, Bad> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(number_error("ParseInt", text, "invalid syntax"));
    }
    text.parse().map_err(|_| number_error("ParseInt", text, "value out of range"))
}

/// `strconv.Atoi(text)`
pub(super) fn parse_atoi(text: &str) -> Result<i64, Bad> {
    parse_int(text).map_err(|Bad(problem)| Bad(problem.replacen("ParseInt", "Atoi", 1)))
}

/// `strconv.ParseFloat(text, 64)`, of finite numbers.
pub(super) fn parse_float(text: &str) -> Result<f64, Bad> {
    let number: Option<f64> = text.parse().ok();
    number
        .filter(|number| number.is_finite())
        .ok_or_else(|| number_error("ParseFloat", text, "invalid syntax"))
}

/// `strconv.ParseBool(text)`
pub(super) fn parse_bool(text: &str) -> Result<bool, Bad> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok(false),
        _ => Err(number_error("ParseBool", text, "invalid syntax")),
    }
}

fn number_error(function: &str, text: &str, problem: &str) -> Bad {
    Bad(format!("strconv.{function}: parsing {}: {problem}", quoted(text)))
}

/// `time.ParseDuration(text)`: `1.5h`, `1m30s`, `-2us`, in nanoseconds.
pub(super) fn parse_duration(text: &str) -> Result<i64, Bad> {
    let invalid = || Bad(format!("time: invalid duration {}", quoted(text)));
    let (is_negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if unsigned == "0" {
        return Ok(0);
    }
    if unsigned.is_empty() {
        return Err(invalid());
    }
    let mut rest = unsigned;
    let mut nano = 0.0;
    while !rest.is_empty() {
        let is_of_number = |c: char| c.is_ascii_digit() || c == '.';
        let (number, behind) = rest.split_at(rest.find(|c| !is_of_number(c)).unwrap_or(rest.len()));
        let (unit, behind) = behind.split_at(behind.find(is_of_number).unwrap_or(behind.len()));
        let number: f64 = number.parse().map_err(|_| invalid())?;
        let unit_nano = match unit {
            "ns" => 1.0,
            "us" | "µs" | "μs" => 1e3,
            "ms" => 1e6,
            "s" => 1e9,
            "m" => 60e9,
            "h" => 3_600e9,
            "" => return Err(Bad(format!("time: missing unit in duration {}", quoted(text)))),
            _ => {
                let unit = quoted(unit);
                let text = quoted(text);
                return Err(Bad(format!("time: unknown unit {unit} in duration {text}")));
            }
        };
        nano += number * unit_nano;
        rest = behind;
    }
    if nano >= i64::MAX as f64 {
        return Err(invalid());
    }
    let nano = nano.round() as i64;
    Ok(if is_negative { -nano } else { nano })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_those_of_go() {
        for (text, nano) in [
            ("0", 0),
            ("1ns", 1),
            ("500us", 500_000),
            ("1.5µs", 1_500),
            ("100ms", 100_000_000),
            ("1.2s", 1_200_000_000),
            ("1m30s", 90_000_000_000),
            ("1h1m1s1ms1us1ns", 3_661_001_001_001),
            ("-2s", -2_000_000_000),
            (".5s", 500_000_000),
        ] {
            assert_eq!(parse_duration(text), Ok(nano), "{text}");
        }
        for (text, error) in [
            ("", r#"time: invalid duration """#),
            ("x", r#"time: invalid duration "x""#),
            ("5", r#"time: missing unit in duration "5""#),
            ("5d", r#"time: unknown unit "d" in duration "5d""#),
            ("1..5s", r#"time: invalid duration "1..5s""#),
            ("9999999h", r#"time: invalid duration "9999999h""#),
        ] {
            assert_eq!(parse_duration(text), Err(Bad(error.to_owned())), "{text}");
        }
    }

    #[test]
    fn numbers_are_those_of_go() {
        assert_eq!(parse_int("+7"), Ok(7));
        assert_eq!(parse_int("-9223372036854775808"), Ok(i64::MIN));
        for (text, error) in [
            ("abc", r#"strconv.ParseInt: parsing "abc": invalid syntax"#),
            ("1.5", r#"strconv.ParseInt: parsing "1.5": invalid syntax"#),
            (
                "9223372036854775808",
                r#"strconv.ParseInt: parsing "9223372036854775808": value out of range"#,
            ),
        ] {
            assert_eq!(parse_int(text), Err(Bad(error.to_owned())));
        }
        assert_eq!(parse_bool("T"), Ok(true));
        assert!(parse_bool("yes").is_err());
    }
}
