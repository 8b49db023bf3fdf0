//! No matching trace is left out, whatever the query.

use proptest::prelude::*;
use proto::testing::trace_strategy;

use super::*;
use crate::ast::Root;
use crate::testing::any_query;

/// The requirements of `query`, alternatives with ` | ` between them.
#[track_caller]
fn check(query: &str, expect: &[&str]) {
    let query = crate::compile(query).unwrap_or_else(|err| panic!("{query}: {err}"));
    let Root::Spansets(pipeline) = &query.root else {
        panic!("metrics");
    };
    let print = |one: &Requirement| {
        let conditions = |all: &Vec<Condition>| {
            all.iter().map(Condition::to_string).collect::<Vec<_>>().join(", ")
        };
        one.alternatives.iter().map(conditions).collect::<Vec<_>>().join(" | ")
    };
    let found: Vec<_> = PushDown::of(pipeline).requirements.iter().map(print).collect();
    assert_eq!(found, expect);
}

#[test]
fn what_must_be_is_asked_for() {
    check("{ name = `x` && 5ms < duration }", &["name = `x`, duration > 5ms"]);
    check(
        "{ (.a = 1 || .b = 2) && status = error }",
        &[".a = 1, status = error | .b = 2, status = error"],
    );
    check("{ .a =~ `x.*` && .b != 3 && .c }", &[".a != nil, .b != nil, .c = true"]);
    check("{ .a = 1 } >> { .b = 2 } | count() > 3", &[".a = 1", ".b = 2"]);
    check("{ .a = 1 } || { .b = 2 }", &[".a = 1 | .b = 2"]);
    check("{ false }", &[""]);
}

#[test]
fn what_need_not_be_is_not() {
    for query in [
        "{}",
        "{ .a = nil }",
        "{ !(.a = 1) }",
        "{ .a = 1 || .b = nil }",
        "{ .a = 1 } || {}",
        "{ resource.service.name = `` }",
        "{ .a + 1 = 2 }",
        "{ status != error }",
        "{ nestedSetParent < 0 }",
    ] {
        check(query, &[]);
    }
    check("{ .a = 1 } !>> { .b = 2 }", &[".b = 2"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn no_matching_trace_is_left_out(spans in trace_strategy(6), text in any_query()) {
        // Most combinations of types mean nothing; those are not asked.
        let Ok(query) = crate::compile(&text) else {
            return Ok(());
        };
        let Root::Spansets(pipeline) = &query.root else {
            return Ok(());
        };
        let trace = Trace::new(&spans);
        let matches = crate::evaluate(pipeline, &trace).is_ok_and(|one| !one.spansets.is_empty());
        let push_down = PushDown::of(pipeline);
        prop_assert!(!matches || push_down.admits(&trace), "{text}: {push_down:?}");
    }
}
