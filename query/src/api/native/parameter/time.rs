//! Moments and ranges of time.

use std::time::Duration;

use proto::clock::now_unix_nano;
use storage::TimeRange;

use super::duration::parse_duration;
use super::{Parameter, Parameters, Shape};
use crate::api::native::error::ApiError;
use crate::api::rfc3339;

pub(in crate::api::native) const FROM: Parameter = Parameter::new(
    "from",
    Shape::Time,
    "The first moment of the range. RFC 3339, or a Unix time in seconds, milliseconds, \
     microseconds or nanoseconds, told apart by magnitude.",
);
pub(in crate::api::native) const TO: Parameter = Parameter::new(
    "to",
    Shape::Time,
    "The first moment after the range, written as `from`. Left out, the range has no end.",
);
pub(in crate::api::native) const SINCE: Parameter = Parameter::new(
    "since",
    Shape::Text,
    "Instead of `from` and `to`: from so long ago on, as `15m`; `all` is everything. Without \
     any of the three, the last hour.",
);

pub(in crate::api::native) const SETTLED: Parameter = Parameter::new(
    "settled",
    Shape::Duration,
    "Leaves out traces of which a span came within this time, as `8s`: more may be on their way, \
     and until those come a call looks as if nobody had answered it. All count where left out.",
);

/// The range where a question names none.
const DEFAULT_SINCE_NANO: u64 = 3_600 * 1_000_000_000;

/// For how long nothing of a trace may have come that counts, see [`SETTLED`].
///
/// # Errors
/// Where it is malformed.
pub(in crate::api::native) fn settled(parameters: &Parameters<'_>) -> Result<Duration, ApiError> {
    let text = parameters.text(&SETTLED).unwrap_or("0s");
    parse_duration(text).map(Duration::from_nanos).map_err(|error| SETTLED.refuse(error))
}

/// The range that the parameters name.
///
/// # Errors
/// Where one is malformed, or they contradict each other.
pub(in crate::api::native) fn range(parameters: &Parameters<'_>) -> Result<TimeRange, ApiError> {
    let (from, to) = (moment(parameters, &FROM)?, moment(parameters, &TO)?);
    let since = match parameters.text(&SINCE) {
        Some(_) if from.is_some() || to.is_some() => {
            return Err(SINCE.refuse("cannot be combined with from or to; use one or the other"));
        }
        Some("all") => return Ok(TimeRange::ALL),
        Some(text) => parse_duration(text)
            .map_err(|error| SINCE.refuse(format!("{error}; or all for everything")))?,
        None => DEFAULT_SINCE_NANO,
    };
    if from.is_none() && to.is_none() {
        // Without an end, so that a trace whose sender's clock is fast is seen.
        let from_unix_nano = now_unix_nano().saturating_sub(since);
        return Ok(TimeRange { from_unix_nano, ..TimeRange::ALL });
    }
    let range = TimeRange {
        from_unix_nano: from.unwrap_or(TimeRange::ALL.from_unix_nano),
        to_unix_nano: to.unwrap_or(TimeRange::ALL.to_unix_nano),
    };
    if range.from_unix_nano >= range.to_unix_nano {
        return Err(TO.refuse("the range ends before it begins; to must lie after from"));
    }
    Ok(range)
}

/// The moment that was given for `parameter`, nanoseconds since the Unix epoch.
///
/// # Errors
/// Where it is malformed.
pub(in crate::api::native) fn moment(
    parameters: &Parameters<'_>,
    parameter: &Parameter,
) -> Result<Option<u64>, ApiError> {
    let text = parameters.text(parameter);
    text.map(|text| parse_time(text).map_err(|error| parameter.refuse(error))).transpose()
}

/// A text that is no moment; its message says what one looks like.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' is no time; write RFC 3339 as 2026-11-23T10:00:00Z, or a Unix time in s, ms, us or ns"
)]
pub(in crate::api::native) struct NoTime(String);

/// Nanoseconds since the Unix epoch.
///
/// # Errors
/// Where `text` is neither RFC 3339 within 1970 to 2554 nor a Unix time.
fn parse_time(text: &str) -> Result<u64, NoTime> {
    let nano = if text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().ok().and_then(unix_nano)
    } else {
        rfc3339::unix_nano(text)
    };
    nano.ok_or_else(|| NoTime(super::shown(text)))
}

/// Of a Unix time in whatever unit: seconds reach year 5138 before they could be
/// milliseconds of 1973, and so on.
fn unix_nano(number: u64) -> Option<u64> {
    let unit_nano = match number {
        0..100_000_000_000 => 1_000_000_000,
        100_000_000_000..100_000_000_000_000 => 1_000_000,
        100_000_000_000_000..100_000_000_000_000_000 => 1_000,
        _ => 1,
    };
    number.checked_mul(unit_nano)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_moment_has_many_spellings() {
        for text in [
            "2026-11-23T10:00:00Z",
            "2026-11-23t10:00:00.000z",
            "2026-11-23T11:30:00+01:30",
            "2026-11-23T11:30:00 01:30",
            "2026-11-23T02:00:00-08:00",
            "1795428000",
            "1795428000000",
            "1795428000000000",
            "1795428000000000000",
        ] {
            assert_eq!(parse_time(text), Ok(1_795_428_000_000_000_000), "{text}");
        }
        assert_eq!(parse_time("0"), Ok(0));
        assert_eq!(parse_time("2026-11-23T10:00:00.123456789Z"), Ok(1_795_428_000_123_456_789));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "now",
            "-1",
            "1.5",
            "2026-11-23",
            "2026-11-23T10:00:00",
            "2026-13-23T10:00:00Z",
            "2026-11-23T10:00:00+1:00",
            "2026-11-23T10:00:00+01:60",
            "1969-12-31T23:59:59Z",
            "1970-01-01T00:30:00+01:00",
            "3000-01-01T00:00:00Z",
            "99999999999999999999",
            "äöüäöü",
        ] {
            assert!(parse_time(text).is_err(), "{text}");
        }
    }
}
