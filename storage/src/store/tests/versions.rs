//! Versions as their users see them: equal to what plain loops over all spans say, whatever
//! comes late or twice, over sealing, restarts, merging and folding.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proto::SpanId;

use super::super::Durability;
use super::*;
use crate::changes::Changes;
use crate::contract::versions::{
    SERVICES_MAX, ServiceVersions, VERSIONS_MAX, Versions, VersionsQuestion,
};
use crate::rocks::Family;

const MINUTE_NANO: u64 = 60 * 1_000_000_000;
/// A whole hour.
const NOON_MINUTE: u64 = 1_700_913_600 / 60;

/// What loops over spans say, by service, version and minute.
type Plain = BTreeMap<(String, String, u32), u64>;

fn plain<'a>(spans: impl Iterator<Item = &'a Span>, range: TimeRange) -> Plain {
    let mut plain = Plain::new();
    for span in spans {
        let key = "service.version";
        let attribute = span.resource.attributes.iter().find(|attribute| attribute.key == key);
        let Some(version) = attribute.map(|attribute| attribute.value.text()) else { continue };
        let minute = span.start_time_unix_nano / MINUTE_NANO;
        let is_after = minute >= range.from_unix_nano / MINUTE_NANO;
        if is_after && minute * MINUTE_NANO < range.to_unix_nano {
            let key = (span.service_name().into_owned(), version.into_owned(), minute as u32);
            *plain.entry(key).or_default() += 1;
        }
    }
    plain
}

fn of(versions: &Versions) -> Plain {
    let mut plain = Plain::new();
    for (service, of_service) in &versions.services {
        assert!(!of_service.has_further);
        for (version, minutes) in &of_service.spans {
            for (minute, spans) in minutes {
                plain.insert((service.clone(), version.clone(), *minute), *spans);
            }
        }
    }
    plain
}

fn versions(lab: &Lab, range: TimeRange) -> Versions {
    lab.store().versions(VersionsQuestion { range }, soon()).unwrap()
}

/// A span of one of some services and versions, in one of some traces, within three hours.
fn span((trace_number, id, service, version, minute): (u8, u8, u8, u8, u16)) -> Span {
    let version = match version {
        0 => String::new(),
        version => format!("resource:service.version=v{version}"),
    };
    let mut span = trace(&format!("s{service} work 0..1 {version}")).remove(0);
    span.trace_id = TraceId::new([trace_number + 1; 16]);
    span.span_id = SpanId::new([id + 1; 8]);
    span.start_time_unix_nano = (NOON_MINUTE + u64::from(minute)) * MINUTE_NANO + 17;
    span.end_time_unix_nano = span.start_time_unix_nano + 5;
    span
}

#[derive(Debug, Clone)]
enum Step {
    /// Which of the pool, each maybe again.
    Write(Vec<Index>),
    Seal,
    /// So many minutes after now.
    Maintain(u64),
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        5 => vec(any::<Index>(), 1..12).prop_map(Step::Write),
        3 => Just(Step::Seal),
        1 => (0..200_u64).prop_map(Step::Maintain),
        1 => Just(Step::Reopen),
    ];
    vec(step, 1..16)
}

/// Spans, no two of one identity.
fn pool() -> impl Strategy<Value = Vec<Span>> {
    let span_seed = (0..4_u8, 0..8_u8, 0..3_u8, 0..3_u8, 0..180_u16);
    vec(span_seed.prop_map(span), 1..40).prop_map(|spans| {
        let by_identity = spans.into_iter().map(|span| ((span.trace_id, span.span_id), span));
        by_identity.collect::<BTreeMap<_, _>>().into_values().collect()
    })
}

fn range() -> impl Strategy<Value = TimeRange> {
    let within = (0..190_u64, 0..100_u64).prop_map(|(from, long)| {
        let nano = |minute| (NOON_MINUTE + minute) * MINUTE_NANO;
        TimeRange { from_unix_nano: nano(from) + 3, to_unix_nano: nano(from + long) }
    });
    prop_oneof![Just(TimeRange::ALL), within]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..Default::default() })]

    #[test]
    fn they_are_what_loops_over_all_spans_say(
        (pool, steps, range) in (pool(), steps(), range()),
    ) {
        // No test here cuts the power.
        let mut lab = Lab::with(|config| config.durability = Durability::Process);
        let mut written: BTreeMap<(TraceId, SpanId), Span> = BTreeMap::new();
        for step in steps {
            match step {
                Step::Write(indexes) => {
                    let spans: Vec<Span> =
                        indexes.iter().map(|index| index.get(&pool).clone()).collect();
                    lab.write(&spans);
                    written.extend(spans.into_iter().map(|it| ((it.trace_id, it.span_id), it)));
                }
                Step::Seal => lab.store().seal_now().unwrap(),
                Step::Maintain(minutes) => {
                    let now = proto::clock::now_unix_nano() + minutes * MINUTE_NANO;
                    lab.store().maintain(now).unwrap();
                }
                Step::Reopen => lab.reopen(),
            }
            // Never less; and of what is hot, what was sealed before may be counted again.
            let (found, expected) = (of(&versions(&lab, range)), plain(written.values(), range));
            prop_assert!(found.keys().eq(expected.keys()), "{:?} {:?}", found, expected);
            prop_assert!(expected.iter().all(|(key, spans)| found[key] >= *spans));
        }
        lab.store().seal_now().unwrap();
        prop_assert_eq!(of(&versions(&lab, range)), plain(written.values(), range));
        let audit = lab.store().audit(|_| {}).unwrap();
        prop_assert_eq!(audit.faults, Vec::<String>::new());
    }
}

