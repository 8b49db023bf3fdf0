//! Queries over traces in the notation.

use proto::testing::trace;

use super::*;
use crate::ast::Root;

const SHOP: &str = "
frontend GET /checkout  0..100   kind=server  n=1
  cart AddItem          10..50   kind=client  n=2   event=retry@11 event=gave-up@49
    redis HSET          20..30   !timeout     n=3
    redis EXPIRE        31..32   n=4
  payment Charge        55..95   amount=12.5
";

/// The names of the spans that `query` finds, spansets with `|` between them.
#[track_caller]
fn found(text: &str, query: &str) -> Result<String, String> {
    let spans = trace(text);
    let trace = Trace::new(&spans);
    let query = crate::compile(query).unwrap_or_else(|err| panic!("{query}: {err}"));
    let Root::Spansets(pipeline) = &query.root else {
        panic!("metrics");
    };
    let answer = evaluate(pipeline, &trace).map_err(|err| err.to_string())?;
    let name = |place: &usize| spans[*place].name.clone();
    let set = |one: &Spanset| one.spans.iter().map(name).collect::<Vec<_>>().join(", ");
    Ok(answer.spansets.iter().map(set).collect::<Vec<_>>().join(" | "))
}

#[track_caller]
fn check(query: &str, expect: &str) {
    assert_eq!(found(SHOP, query).as_deref(), Ok(expect), "{query}");
}

#[test]
fn filters_look_at_spans() {
    check("{ status = error }", "HSET");
    check("{ resource.service.name = `redis` && duration < 5ms }", "EXPIRE");
    check("{ 15ms < duration && duration <= 40ms }", "AddItem, Charge");
    check("{ .amount > 12 }", "Charge");
    check("{ .amount = nil && kind = unspecified }", "");
    check("{ !(.amount != nil) && name =~ `.*E.*` }", "GET /checkout, HSET, EXPIRE");
    check("{ rootName = `GET /checkout` && span:childCount = 2 }", "GET /checkout, AddItem");
    check("{ nestedSetParent < 0 }", "GET /checkout");
    check("{ event:name = `retry` && event:timeSinceStart > 10ms }", "");
    check("{ event:name = `gave-up` && event:timeSinceStart > 10ms }", "AddItem");
}

#[test]
fn structure_relates_two_sets() {
    check("{ name = `GET /checkout` } >> { status = error }", "HSET");
    check("{ status = error } << { }", "GET /checkout, AddItem");
    check("{ } > { }", "AddItem, HSET, EXPIRE, Charge");
    check("{ status = error } ~ { }", "EXPIRE");
    check("{ } !> { }", "GET /checkout");
    check("{ kind = server } &>> { status = error }", "GET /checkout, HSET");
    check("{ name = `none` } !>> { .n > 3 }", "EXPIRE");
    check("{ status = error } && { .amount > 1 }", "HSET, Charge");
    check("{ status = error } && { .amount > 99 }", "");
    check("{ status = error } || { .amount > 99 }", "HSET");
}

#[test]
fn a_lost_parent_does_not_break_what_is_below_it() {
    let text = "a root 0..9\nb top 1..8 parent=gone\n  c below 2..3";
    assert_eq!(found(text, "{ name = `top` } > { }").as_deref(), Ok("below"));
    assert_eq!(found(text, "{ } ~ { name = `top` }").as_deref(), Ok(""));
}

#[test]
fn stages_follow_each_other() {
    check("{ .n > 1 } | count() = 3", "AddItem, HSET, EXPIRE");
    check("{ .n > 1 } | count() > 3", "");
    check("{ } | by(resource.service.name) | count() > 1", "HSET, EXPIRE");
    check(
        "{ } | by(resource.service.name) | coalesce() | max(.n) - min(.n) = 3",
        "GET /checkout, AddItem, HSET, EXPIRE, Charge",
    );
    check("{ } | avg(.amount) = 12.5 | { .n = 1 }", "GET /checkout");
    check("{ } | sum(.nothing) >= 0", "");
    check("({ .n = 3 } | count() = 1) && ({ .n = 4 })", "HSET, EXPIRE");
}

#[test]
fn what_has_no_answer_is_an_error_with_its_place() {
    for (query, expect) in [
        ("{ -name = 1 || !.n }", ""),
        (
            "({ } | by(.n)) >> { }",
            "line 1, column 16: `>>` needs one spanset on each side, but grouping has made several; join them with coalesce()",
        ),
    ] {
        if expect.is_empty() {
            assert!(crate::compile(query).is_err());
        } else {
            assert_eq!(found(SHOP, query), Err(expect.to_owned()));
        }
    }
}

#[test]
fn a_span_for_which_an_operator_has_no_result_does_not_match() {
    check("{ 5 / 0 = 1 }", "");
    check("{ !.n || name = `HSET` }", "HSET");
    check("{ !(!.n) }", "");
    check("{ } | sum(.n) / 0 > 1", "");
}

#[test]
fn an_answer_shows_what_the_query_looked_at() {
    let spans = trace(SHOP);
    let trace = Trace::new(&spans);
    let query = crate::compile("{ status = error } | select(.n, name, .amount)").expect("a query");
    let Root::Spansets(pipeline) = &query.root else {
        panic!("metrics");
    };
    let answer = evaluate(pipeline, &trace).expect("an answer");
    let shown: Vec<_> =
        answer.attributes_of(2).iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(shown, ["status=error", "n=3"]);
    assert!(answer.shows_name());
}

#[test]
fn the_deepest_query_does_not_run_out_of_stack() {
    let chain = format!("{{ .n = 1{} }}", " || .n = 1".repeat(498));
    check(&chain, "GET /checkout");
    let signs = format!("{{ {}.n < 0 }}", "-".repeat(99));
    check(&signs, "GET /checkout, AddItem, HSET, EXPIRE");
}

#[test]
fn large_traces_take_linear_time() {
    let mut spans = vec![trace("a x 0..9").remove(0); 50_000];
    for place in 1..spans.len() {
        spans[place].span_id = proto::SpanId::new((place as u64 + 1000).to_be_bytes());
        spans[place].parent_span_id = Some(spans[place - 1].span_id);
    }
    let trace = Trace::new(&spans);
    for op in [">>", "<<", "&>>", "~", "!<"] {
        let query = crate::compile(&format!("{{ }} {op} {{ }}")).expect("a query");
        let Root::Spansets(pipeline) = &query.root else {
            panic!("metrics");
        };
        evaluate(pipeline, &trace).expect("an answer");
    }
}
