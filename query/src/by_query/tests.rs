//! No trace that a query finds is left out by what it is looked up with.

use proptest::prelude::*;
use proto::testing::trace_strategy;
use storage::{TimeRange, TraceSummary, Within};
use traceql::ast::Root;
use traceql::testing::any_query;

use super::*;

fn everything() -> Scan {
    Scan::newest(TimeRange::ALL, Within::Starts)
}

fn pipeline(text: &str) -> Option<Pipeline> {
    match traceql::compile(text).ok()?.root {
        Root::Spansets(pipeline) => Some(pipeline),
        Root::Metrics(_) => None,
    }
}

/// What is looked up for `text`: alternatives with ` | `, needs with ` & ` between them.
fn looked_up(text: &str) -> String {
    let mut scan = everything();
    Lowered::of(&pipeline(text).unwrap()).add_to(&mut scan);
    let condition = |one: &Condition| {
        let Condition { field, comparison, operand } = one;
        format!("{field:?} {comparison:?} {operand:?}")
    };
    let alternative =
        |all: &Vec<Condition>| all.iter().map(condition).collect::<Vec<_>>().join(", ");
    let need = |need: &Need| need.any_of.iter().map(alternative).collect::<Vec<_>>().join(" | ");
    let needs = scan.needs.iter().map(need).collect::<Vec<_>>().join(" & ");
    format!("{needs} {:?} {:?}", scan.trace.duration_nano_min, scan.trace.duration_nano_max)
}

#[test]
fn what_the_store_can_tell_is_asked_of_it() {
    for (query, expected) in [
        ("{}", " None None"),
        (
            "{ resource.service.name = `cart` && status = error && statusMessage != `` }",
            "Service Equal Value(String(\"cart\")), Status Equal Value(Int(2)) None None",
        ),
        (
            "{ name = `a` } >> { kind = server || duration > 5ms }",
            "Name Equal Value(String(\"a\")) & Kind Equal Value(Int(2)) | \
             DurationNano Greater Value(Int(5000000)) None None",
        ),
        (
            "{ rootName = `r` && rootServiceName = `s` && traceDuration > 1us && .a = 1.5 }",
            "Attribute { scope: Any, key: \"a\" } Equal Value(Double(1.5)) & \
             Name Equal Value(String(\"r\")), Service Equal Value(String(\"s\")) Some(999) None",
        ),
        ("{ name = `a` || rootName = `b` }", " None None"),
        ("{ status = unset && kind = unspecified && name = `` }", " None None"),
        ("{ false }", " None None"),
    ] {
        let found = looked_up(query);
        assert_eq!(found, expected, "{query}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn no_matching_trace_is_left_out(
        mut spans in trace_strategy(6), text in any_query(),
    ) {
        let Some(pipeline) = pipeline(&text) else {
            return Ok(());
        };
        // As a store answers them.
        proto::log_record::attach(&mut spans);
        let Some(summary) = TraceSummary::of(&spans) else {
            return Ok(());
        };
        let trace = Trace::new(&spans);
        let found = evaluate(&pipeline, &trace);
        let mut scan = everything();
        Lowered::of(&pipeline).add_to(&mut scan);
        if found.is_ok_and(|answer| !answer.spansets.is_empty()) {
            for need in &scan.needs {
                prop_assert!(need.is_met_by(&spans), "{}: {:?}", text, need);
            }
            prop_assert!(scan.trace.are_met_by(&summary), "{}: {:?}", text, scan.trace);
        }
    }
}
