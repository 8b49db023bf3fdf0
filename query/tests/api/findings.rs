//! What is worse at one time than at another, and which hop that is.

use std::fmt::Write;

use proto::Span;
use serde_json::Value;

use crate::support::Api;

const MINUTE_MILLIS: u64 = 60_000;
/// The first whole minute after the notation's 0, which is 1,700,000,000 s.
const BEGIN_MILLIS: u64 = 40_000;
/// Requests in each minute.
const REQUESTS: u64 = 60;

/// What is wrong with a request. All zeros is a request as it should be.
#[derive(Debug, Clone, Copy, Default)]
struct Trouble {
    /// The bank works so much longer, in milliseconds.
    bank_millis: u64,
    /// The way to the bank takes so much longer.
    gap_millis: u64,
    /// The bank fails, and all who wait for it do.
    bank_fails: bool,
    /// The bank's span never comes; payment waits for two seconds, fails, and all who wait
    /// for it do.
    bank_is_silent: bool,
    /// The bank takes a second longer than payment waits, and all who wait for payment fail.
    bank_is_late: bool,
    /// The cart calls the bank, too.
    cart_pays: bool,
    /// The frontend asks so many services more, one after the other, 20 ms each.
    further_calls: u64,
    /// The cart fails, and the frontend goes on without it.
    cart_fails: bool,
    /// The bank fails once, and is called again.
    is_retried: bool,
    /// Payment no longer calls the bank.
    bank_is_left_out: bool,
    /// The cart asks its database so many times more.
    further_selects: u64,
}

/// One request of a shop: frontend → cart → its database, frontend → payment → bank.
fn request(id: &str, start: u64, trouble: Trouble) -> String {
    let Trouble { bank_millis, gap_millis, is_retried, further_selects, .. } = trouble;
    let fails = |fails: bool| if fails { "!planned" } else { "" };
    let Trouble { bank_fails, bank_is_silent, bank_is_late, .. } = trouble;
    let pay_fails = fails(bank_fails || bank_is_silent || bank_is_late);
    let (bank_fails, cart_fails) = (fails(bank_fails), fails(trouble.cart_fails));
    let mut out = String::new();
    let mut line = |depth: usize, text: &str, from: u64, to: u64, more: &str| {
        let indent = "  ".repeat(depth);
        let (from, to) = (start + from, start + to);
        writeln!(out, "{indent}{text} {from}..{to} {more}").unwrap();
    };
    // Some differ from others anyhow.
    let jitter = start / 1_000 % 7;
    let selects = 4 * further_selects;
    let attempt = if is_retried { 20 } else { 0 };
    let silence = if bank_is_silent { 2_000 } else { 0 };
    let pay = 40 + jitter + bank_millis + gap_millis + silence;
    let cart = 30 + selects;
    let all = cart + 20 + attempt + pay + 20 + 20 * trouble.further_calls;
    line(0, "frontend GET /checkout", 0, all, &format!("kind=server trace={id} {pay_fails}"));
    line(1, "frontend GET /cart", 5, cart, &format!("kind=client {cart_fails}"));
    line(2, "cart GET /cart", 7, cart - 2, &format!("kind=server {cart_fails}"));
    for select in 0..=further_selects {
        line(3, "cart SELECT items", 10 + 4 * select, 13 + 4 * select, "kind=client");
    }
    if trouble.cart_pays {
        line(3, "cart POST /pay", 15, 20, "kind=client");
        line(4, "bank POST /pay", 16, 19, "kind=server");
    }
    let from = cart + 5;
    let to = from + 10 + attempt + pay;
    for call in 0..trouble.further_calls {
        let (from, to) = (to + 20 * call, to + 20 * call + 20);
        line(1, &format!("frontend GET /more{call}"), from, to, "kind=client");
        line(2, &format!("more{call} GET /more{call}"), from + 1, to - 1, "kind=server");
    }
    line(1, "frontend POST /charge", from, to, &format!("kind=client {pay_fails}"));
    line(2, "payment POST /charge", from + 1, to - 1, &format!("kind=server {pay_fails}"));
    if trouble.bank_is_left_out {
        return out;
    }
    let mut from = from + 5;
    if is_retried {
        line(3, "payment POST /pay", from, from + 15, "kind=client !planned");
        line(4, "bank POST /pay", from + 2, from + 13, "kind=server !planned");
        from += attempt;
    }
    line(3, "payment POST /pay", from, from + pay, &format!("kind=client {pay_fails}"));
    if bank_is_silent {
        return out;
    }
    let late = if bank_is_late { 1_000 } else { 0 };
    let (answer, answered) = (from + 2 + gap_millis / 2, from + pay + late - 2 - gap_millis / 2);
    let thrown = match trouble.bank_fails {
        true => format!("event=exception@{}", start + answered - 1),
        false => String::new(),
    };
    line(4, "bank POST /pay", answer, answered, &format!("kind=server {bank_fails} {thrown}"));
    out
}

