//! The description of the API is true.

use serde_json::Value;

use crate::support::{Api, SHOP};

/// A question for each route, with an answer that shows as much of it as can be.
fn questions() -> Vec<(&'static str, String)> {
    let spans = proto::testing::trace(SHOP);
    let trace = format!("/api/v1/traces/{}", spans[0].trace_id);
    let start = spans[0].start_time_unix_nano;
    let (from, to) = (start + 60_000_000_000, start + 240_000_000_000);
    let hop = query::HopId::of_names(Some("frontend"), Some("bank"), "POST /charge");
    let compare =
        format!("/api/v1/compare?from={from}&to={to}&reference_from={start}&reference_to={from}");
    vec![
        ("/api/v1/services", "/api/v1/services?since=all".to_owned()),
        ("/api/v1/span-names", "/api/v1/span-names?since=all&limit=1".to_owned()),
        ("/api/v1/attributes", "/api/v1/attributes?since=all".to_owned()),
        (
            "/api/v1/attributes/values",
            "/api/v1/attributes/values?since=all&key=host.name".to_owned(),
        ),
        ("/api/v1/search", "/api/v1/search?since=all&limit=3".to_owned()),
        ("/api/v1/findings", "/api/v1/findings".to_owned()),
        ("/api/v1/compare", compare),
        (
            "/api/v1/compare/traces",
            format!(
                "/api/v1/compare/traces?trace={}&reference_trace={}&limit=2",
                spans[0].trace_id, spans[3].trace_id,
            ),
        ),
        (
            "/api/v1/compare/selections",
            "/api/v1/compare/selections?since=all&attribute=host.name=b1&reference_attribute=cached&limit=1"
                .to_owned(),
        ),
        ("/api/v1/watch", "/api/v1/watch?for=1ms".to_owned()),
        ("/api/v1/watch/traces", "/api/v1/watch/traces?for=1ms".to_owned()),
        (
            "/api/v1/chains",
            format!("/api/v1/chains?from={start}&to={to}&attribute=host.name&limit=2"),
        ),
        ("/api/v1/hops", "/api/v1/hops?since=all".to_owned()),
        ("/api/v1/hops/{hop_id}", format!("/api/v1/hops/{hop}?since=all")),
        ("/api/v1/red", "/api/v1/red?since=all&service=bank".to_owned()),
        ("/api/v1/graph", "/api/v1/graph?since=all".to_owned()),
        ("/api/v1/tail", "/api/v1/tail?since=all".to_owned()),
        ("/api/v1/traces/{trace_id}", trace.clone()),
        (
            "/api/v1/traces/{trace_id}/spans/{span_id}",
            format!("{trace}/spans/{}", spans[2].span_id),
        ),
        ("/api/v1/traces/{trace_id}/otlp", format!("{trace}/otlp")),
        ("/api/v1/traces/{trace_id}/messages", format!("{trace}/messages")),
        ("/api/v1/pins", "/api/v1/pins".to_owned()),
        ("/api/v1/status", "/api/v1/status".to_owned()),
        ("/api/v1/openapi.json", "/api/v1/openapi.json".to_owned()),
    ]
}

/// The routes that are not asked, see [`every_change_is_described_and_there`].
const CHANGED: [&str; 1] = ["/api/v1/traces/{trace_id}/pin"];

#[test]
fn every_change_is_described_and_there() {
    let api = Api::shop();
    let description = api.json("/api/v1/openapi.json");
    let operations = &description["paths"][CHANGED[0]];
    let pin =
        CHANGED[0].replace("{trace_id}", &proto::testing::trace(SHOP)[0].trace_id.to_string());
    let changes = [("put", 200), ("put", 200), ("delete", 204), ("delete", 404)];
    for (method, status) in changes {
        let operation = &operations[method];
        assert!(operation["summary"].is_string() && operation["operationId"].is_string());
        assert_eq!(operation["parameters"][0]["name"], "trace_id");
        let answer = api.request(method.to_uppercase().parse().unwrap(), &pin);
        assert_eq!(answer.status, status, "{method}: {}", answer.text());
        let described = &operation["responses"][status.to_string()];
        assert!(described["description"].is_string(), "{method} {status}: {operation}");
        if status != 204 {
            let schema = &described["content"]["application/json"]["schema"];
            check(&description, schema, &answer.json(), &pin);
        }
    }
    assert_eq!(operations.as_object().unwrap().len(), 2);
    assert_ne!(operations["put"]["operationId"], operations["delete"]["operationId"]);
}

#[test]
fn every_route_is_described_and_there() {
    let api = Api::shop();
    // Whatever is pinned is in the answers.
    let pin = format!("/api/v1/traces/{}/pin", proto::testing::trace(SHOP)[0].trace_id);
    assert_eq!(api.request(http::Method::PUT, &pin).status, 200, "{pin}");
    let description = api.json("/api/v1/openapi.json");
    assert!(description["openapi"].as_str().unwrap().starts_with("3."));
    let mut described: Vec<&str> =
        description["paths"].as_object().unwrap().keys().map(String::as_str).collect();
    let mut asked: Vec<&str> = questions().iter().map(|(route, _)| *route).collect();
    asked.extend(CHANGED);
    described.sort_unstable();
    asked.sort_unstable();
    assert_eq!(described, asked);
    for (route, question) in questions() {
        let operation = &description["paths"][route]["get"];
        assert!(operation["summary"].is_string(), "{route}");
        assert!(operation["operationId"].is_string(), "{route}");
        let answer = api.get(&question);
        assert_eq!(answer.status, 200, "{question}: {}", answer.text());
        let media_type = answer.headers["content-type"].to_str().unwrap();
        let schema = &operation["responses"]["200"]["content"][media_type]["schema"];
        let answer = match media_type {
            "text/event-stream" => first_event(&answer.text()),
            _ => answer.json(),
        };
        check(&description, schema, &answer, route);
    }
}

