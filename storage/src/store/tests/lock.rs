//! One process at a time, and only what we wrote.

use super::*;
use crate::store::OpenError;

#[test]
fn a_directory_in_use_is_refused_and_free_again_after() {
    let lab = Lab::new();
    let error = Store::open(lab.config.clone()).err().unwrap();
    assert!(matches!(error, OpenError::InUse { .. }));
    assert!(error.to_string().contains("in use by another process"));
    lab.write(&shop());
    let Lab { config, store, dir } = lab;
    store.unwrap().close().unwrap();
    drop(Store::open(config).unwrap());
    drop(dir);
}

#[test]
fn a_directory_that_is_a_file_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("file");
    std::fs::write(&path, "").unwrap();
    let error = Store::open(Config::new(&path)).err().unwrap();
    assert!(matches!(error, OpenError::Directory { .. }));
}