/// Five minutes as they should be, and one in which every `nth` request is in trouble.
fn minutes(trouble: Trouble, nth: u64) -> Vec<Span> {
    minutes_with(|number| if number % nth == 0 { trouble } else { Trouble::default() })
}

/// Five minutes as they should be, and one with the trouble of each request's number.
fn minutes_with(trouble: impl Fn(u64) -> Trouble) -> Vec<Span> {
    let mut text = String::new();
    for minute in 0..6 {
        for number in 0..REQUESTS {
            let start = BEGIN_MILLIS + minute * MINUTE_MILLIS + number * 1_000;
            let trouble = if minute == 5 { trouble(number) } else { Trouble::default() };
            text += &request(&format!("r{minute}-{number}"), start, trouble);
        }
    }
    proto::testing::trace(&text)
}

/// What `compare` says of the last of the minutes.
fn compare(spans: Vec<Span>) -> Value {
    let begin = spans.iter().map(|span| span.start_time_unix_nano).min().unwrap();
    let at = |minute: u64| begin + minute * MINUTE_MILLIS * 1_000_000;
    let (from, to) = (at(5), at(6));
    let api = Api::with(spans);
    api.json(&format!(
        "/api/v1/compare?from={from}&to={to}&reference_from={begin}&reference_to={from}"
    ))
}

/// Checks that the most harmful finding is this one, and answers it.
#[track_caller]
fn check(trouble: Trouble, nth: u64, kind: &str, service: &str, other: Option<&str>) -> Value {
    let answer = compare(minutes(trouble, nth));
    let found = answer["findings"][0].clone();
    let is_it = found["kind"] == kind && found["service"] == service;
    assert!(is_it && found["other"].as_str() == other, "{trouble:?}: {answer:#}");
    assert_eq!(answer["completeness"]["state"], "complete");
    found
}

#[test]
fn a_minute_like_the_others_has_no_findings_worth_telling() {
    let answer = compare(minutes(Trouble::default(), 1));
    for finding in answer["findings"].as_array().unwrap() {
        assert!(finding["harm"].as_f64().unwrap() < 0.01, "{finding:#}");
    }
    assert_eq!(answer["compared"]["requests"], REQUESTS);
    assert_eq!(answer["compared"]["reference_requests"], 5 * REQUESTS);
}

#[test]
fn slow_code_is_found() {
    let trouble = Trouble { bank_millis: 80, ..Trouble::default() };
    let found = check(trouble, 1, "slow_code", "bank", Some("payment"));
    let nano = found["nano_per_request"].as_f64().unwrap();
    assert!((70e6..90e6).contains(&nano), "{found:#}");
    let chain: Vec<_> =
        found["chain"].as_array().unwrap().iter().map(|link| link["service"].clone()).collect();
    assert_eq!(chain, ["frontend", "frontend", "payment", "payment", "bank"]);
    assert_eq!(found["bad_trace_ids"].as_array().unwrap().len(), 3);
    assert_eq!(found["normal_trace_ids"].as_array().unwrap().len(), 1);
}

#[test]
fn a_slow_way_is_told_from_slow_code() {
    let trouble = Trouble { gap_millis: 80, ..Trouble::default() };
    let found = check(trouble, 1, "slow_gap", "bank", Some("payment"));
    assert!(found["sentence"].as_str().unwrap().contains("between payment and bank"), "{found:#}");
}

#[test]
fn a_failing_leaf_is_found_and_not_those_who_pass_it_up() {
    let trouble = Trouble { bank_fails: true, ..Trouble::default() };
    let found = check(trouble, 2, "failing", "bank", Some("payment"));
    assert!(found["sentence"].as_str().unwrap().contains("0 % before, now 50 %"), "{found:#}");
}

