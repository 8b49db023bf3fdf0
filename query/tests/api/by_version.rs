//! What is worse since a service runs another version: which hop, and since which version.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use proto::Batch;
use query::findings::{Baseline, Book, Entry, Look, VersionChange, look};
use storage::{Config, Deadline, SpanWriter, Store};
use tempfile::TempDir;

const SECOND_NANO: u64 = 1_000_000_000;
const MINUTE_NANO: u64 = 60 * SECOND_NANO;
/// The notation counts milliseconds from here on, in seconds since the Unix epoch.
const NOTATION_SECONDS: u64 = 1_700_000_000;
/// A whole minute: minutes are counted from here.
const BEGIN_SECONDS: u64 = NOTATION_SECONDS + 40;
/// Requests in each minute.
const REQUESTS: u64 = 40;
/// The minute of the deployment.
const DEPLOYED: u64 = 70;

/// How a request is answered.
#[derive(Debug, Clone, Copy)]
struct Cart {
    version: &'static str,
    /// How much longer than usual the cart takes, in milliseconds.
    slower_millis: u64,
    fails: bool,
}

fn cart(version: &'static str) -> Cart {
    Cart { version, slower_millis: 0, fails: false }
}

/// What the cart runs that is replaced in one minute.
fn version(minute: u64) -> &'static str {
    if minute < DEPLOYED { "1.4.1" } else { "1.4.2" }
}

/// A shop, and what is found there.
struct Shop {
    store: Store,
    book: Book,
    _folder: TempDir,
}

impl Shop {
    /// Of so many minutes, of which all but the last few are sealed; the cart answers the
    /// requests of a minute, by their numbers, so.
    fn new(minutes: u64, answer: impl Fn(u64, u64) -> Cart) -> Self {
        Self::with_entry(minutes, |_| "GET /", answer)
    }

    /// The same with requests of these names.
    fn with_entry(
        minutes: u64,
        name: impl Fn(u64) -> &'static str,
        answer: impl Fn(u64, u64) -> Cart,
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::new(folder.path());
        (config.retention_age, config.disk_free_min) = (None, 0);
        let store = Store::open(config).unwrap();
        let mut text = String::new();
        for minute in 0..minutes {
            for number in 0..REQUESTS {
                text += &request(minute, number, name(minute), answer(minute, number));
            }
        }
        let spans = proto::testing::trace(&text);
        for (minute, spans) in spans.chunks(spans.len() / minutes as usize).enumerate() {
            store.write(&[Arc::new(Batch::of(spans))]).unwrap();
            if minute % 30 == 29 {
                store.seal_now().unwrap();
            }
        }
        Self { store, book: Book::default(), _folder: folder }
    }

    /// Looks so many seconds after a minute began.
    fn look(&mut self, minute: u64, seconds: u64) -> Look {
        let now = (BEGIN_SECONDS + minute * 60 + seconds) * SECOND_NANO;
        let deadline = Deadline::after(Duration::from_secs(60));
        look(&self.store, &mut self.book, now, Duration::ZERO, deadline)
    }

    /// Looks several times a minute from one minute until before another.
    fn look_on(&mut self, minutes: std::ops::Range<u64>) -> Option<Look> {
        let mut last = None;
        for minute in minutes {
            for seconds in [15, 35, 55] {
                last = Some(self.look(minute, seconds));
            }
        }
        last
    }

    fn open(&self) -> Vec<&Entry> {
        self.book.open()
    }

    /// The open finding about the cart.
    #[track_caller]
    fn cart_finding(&self) -> &Entry {
        let open = self.open();
        let found = open.iter().find(|entry| entry.finding.service == "cart");
        found.unwrap_or_else(|| panic!("nothing about the cart among {open:?}"))
    }
}

fn request(minute: u64, number: u64, name: &str, cart: Cart) -> String {
    let Cart { version, slower_millis, fails } = cart;
    let start = (BEGIN_SECONDS - NOTATION_SECONDS + minute * 60) * 1_000 + number * 1_450;
    let fails = if fails { "!planned" } else { "" };
    // Some differ from others anyhow.
    let work = 40 + (minute * 7 + number) % 9 + slower_millis;
    let mut text = String::new();
    let mut line = |depth: usize, what: &str, from: u64, to: u64, more: &str| {
        let (indent, from, to) = ("  ".repeat(depth), start + from, start + to);
        writeln!(text, "{indent}{what} {from}..{to} {more}").unwrap();
    };
    let id = format!("kind=server trace=r{minute}-{number} {fails}");
    line(0, &format!("shop {name}"), 0, work + 30, &id);
    line(1, "shop GET /cart", 10, work + 20, &format!("kind=client {fails}"));
    let more = format!("kind=server {fails} resource:service.version={version}");
    line(2, "cart GET /cart", 12, work + 18, &more);
    line(
        3,
        "cart SELECT items",
        15,
        20,
        &format!("kind=client resource:service.version={version}"),
    );
    text
}

