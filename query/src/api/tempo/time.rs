//! Times and lengths of time, in the spellings that Tempo takes.

use proto::clock::now_unix_nano;
use storage::TimeRange;

use super::answer::Refusal;
use crate::api::form::Form;
use crate::api::go::{self, Bad};
use crate::api::rfc3339;

const SECOND: u64 = 1_000_000_000;

/// How far back a metrics query looks that says nothing about it.
const SINCE: u64 = 3_600 * SECOND;

/// Whole seconds with more digits than this are nanoseconds, as Tempo has it.
const SECONDS_DIGITS_MAX: usize = 10;

/// A number that is not negative, as `strconv.ParseUint(text, 10, 32)` reads it.
///
/// # Errors
/// Where it is none.
pub(super) fn number(form: &Form, name: &str) -> Result<Option<u32>, Refusal> {
    let Some(text) = form.text(name) else { return Ok(None) };
    let bad = |problem: &str| {
        let text = go::quoted(text);
        Refusal::of_parameter(name, Bad(format!("strconv.ParseUint: parsing {text}: {problem}")))
    };
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(bad("invalid syntax"));
    }
    text.parse().map(Some).map_err(|_| bad("value out of range"))
}

/// The time of a search, in whole seconds, both ends inside; all of time where neither is
/// given.
///
/// # Errors
/// Where the start is not before the end.
pub(super) fn of_search(form: &Form) -> Result<TimeRange, Refusal> {
    let (start, end) = (number(form, "start")?, number(form, "end")?);
    seconds(start.unwrap_or(0), end.unwrap_or(0))
}

/// The same of seconds, of which 0 is not given.
///
/// # Errors
/// Where the start is not before the end.
pub(super) fn seconds(start: u32, end: u32) -> Result<TimeRange, Refusal> {
    if start == 0 && end == 0 {
        return Ok(TimeRange::ALL);
    }
    if end <= start {
        return Err(Refusal::invalid(format!(
            "http parameter start must be before end. received start={start} end={end}"
        )));
    }
    let nano = |seconds: u32| u64::from(seconds) * SECOND;
    Ok(TimeRange { from_unix_nano: nano(start), to_unix_nano: nano(end).saturating_add(1) })
}

/// The time of a metrics query, in nanoseconds since the Unix epoch: from `start` to `end`,
/// or so long as `since` says before the end, which is now where it is not given.
///
/// # Errors
/// Where one of them is none, or the end is not behind the start.
pub(super) fn of_metrics(form: &Form) -> Result<(u64, u64), Refusal> {
    let end = form.text("end").map(|text| moment("end", text)).transpose()?;
    let start = form.text("start").map(|text| moment("start", text)).transpose()?;
    let end = end.unwrap_or_else(now_unix_nano);
    let start = match (start, form.text("since")) {
        (Some(start), _) => start,
        (None, None) => end.saturating_sub(SINCE),
        (None, Some(text)) => end.saturating_sub(length("since", text)?),
    };
    ordered(start, end)
}

/// `start` and `end`, if they are in this order.
///
/// # Errors
/// Where they are not.
pub(super) fn ordered(start: u64, end: u64) -> Result<(u64, u64), Refusal> {
    if end <= start {
        return Err(Refusal::invalid("end must be greater than start"));
    }
    Ok((start, end))
}

/// How long a step is, in nanoseconds: a duration as Go writes it, or seconds; as the range
/// suggests where it is not given.
///
/// # Errors
/// Where it is neither.
pub(super) fn step(form: &Form, start: u64, end: u64) -> Result<u64, Refusal> {
    match form.text("step") {
        Some(text) => length("step", text),
        None => Ok(traceql::metrics::default_step(start, end)),
    }
}

/// Seconds, nanoseconds, or RFC 3339.
fn moment(name: &str, text: &str) -> Result<u64, Refusal> {
    let bad = || {
        let text = go::quoted(text);
        let words = "seconds or nanoseconds since the Unix epoch, or RFC 3339";
        Refusal::of_parameter(name, Bad(format!("{text} is no time; expected {words}")))
    };
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        let number: u64 = text.parse().map_err(|_| bad())?;
        let is_seconds = text.len() <= SECONDS_DIGITS_MAX;
        return Ok(if is_seconds { number.saturating_mul(SECOND) } else { number });
    }
    if let Ok(seconds) = text.parse::<f64>() {
        return of_seconds(seconds).ok_or_else(bad);
    }
    rfc3339::unix_nano(text).ok_or_else(bad)
}

/// Above zero.
fn length(name: &str, text: &str) -> Result<u64, Refusal> {
    let nano = match text.parse::<f64>() {
        Ok(seconds) => of_seconds(seconds),
        Err(_) => {
            let nano = go::parse_duration(text);
            u64::try_from(nano.map_err(|bad| Refusal::of_parameter(name, bad))?).ok()
        }
    };
    nano.filter(|nano| *nano > 0).ok_or_else(|| {
        let text = go::quoted(text);
        Refusal::of_parameter(name, Bad(format!("{text} is not longer than zero")))
    })
}

/// Nanoseconds, if there are so many.
fn of_seconds(seconds: f64) -> Option<u64> {
    let nano = seconds * SECOND as f64;
    (nano >= 0.0 && nano < u64::MAX as f64).then_some(nano as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_have_four_spellings() {
        for text in ["1700000000", "1700000000.0", "1700000000000000000", "2023-11-14T22:13:20Z"] {
            assert_eq!(moment("start", text).unwrap(), 1_700_000_000 * SECOND, "{text}");
        }
        for text in ["", "now", "-1", "1e400", "NaN", "99999999999999999999", "2023-11-14"] {
            assert!(moment("start", text).is_err(), "{text}");
        }
    }

    #[test]
    fn steps_are_durations_or_seconds() {
        for (text, nano) in [("15s", 15 * SECOND), ("15", 15 * SECOND), ("0.5", SECOND / 2)] {
            assert_eq!(length("step", text).unwrap(), nano, "{text}");
        }
        for text in ["0", "-1s", "x", "NaN", "1e300", "1d"] {
            assert!(length("step", text).is_err(), "{text}");
        }
    }
}