#[test]
fn what_may_be_chance_does_less_harm() {
    let trouble = Trouble { bank_fails: true, ..Trouble::default() };
    let harm = |nth: u64| {
        let found = check(trouble, nth, "failing", "bank", Some("payment"));
        found["harm"].as_f64().unwrap()
    };
    // An error counts half. Six of 60, where none of 300 failed, are no chance.
    assert_eq!((harm(2), harm(10)), (0.5 / 2.0, 0.5 / 10.0));
    // Two may be, one time in 70, and one, one time in 12.
    let believed = |nth: u64| harm(nth) / (0.5 / nth as f64);
    let (two, one) = (believed(30), believed(60));
    assert!((0.5..0.6).contains(&two) && (0.2..0.25).contains(&one), "{two} {one}");
}

#[test]
fn an_error_that_somebody_swallowed_is_found() {
    let trouble = Trouble { cart_fails: true, ..Trouble::default() };
    let found = check(trouble, 2, "swallowed", "cart", Some("frontend"));
    assert_eq!(found["absorbed_by"], "frontend");
    let sentence = "errors begin in frontend → cart `GET /cart`, and frontend answers in spite of \
                    them: 0 % before, now 50 % of its calls";
    assert_eq!(found["sentence"], sentence);
}

#[test]
fn errors_of_which_some_are_swallowed_are_two_findings() {
    // Of every four requests the cart fails in two, and the bank, for all, in one of those.
    let answer = compare(minutes_with(|number| Trouble {
        cart_fails: number % 2 == 0,
        bank_fails: number % 4 == 0,
        ..Trouble::default()
    }));
    let findings = answer["findings"].as_array().unwrap();
    let harm = |kind: &str, service: &str| {
        let is_it = |finding: &&Value| finding["kind"] == kind && finding["service"] == service;
        findings.iter().find(is_it).map_or(0.0, |finding| finding["harm"].as_f64().unwrap())
    };
    // Where the frontend fails for another reason, nobody knows what it would have made of
    // the cart's error.
    assert_eq!((harm("failing", "cart"), harm("swallowed", "cart")), (0.125, 0.125), "{answer:#}");
    assert_eq!((harm("failing", "bank"), harm("swallowed", "bank")), (0.125, 0.0), "{answer:#}");
}

#[test]
fn who_does_not_answer_is_to_blame_and_not_who_waits() {
    let trouble = Trouble { bank_is_silent: true, ..Trouble::default() };
    let found = check(trouble, 2, "silent", "bank", Some("payment"));
    let sentence = found["sentence"].as_str().unwrap();
    let told = "bank does not answer `POST /pay` of payment: 0 % before, now 50 % of the calls; ";
    assert!(
        sentence.starts_with(told) && sentence.ends_with("longer for each request"),
        "{sentence}"
    );
    assert_eq!(compare(minutes(trouble, 2))["services"][0]["service"], "bank");
}

#[test]
fn who_answers_too_late_does_not_answer() {
    let trouble = Trouble { bank_is_late: true, ..Trouble::default() };
    let answer = compare(minutes(trouble, 2));
    let findings = answer["findings"].as_array().unwrap();
    let silent = findings.iter().find(|finding| finding["kind"] == "silent");
    let silent = silent.unwrap_or_else(|| panic!("{answer:#}"));
    assert_eq!((&silent["service"], &silent["other"]), (&"bank".into(), &"payment".into()));
    assert_eq!(silent["harm"], 0.25);
    assert!(findings.iter().all(|finding| finding["kind"] != "failing"), "{answer:#}");
}

#[test]
fn a_service_that_was_not_called_from_there_has_a_new_caller() {
    let trouble = Trouble { cart_pays: true, ..Trouble::default() };
    let found = check(trouble, 2, "appeared", "cart", Some("bank"));
    let sentence = "bank has a new caller: cart calls its `POST /pay`, 0 % before, now 50 % of the \
                    time";
    assert_eq!(found["sentence"], sentence);
}

#[test]
fn what_is_called_again_is_found() {
    let trouble = Trouble { is_retried: true, ..Trouble::default() };
    let answer = compare(minutes(trouble, 2));
    let findings = answer["findings"].as_array().unwrap();
    let retried = findings.iter().find(|finding| finding["kind"] == "retried");
    let retried = retried.unwrap_or_else(|| panic!("{answer:#}"));
    assert_eq!(
        (&retried["service"], &retried["span_name"]),
        (&"payment".into(), &"POST /pay".into())
    );
    assert_eq!(answer["services"][0]["service"], "bank", "{answer:#}");
}