fn change() -> VersionChange {
    let since_unix_nano = BEGIN_SECONDS * SECOND_NANO + DEPLOYED * MINUTE_NANO;
    VersionChange {
        service: "cart".to_owned(),
        version: "1.4.2".to_owned(),
        before: "1.4.1".to_owned(),
        since_unix_nano,
        others_until_unix_nano: since_unix_nano,
    }
}

#[test]
fn a_deployment_that_changes_nothing_opens_nothing() {
    let mut shop = Shop::new(140, |minute, _| cart(version(minute)));
    for minute in DEPLOYED - 2..DEPLOYED + 62 {
        let found = shop.look(minute, 40);
        assert_eq!(shop.open(), Vec::<&Entry>::new(), "{minute}");
        let changed: Vec<_> = found.by_version.iter().map(|it| it.change.clone()).collect();
        let is_new = (DEPLOYED..DEPLOYED + 60).contains(&minute);
        assert_eq!(changed, if is_new { vec![change()] } else { vec![] }, "{minute}");
        if let Some(it) = found.by_version.first() {
            let times = &it.compared.times;
            assert_eq!(times.baseline, Baseline::Version);
            assert_eq!(times.judged.from_unix_nano, change().since_unix_nano);
            assert_eq!(times.reference.len(), 1);
            assert_eq!(times.reference[0].to_unix_nano, change().since_unix_nano);
            assert_eq!(it.compared.reference_requests, 60 * REQUESTS);
            let sentence = "compared with the hour before the new version";
            assert_eq!(it.compared.sentence(), sentence);
        }
    }
    assert_eq!(shop.book.resolved().count(), 0);
}

#[test]
fn a_version_that_is_slow_is_named_within_two_minutes_and_stays_for_an_hour() {
    let mut shop = Shop::new(135, |minute, _| {
        let slower_millis = if minute < DEPLOYED { 0 } else { 60 };
        Cart { slower_millis, ..cart(version(minute)) }
    });
    shop.look_on(DEPLOYED - 1..DEPLOYED + 2);
    for minute in [DEPLOYED + 2, DEPLOYED + 20, DEPLOYED + 40, DEPLOYED + 58] {
        shop.look_on(minute..minute + 1);
        let found = shop.cart_finding();
        assert_eq!(found.finding.version, Some(change()), "{minute}");
        assert_eq!(found.since_unix_nano, change().since_unix_nano);
        assert_eq!(found.finding.name, "GET /cart");
        assert_eq!(found.finding.other.as_deref(), Some("shop"));
        assert!((found.finding.seconds - 0.055).abs() < 0.01, "{}", found.finding.seconds);
        assert_eq!(shop.open().len(), 1);
    }
}

#[test]
fn a_version_that_fails_now_and_then_is_named() {
    let mut shop = Shop::new(100, |minute, number| Cart {
        fails: minute >= DEPLOYED && number == 7,
        ..cart(version(minute))
    });
    // One request a minute, of 40, says little in the last minutes alone.
    shop.look_on(DEPLOYED..DEPLOYED + 20);
    let found = shop.cart_finding();
    assert_eq!(query::findings::word(found.finding.what), "failing");
    assert_eq!(found.finding.version, Some(change()));
    assert!(found.finding.now.calls >= 19.0 * REQUESTS as f64, "{:?}", found.finding.now);
}

#[test]
fn a_version_that_runs_beside_the_one_before_is_named() {
    let mut shop = Shop::new(100, |minute, number| {
        let is_new = minute >= DEPLOYED && number % 4 == 0;
        let slower_millis = if is_new { 120 } else { 0 };
        Cart { slower_millis, ..cart(if is_new { "1.4.2" } else { "1.4.1" }) }
    });
    shop.look_on(DEPLOYED..DEPLOYED + 10);
    let found = shop.cart_finding();
    let expected = VersionChange {
        others_until_unix_nano: change().since_unix_nano + 3 * MINUTE_NANO,
        ..change()
    };
    let known = found.finding.version.clone().unwrap();
    assert_eq!((&known.version, &known.before), (&expected.version, &expected.before));
    assert_eq!(known.since_unix_nano, expected.since_unix_nano);
    assert!(known.others_until_unix_nano > expected.since_unix_nano);
}

#[test]
fn a_version_that_replaces_another_little_by_little_is_named() {
    // In ten minutes.
    let mut shop = Shop::new(110, |minute, number| {
        let replaced = (minute + 1).saturating_sub(DEPLOYED).min(10);
        let is_new = number % 10 < replaced;
        let slower_millis = if is_new { 60 } else { 0 };
        Cart { slower_millis, ..cart(if is_new { "1.4.2" } else { "1.4.1" }) }
    });
    shop.look_on(DEPLOYED - 5..DEPLOYED + 30);
    let version = shop.cart_finding().finding.version.as_ref().expect("a version");
    assert_eq!(version.since_unix_nano, change().since_unix_nano);
}

