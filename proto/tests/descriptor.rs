//! The committed descriptor is what the vendored definitions say.

use std::path::Path;

use prost::Message;
use proto::otlp::descriptor::{FILE_DESCRIPTOR_SET, TRACE_SERVICE};

/// Fails where `src/generated` is stale; `UPDATE_GENERATED=1` writes it.
#[test]
fn the_descriptor_is_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let service = "opentelemetry/proto/collector/trace/v1/trace_service.proto";
    let mut compiler = protox::Compiler::new([root.join("protos")]).unwrap();
    compiler.include_imports(true).include_source_info(false).open_file(service).unwrap();
    let set = compiler.file_descriptor_set();
    let names: Vec<_> = set.file.iter().map(|file| file.name()).collect();
    assert_eq!(names.len(), 4, "{names:?}");
    let described = format!("{}.{}", set.file[3].package(), set.file[3].service[0].name());
    assert_eq!(described, TRACE_SERVICE);

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
