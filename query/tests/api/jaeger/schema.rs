//! gRPC as a client sees it that has nothing but the published schema: questions and answers
//! are texts of its messages, fields that it does not know included.

use std::fmt::Write;
use std::path::Path;

use expect_test::expect_file;
use prost_reflect::text_format::FormatOptions;
use prost_reflect::{DescriptorPool, DynamicMessage};

use super::{CART, api, api_of_today};
use crate::grpc;
use crate::support::Api;

/// What finds the spans, by the names that all three services have for it.
const WITHIN: &str =
    "start_time_min { seconds: 1766300000 } start_time_max { seconds: 1766300010 }";

/// The messages that answer `question`, and the status behind them.
#[track_caller]
fn ask(api: &Api, service: &str, method: &str, question: &str) -> (Vec<DynamicMessage>, String) {
    let pool = DescriptorPool::decode(proto::jaeger::FILE_DESCRIPTOR_SET).unwrap();
    let described = pool.get_service_by_name(service).unwrap();
    let described = described.methods().find(|known| known.name() == method).unwrap();
    let question = DynamicMessage::parse_text_format(described.input(), question).unwrap();
    let path = format!("/jaeger/{service}/{method}");
    let (messages, status) = grpc::call(api, &path, &question);
    let decode =
        |message: &Vec<u8>| DynamicMessage::decode(described.output(), message.as_slice()).unwrap();
    (messages.iter().map(decode).collect(), status)
}

/// Checks that the answers are those in `golden/<name>.txt`.
#[track_caller]
fn check(api: &Api, name: &str, service: &str, questions: &[(&str, &str)]) {
    let format = FormatOptions::new().pretty(true).skip_unknown_fields(false);
    let mut told = String::new();
    for (method, question) in questions {
        let (messages, status) = ask(api, service, method, question);
        writeln!(told, "{service}/{method} {question}").unwrap();
        for message in messages {
            writeln!(told, "{}", message.to_text_format_with_options(&format)).unwrap();
        }
        writeln!(told, "status {status}\n").unwrap();
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR"));
    expect_file![file.join(format!("tests/api/jaeger/golden/{name}.txt"))].assert_eq(&told);
}

/// The bytes of an id as a text format writes them.
fn bytes(id: &str) -> String {
    let pairs = id.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    pairs.fold(String::new(), |text, pair| text + "\\x" + pair)
}

#[test]
fn version_2_answers_in_jaegers_own_model() {
    let cart = format!("trace_id: \"{}\"", bytes(CART));
    let short = format!("trace_id: \"{}\" raw_traces: true", bytes("463ac35c9f6413ad"));
    let of_mail = format!("query {{ service_name: \"mail\" {WITHIN} search_depth: 1 }}");
    let tags = "tags { key: \"error\" value: \"true\" }";
    let failed = format!("query {{ service_name: \"web\" {tags} {WITHIN} }}");
    let calls = WITHIN.replace("_min", "").replace("start_time_max", "end_time");
    check(
        &api(),
        "grpc_v2",
        "jaeger.api_v2.QueryService",
        &[
            ("GetServices", ""),
            ("GetTrace", &cart),
            ("GetTrace", &short),
            ("FindTraces", &of_mail),
            ("FindTraces", &failed),
            // Whenever it was.
            ("FindTraces", "query { service_name: \"mail\" duration_min { nanos: 499999999 } }"),
            ("FindTraces", "query { service_name: \"nobody\" }"),
            ("GetDependencies", &calls),
            ("GetTrace", ""),
            ("GetTrace", "trace_id: \"\\x01\""),
            ("GetTrace", "trace_id: \"12345678901234567\""),
            ("FindTraces", ""),
            ("FindTraces", "query { search_depth: -1 }"),
            ("GetDependencies", "end_time { seconds: 1 }"),
            ("ArchiveTrace", &cart),
            ("ArchiveTrace", "trace_id: \"\\x01\""),
        ],
    );
}

#[test]
fn a_jaeger_reads_from_the_store() {
    let cart = format!("query {{ trace_id: \"{}\" }}", bytes(CART));
    let none = format!("query {{ trace_id: \"{}\" }}", bytes(&"1".repeat(32)));
    let of_mail = format!("query {{ service_name: \"mail\" {WITHIN} search_depth: 1 }}");
    let value = "value { int_value: 42 }";
    let typed = format!("query {{ attributes {{ key: \"whole\" {value} }} {WITHIN} }}");
    let list = "query { attributes { key: \"whole\" value { array_value { } } } }";
    let calls = WITHIN.replace("_min", "").replace("start_time_max", "end_time");
    check(
        &api(),
        "grpc_storage",
        "jaeger.storage.v2.TraceReader",
        &[
            ("GetServices", ""),
            ("GetTraces", &format!("{none} {cart}")),
            ("GetTraces", &none),
            ("GetTraces", ""),
            ("GetTraces", "query { trace_id: \"short\" }"),
            ("FindTraces", &of_mail),
            ("FindTraceIDs", "query { service_name: \"mail\" }"),
            ("FindTraceIDs", &typed),
            ("FindTraceIDs", list),
            ("FindTraceIDs", "query { filter { op: \"eq\" } }"),
            ("FindTraceIDs", ""),
            ("FindTraceSummaries", &of_mail),
        ],
    );
    check(
        &api(),
        "grpc_storage_calls",
        "jaeger.storage.v2.DependencyReader",
        &[("GetDependencies", &calls), ("GetDependencies", "")],
    );
    check(&api(), "grpc_storage_can", "jaeger.storage.v2.Capabilities", &[("GetCapabilities", "")]);
}

#[test]
fn span_names_have_their_kinds() {
    let api = api_of_today();
    for service in [
        "jaeger.api_v2.QueryService",
        "jaeger.api_v3.QueryService",
        "jaeger.storage.v2.TraceReader",
    ] {
        let (messages, status) =
            ask(&api, service, "GetOperations", "service: \"mail\" span_kind: \"server\"");
        assert_eq!((status.as_str(), messages.len()), ("0", 1), "{service}");
        let text = messages[0].to_text_format();
        let names = if service.contains("v2.Query") { "operationNames:\"orphan\"," } else { "" };
        let expected = format!("{names}operations:[{{name:\"orphan\",span_kind:\"server\"}}]");
        assert_eq!(text.replace(['[', ']'], ""), expected.replace(['[', ']'], ""), "{service}");
    }
}

#[test]
fn version_3_sends_what_its_schema_knows() {
    let api = api();
    let within = format!("query {{ {WITHIN} }}");
    for (method, question) in [
        ("GetTrace", format!("trace_id: \"{CART}\"")),
        ("FindTraces", within.clone()),
        ("FindTraceSummaries", within),
        ("GetServices", String::new()),
    ] {
        let (messages, status) = ask(&api, "jaeger.api_v3.QueryService", method, &question);
        assert_eq!(status, "0", "{method}");
        assert!(!messages.is_empty(), "{method}");
        for message in messages {
            assert_eq!(message.unknown_fields().count(), 0, "{method}");
        }
    }
}
