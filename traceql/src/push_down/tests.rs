//! No matching trace is left out, whatever the query.

use proptest::prelude::*;
use proptest::sample::select;
use proto::testing::trace_strategy;

use super::*;
use crate::ast::Root;

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

fn any_comparison() -> impl Strategy<Value = String> {
    let attribute = select(vec![
        ".retry",
        "span.retry",
        "resource.retry",
        "event.retry",
        "link.retry",
        "span.order.id",
        ".http.request.method",
        ".error.type",
        "resource.service.name",
        "name",
        "status",
        "kind",
        "duration",
        "statusMessage",
        "rootName",
        "event:name",
        "traceDuration",
        "instrumentation:name",
    ]);
    let value = select(vec![
        "1",
        "-1",
        "0.1",
        "500",
        "`GET`",
        "``",
        "`timeout`",
        "true",
        "false",
        "error",
        "ok",
        "server",
        "1s",
        "0s",
        "`cart`",
        "nil",
    ]);
    let operator = select(vec!["=", "!=", "<", "<=", ">", ">=", "=~"]);
    (attribute, operator, value, any::<bool>()).prop_map(|(attribute, op, value, flipped)| {
        if flipped && op != "=~" {
            format!("{value} {op} {attribute}")
        } else {
            format!("{attribute} {op} {value}")
        }
    })
}

fn any_filter() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        8 => any_comparison(),
        1 => select(vec!["true", "false", ".retry", "!.retry"]).prop_map(str::to_owned),
    ];
    let field = leaf.prop_recursive(3, 8, 2, |inner| {
        let operator = select(vec!["&&", "||"]);
        prop_oneof![
            4 => (inner.clone(), operator, inner.clone())
                .prop_map(|(left, op, right)| format!("({left}) {op} ({right})")),
            1 => inner.prop_map(|inner| format!("!({inner})")),
        ]
    });
    field.prop_map(|field| format!("{{ {field} }}"))
}

fn any_query() -> impl Strategy<Value = String> {
    let spansets = any_filter().prop_recursive(2, 4, 2, |inner| {
        let operator = select(vec![
            "&&", "||", ">", ">>", "<", "<<", "~", "!>", "!>>", "!<", "!<<", "!~", "&>", "&>>",
        ]);
        (inner.clone(), operator, inner)
            .prop_map(|(left, op, right)| format!("({left}) {op} ({right})"))
    });
    let stage = prop_oneof![
        any_filter(),
        select(vec!["by(name)", "coalesce()", "count() > 1"]).prop_map(str::to_owned)
    ];
    (spansets, proptest::option::of(stage)).prop_map(|(spansets, stage)| match stage {
        Some(stage) => format!("{spansets} | {stage}"),
        None => spansets,
    })
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
