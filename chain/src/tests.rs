//! What traces add, by the notation of the house.

use proptest::prelude::*;
use proto::Span;
use proto::testing::{trace, trace_strategy};

use crate::{
    Analyst, Comparison, Event, Line, RollUp, Row, event_text, is_error, name_key, span_name_key,
};

/// The lines of `spans` and their events, sorted, each identity once.
fn lines(spans: &[Span]) -> (Vec<Line>, Vec<Event>) {
    let mut spans: Vec<&Span> = spans.iter().collect();
    spans.sort_by_key(|span| (span.start_time_unix_nano, span.span_id, span.kind));
    spans.dedup_by_key(|span| (span.span_id, span.kind));
    let mut events = Vec::new();
    let line =
        |span: &&Span| {
            events.extend(span.events.iter().map(|event| Event {
                name: name_key(&event_text(event)),
                is_error: is_error(event),
            }));
            Line::of(span, span.events.len() as u32)
        };
    let lines = spans.iter().map(line).collect();
    (lines, events)
}

fn rows(spans: &[Span]) -> Vec<Row> {
    let (lines, events) = lines(spans);
    Analyst::default().rows(&lines, &events).to_vec()
}

/// The row of the first span of this name.
fn row(rows: &[Row], name: &str) -> Row {
    *rows.iter().find(|row| row.step.name == span_name_key(name)).unwrap()
}

const MILLI: u64 = 1_000_000;

#[test]
fn a_request_is_cut_into_self_times_and_gaps() {
    let rows = rows(&trace(
        "
frontend GET /checkout  0..100   kind=server
  frontend POST /charge 10..90   kind=client
    bank POST /charge   30..80   kind=server
      bank SELECT       40..60   kind=client
",
    ));
    let nano = |name: &str| row(&rows, name).self_nano / MILLI;
    assert_eq!(nano("GET /checkout"), 20);
    assert_eq!(nano("SELECT"), 20);
    let [call, answer] = [2, 1].map(|kind| {
        let is_it =
            |row: &&Row| row.step.name == name_key("POST /charge") && row.step.kind.0 == kind + 1;
        *rows.iter().find(is_it).unwrap()
    });
    // The call's own time is the answer's gap.
    assert_eq!((call.self_nano, call.gap_nano), (0, None));
    assert_eq!((answer.self_nano / MILLI, answer.gap_nano.map(|gap| gap / MILLI)), (30, Some(30)));
    assert_eq!(answer.step.parent, Some(call.path));
    assert!(call.marks.has(crate::Marks::BOUNDARY) && answer.marks.has(crate::Marks::BOUNDARY));
    assert!(!call.marks.has(crate::Marks::UNANSWERED));
    assert!(row(&rows, "SELECT").marks.has(crate::Marks::UNANSWERED));
}

#[test]
fn errors_are_marked_where_they_begin_and_where_they_end() {
    use crate::Marks;
    let rows = rows(&trace(
        "
a one            0..100
  a two          10..90  !passed
    a between    20..80
      a three    30..70  !began
  a four         91..92  !first
  a four         93..94
",
    ));
    let has = |name: &str, marks: Marks| row(&rows, name).marks.has(marks);
    assert!(has("three", Marks::ORIGIN) && !has("two", Marks::ORIGIN));
    assert!(has("one", Marks::ABSORBED) && !has("two", Marks::ABSORBED));
    let fours: Vec<_> =
        rows.iter().filter(|row| row.step.name == name_key("four")).map(|row| row.marks).collect();
    assert!(fours[0].has(Marks::FIRST) && !fours[0].has(Marks::RETRY));
    assert!(fours[1].has(Marks::RETRY) && !fours[1].has(Marks::FIRST));
}

#[test]
fn who_keeps_an_error_and_who_gives_up_on_an_answer_is_known() {
    use crate::Marks;
    let rows = rows(&trace(
        "
a one           0..100
  a step        10..90
    a two       20..80  kind=client !late
      b serve   21..99  kind=server
",
    ));
    let has = |name: &str, marks: Marks| row(&rows, name).marks.has(marks);
    assert!(has("two", Marks::GIVEN_UP) && has("two", Marks::ORIGIN));
    assert!(!has("two", Marks::UNANSWERED));
    // What passes it on says nothing of itself; who does not fail is the caller of that.
    assert!(has("step", Marks::SWALLOWED) && !has("two", Marks::SWALLOWED));
}

#[test]
fn calls_in_turn_would_take_as_long_as_the_longest() {
    let savable = |text: &str| row(&rows(&trace(text)), "one").savable_nano / MILLI;
    let two = "a one 0..100\n  a x 0..10 kind=client\n  a y 10..30 kind=client\n";
    assert_eq!(savable(two), 0);
    assert_eq!(savable(&format!("{two}  a z 40..70 kind=client\n")), 30);
    // What overlaps is made at once, and what failed may be why there was another.
    assert_eq!(savable(&format!("{two}  a z 29..70 kind=client\n")), 0);
    assert_eq!(savable(&format!("{two}  a z 40..70 kind=client !no\n")), 0);
}

