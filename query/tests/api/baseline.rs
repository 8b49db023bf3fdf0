//! What the last minutes are compared with: what there is, and of that what is the same
//! workload.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use proto::Batch;
use query::findings::{Baseline, Book, Compared, look};
use storage::{Deadline, MemoryStore, SpanWriter};

const SECOND_NANO: u64 = 1_000_000_000;
const MINUTE_NANO: u64 = 60 * SECOND_NANO;
const DAY_MINUTES: u64 = 24 * 60;
/// A whole hour. The notation counts milliseconds from 1,700,000,000 s on.
const NOON_SECONDS: u64 = 1_700_913_600;
/// When the minute begins that is looked at: not at the end of an hour.
const JUDGED_SECONDS: u64 = NOON_SECONDS + 30 * 60;

/// Requests of one minute: so many `GET /` and so many `GET /cart`.
struct Minute {
    /// How many minutes before the one that is looked at.
    before: u64,
    home: u64,
    cart: u64,
}

/// What is said of the last minute, of a store with these minutes.
fn said(minutes: &[Minute]) -> Result<Compared, String> {
    let mut text = String::new();
    for Minute { before, home, cart } in minutes {
        let begin = (JUDGED_SECONDS - before * 60 - 1_700_000_000) * 1_000;
        for number in 0..home + cart {
            let (name, start) = if number < *home { ("/", begin) } else { ("/cart", begin) };
            let (start, end) = (start + number * 100, start + number * 100 + 20);
            let id = format!("t{before}-{number}");
            writeln!(text, "shop GET {name} {start}..{end} kind=server trace={id}").unwrap();
        }
    }
    let store = MemoryStore::default();
    store.write(&[Arc::new(Batch::of(&proto::testing::trace(&text)))]).unwrap();
    let now = (JUDGED_SECONDS + 90) * SECOND_NANO;
    let deadline = Deadline::after(Duration::from_secs(60));
    look(&store, &mut Book::default(), now, Duration::ZERO, deadline).compared
}

fn minute(before: u64, home: u64, cart: u64) -> Minute {
    Minute { before, home, cart }
}

fn now() -> Minute {
    minute(0, 40, 10)
}

#[test]
fn the_hour_before_is_taken_where_there_is_one() {
    let minutes = [now(), minute(10, 40, 10), minute(DAY_MINUTES, 40, 10)];
    let compared = said(&minutes).unwrap();
    assert_eq!(compared.times.baseline, Baseline::Recent);
    assert_eq!(compared.reference_requests, 50);
    assert_eq!(compared.sentence(), "compared with the hour before");
    assert!(!compared.is_other_workload());
}

#[test]
fn else_the_same_hour_yesterday_and_else_this_hour_of_the_week() {
    let few = minute(10, 10, 0);
    let compared = said(&[now(), few, minute(DAY_MINUTES, 40, 10)]).unwrap();
    assert_eq!(compared.times.baseline, Baseline::Yesterday);
    assert_eq!(compared.reference_requests, 50);
    // The clock's hour, not more.
    let late = minute(DAY_MINUTES - 31, 40, 10);
    assert!(said(&[now(), late]).unwrap_err().contains("0 requests of the time before"));

    let days = (2..9).map(|days| minute(days * DAY_MINUTES, 16, 4));
    let compared = said(&[now()].into_iter().chain(days).collect::<Vec<_>>()).unwrap();
    assert_eq!(compared.times.baseline, Baseline::Week);
    // Not that of eight days ago.
    assert_eq!((compared.reference_requests, compared.times.reference.len()), (6 * 20, 7));
    let sentence = "compared with this hour of the last seven days";
    assert!(compared.sentence().starts_with(sentence), "{}", compared.sentence());
}

#[test]
fn another_workload_is_passed_over_or_told() {
    // In the hour before nobody looked at a cart.
    let other = minute(10, 0, 50);
    let yesterday = minute(DAY_MINUTES, 40, 10);
    let compared = said(&[now(), other, yesterday]).unwrap();
    assert_eq!(compared.times.baseline, Baseline::Yesterday);

    let compared = said(&[now(), minute(10, 10, 40)]).unwrap();
    assert_eq!(compared.times.baseline, Baseline::Recent);
    assert!(compared.is_other_workload());
    assert_eq!(
        compared.sentence(),
        "compared with the hour before; 60 % of the requests are of other kinds than then (shop \
         `GET /` were 20 %, now 80 %), so differences may be due to that"
    );
}

#[test]
fn many_more_requests_or_many_fewer_are_another_workload() {
    let compared = said(&[now(), minute(10, 16, 4), minute(20, 16, 4)]).unwrap();
    let rates = compared.rates.unwrap();
    assert_eq!((rates.now, rates.before), (50.0, 20.0));
    assert_eq!(
        compared.sentence(),
        "compared with the hour before; 2.5 times as many requests come as then, so differences \
         may be due to that"
    );
    let compared = said(&[now(), minute(10, 160, 40)]).unwrap();
    assert!(compared.sentence().contains("only 25 % as many"), "{}", compared.sentence());
    assert_eq!(minutes_of(&compared), [(30 - 60, 30)]);
}

/// The times that were compared with, in minutes from noon on.
fn minutes_of(compared: &Compared) -> Vec<(i64, i64)> {
    let minutes = |nano: u64| (nano / MINUTE_NANO) as i64 - (NOON_SECONDS / 60) as i64;
    let reference = compared.times.reference.iter();
    reference.map(|range| (minutes(range.from_unix_nano), minutes(range.to_unix_nano))).collect()
}
