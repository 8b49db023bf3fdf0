//! Pages: together they are the whole, and they know which is the last.

use serde_json::{Value, json};

use crate::support::Api;

/// Forty traces, of which some share their duration, errors and start.
fn many() -> Api {
    let lines = (0..40).map(|number| {
        let start = number / 2 * 10;
        let end = start + 1 + number % 3;
        let error = if number % 4 == 0 { "!" } else { "ok" };
        format!("s span-{number} {start}..{end} trace={number} {error}")
    });
    Api::with(proto::testing::trace(&lines.collect::<Vec<_>>().join("\n")))
}

fn ids(page: &Value) -> Vec<String> {
    let traces = page["traces"].as_array().unwrap().iter();
    traces.map(|trace| trace["trace_id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn all_pages_together_are_one_large_page() {
    let api = many();
    for order in ["newest", "oldest", "slowest", "most_spans", "most_errors"] {
        for condition in ["since=all", "since=all&status=error", "from=0&service=s"] {
            let query = format!("/api/v1/search?{condition}&order={order}");
            let whole = api.json(&format!("{query}&limit=1000"));
            assert_eq!(whole["more"], false);
            for limit in [1, 3, 5, 39, 40] {
                let mut paged = Vec::new();
                let mut next = String::new();
                loop {
                    let page = api.json(&format!("{query}&limit={limit}{next}"));
                    let found = ids(&page);
                    let so_far = paged.len() + found.len() + usize::from(page["more"] == true);
                    assert_eq!(
                        page["total"],
                        json!({"count": so_far, "exact": page["more"] == false})
                    );
                    assert!(!found.is_empty() && found.len() <= limit);
                    paged.extend(found);
                    if page["more"] == false {
                        assert_eq!(page["next_cursor"], Value::Null);
                        break;
                    }
                    next = format!("&cursor={}", page["next_cursor"].as_str().unwrap());
                }
                assert_eq!(paged, ids(&whole), "{query}&limit={limit}");
            }
        }
    }
}

#[test]
fn more_is_false_exactly_on_the_last_page() {
    let api = Api::shop();
    for (limit, more) in [(3, true), (4, false), (5, false)] {
        let page = api.json(&format!("/api/v1/search?since=all&limit={limit}"));
        assert_eq!(page["more"], more, "{limit}");
        assert_eq!(page["next_cursor"].is_string(), more, "{limit}");
    }
    let nothing = api.json("/api/v1/search?since=all&service=nobody");
    assert_eq!(nothing["more"], false);
}

#[test]
fn a_cursor_belongs_to_its_question() {
    let api = Api::shop();
    let cursor = |query: &str| {
        let page = api.json(&format!("/api/v1/search?{query}&limit=1"));
        page["next_cursor"].as_str().unwrap().to_owned()
    };
    let plain = cursor("since=all");
    let with_service = cursor("since=all&service=frontend&status=unset");
    for (query, cursor, error) in [
        ("since=all", &plain, None),
        ("since=all&limit=3", &plain, None),
        ("since=all&order=newest", &plain, None),
        ("status=unset&service=frontend&since=all", &with_service, None),
        ("since=all&order=slowest", &plain, Some("another order")),
        ("since=all&service=bank", &plain, Some("another question")),
        ("since=1h", &plain, Some("another question")),
        ("since=all", &with_service, Some("another question")),
        ("since=all", &"AQIDBA".to_owned(), Some("none of this server")),
        ("since=all", &format!("{plain}A"), Some("none of this server")),
    ] {
        let answer = api.get(&format!("/api/v1/search?{query}&cursor={cursor}"));
        match error {
            None => assert_eq!(answer.status, 200, "{query}: {}", answer.text()),
            Some(part) => {
                assert_eq!(answer.status, 400, "{query}");
                let answer = answer.json();
                assert_eq!(answer["parameter"], "cursor");
                assert!(answer["error"].as_str().unwrap().contains(part), "{answer}");
            }
        }
    }
}
