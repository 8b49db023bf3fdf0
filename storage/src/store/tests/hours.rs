//! Sums of hours and longer times: the same answers, whether they are read or not.

use proto::{Span, TraceId, clock};

use super::*;
use crate::contract::chains::{Chains, ChainsQuestion};

const MINUTE_NANO: u64 = 60 * 1_000_000_000;

/// A trace that begins so many minutes after the others.
fn after(minutes: u64) -> Vec<Span> {
    let mut spans = other("b");
    for span in &mut spans {
        span.trace_id = TraceId::new(u128::from(minutes + 1).to_be_bytes());
        span.start_time_unix_nano += minutes * MINUTE_NANO;
        span.end_time_unix_nano += minutes * MINUTE_NANO;
    }
    spans
}

fn all(lab: &Lab) -> Chains {
    let question = ChainsQuestion { range: TimeRange::ALL, settled: Duration::ZERO };
    lab.store().chains(&question, soon()).unwrap()
}

/// Of the traces that begin so many minutes after the first.
fn within(lab: &Lab, minutes: std::ops::Range<u64>) -> Chains {
    let begin = other("b")[0].start_time_unix_nano;
    let nano = |minutes: u64| begin + minutes * MINUTE_NANO;
    let range = TimeRange { from_unix_nano: nano(minutes.start), to_unix_nano: nano(minutes.end) };
    lab.store().chains(&ChainsQuestion { range, settled: Duration::ZERO }, soon()).unwrap()
}

/// Lets what is over be folded and added up.
fn fold(lab: &Lab) {
    for minute in 0..8 {
        lab.store().maintain(clock::now_unix_nano() + (5 + 2 * minute) * MINUTE_NANO).unwrap();
    }
}

fn sums(lab: &Lab) -> usize {
    lab.store().shared.chains.sums.all().len()
}

#[test]
fn a_day_is_the_same_by_minutes_and_by_sums_of_hours() {
    let mut lab = Lab::new();
    // Five hours, of which the last has one minute: it needs no sum. And some of two days on.
    for minutes in [0, 1, 25, 61, 62, 125, 126, 185, 186, 250, 1_500, 1_501, 2_000, 2_001] {
        lab.write(&after(minutes));
        lab.store().seal_now().unwrap();
    }
    let by_minutes = all(&lab);
    let odd = within(&lab, 1..1_900);
    fold(&lab);
    let written = sums(&lab);
    // Six hours or seven, at least two times of six, and a day or two.
    assert!(written >= 9, "{written} sums");
    assert_eq!(within(&lab, 1..1_900), odd);
    assert_eq!(all(&lab), by_minutes);
    lab.reopen();
    assert_eq!(sums(&lab), written);
    assert_eq!(all(&lab), by_minutes);

    // What comes late counts though its hour is added up, at once and later.
    lab.write(&after(63));
    let hot = all(&lab);
    assert_ne!(hot, by_minutes);
    lab.store().seal_now().unwrap();
    assert_eq!(all(&lab), hot);
    fold(&lab);
    lab.reopen();
    assert_eq!(sums(&lab), written);
    assert_eq!(all(&lab), hot);
}