/// The data of the first event.
fn first_event(text: &str) -> Value {
    let data = text.lines().find_map(|line| line.strip_prefix("data:"));
    serde_json::from_str(data.unwrap_or_else(|| panic!("no event: {text}"))).unwrap()
}

#[test]
fn every_parameter_is_described_and_taken() {
    let api = Api::shop();
    let description = api.json("/api/v1/openapi.json");
    for (route, question) in questions() {
        let parameters = description["paths"][route]["get"]["parameters"].as_array();
        for parameter in parameters.into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            assert!(!parameter["description"].as_str().unwrap().is_empty(), "{route} {name}");
            assert!(parameter["schema"].is_object(), "{route} {name}");
            if parameter["in"] == "path" {
                assert!(route.contains(&format!("{{{name}}}")), "{route} {name}");
                assert_eq!(parameter["required"], true);
                continue;
            }
            // Whatever it means, it is known.
            let path = question.split('?').next().unwrap();
            // One that goes on is ended.
            let end = if path.contains("/watch") && name != "for" { "&for=1ms" } else { "" };
            let text = api.get(&format!("{path}?{name}=1{end}")).text();
            assert!(!text.contains("unknown parameter"), "{route} {name}: {text}");
        }
        // And those that are not described are not.
        let path = question.split('?').next().unwrap();
        let refused = api.get(&format!("{path}?undescribed=1")).json();
        let sentence = refused["error"].as_str().unwrap();
        for parameter in parameters.into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            assert!(parameter["in"] == "path" || sentence.contains(name), "{sentence}");
        }
    }
}

#[test]
fn every_word_that_is_described_is_taken() {
    let api = Api::shop();
    let description = api.json("/api/v1/openapi.json");
    for (route, question) in questions() {
        let parameters = description["paths"][route]["get"]["parameters"].as_array();
        for parameter in parameters.into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            for word in parameter["schema"]["enum"].as_array().into_iter().flatten() {
                let word = word.as_str().unwrap();
                let joint = if question.contains('?') { '&' } else { '?' };
                let asked = format!("{question}{joint}{name}={word}");
                let answer = api.get(&asked);
                assert_eq!(answer.status, 200, "{asked}: {}", answer.text());
            }
        }
    }
}

#[test]
fn errors_are_as_described() {
    let api = Api::shop();
    let description = api.json("/api/v1/openapi.json");
    let operation = &description["paths"]["/api/v1/search"]["get"];
    for (status, question) in [("400", "/api/v1/search?x=1"), ("404", "/api/v1/x")] {
        let schema = &operation["responses"][status]["content"]["application/json"]["schema"];
        check(&description, schema, &api.get(question).json(), question);
    }
}

/// Checks that `value` is what `schema` says, with no field that it does not name and
/// none missing that it requires.
#[track_caller]
fn check(description: &Value, schema: &Value, value: &Value, at: &str) {
    if let Err(problem) = conforms(description, schema, value, at) {
        panic!("{problem}");
    }
}

fn conforms(description: &Value, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let pointer = reference.strip_prefix('#').unwrap();
        let schema = description.pointer(pointer).ok_or(format!("{at}: no {reference}"))?;
        return conforms(description, schema, value, at);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let problems: Vec<String> = choices
            .iter()
            .map_while(|choice| conforms(description, choice, value, at).err())
            .collect();
        let is_none = problems.len() == choices.len();
        return if is_none { Err(problems.join(" | ")) } else { Ok(()) };
    }
    for part in schema["allOf"].as_array().into_iter().flatten() {
        conforms(description, part, value, at)?;
    }
    let is_one_of = |words: &Value| words.as_array().is_none_or(|words| words.contains(value));
    if !is_one_of(&schema["enum"]) {
        return Err(format!("{at}: {value} is none of {}", schema["enum"]));
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(many) => many.iter().map(|one| one.as_str().unwrap()).collect(),
        _ => return Err(format!("{at}: no type in {schema}")),
    };
    let found = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) if types.contains(&"number") => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    if !types.contains(&found) {
        return Err(format!("{at}: {value} is no {types:?}"));
    }
    for (number, item) in value.as_array().into_iter().flatten().enumerate() {
        conforms(description, &schema["items"], item, &format!("{at}[{number}]"))?;
    }
    let Some(properties) = schema["properties"].as_object() else {
        return Ok(());
    };
    for (name, field) in value.as_object().into_iter().flatten() {
        let schema = properties.get(name).ok_or(format!("{at}.{name} is not described"))?;
        conforms(description, schema, field, &format!("{at}.{name}"))?;
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        let name = name.as_str().unwrap();
        if value.get(name).is_none() {
            return Err(format!("{at}.{name} is missing"));
        }
    }
    Ok(())
}
