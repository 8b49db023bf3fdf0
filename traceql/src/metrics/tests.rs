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
    let Root::Metrics(metrics) = &query.root else {
        panic!("no metrics");
    };
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
    let Root::Metrics(metrics) = &query.root else {
        panic!("no metrics");
    };
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
    let Root::Metrics(metrics) = &query.root else {
        panic!("no metrics");
    };
    let range = Range::aligned(EPOCH_UNIX_NANO, EPOCH_UNIX_NANO + 3 * SECOND, SECOND);
    let limits = Limits { series_max: 2, ..Limits::default() };
    let mut evaluation = Evaluation::new(metrics, range.expect("a range"), limits);
    evaluation.observe(&Trace::new(&spans)).expect("an answer");
    let outcome = evaluation.finish();
    assert!(outcome.is_partial);
    assert_eq!(outcome.series.len(), 2);
    assert_eq!(outcome.series[0].exemplars.len(), 1);
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
