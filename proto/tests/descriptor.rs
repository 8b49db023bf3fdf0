//! The committed descriptors are what the vendored definitions say.

use std::path::Path;

use prost::Message;
use proto::otlp::descriptor::{FILE_DESCRIPTOR_SET, LOGS_SERVICE, TRACE_SERVICE};

#[test]
fn the_descriptor_is_up_to_date() {
    let services = ["trace/v1/trace_service.proto", "logs/v1/logs_service.proto"]
        .map(|service| format!("opentelemetry/proto/collector/{service}"));
    let described = check(&["."], &services, "otlp", FILE_DESCRIPTOR_SET);
    assert_eq!(described, [TRACE_SERVICE, LOGS_SERVICE]);
}

#[test]
fn that_of_jaeger_is_up_to_date() {
    let includes = [".", "jaeger", "jaeger/api_v2", "gnostic"];
    let services = [
        "query.proto",
        "api_v3/query_service.proto",
        "storage/v2/capabilities.proto",
        "storage/v2/dependency_storage.proto",
        "storage/v2/trace_storage.proto",
    ]
    .map(str::to_owned);
    let described = check(&includes, &services, "jaeger", proto::jaeger::FILE_DESCRIPTOR_SET);
    assert_eq!(
        described,
        [
            "jaeger.api_v2.QueryService",
            "jaeger.api_v3.QueryService",
            "jaeger.storage.v2.Capabilities",
            "jaeger.storage.v2.DependencyReader",
            "jaeger.storage.v2.TraceReader",
        ]
    );
}

/// Files that only define options, which are left out of descriptors, and these with them.
const OF_OPTIONS: [&str; 4] = ["gnostic/", "gogoproto/", "google/api/", "openapiv3/"];

fn is_of_options(file: &str) -> bool {
    OF_OPTIONS.iter().any(|folder| file.starts_with(folder))
}

/// Fails where `src/generated` is stale; `UPDATE_GENERATED=1` writes it. Answers the names of
/// the services in it.
fn check(includes: &[&str], services: &[String], name: &str, committed: &[u8]) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let includes = includes.iter().map(|include| root.join("protos").join(include));
    let mut compiler = protox::Compiler::new(includes).unwrap();
    compiler.include_imports(true).include_source_info(false);
    for service in services {
        compiler.open_file(service).unwrap();
    }
    let mut set = compiler.file_descriptor_set();
    set.file.retain(|file| !is_of_options(file.name()));
    for file in &mut set.file {
        assert!(file.public_dependency.is_empty() && file.weak_dependency.is_empty());
        file.dependency.retain(|needed| !is_of_options(needed));
    }
    let generated = set.encode_to_vec();
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        let file = format!("src/generated/{name}_descriptor.bin");
        std::fs::write(root.join(file), &generated).unwrap();
    } else {
        assert!(
            generated == committed,
            "stale: run UPDATE_GENERATED=1 cargo test -p hopline-proto descriptor"
        );
    }
    let described = set.file.iter().flat_map(|file| {
        file.service.iter().map(|service| format!("{}.{}", file.package(), service.name()))
    });
    described.collect()
}
