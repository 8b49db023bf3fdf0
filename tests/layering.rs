//! The arrows between our crates, as ARCHITECTURE.md draws them, and no others.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

/// Who may use whom. Whoever adds an arrow adds it here and to ARCHITECTURE.md.
const ARROWS: &[(&str, &[&str])] = &[
    ("hopline-proto", &[]),
    ("hopline-chain", &["hopline-proto"]),
    ("hopline-traceql", &["hopline-proto"]),
    ("hopline-listener", &[]),
    ("hopline-ui", &[]),
    ("hopline-storage", &["hopline-chain", "hopline-proto"]),
    ("hopline-collector", &["hopline-listener", "hopline-proto", "hopline-storage"]),
    (
        "hopline-query",
        &[
            "hopline-chain",
            "hopline-listener",
            "hopline-proto",
            "hopline-storage",
            "hopline-traceql",
        ],
    ),
    (
        "hopline",
        &[
            "hopline-collector",
            "hopline-listener",
            "hopline-proto",
            "hopline-query",
            "hopline-storage",
            "hopline-ui",
        ],
    ),
    // A bench may look at anything.
    (
        "hopline-bench",
        &[
            "hopline-chain",
            "hopline-collector",
            "hopline-listener",
            "hopline-proto",
            "hopline-query",
            "hopline-storage",
            "hopline-ui",
        ],
    ),
];

/// Crates that only one of ours may name, so that no type of theirs becomes
/// everybody's.
const OWNED: &[(&str, &str)] =
    &[("rust-rocksdb", "hopline-storage"), ("rocksdb", "hopline-storage")];

fn workspace() -> Metadata {
    MetadataCommand::new()
        .manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .no_deps()
        .other_options(["--locked".to_owned(), "--offline".to_owned()])
        .exec()
        .expect("the workspace")
}

#[test]
fn our_crates_use_each_other_only_along_the_arrows() {
    let arrows: BTreeMap<_, _> = ARROWS.iter().copied().collect();
    let workspace = workspace();
    let ours: BTreeSet<_> = workspace.packages.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(ours, arrows.keys().copied().collect(), "a crate without a place in the house");
    for package in &workspace.packages {
        let allowed = arrows[package.name.as_str()];
        // Dev-dependencies too: a test that reaches over is an arrow all the same.
        for used in package.dependencies.iter().filter(|one| ours.contains(one.name.as_str())) {
            // Itself, for the sake of a feature that its own tests need.
            let is_itself = used.name == package.name.as_str();
            let is_allowed = is_itself || allowed.contains(&used.name.as_str());
            assert!(is_allowed, "{} → {}", package.name, used.name);
        }
    }
}

#[test]
fn only_storage_names_rocksdb() {
    for package in &workspace().packages {
        for used in &package.dependencies {
            for (foreign, owner) in OWNED {
                let allowed = used.name != *foreign || package.name.as_str() == *owner;
                assert!(allowed, "{} → {foreign}", package.name);
            }
        }
    }
}

#[test]
fn versions_live_in_one_place() {
    for package in &workspace().packages {
        let text = std::fs::read_to_string(&package.manifest_path).expect("a manifest");
        let manifest: toml::Table = toml::from_str(&text).expect("TOML");
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let Some(table) = manifest.get(kind).and_then(toml::Value::as_table) else {
                continue;
            };
            for (name, value) in table {
                let inherited = value.get("workspace").and_then(toml::Value::as_bool);
                assert_eq!(
                    inherited,
                    Some(true),
                    "{}: {name} has a version of its own",
                    package.name
                );
            }
        }
    }
}

#[test]
fn what_runs_in_production_needs_no_test_crate() {
    const TEST_ONLY: &[&str] = &["expect-test", "proptest", "cargo_metadata"];
    for package in &workspace().packages {
        for used in &package.dependencies {
            let in_tests = used.kind == DependencyKind::Development;
            // Optional: behind a feature that only tests ask for (`proto/testing`).
            let allowed = in_tests || used.optional || !TEST_ONLY.contains(&used.name.as_str());
            assert!(allowed, "{} → {}", package.name, used.name);
        }
    }
}
