//! Since when something is wrong: the first minute that shows it.

use storage::{Deadline, ReadError, TimeRange, TraceReader};

use super::baseline::minute;
use super::watch::REQUESTS_MIN;
use super::{Book, Entry, MINUTE_NANO, Times, compare};

/// So far it is looked back before what was judged, minute by minute.
const BACK_NANO: u64 = 10 * MINUTE_NANO;

/// Finds out since when what just opened in `book` is wrong, with `times` those of the look at
/// which it did: of the minutes that were judged the first that shows it, and of those before
/// as far back as each does.
///
/// Where no minute shows it alone, it is so since the first of those that were judged.
///
/// # Errors
/// The store's. Then what is still asked about is so since the earliest minute known by then.
pub(super) fn date(
    reader: &dyn TraceReader,
    book: &mut Book,
    times: &Times,
    deadline: Deadline,
) -> Result<(), ReadError> {
    let mut undated: Vec<&mut Entry> = book.date_open(times.judged.from_unix_nano);
    let earliest = times.judged.from_unix_nano.saturating_sub(BACK_NANO);
    let mut reference = before(&times.reference, earliest);
    let mut begin = minute(times.judged.to_unix_nano.saturating_sub(1));
    while begin >= earliest && !undated.is_empty() {
        let judged = TimeRange {
            from_unix_nano: begin,
            to_unix_nano: begin.saturating_add(MINUTE_NANO).min(times.judged.to_unix_nano),
        };
        let one = Times { judged, reference: reference.clone(), ..times.clone() };
        let compared = compare(reader, one, deadline)?;
        if compared.reference_requests < REQUESTS_MIN && reference != times.reference {
            // There is too little that old: then with all of it, these minutes among it.
            reference.clone_from(&times.reference);
            continue;
        }
        let is_judged = begin > times.judged.from_unix_nano;
        undated.retain_mut(|entry| {
            let is_shown = compared.findings.iter().any(|found| entry.is_shown_by(found));
            if is_shown {
                entry.since_unix_nano = begin;
            }
            // A minute that was judged may be one that has just begun.
            is_shown || is_judged
        });
        let Some(earlier) = begin.checked_sub(MINUTE_NANO) else { break };
        begin = earlier;
    }
    Ok(())
}

/// What of `ranges` lies before a moment.
fn before(ranges: &[TimeRange], unix_nano: u64) -> Vec<TimeRange> {
    let cut =
        |range: &TimeRange| TimeRange { to_unix_nano: range.to_unix_nano.min(unix_nano), ..*range };
    let ranges = ranges.iter().map(cut);
    ranges.filter(|range| range.from_unix_nano < range.to_unix_nano).collect()
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;
    use std::sync::Arc;
    use std::time::Duration;

    use proto::Batch;
    use storage::{MemoryStore, SpanWriter};

    use super::super::{Book, look};
    use super::*;

    /// A whole minute; the notation counts milliseconds from 1,700,000,000 s on.
    const FIRST_NANO: u64 = 1_700_000_040 * 1_000_000_000;
    const FIRST_MILLIS: u64 = 40_000;

    /// A shop of 60 requests a minute, of so many minutes; the bank is slow from one on.
    fn shop(minutes: u64, slow_from: u64) -> MemoryStore {
        let mut text = String::new();
        for number in 0..minutes * 60 {
            let start = FIRST_MILLIS + number * 1_000;
            let takes = if number / 60 >= slow_from { 300 } else { 20 + number % 7 };
            let (pay, all) = (start + takes, start + takes + 5);
            writeln!(text, "shop GET / {start}..{all} kind=server trace=t{number}").unwrap();
            writeln!(text, "  shop POST /pay {start}..{pay} kind=client").unwrap();
            writeln!(text, "    bank POST /pay {start}..{pay} kind=server").unwrap();
        }
        let store = MemoryStore::default();
        store.write(&[Arc::new(Batch::of(&proto::testing::trace(&text)))]).unwrap();
        store
    }

    /// When the slow bank is said to have become slow, in minutes; found by two looks at the end
    /// of `minutes`.
    fn slow_since(minutes: u64, slow_from: u64) -> Option<u64> {
        let store = shop(minutes, slow_from);
        let mut book = Book::default();
        let end = FIRST_NANO + minutes * MINUTE_NANO;
        for now in [end - 20_000_000_000, end - 10_000_000_000] {
            let deadline = Deadline::after(Duration::from_secs(60));
            look(&store, &mut book, now, Duration::ZERO, deadline).compared.unwrap();
        }
        let open = book.open();
        let bank = open.iter().find(|entry| entry.finding.service == "bank")?;
        assert_eq!(bank.since_unix_nano % MINUTE_NANO, 0);
        Some((bank.since_unix_nano - FIRST_NANO) / MINUTE_NANO)
    }

    #[test]
    fn a_finding_is_so_since_the_first_minute_that_shows_it() {
        assert_eq!(slow_since(20, 19), Some(19));
        assert_eq!(slow_since(20, 18), Some(18));
        // Nobody looked before.
        assert_eq!(slow_since(40, 36), Some(36));
        // There is nothing from before the minutes that are looked back at.
        assert_eq!(slow_since(7, 5), Some(5));
    }
}
