//! Queries of every form, by their canonical texts.

use proptest::prelude::*;

use super::*;
use crate::testing::any_query;

/// `text` is a query that prints as `expect`, which reads back as itself.
#[track_caller]
fn check(text: &str, expect: &str) {
    let query = parse(text).unwrap_or_else(|err| panic!("{text}: {err}"));
    assert_eq!(query.to_string(), expect);
    assert_eq!(parse(expect).expect("canonical form").to_string(), expect);
}

/// `text` is no query, and the error points to this column.
#[track_caller]
fn check_error(text: &str, column: u32) {
    let err = parse(text).map(|query| query.to_string()).expect_err(text);
    assert_eq!(err.at.column, column, "{text}: {err}");
}

#[test]
fn operators_bind_by_level() {
    for (text, expect) in [
        ("{ .a || .b && .c }", "{ (.a || .b) && .c }"),
        ("{ .a + 2 * .b > 3 && .c }", "{ ((.a + (2 * .b)) > 3) && .c }"),
        ("{ .a ^ .b ^ 2 = 1 }", "{ (.a ^ (.b ^ 2)) = 1 }"),
        ("{ -.a ^ 2 = .b }", "{ (-(.a ^ 2)) = .b }"),
        ("{ -.a + .b = 1 }", "{ ((-.a) + .b) = 1 }"),
        ("{ !.a * .b }", "{ !(.a * .b) }"),
        ("{ !.a = .b && .c }", "{ ((!.a) = .b) && .c }"),
        ("{ .a = .b = .c }", "{ (.a = .b) = .c }"),
    ] {
        check(text, expect);
    }
}

#[test]
fn structure_binds_tighter_than_logic() {
    check(
        "{ .a } && { .b } >> { .c } || { .d }",
        "(({ .a }) && (({ .b }) >> ({ .c }))) || ({ .d })",
    );
    check("{ .a } !~ { .b } &<< { .c }", "(({ .a }) !~ ({ .b })) &<< ({ .c })");
}

#[test]
fn constants_are_folded() {
    for (text, expect) in [
        ("{}", "{ true }"),
        ("{ .a = 2 ^ 3 }", "{ .a = 8 }"),
        ("{ .a = 7 / 0 }", "{ .a = (7 / 0) }"),
        ("{ duration > 1h + 30m }", "{ duration > 5.4e+12 }"),
        ("{ .a = - 1 }", "{ .a = -1 }"),
        ("{ \"abc\" =~ \"a.*\" }", "{ true }"),
        ("{ 1 = \"a\" }", "{ 1 = `a` }"),
    ] {
        check(text, expect);
    }
}

#[test]
fn nil_stands_in_comparisons_only() {
    check("{ nil != .a && .b = nil }", "{ (.a != nil) && (.b = nil) }");
    for text in ["{ nil }", "{ .a > nil }", "{ -nil = .a }", "{ nil + 1 = .a }"] {
        assert!(parse(text).is_err(), "{text}");
    }
}

#[test]
fn names_are_quoted_where_they_must_be() {
    check(r#"{ span."a b".c = 1 }"#, r#"{ span."a b.c" = 1 }"#);
    check(r#"{ ."0" = 1 }"#, r#"{ ."0" = 1 }"#);
    check(
        "{ trace:rootService = `x` && event:name = `y` }",
        "{ (rootServiceName = `x`) && (event:name = `y`) }",
    );
}

#[test]
fn pipelines_have_stages() {
    for (text, expect) in [
        (
            "{ .a } | by(name) | count() > 2 | coalesce()",
            "{ .a }|by(name)|(count()) > 2|coalesce()",
        ),
        ("{ .a } | max(.x) - min(.x) > 3", "{ .a }|((max(.x)) - (min(.x))) > 3"),
        ("({ .a } | count() > 1) && ({ .b })", "({ .a }|(count()) > 1) && ({ .b })"),
        ("({ .a } | { .b }) | select(.c, name)", "({ .a }|{ .b })|select(.c, name)"),
        ("({ .a } | count()) > 1", "({ .a }|count()) > 1"),
        (
            "avg(.a) > 1 - 3 with (most_recent=true, x=-1.5)",
            "(avg(.a)) > -2 with(most_recent=true,x=-1.5)",
        ),
    ] {
        check(text, expect);
    }
}

#[test]
fn metrics_have_second_stages_and_arithmetic() {
    for (text, expect) in [
        (
            "{} | rate() by (.a, name) | topk(3) > 1.5",
            "{ true } | rate()by(.a,name) | topk(3) > 1.5",
        ),
        (
            "{} | quantile_over_time(duration, .5, 0.999999)",
            "{ true } | quantile_over_time(duration,0.50000,0.999999)",
        ),
        ("({} | rate()) + 2 * 3", "({ true } | rate()) + 6"),
        ("2 - 1 / ({} | rate()) > 10ms", "2 - (1 / ({ true } | rate())) > 0.01"),
        ("({} | rate()) > 3s", "{ true } | rate() > 3"),
        ("{} | compare({ .a }, 5, 1, 2)", "{ true } | compare({ .a }, 5, 1, 2)"),
    ] {
        check(text, expect);
    }
}

#[test]
fn errors_point_at_what_cannot_stand_there() {
    for (text, column) in [
        ("", 1),
        ("{ .a", 5),
        ("{ . }", 3),
        ("{ .a = }", 8),
        ("{ (.a }", 7),
        ("{ colour = 4 }", 3),
        ("{} + {}", 4),
        ("{} > 3", 6),
        ("{} | count()", 13),
        ("coalesce()", 1),
        ("{} | rate() + 5", 13),
        ("({} | rate()) * 3s", 17),
        ("{ trace:kind = server }", 9),
        ("{\n  .a == 1 }", 7),
    ] {
        check_error(text, column);
    }
    assert_eq!(
        parse("{ .a ").expect_err("open").to_string(),
        "line 1, column 6: unexpected end of the query, expected an operator or `}`"
    );
}

#[test]
fn a_hostile_query_is_an_error_and_no_crash() {
    let chain = |operator: &str| format!("{{ .a{} }}", format!("{operator}.a").repeat(20_000));
    for text in [
        format!("{{ {} }}", "(".repeat(60_000)),
        format!("{{ {}.a }}", "-".repeat(60_000)),
        "(".repeat(60_000),
        chain(" || "),
        chain(" ^ "),
        format!("{{ {}true }}", r#".a =~ "\\w{200}" && "#.repeat(65)),
        format!("{{}}{}", " >> {}".repeat(20_000)),
        format!("1{}", "+1".repeat(40_000)),
        format!("{{}}{}", " ".repeat(crate::TEXT_BYTES_MAX)),
    ] {
        assert!(parse(&text).is_err());
    }
    assert!(parse(&format!("{{ .a = 1{} }}", " || .a = 1".repeat(400))).is_ok());
}

proptest! {
    #[test]
    fn a_canonical_text_reads_back_as_itself(text in any_query()) {
        // `nil` cannot stand everywhere.
        let Ok(query) = parse(&text) else {
            return Ok(());
        };
        let printed = query.to_string();
        prop_assert_eq!(parse(&printed).expect("canonical form").to_string(), printed);
    }

    #[test]
    fn no_text_makes_the_reader_fail(text in "[{}()|&!=<>~.:`\"a-z0-9 -]{0,40}") {
        // An error or a query, which is all that is asked.
        let result = parse(&text).and_then(|query| crate::validate(&query));
        prop_assert!(result.is_ok() || result.is_err());
        prop_assert!(parse_lenient(&text).is_ok() || parse(&text).is_err());
    }
}
