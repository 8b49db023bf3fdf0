//! Random queries, for tests. Behind the feature `testing`.

use proptest::prelude::*;
use proptest::sample::select;

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

/// A query for spans. Many mean nothing, since types go together by chance.
pub fn any_query() -> impl Strategy<Value = String> {
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
