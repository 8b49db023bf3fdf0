//! Everything we build from is ours to use: `deny.toml`'s rules on licences, bans
//! and sources, held without `cargo deny`, for Cargo's and npm's packages.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use cargo_metadata::{Metadata, MetadataCommand};
use serde_json::Value;
use spdx::{Expression, Licensee, ParseMode};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The packages from npm: the viewer's, and the exporters that the tests use.
const NPM_LOCKS: [&str; 2] = ["ui/package-lock.json", "tests/sdk/node/package-lock.json"];

/// `deny.toml`, or one table of it.
fn rules(table: &str) -> toml::Table {
    let text = std::fs::read_to_string(Path::new(ROOT).join("deny.toml")).expect("deny.toml");
    let rules: toml::Table = text.parse().expect("TOML");
    rules[table].as_table().expect("a table").clone()
}

fn strings(value: &toml::Value) -> BTreeSet<String> {
    let list = value.as_array().expect("a list");
    list.iter().map(|one| one.as_str().expect("a string").to_owned()).collect()
}

/// Every package that is built for this machine, from anywhere.
fn packages() -> Metadata {
    let version = Command::new("rustc").arg("-vV").output().expect("rustc");
    let version = String::from_utf8(version.stdout).expect("UTF-8");
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).expect("the host");
    MetadataCommand::new()
        .manifest_path(Path::new(ROOT).join("Cargo.toml"))
        .other_options(["--locked", "--filter-platform", host].map(str::to_owned))
        .exec()
        .expect("the dependencies")
}

/// Whether the terms named by `expression` (SPDX) can be met with what is allowed.
/// A licence "or later" can be met with the version that is allowed.
fn is_allowed(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let expression = Expression::parse_mode(expression, ParseMode::LAX)
        .unwrap_or_else(|error| panic!("{expression:?} is no SPDX expression: {error}"));
    expression.evaluate(|asked| {
        let mut allowed = allowed.iter().map(|one| Licensee::parse(one).expect(one));
        allowed.any(|licence| licence.satisfies(asked))
    })
}

#[test]
fn every_crate_has_a_licence_that_we_allow() {
    let allowed = strings(&rules("licenses")["allow"]);
    let packages = packages().packages;
    assert!(packages.len() > 100, "these are not all: {}", packages.len());
    for package in packages {
        let licence = package.license.unwrap_or_default();
        assert!(is_allowed(&licence, &allowed), "{}: {licence:?}", package.name);
    }
}

#[test]
fn every_npm_package_has_a_licence_that_we_allow() {
    let allowed = strings(&rules("licenses")["allow"]);
    for lock in NPM_LOCKS {
        let text = std::fs::read_to_string(Path::new(ROOT).join(lock)).expect(lock);
        let lock: Value = serde_json::from_str(&text).expect("JSON");
        let packages = lock["packages"].as_object().expect("packages");
        assert!(packages.len() > 10, "these are not all: {}", packages.len());
        for (name, package) in packages {
            let licence = package["license"].as_str().unwrap_or_default();
            assert!(is_allowed(licence, &allowed), "{name}: {licence:?}");
        }
    }
}

#[test]
fn no_crate_is_banned_and_all_come_from_the_registry() {
    let bans = rules("bans");
    let banned: BTreeSet<_> = bans["deny"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|ban| ban["crate"].as_str().expect("a name").to_owned())
        .collect();
    let registries = strings(&rules("sources")["allow-registry"]);
    for package in packages().packages {
        assert!(!banned.contains(package.name.as_str()), "{} is banned", package.name);
        if let Some(source) = package.source {
            let registry = source.repr.strip_prefix("registry+").unwrap_or(&source.repr);
            assert!(registries.contains(registry), "{}: {source}", package.name);
        }
    }
}

#[test]
fn the_rule_about_licences_can_say_no() {
    let allowed = strings(&rules("licenses")["allow"]);
    for licence in ["MIT", "MIT/Apache-2.0", "GPL-3.0-only OR MIT", "(MIT OR Apache-2.0) AND Zlib"]
    {
        assert!(is_allowed(licence, &allowed), "{licence}");
    }
    for licence in ["GPL-3.0-only", "AGPL-3.0-or-later", "MIT AND GPL-2.0-only", "BUSL-1.1"] {
        assert!(!is_allowed(licence, &allowed), "{licence}");
    }
}