/// How many records there are, and how many spans of `s0`.
fn records_and_spans(lab: &Lab) -> (usize, u64) {
    let versions = versions(lab, TimeRange::ALL);
    let spans = versions.services.get("s0").map_or(0, |it| it.spans["v1"].values().sum());
    (lab.store().shared.versions.hours().len(), spans)
}

#[test]
fn records_of_an_hour_become_one_and_go_after_a_day() {
    let mut lab = Lab::new();
    let now = proto::clock::now_unix_nano();
    for number in 0..7 {
        lab.write(&[span((number, 0, 0, 1, 2)), span((number, 1, 0, 1, 70))]);
        lab.store().seal_now().unwrap();
    }
    assert_eq!(records_and_spans(&lab), (14, 14));
    lab.store().maintain(now + 2 * MINUTE_NANO).unwrap();
    assert_eq!(records_and_spans(&lab), (2, 14));
    lab.reopen();
    assert_eq!(records_and_spans(&lab), (2, 14));
    // Replayed as it is, it counts from when it was written.
    lab.store().maintain(now + 24 * 60 * MINUTE_NANO).unwrap();
    assert_eq!(records_and_spans(&lab), (2, 14));
    lab.store().maintain(now + (25 * 60 + 1) * MINUTE_NANO).unwrap();
    assert_eq!(records_and_spans(&lab), (0, 0));
    lab.reopen();
    assert_eq!(records_and_spans(&lab), (0, 0));
}

#[test]
fn further_versions_and_services_are_told_and_not_counted() {
    let lab = Lab::new();
    let of_version = |number: usize| {
        let number = number as u8;
        span((number, 0, 0, number + 1, 0))
    };
    let spans: Vec<Span> = (0..VERSIONS_MAX).map(of_version).collect();
    lab.write(&spans);
    let known = |is_further: bool| {
        let versions = versions(&lab, TimeRange::ALL);
        let service = &versions.services["s0"];
        assert_eq!(service.spans.len(), VERSIONS_MAX);
        assert_eq!((service.has_further, versions.has_further), (is_further, false));
    };
    known(false);
    lab.store().seal_now().unwrap();
    known(false);
    lab.write(&[of_version(VERSIONS_MAX)]);
    known(true);
    lab.store().seal_now().unwrap();
    known(true);

    let mut versions = Versions::default();
    for number in 0..=SERVICES_MAX {
        let of_one = ServiceVersions {
            spans: BTreeMap::from([("v".to_owned(), BTreeMap::from([(1, 1)]))]),
            has_further: false,
        };
        let one =
            Versions { services: BTreeMap::from([(number.to_string(), of_one)]), ..<_>::default() };
        versions.merge(&one, &(0..2));
    }
    assert_eq!((versions.services.len(), versions.has_further), (SERVICES_MAX, true));
}

#[test]
fn spans_of_clocks_that_go_wrong_take_bounded_room() {
    let lab = Lab::new();
    let spans: Vec<Span> = (0..200_u16)
        .map(|number| {
            let (trace, id) = ((number / 100) as u8, (number % 100) as u8);
            let mut span = span((trace, id, 0, 1, 0));
            span.start_time_unix_nano += u64::from(number) * 60 * MINUTE_NANO;
            span
        })
        .collect();
    lab.write(&spans);
    for _ in 0..2 {
        let versions = versions(&lab, TimeRange::ALL);
        let service = &versions.services["s0"];
        assert_eq!((service.spans["v1"].len(), service.has_further), (48, true));
        lab.store().seal_now().unwrap();
    }
}

#[test]
fn a_record_that_does_not_verify_is_named_and_others_count() {
    let mut lab = Lab::new();
    for minute in [0, 60] {
        lab.write(&[span((minute as u8, 0, 0, 1, minute))]);
        lab.store().seal_now().unwrap();
    }
    assert_eq!(versions(&lab, TimeRange::ALL).completeness, Completeness::Complete);
    let hour = *lab.store().shared.versions.hours().first().unwrap();
    let mut changes = Changes::default();
    changes.put_spoilt(Family::Chain, &hour.key());
    lab.store().shared.rocks.commit(changes).unwrap();
    lab.reopen();
    // It is not folded, either.
    lab.store().maintain(proto::clock::now_unix_nano() + 10 * MINUTE_NANO).unwrap();
    let found = versions(&lab, TimeRange::ALL);
    assert_ne!(found.completeness, Completeness::Complete);
    let minute = (NOON_MINUTE + 60) as u32;
    assert_eq!(found.services["s0"].spans["v1"], BTreeMap::from([(minute, 1)]));
    let audit = lab.store().audit(|_| {}).unwrap();
    assert!(audit.faults.iter().any(|fault| fault.contains("chain record")), "{audit:?}");
}