#[test]
fn a_callee_whose_clock_is_off_is_put_into_its_call() {
    let rows = rows(&trace(
        "
a call     0..100        kind=client
  b serve  5000..5060    kind=server
",
    ));
    let served = row(&rows, "serve");
    assert_eq!((served.self_nano / MILLI, served.gap_nano.map(|gap| gap / MILLI)), (60, Some(40)));
}

#[test]
fn events_are_steps_of_their_own() {
    let spans = trace("a one 0..10 event=retry@1 event=retry@2\n  b two 1..3 event=exception@2");
    let rows = rows(&spans);
    let events: Vec<_> = rows.iter().filter(|row| row.step.kind.is_event()).collect();
    assert_eq!(events.len(), 3);
    assert_eq!(events[0].step.parent, Some(row(&rows, "one").path));
    assert!(events[0].marks.has(crate::Marks::FIRST) && !events[1].marks.has(crate::Marks::FIRST));
    assert_eq!(events[2].step.kind, crate::StepKind::ERROR_EVENT);
}

#[test]
fn calls_that_lead_to_no_span_are_of_their_peer() {
    let spans = trace(
        "
a job                0..100   kind=consumer  messaging.system=kafka  messaging.destination=jobs
  a wraps            1..40    kind=client    db.system=mysql
    a SELECT         2..39    kind=client    db.system=mysql  db.name=shop !gone
    a inner          39..39
  a asks             40..60   kind=client    peer.service=b
    b answers        41..59   kind=server
      b publish      50..51   kind=producer  messaging.system=kafka  messaging.destination=done
        c takes      52..53   kind=consumer  messaging.system=kafka  messaging.destination=done
  a asks             60..90   kind=client    peer.service=b
  a GET              90..91   kind=client    server.address=10.0.0.9
",
    );
    let rows = rows(&spans);
    let peers = rows.iter().filter(|row| row.step.kind.peer().is_some());
    let said: Vec<_> = peers
        .map(|row| {
            let caller = rows.iter().find(|it| Some(it.path) == row.step.parent).unwrap();
            assert_eq!(row.step.service, caller.step.service);
            assert_eq!((row.self_nano, row.gap_nano), (0, None));
            (caller.step.name, row.step.kind, row.step.name, row.duration_nano / MILLI)
        })
        .collect();
    let peer = |span: &str, kind, peer: &str, milli| (name_key(span), kind, name_key(peer), milli);
    let expected = [
        // Whose sender is not there, whose answer is not, and none whose callee has no name.
        peer("job", crate::StepKind::QUEUE, "kafka/jobs", 100),
        peer("SELECT", crate::StepKind::DATABASE, "mysql/shop", 37),
        peer("asks", crate::StepKind::EXTERNAL, "b", 30),
    ];
    assert_eq!(said, expected);
    let failed = rows.iter().find(|row| row.step.kind == crate::StepKind::DATABASE).unwrap();
    assert!(failed.marks.has(crate::Marks::ERROR) && !failed.marks.has(crate::Marks::ORIGIN));

    let mut figures = RollUp::default();
    rows.iter().for_each(|row| figures.add(row, 1));
    let cell = &figures.cells[&failed.path];
    assert_eq!((cell.counts.calls, cell.counts.errors, cell.duration.count()), (1, 1, 1));
    assert!(cell.self_time.is_empty() && cell.with_root == 0);
}

#[test]
fn a_change_that_only_shows_in_the_root_is_a_change() {
    let before = trace("a root 0..100 kind=server\n  a step 10..20\n");
    let after = trace("a root 0..200 kind=server\n  a step 10..20\n");
    let mut change = RollUp::default();
    rows(&before).iter().for_each(|row| change.add(row, -1));
    rows(&after).iter().for_each(|row| change.add(row, 1));
    change.tidy();
    // The step took as long as before, of a longer request.
    assert_eq!(change.cells.len(), 2);
    let mut figures = RollUp::default();
    rows(&before).iter().for_each(|row| figures.add(row, 1));
    figures.merge(&change);
    let mut expected = RollUp::default();
    rows(&after).iter().for_each(|row| expected.add(row, 1));
    assert_eq!(figures, expected);
}

/// What a request of one of two kinds does: how long its service, the way to the bank and
/// the bank take, in milliseconds, and how often it asks the bank.
type Request = (bool, u64, u64, u64, u64);

fn figures(requests: &[Request]) -> (RollUp, hashbrown::HashMap<crate::PathId, crate::Step>) {
    let (mut figures, mut steps) = (RollUp::default(), hashbrown::HashMap::new());
    for (is_cart, own, gap, bank, calls) in requests {
        let name = if *is_cart { "GET /cart" } else { "GET /pay" };
        let each = gap + bank;
        let mut text = format!("shop {name} 0..{}  kind=server\n", own + each * calls);
        for call in 0..*calls {
            let from = call * each;
            text += &format!("  shop ask {from}..{}  kind=client\n", from + each);
            text += &format!("    bank ask {from}..{}  kind=server\n", from + bank);
        }
        for row in rows(&trace(&text)) {
            figures.add(&row, 1);
            steps.insert(row.path, row.step);
        }
    }
    (figures, steps)
}

