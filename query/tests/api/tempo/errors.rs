//! What is wrong with a question, and where.

use super::{CART, api, check, escaped, search};

#[test]
fn what_is_wrong_has_a_place_and_what_was_expected() {
    let metrics = |query: &str| {
        format!("/api/metrics/query_range?q={}&start=1766299900&end=1766300100", escaped(query))
    };
    let all = [
        search("{ a"),
        search("{ .a = 1"),
        search("{ .a = 1 }\n  && { .b > }"),
        search("{ name =~ `[` }"),
        search("{ name + 1 = 2 }"),
        search("{} | rate()"),
        search("({} | by(name)) >> ({})"),
        "/api/search?start=abc&end=2".to_owned(),
        "/api/search?start=2&end=1".to_owned(),
        "/api/search?start=2".to_owned(),
        "/api/search?q=%7B%7D&limit=0".to_owned(),
        "/api/search?q=%7B%7D&limit=-1".to_owned(),
        "/api/search?q=%7B%7D&limit=10001".to_owned(),
        "/api/search?q=%7B%7D&spss=101".to_owned(),
        "/api/search?q=%7B%7D&tags=a%3Db".to_owned(),
        "/api/search?tags=%3Da".to_owned(),
        "/api/search?tags=a%3D%22b".to_owned(),
        "/api/search?minDuration=5".to_owned(),
        "/api/search?minDuration=5s&maxDuration=1s".to_owned(),
        "/api/v2/search/tags?scope=universe".to_owned(),
        "/api/v2/search/tags?limit=x".to_owned(),
        "/api/v2/search/tag/foo/values".to_owned(),
        "/api/v2/search/tag/span.a,span.b/values".to_owned(),
        metrics("{}"),
        metrics("{} | rate() by("),
        metrics("({} | by(name)) >> ({}) | rate()"),
        "/api/metrics/query_range?q=%7B%7D%7Crate()&start=2&end=1".to_owned(),
        "/api/metrics/query_range?q=%7B%7D%7Crate()&start=x&end=1".to_owned(),
        "/api/metrics/query_range?q=%7B%7D%7Crate()&start=1&end=2&step=0".to_owned(),
        "/api/metrics/query_range?q=%7B%7D%7Crate()&start=1&end=900000&step=1s".to_owned(),
        "/api/metrics/query_range?q=%7B%7D%7Crate()&since=-1h".to_owned(),
        "/api/metrics/query?start=1&end=2".to_owned(),
        "/api/traces/xyz".to_owned(),
        "/api/v2/traces/xyz".to_owned(),
        format!("/api/v2/traces/{CART}00"),
        format!("/api/v2/traces/{CART}?start=x"),
        "/api/overrides".to_owned(),
    ];
    check(&api(), "errors", &all);
}

/// Math over functions: each keeps series of its own.
#[test]
fn a_query_has_so_many_functions_over_time() {
    let query = ["({} | rate())"; 33].join(" + ");
    let path = format!("/tempo/api/metrics/query?q={}&start=1&end=2", escaped(&query));
    let answer = api().get(&path);
    assert_eq!(answer.status, 400);
    assert!(answer.text().contains("33 functions"), "{}", answer.text());
}
