//! Metrics of traces in the notation, by second.

use proto::testing::{EPOCH_UNIX_NANO, trace};

use super::*;
use crate::ast::Root;

const SECOND: u64 = 1_000_000_000;
const CALLS: &str = "
a one   1s..2s   n=1  route=x
b two   1.5s..1.75s   n=3  route=y  !boom
a three 3s..7s   n=5  route=x
";

/// The series of `query` over three seconds, one a line.
#[track_caller]
fn check(query: &str, expect: &[&str]) {
    let spans = trace(CALLS);
    let query = crate::compile(query).unwrap_or_else(|err| panic!("{query}: {err}"));
    let Root::Metrics(metrics) = query.root else {
        panic!("no metrics");
    };
    let metrics = &Arc::new(metrics);
    let range = Range::try_new(EPOCH_UNIX_NANO, EPOCH_UNIX_NANO + 3 * SECOND, SECOND);
    let mut evaluation = Evaluation::new(metrics, range.expect("a range"), Limits::default());
    evaluation.observe(&Trace::new(&spans)).expect("an answer");
    let outcome = evaluation.finish();
    let print = |one: &Series| format!("{} {:?}", one.sort_key(), one.values);
    assert_eq!(outcome.series.iter().map(print).collect::<Vec<_>>(), expect);
}

#[test]
fn functions_over_time() {
    check("{} | rate()", &["__name__=`rate` [1.0, 1.0, 1.0]"]);
    check("{ .n > 9 } | count_over_time()", &["__name__=`count_over_time` [0.0, 0.0, 0.0]"]);
    check("{} | max_over_time(duration)", &["__name__=`max_over_time` [1.0, 0.25, 4.0]"]);
    check(
        "{} | sum_over_time(.n) by (.route)",
        &[".route=`x` [1.0, NaN, 5.0]", ".route=`y` [NaN, 3.0, NaN]"],
    );
    check("{} | avg_over_time(.none)", &[]);
    check(
        "{} | histogram_over_time(.n)",
        &["__bucket=4.0 [0.0, 1.0, 0.0]", "__bucket=8.0 [0.0, 0.0, 1.0]"],
    );
    check("{} | quantile_over_time(.n, 0.5)", &["p=0.5 [0.0, 4.0, 8.0]"]);
}

#[test]
fn what_happens_to_series() {
    check(
        "{} | sum_over_time(.n) by (.route) | topk(1)",
        &[".route=`x` [1.0, NaN, 5.0]", ".route=`y` [NaN, 3.0, NaN]"],
    );
    check("{} | sum_over_time(.n) by (.route) > 4", &[".route=`x` [NaN, NaN, 5.0]"]);
    check("2 * ({} | max_over_time(.n)) - 1", &["__name__=`max_over_time` [1.0, 5.0, 9.0]"]);
    check(
        "({ status = error } | count_over_time()) / ({} | count_over_time())",
        &["__name__=`(count_over_time / count_over_time)` [0.0, 1.0, 0.0]"],
    );
    check("({} | rate()) / 0", &[]);
}

#[test]
fn compare_counts_both_sides() {
    let spans = trace(CALLS);
    let query = crate::compile("{} | compare({ status = error }, 1)").expect("a query");
    let Root::Metrics(metrics) = query.root else {
        panic!("no metrics");
    };
    let metrics = &Arc::new(metrics);
    let range = Range::instant(EPOCH_UNIX_NANO, EPOCH_UNIX_NANO + 9 * SECOND).expect("a range");
    let mut evaluation = Evaluation::new(metrics, range, Limits::default());
    evaluation.observe(&Trace::new(&spans)).expect("an answer");
    let found: Vec<_> = evaluation.finish().series.iter().map(Series::sort_key).collect();
    for expect in [
        "__meta_type=`baseline`,span.route=`x`",
        "__meta_type=`selection`,span.route=`y`",
        "__meta_error=`__too_many_values__`,__meta_type=`baseline`,span.n=`nil`",
        "__meta_type=`selection_total`,status=`nil`",
    ] {
        assert!(found.iter().any(|one| one == expect), "{expect} in {found:?}");
    }
}