#[test]
fn what_is_rolled_back_is_over_and_nothing_opens() {
    let rolled_back = DEPLOYED + 10;
    let mut shop = Shop::new(120, |minute, _| {
        let is_new = (DEPLOYED..rolled_back).contains(&minute);
        let slower_millis = if is_new { 60 } else { 0 };
        Cart { slower_millis, ..cart(if is_new { "1.4.2" } else { "1.4.1" }) }
    });
    shop.look_on(DEPLOYED..rolled_back);
    assert_eq!(shop.cart_finding().finding.version, Some(change()));
    let last = shop.look_on(rolled_back..rolled_back + 8).expect("looks");
    assert_eq!(shop.open(), Vec::<&Entry>::new());
    assert_eq!(last.by_version, []);
    let resolved = shop.book.resolved().next().expect("it is over");
    assert_eq!(resolved.finding.version.as_ref().map(|it| it.version.as_str()), Some("1.4.2"));
    let over = resolved.resolved_unix_nano.unwrap() - BEGIN_SECONDS * SECOND_NANO;
    assert!(over / MINUTE_NANO <= rolled_back + 3, "{}", over / MINUTE_NANO);
}

#[test]
fn what_begins_long_after_a_deployment_or_before_it_is_not_due_to_it() {
    for slow_from in [DEPLOYED + 20, DEPLOYED - 8] {
        let mut shop = Shop::new(145, |minute, _| {
            let slower_millis = if minute >= slow_from { 60 } else { 0 };
            Cart { slower_millis, ..cart(version(minute)) }
        });
        shop.look_on(slow_from - 2..slow_from + 50);
        let found = shop.cart_finding();
        assert_eq!(found.finding.version, None, "from {slow_from}: {}", found.finding.sentence);
        let since = (found.since_unix_nano / SECOND_NANO - BEGIN_SECONDS) / 60;
        assert_eq!(since, slow_from);
    }
}

#[test]
fn what_is_over_though_the_version_stays_does_not_stay_open() {
    let over = DEPLOYED + 12;
    let mut shop = Shop::new(110, |minute, _| {
        let slower_millis = if (DEPLOYED..over).contains(&minute) { 60 } else { 0 };
        Cart { slower_millis, ..cart(version(minute)) }
    });
    shop.look_on(DEPLOYED..over);
    assert_eq!(shop.cart_finding().finding.version, Some(change()));
    shop.look_on(over..over + 8);
    assert_eq!(shop.open(), Vec::<&Entry>::new());
}

#[test]
fn where_other_requests_come_since_then_nothing_is_said_of_the_version() {
    let name = |minute: u64| if minute < DEPLOYED { "GET /" } else { "GET /v2" };
    let mut shop = Shop::with_entry(90, name, |minute, _| {
        let slower_millis = if minute < DEPLOYED { 0 } else { 60 };
        Cart { slower_millis, ..cart(version(minute)) }
    });
    let last = shop.look_on(DEPLOYED..DEPLOYED + 10).expect("looks");
    let by_version = last.by_version.first().expect("a change");
    assert!(by_version.compared.is_other_workload());
    assert_eq!(by_version.compared.findings, []);
    let sentence = by_version.compared.sentence();
    assert!(sentence.contains("100 % of the requests are of other kinds"), "{sentence}");
    assert!(shop.open().iter().all(|entry| entry.finding.version.is_none()));
}

/// A number from 0 to 1, the same for the same arguments (SplitMix64).
fn random(seed: u64, minute: u64, number: u64) -> f64 {
    let mut it = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (minute << 20) ^ number;
    for factor in [0xbf58_476d_1ce4_e5b9, 0x94d0_49bb_1331_11eb_u64] {
        it = (it ^ (it >> 30)).wrapping_mul(factor);
    }
    (it >> 11) as f64 / (1_u64 << 53) as f64
}

/// What a version without a change in behaviour looks like in a system that fails now and then,
/// and takes now twice as long and now half.
fn noisy(seed: u64, minute: u64, number: u64) -> Cart {
    let uniform = |salt| random(seed * 100 + salt, minute, number);
    let normal = (0..12).map(uniform).sum::<f64>() - 6.0;
    let slower_millis = (40.0 * (0.6 * normal).exp()) as u64;
    let is_new = minute >= DEPLOYED;
    Cart {
        slower_millis,
        fails: uniform(20) < 0.005,
        ..cart(if is_new { "1.4.2" } else { "1.4.1" })
    }
}

#[test]
fn chance_is_not_taken_for_the_work_of_a_version() {
    for seed in 0..3 {
        let mut shop = Shop::new(DEPLOYED + 60, |minute, number| noisy(seed, minute, number));
        for minute in DEPLOYED..DEPLOYED + 60 {
            let found = shop.look(minute, 30);
            assert_eq!(found.by_version.len(), 1);
            let due = shop.open().into_iter().find(|entry| entry.finding.version.is_some());
            assert_eq!(due, None, "seed {seed}, minute {minute}");
        }
    }
}
