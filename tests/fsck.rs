//! `hopline fsck` on stores that are whole, and on those that are not.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use proto::Batch;
use storage::{Config, SpanWriter, Store};

use crate::support::{Command, Ports, Server};

/// Makes a store with one sealed segment.
fn seal(folder: &Path) {
    let store = Store::open(Config::new(folder)).expect("a store");
    let spans = proto::otlp::protobuf::decode_request(&request(), &proto::otlp::Limits::default());
    let batch: Batch = spans.expect("a request").batch;
    store.write(&[batch.into()]).expect("written");
    store.seal_now().expect("sealed");
    store.close().expect("closed");
}

fn request() -> Vec<u8> {
    use prost::Message;
    crate::support::otlp::request("shop", crate::support::otlp::spans(200)).encode_to_vec()
}

fn fsck(folder: &Path) -> Output {
    Command::new(["fsck", "--data-dir", folder.to_str().expect("UTF-8")]).output()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The database's files of records.
fn tables(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder.join("db")).expect("a database");
    let paths = entries.map(|entry| entry.expect("a file").path());
    paths.filter(|path| path.extension().is_some_and(|end| end == "sst")).collect()
}

#[test]
fn a_sound_store_is_called_so() {
    let folder = tempfile::tempdir().expect("a folder");
    seal(folder.path());
    let output = fsck(folder.path());
    let said = said(&output);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("is sound: 1 segments with 200 spans"), "{said}");
}

#[test]
fn a_flipped_byte_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    seal(folder.path());
    let largest = tables(folder.path());
    let largest = largest.iter().max_by_key(|path| fs::metadata(path).expect("a file").len());
    let largest = largest.expect("a file");
    let mut bytes = fs::read(largest).expect("its bytes");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(largest, bytes).expect("written");
    let output = fsck(folder.path());
    let said = said(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("faults; restore it from a backup"), "{said}");
    assert!(said.contains("segment"), "{said}");
}

#[test]
fn what_is_no_store_or_in_use_is_told_apart_from_damage() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = fsck(folder.path());
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(error.contains("holds no store"), "{error}");
    assert!(fs::read_dir(folder.path()).expect("the folder").next().is_none());

    let server = Server::on(folder.path(), Ports::ANY);
    let output = fsck(folder.path());
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(error.contains("in use by another process"), "{error}");
    assert!(server.stop().success());
}