fn requests() -> impl Strategy<Value = Vec<Request>> {
    let request = (any::<bool>(), 0..40u64, 0..40u64, 0..200u64, 0..4u64);
    proptest::collection::vec(request, 10..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_findings_explain_and_what_none_does_adds_up(
        before in requests(),
        now in requests(),
        worse in (0..300u64, 0..300u64, 0..3u64),
    ) {
        let worse = |(is_cart, own, gap, bank, calls): Request| {
            (is_cart, own, gap + worse.0, bank + worse.1, calls + worse.2)
        };
        let now: Vec<Request> = now.into_iter().map(worse).collect();
        let ((before, mut steps), (now, others)) = (figures(&before), figures(&now));
        steps.extend(others);
        let compared = Comparison::of(&steps, &before, &now);
        for entry in &compared.entries {
            let own = |finding: &crate::Finding| {
                let own = finding.entries.iter().filter(|it| it.root == entry.root);
                own.map(|it| it.seconds).sum::<f64>()
            };
            let explained: f64 = compared.findings.iter().map(own).sum();
            let whole = explained + entry.not_explained_seconds;
            prop_assert!((whole - entry.slower_seconds()).abs() < 1e-9, "{entry:?} {explained}");
        }
        for finding in &compared.findings {
            let harm: f64 = finding.entries.iter().map(|it| it.harm).sum();
            prop_assert!((harm - finding.harm).abs() < 1e-9, "{finding:?}");
        }
    }
}

proptest! {
    #[test]
    fn self_times_and_gaps_tile_the_roots(spans in trace_strategy(40)) {
        let rows = rows(&spans);
        let own = |row: &Row| u128::from(row.self_nano) + u128::from(row.gap_nano.unwrap_or(0));
        let roots = rows.iter().filter(|row| row.step.parent.is_none() && row.step.kind.is_span());
        let whole: u128 = roots.map(|row| u128::from(row.duration_nano)).sum();
        prop_assert_eq!(rows.iter().map(own).sum::<u128>(), whole);
    }

    #[test]
    fn what_is_taken_out_was_never_there(
        one in trace_strategy(20),
        other in trace_strategy(20),
    ) {
        let mut figures = RollUp::default();
        rows(&one).iter().for_each(|row| figures.add(row, 1));
        let before = figures.clone();
        rows(&other).iter().for_each(|row| figures.add(row, 1));
        let mut bytes = proto::codec::Writer::new();
        figures.encode(&mut bytes);
        prop_assert_eq!(&RollUp::sum_encoded(&[bytes.as_bytes()]).unwrap(), &figures);
        rows(&other).iter().for_each(|row| figures.add(row, -1));
        figures.tidy();
        prop_assert_eq!(figures, before);
    }

    #[test]
    fn what_was_written_adds_up(
        one in trace_strategy(20),
        other in trace_strategy(20),
        sign in prop_oneof![Just(1), Just(-1)],
    ) {
        let parts = [(&one, 1), (&other, sign), (&one, sign)].map(|(spans, sign)| {
            let mut figures = RollUp::default();
            rows(spans).iter().for_each(|row| figures.add(row, sign));
            figures
        });
        let records = parts.each_ref().map(|figures| {
            let mut bytes = proto::codec::Writer::new();
            figures.encode(&mut bytes);
            bytes.into_bytes()
        });
        let mut merged = RollUp::default();
        parts.iter().for_each(|figures| merged.merge(figures));
        prop_assert_eq!(&RollUp::sum_encoded(&records).unwrap(), &merged);
        prop_assert_eq!(&RollUp::sum(&parts.each_ref()), &merged);
        merged.tidy();
        let mut bytes = proto::codec::Writer::new();
        merged.encode(&mut bytes);
        prop_assert_eq!(RollUp::encode_sum(&records).unwrap(), bytes.into_bytes());
    }

    #[test]
    fn some_paths_of_what_was_written_are_read_alone(
        spans in trace_strategy(20),
        is_wanted in proptest::collection::vec(any::<bool>(), 20),
    ) {
        let mut figures = RollUp::default();
        rows(&spans).iter().for_each(|row| figures.add(row, 1));
        let mut bytes = proto::codec::Writer::new();
        figures.encode(&mut bytes);
        let mut is_wanted = is_wanted.into_iter().cycle();
        figures.cells.retain(|_, _| is_wanted.next().unwrap_or(true));
        let paths = figures.cells.keys().copied().collect();
        prop_assert_eq!(RollUp::of_paths(bytes.as_bytes(), &paths).unwrap(), figures);
    }

    #[test]
    fn no_bytes_panic(bytes: Vec<u8>) {
        drop(RollUp::of_paths(&bytes, &Default::default()));
        drop(RollUp::encode_sum(&[&bytes]));
        drop(RollUp::sum_encoded(&[bytes]));
    }
}