#[test]
fn a_call_that_is_not_made_any_more_is_found() {
    let trouble = Trouble { bank_is_left_out: true, ..Trouble::default() };
    let found = check(trouble, 2, "stopped", "payment", Some("bank"));
    assert_eq!(found["span_name"], "POST /pay");
    let sentence = "payment calls bank `POST /pay` less often: 100 % before, now 50 % of the time";
    assert_eq!(found["sentence"], sentence);
    let found = check(trouble, 1, "stopped", "payment", Some("bank"));
    let sentence = "payment no longer calls bank `POST /pay`: 100 % before, now 0 %";
    assert_eq!(found["sentence"], sentence);
}

#[test]
fn what_fails_below_a_call_does_not_hide_that_it_is_not_made() {
    let answer = compare(minutes_with(|number| Trouble {
        bank_is_left_out: number % 4 == 0,
        bank_fails: number % 2 == 1,
        ..Trouble::default()
    }));
    let findings = answer["findings"].as_array().unwrap();
    for (kind, service) in [("failing", "bank"), ("stopped", "payment")] {
        let is_it = |finding: &&Value| finding["kind"] == kind && finding["service"] == service;
        assert!(findings.iter().any(|finding| is_it(&finding)), "{kind} {service}: {answer:#}");
    }
}

#[test]
fn a_query_for_each_item_is_found() {
    let trouble = Trouble { further_selects: 11, ..Trouble::default() };
    let found = check(trouble, 1, "multiplied", "cart", Some("cart"));
    assert!(found["sentence"].as_str().unwrap().contains("12.0 times"), "{found:#}");
}

#[test]
fn each_finding_says_whom_it_harms_and_how_much_of_that_it_explains() {
    let trouble = Trouble { bank_millis: 80, gap_millis: 40, ..Trouble::default() };
    let answer = compare(minutes(trouble, 1));
    let entry = &answer["entries"][0];
    assert_eq!(entry["span_name"], "GET /checkout");
    let nano = |key: &str| entry[key].as_f64().unwrap();
    let slower = nano("mean_nano") - nano("reference_mean_nano");
    assert!((115e6..125e6).contains(&slower), "{entry:#}");
    let mut whole = nano("not_explained_nano") / slower;
    assert!(whole.abs() < 0.05, "{entry:#}");
    for finding in answer["findings"].as_array().unwrap() {
        let harmed = &finding["entries"][0];
        assert_eq!((&harmed["service"], &harmed["harm"]), (&"frontend".into(), &finding["harm"]));
        let share = harmed["share_of_slowdown"].as_f64();
        whole += share.unwrap_or(0.0);
        match finding["kind"].as_str() {
            Some("slow_code") => assert!(share.unwrap() > 0.6, "{finding:#}"),
            Some("slow_gap") => assert!(share.unwrap() > 0.3, "{finding:#}"),
            _ => {}
        }
    }
    assert!((whole - 1.0).abs() < 1e-6, "{whole}");
}

#[test]
fn who_fails_says_which_part_of_failures_began_there() {
    let answer = compare(minutes_with(|number| Trouble {
        bank_fails: number % 3 == 0,
        bank_is_silent: number % 3 == 1,
        ..Trouble::default()
    }));
    let findings = answer["findings"].as_array().unwrap();
    for kind in ["failing", "silent"] {
        let is_it = |finding: &&Value| finding["kind"] == kind && finding["service"] == "bank";
        let found = findings.iter().find(is_it).unwrap_or_else(|| panic!("{answer:#}"));
        let share = found["entries"][0]["share_of_failures"].as_f64().unwrap();
        assert!((share - 0.5).abs() < 1e-6, "{found:#}");
    }
}

