//! `/api/search/tags`, `/api/search/tag/{tag}/values`, and their second versions.

use serde_json::{Value, json};

use super::{WINDOW, api, check, escaped};
use crate::support::Api;

#[test]
fn names_are_listed() {
    let all = [
        format!("/api/search/tags?{WINDOW}"),
        format!("/api/v2/search/tags?{WINDOW}&limit=5000"),
        format!("/api/v2/search/tags?scope=resource&{WINDOW}"),
        "/api/v2/search/tags?scope=intrinsic".to_owned(),
        format!("/api/v2/search/tags?scope=span&limit=2&{WINDOW}"),
        format!("/api/v2/search/tags?{WINDOW}&q={}", escaped("{ name = `render` }")),
        format!("/api/v2/search/tags?scope=none&q={}", escaped("{ name = `nothing` }")),
    ];
    check(&api(), "tag_names", &all);
}

#[test]
fn values_have_their_types() {
    let of = |tag: &str| format!("/api/v2/search/tag/{tag}/values?{WINDOW}");
    let all = [
        of("resource.service.name"),
        of("span.http.response.status_code"),
        of("span.half"),
        of("span.yes"),
        of("status"),
        of("kind"),
        of("name"),
        of("duration"),
        of("event:name"),
        of("rootServiceName"),
        of("statusMessage"),
        of(".text"),
        of("span.none"),
        format!("/api/search/tag/service.name/values?{WINDOW}"),
        format!("/api/search/tag/status/values?{WINDOW}"),
        format!("{}&q={}", of("name"), escaped("{ resource.service.name = `web` && kind = ")),
        format!("{}&q={}", of("resource.service.name"), escaped("{ name = `render` }")),
        format!("{}&limit=1", of("resource.service.name")),
    ];
    check(&api(), "tag_values", &all);
}

fn values(api: &Api, path: &str) -> Vec<(String, String)> {
    let answer = api.json(&format!("/tempo/api/v2/search/tag/{path}"));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let values = answer["tagValues"].as_array().unwrap().iter();
    values.map(|value| (text(&value["type"]), text(&value["value"]))).collect()
}

#[test]
fn a_text_that_looks_like_a_number_is_one_only_where_it_is() {
    let mut spans = super::spans();
    let [first, second, third, ..] = spans.as_mut_slice() else { unreachable!() };
    first.attributes.push(proto::Attribute::new("mixed", "200"));
    second.attributes.push(proto::Attribute::new("mixed", 200));
    third.attributes.push(proto::Attribute::new("mixed", "true"));
    let list = vec![proto::Value::Int(1), proto::Value::Int(2)];
    third.attributes.push(proto::Attribute::new("list", proto::Value::Array(list)));
    let api = Api::with(spans);
    let of = |kind: &str, value: &str| (kind.to_owned(), value.to_owned());
    assert_eq!(
        values(&api, "span.mixed/values"),
        [of("int", "200"), of("string", "200"), of("string", "true")]
    );
    assert_eq!(values(&api, "span.list/values"), [of("int", "1"), of("int", "2")]);
}

#[test]
fn a_tag_may_be_escaped_twice() {
    let mut spans = super::spans();
    spans[0].attributes.push(proto::Attribute::new("a/b c", "x"));
    let api = Api::with(spans);
    for path in ["span.%22a%252Fb%20c%22/values", "span.%2522a%252Fb%2520c%2522/values"] {
        assert_eq!(values(&api, path), [("string".to_owned(), "x".to_owned())], "{path}");
    }
}

#[test]
fn an_answer_has_no_other_fields() {
    let answer = api().json(&format!("/tempo/api/v2/search/tag/span.none/values?{WINDOW}"));
    assert_eq!(answer, json!({ "tagValues": [], "metrics": {} }));
}
