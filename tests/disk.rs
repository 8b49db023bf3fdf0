//! Disks end. What was acknowledged stays, what is asked is answered, and spans are taken
//! again once there is room, without anybody's help.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use tonic::Code;

use crate::support::{Ports, Server, SmallDisk, otlp, until, web};

const MIB: u64 = 1 << 20;
/// How long it may take until spans are taken again.
const RESUME: Duration = Duration::from_secs(30);

/// Ids of traces, hex, and how many spans each has.
type Acknowledged = BTreeMap<String, usize>;

/// 50 spans, each a trace of its own, that take much room.
fn spans() -> Vec<Span> {
    let mut spans = otlp::spans(50);
    for span in &mut spans {
        let text: String = (0..128).map(|_| format!("{:016x}", rand::random::<u64>())).collect();
        span.attributes.push(otlp::attribute("random", &text));
    }
    spans
}

/// Sends 50 spans; whether they were acknowledged.
fn send(server: &Server, acknowledged: &mut Acknowledged) -> bool {
    let spans = spans();
    let ids: Vec<String> = spans.iter().map(|span| otlp::hex(&span.trace_id)).collect();
    let answer = otlp::send_http(server, &otlp::request("shop", spans)).expect("an answer");
    match answer.status().as_u16() {
        200 => {
            acknowledged.extend(ids.into_iter().map(|id| (id, 1)));
            true
        }
        503 => {
            assert!(answer.headers().contains_key("retry-after"), "{answer:?}");
            let reason = String::from_utf8_lossy(&answer.bytes().expect("a body")).into_owned();
            assert!(reason.contains("disk"), "{reason}");
            false
        }
        status => panic!("{status}: {}", answer.text().unwrap_or_default()),
    }
}

fn check(server: &Server, acknowledged: &Acknowledged) {
    for (id, count) in acknowledged {
        let found = web::span_ids(server, id).map(|spans| spans.len());
        assert_eq!(found, Some(*count), "trace {id}");
    }
    let found = web::search(server, "since=all&service=shop");
    assert!(found.len() >= acknowledged.len(), "{} of {}", found.len(), acknowledged.len());
}

/// Waits until spans are taken again.
fn resume(server: &Server, acknowledged: &mut Acknowledged) {
    let begin = Instant::now();
    until("spans are taken again", || send(server, acknowledged).then_some(()));
    let took = begin.elapsed();
    println!("taken again after {took:?}");
    assert!(took < RESUME, "{took:?}");
}

#[test]
fn what_is_kept_takes_no_more_than_retention_allows() {
    const BYTES_MAX: u64 = 256 * MIB;
    let server = Server::start_with("serve", &["--retention-bytes", "256MiB"]);
    let mut acknowledged = Acknowledged::new();
    let first = {
        assert!(send(&server, &mut acknowledged));
        acknowledged.keys().next().expect("a trace").clone()
    };
    let mut sent = 0;
    while sent < 2 * BYTES_MAX {
        let spans = (0..16).flat_map(|_| spans()).collect();
        let request = otlp::request("shop", spans);
        sent += request.encoded_len() as u64;
        // While a segment is made the store may ask to wait.
        until("taken", || {
            let answer = otlp::send_http(&server, &request).expect("an answer");
            (answer.status() == 200).then_some(())
        });
    }
    let begin = Instant::now();
    until("the space is back", || (directory_bytes(server.data_dir()) <= BYTES_MAX).then_some(()));
    println!("sent {sent} bytes; space back after {:?}", begin.elapsed());
    assert!(begin.elapsed() < Duration::from_secs(60));
    until("the first is gone", || web::span_ids(&server, &first).is_none().then_some(()));
    let held = directory_bytes(server.data_dir());
    assert!(held > BYTES_MAX / 2, "{held} bytes are left");
    assert!(send(&server, &mut acknowledged));
}

/// What the files in `folder` take together.
fn directory_bytes(folder: &Path) -> u64 {
    // Files that go meanwhile do not count.
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let bytes = entries.filter_map(|entry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => Some(directory_bytes(&entry.path())),
        Ok(metadata) => Some(metadata.len()),
        Err(_) => None,
    });
    bytes.sum()
}

#[test]
fn a_small_disk_keeps_room_free_and_every_watcher_is_told() {
    let disk = SmallDisk::new(256 * MIB);
    let folder = disk.path().join("data");
    let server = Server::on(&folder, Ports::ANY);
    let mut acknowledged = Acknowledged::new();
    assert!(send(&server, &mut acknowledged));
    let ready = || web::get(&server, "/readyz").expect("an answer").status().as_u16();
    assert_eq!(ready(), 200);

    disk.fill(60 * MIB);
    until("spans are refused", || (!send(&server, &mut acknowledged)).then_some(()));
    assert!(disk.free_bytes() > 50 * MIB, "refused before the disk is full");
    assert_eq!(ready(), 503);
    let status = web::json(&server, "/api/v1/status");
    assert_eq!(status["accepting"], false);
    let reason = status["refusing_reason"].as_str().expect("a reason");
    for words in ["the disk has", "MiB free", "64.0 MiB are kept free", "from 72.0 MiB on"] {
        assert!(reason.contains(words), "{reason}");
    }
    check(&server, &acknowledged);

    disk.fill(100 * MIB);
    resume(&server, &mut acknowledged);
    assert_eq!(ready(), 200);
}

#[test]
fn a_full_small_disk_refuses_with_retry_and_goes_on_by_itself() {
    let disk = SmallDisk::new(256 * MIB);
    let folder = disk.path().join("data");
    let server = Server::on(&folder, Ports::ANY);
    let mut acknowledged = Acknowledged::new();
    assert!(send(&server, &mut acknowledged));

    disk.fill(0);
    until("the disk is full", || (!send(&server, &mut acknowledged)).then_some(()));
    let refused = otlp::Grpc::to(server.grpc().port()).send(&otlp::request("shop", spans()));
    let refused = refused.expect_err("no room");
    assert_eq!(refused.code(), Code::Unavailable, "{refused}");
    let details = String::from_utf8_lossy(refused.details()).into_owned();
    assert!(details.contains("google.rpc.RetryInfo"), "{details}");
    check(&server, &acknowledged);
    until("the watermark is noticed, too", || {
        let ready = web::get(&server, "/readyz").expect("an answer");
        (ready.status() == 503).then_some(())
    });

    disk.make_room();
    resume(&server, &mut acknowledged);
    check(&server, &acknowledged);

    // The same once more, ended by a kill while the disk is full.
    disk.fill(0);
    until("the disk is full", || (!send(&server, &mut acknowledged)).then_some(()));
    let ports = server.ports();
    server.kill();
    disk.make_room();
    let server = Server::on(&folder, ports);
    check(&server, &acknowledged);
    resume(&server, &mut acknowledged);
}