#[test]
fn series_are_bounded_and_the_answer_says_so() {
    let spans = trace(CALLS);
    let query = crate::compile("{} | rate() by (.n)").expect("a query");
    let Root::Metrics(metrics) = query.root else {
        panic!("no metrics");
    };
    let metrics = &Arc::new(metrics);
    let range = Range::aligned(EPOCH_UNIX_NANO, EPOCH_UNIX_NANO + 3 * SECOND, SECOND);
    let limits = Limits { series_max: 2, ..Limits::default() };
    let mut evaluation = Evaluation::new(metrics, range.expect("a range"), limits);
    evaluation.observe(&Trace::new(&spans)).expect("an answer");
    let outcome = evaluation.finish();
    assert!(outcome.is_partial);
    assert_eq!(outcome.series.len(), 2);
    assert_eq!(outcome.series[0].exemplars.len(), 1);
}

/// The series of `query` over `spans`, each a trace of its own, taken in by `parts` in turn.
fn told(query: &str, spans: &[proto::Span], limits: Limits, parts: usize) -> String {
    let Root::Metrics(metrics) = crate::compile(query).expect("a query").root else {
        panic!("no metrics");
    };
    let metrics = Arc::new(metrics);
    let range = Range::aligned(EPOCH_UNIX_NANO, EPOCH_UNIX_NANO + 20 * SECOND, SECOND);
    let new = || Evaluation::new(&metrics, range.clone().expect("a range"), limits);
    let mut evaluations: Vec<Evaluation> = (0..parts).map(|_| new()).collect();
    for (number, span) in spans.iter().enumerate() {
        let trace = std::slice::from_ref(span);
        evaluations[number % parts].observe(&Trace::new(trace)).expect("an answer");
    }
    let mut all = evaluations.into_iter();
    let mut whole = all.next().expect("one");
    for (place, mut part) in all.enumerate() {
        if place % 2 == 0 {
            part.settle();
        }
        whole.merge(part);
    }
    let mut outcome = whole.finish();
    if outcome.is_partial {
        // Series that made room had exemplars, too, and others none for them.
        outcome.series.iter_mut().for_each(|one| one.exemplars.clear());
    }
    format!("{outcome:?}")
}

#[test]
fn in_which_part_a_trace_was_changes_nothing() {
    let mut spans = Vec::new();
    for number in 0..60u64 {
        let (start, n) = (number % 19, number * 7 % 23);
        let end = start + 1 + number % 5;
        let error = if number % 3 == 0 { "!boom" } else { "" };
        let text = format!("a one {start}s..{end}s n={n} route=r{} {error}", number % 4);
        let mut one = trace(&text);
        one[0].trace_id = proto::TraceId::new(u128::from(number + 1).to_be_bytes());
        spans.append(&mut one);
    }
    let few = Limits { series_max: 5, exemplars_max: 7, ..Limits::default() };
    for query in [
        "{} | rate()",
        "{ .n > 3 } | count_over_time() by(.route)",
        "{} | sum_over_time(.n) by(.route, .n)",
        "{} | avg_over_time(duration) by(.route)",
        "{} | min_over_time(.n) by(.n)",
        "{} | max_over_time(.n)",
        "{} | histogram_over_time(duration) by(.route)",
        "{} | quantile_over_time(duration, .5, .9) by(.route)",
        "({ status = error } | rate()) / ({} | rate())",
        "{} | compare({ status = error })",
    ] {
        for limits in [Limits::default(), few] {
            if query.contains("compare") && limits.series_max < 60 {
                // Of values that made room others may be shown; the answer says so.
                continue;
            }
            let whole = told(query, &spans, limits, 1);
            for parts in [2, 3, 7] {
                assert_eq!(told(query, &spans, limits, parts), whole, "{query}");
            }
            spans.reverse();
            assert_eq!(told(query, &spans, limits, 2), whole, "{query}");
        }
    }
}

#[test]
fn a_range_is_whole_steps_and_the_step_one_people_use() {
    let range = Range::aligned(17, 40, 10).expect("a range");
    assert_eq!(range.interval_count(), 4);
    assert_eq!(range.end_of(0), 10);
    assert_eq!(range.interval_of(10), Some(0));
    assert_eq!(range.interval_of(11), Some(1));
    assert_eq!(Range::try_new(5, 5, 1), Err(RangeError::Empty));
    assert_eq!(Range::try_new(0, 20_000, 1), Err(RangeError::TooMany(20_000)));
    assert_eq!(default_step(0, 3600 * SECOND), 15 * SECOND);
    assert_eq!(default_step(0, 59 * SECOND), SECOND / 5);
}
