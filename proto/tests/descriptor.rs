//! The committed descriptor is what the vendored definitions say.

use std::path::Path;

use prost::Message;
use proto::otlp::descriptor::{FILE_DESCRIPTOR_SET, LOGS_SERVICE, TRACE_SERVICE};

/// Fails where `src/generated` is stale; `UPDATE_GENERATED=1` writes it.
#[test]
fn the_descriptor_is_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut compiler = protox::Compiler::new([root.join("protos")]).unwrap();
    compiler.include_imports(true).include_source_info(false);
    for service in ["trace/v1/trace_service.proto", "logs/v1/logs_service.proto"] {
        compiler.open_file(format!("opentelemetry/proto/collector/{service}")).unwrap();
    }
    let set = compiler.file_descriptor_set();
    let names: Vec<_> = set.file.iter().map(|file| file.name()).collect();
    assert_eq!(names.len(), 6, "{names:?}");
    let described = set.file.iter().flat_map(|file| {
        file.service.iter().map(|service| format!("{}.{}", file.package(), service.name()))
    });
    assert_eq!(described.collect::<Vec<_>>(), [TRACE_SERVICE, LOGS_SERVICE]);

    let generated = set.encode_to_vec();
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        std::fs::write(root.join("src/generated/otlp_descriptor.bin"), &generated).unwrap();
        return;
    }
    assert!(
        generated == FILE_DESCRIPTOR_SET,
        "stale: run UPDATE_GENERATED=1 cargo test -p hopline-proto descriptor"
    );
}