#[test]
fn calls_that_might_be_made_at_once_are_told() {
    let none = compare(minutes(Trouble::default(), 1));
    assert_eq!(none["opportunities"], serde_json::json!([]));
    let answer = compare(minutes(Trouble { further_calls: 3, ..Trouble::default() }, 1));
    let found = &answer["opportunities"][0];
    assert_eq!(
        (&found["kind"], &found["service"]),
        (&"could_be_parallel".into(), &"frontend".into())
    );
    // Five calls, of which charging takes longest: all but that could be saved.
    let saved = found["nano_per_request"].as_f64().unwrap();
    assert!((80e6..90e6).contains(&saved), "{found:#}");
    let calls: Vec<_> =
        found["calls"].as_array().unwrap().iter().map(|it| it["service"].as_str()).collect();
    assert_eq!(calls[0], Some("payment"), "{found:#}");
    assert!(calls.contains(&Some("more0")) || calls.contains(&Some("cart")), "{found:#}");
    assert_eq!(found["entry"]["span_name"], "GET /checkout");
}

#[test]
fn times_are_read_strictly() {
    let api = Api::shop();
    let answer = api.get("/api/v1/compare?from=2&to=1");
    let sentence = "to: the range ends before it begins; its end must lie after it";
    crate::support::check_error(&answer, 400, "invalid_parameter", Some("to"), sentence);
}

#[test]
fn without_anything_to_compare_findings_say_so() {
    let answer = Api::shop().json("/api/v1/findings");
    assert_eq!(answer["open"], serde_json::json!([]));
    assert!(answer["compared"].is_null());
}

#[test]
fn what_makes_slow_requests_slow_adds_up() {
    // Half of the requests are slow, by the bank.
    let trouble = Trouble { bank_millis: 500, ..Trouble::default() };
    let api = Api::with(minutes(trouble, 2));
    let answer = api.json("/api/v1/tail?since=all&service=frontend&span_name=GET%20/checkout");
    let entry = &answer["entries"][0];
    assert_eq!(entry["requests"], 6 * REQUESTS);
    let parts = entry["parts"].as_array().unwrap();
    let share: f64 = parts.iter().map(|part| part["share"].as_f64().unwrap()).sum();
    assert!((share - 1.0).abs() < 1e-9, "{share}");
    assert_eq!((&parts[0]["callee"], &parts[0]["caller"]), (&"bank".into(), &"payment".into()));
    assert!(parts[0]["share"].as_f64().unwrap() > 0.99, "{entry:#}");
}

#[test]
fn a_slow_database_is_named_by_what_its_calls_say() {
    let mut spans = minutes_with(|_| Trouble::default());
    let last = spans.iter().map(|span| span.start_time_unix_nano).max().unwrap();
    for span in spans.iter_mut().filter(|span| span.name == "SELECT items") {
        span.attributes.push(proto::Attribute::new("db.system.name", "postgresql"));
        span.attributes.push(proto::Attribute::new("db.namespace", "shop"));
        if span.start_time_unix_nano + MINUTE_MILLIS * 1_000_000 > last {
            span.end_time_unix_nano += 12_000_000;
        }
    }
    let found = &compare(spans)["findings"][0];
    let database = serde_json::json!({"name": "postgresql/shop", "kind": "database"});
    assert_eq!((&found["service"], &found["peer"]), (&"cart".into(), &database), "{found:#}");
    let sentence = found["sentence"].as_str().unwrap();
    assert!(sentence.starts_with("cart → postgresql/shop `SELECT items` takes longer: "));
}

#[test]
fn the_shares_of_hops_add_up() {
    let spans = minutes(Trouble::default(), 1);
    let api = Api::with(spans);
    let hops = api.json("/api/v1/hops?since=all");
    let hops = hops["hops"].as_array().unwrap();
    let share: f64 = hops.iter().map(|hop| hop["share"].as_f64().unwrap()).sum();
    assert!((share - 1.0).abs() < 1e-9, "{share}");
    let bank = hops.iter().find(|hop| hop["callee"] == "bank").unwrap();
    assert_eq!((&bank["caller"], &bank["calls"]), (&"payment".into(), &(6 * REQUESTS).into()));
    let of_bank = api.json("/api/v1/hops?since=all&service=bank");
    assert_eq!(of_bank["hops"].as_array().unwrap().len(), 1);

    let graph = api.json("/api/v1/graph?since=all");
    let services: Vec<_> =
        graph["services"].as_array().unwrap().iter().map(|it| it["service"].clone()).collect();
    assert_eq!(services, ["bank", "cart", "frontend", "payment"]);
    let edges: Vec<_> = graph["edges"].as_array().unwrap().iter().collect();
    assert_eq!(edges.len(), 5, "{graph:#}");
}
