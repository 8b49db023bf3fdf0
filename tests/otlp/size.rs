//! Compression and size (rows 29 to 48 of the checklist).

use super::message::{field, gzip, ids, number_field, one, rejected, request_of, zstd};
use super::stored::{count, new_trace_id};
use super::wire::{Answer, Call, Connection, EXPORT, Grpc, Request, frame};
use crate::support::Server;

const MIB: usize = 1024 * 1024;
const REQUEST_BYTES_MAX: usize = 64 * MIB;
/// What a body of empty spans, or of zeros, may add to the program's memory.
const GROWTH_MAX: u64 = 256 * MIB as u64;
/// What all requests together may hold: 18 of 64 parts of `--memory-limit`.
const BUDGET: u64 = 136 * MIB as u64;

const INVALID_ARGUMENT: i32 = 3;
const RESOURCE_EXHAUSTED: i32 = 8;
const UNIMPLEMENTED: i32 = 12;

type Compress = fn(&[u8]) -> Vec<u8>;

#[test]
fn rows_29_to_32_36_compressed_requests_are_taken() {
    let server = Server::start();
    let connection = Grpc::to(server.grpc());
    let halves: Compress = |bytes| {
        let (first, second) = bytes.split_at(bytes.len() / 2);
        [gzip(first), gzip(second)].concat()
    };
    let http: [(&str, Compress); 6] = [
        ("gzip", gzip),
        ("GZIP", gzip),
        ("x-gzip", gzip),
        ("gzip", halves),
        ("zstd", zstd),
        ("identity", <[u8]>::to_vec),
    ];
    for (name, compress) in http {
        let id = new_trace_id();
        let request = Request::protobuf(compress(&one(&id))).header("content-encoding", name);
        let answer = request.send(server.http());
        assert_eq!(answer.status, 200, "{name}: {answer:?}");
        assert_eq!(count(&server, &id), 1);
    }
    let grpc: [(&str, u8, Compress); 5] = [
        ("gzip", 1, gzip),
        ("gzip", 1, halves),
        ("gzip", 0, <[u8]>::to_vec),
        ("zstd", 1, zstd),
        ("identity", 0, <[u8]>::to_vec),
    ];
    for (name, flag, compress) in grpc {
        let id = new_trace_id();
        let call = Call::raw(EXPORT, frame(flag, &compress(&one(&id))));
        let answer = connection.call(&call.header("grpc-encoding", name));
        assert_eq!(answer.code, 0, "{name}: {answer:?}");
        assert_eq!(count(&server, &id), 1);
    }
}

#[test]
fn rows_31_33_37_other_encodings_are_named_as_unsupported() {
    let server = Server::start();
    let body = one(&new_trace_id());
    let twice = gzip(&gzip(&body));
    for (name, body) in
        [("br", &body), ("deflate", &body), ("gzip, gzip", &twice), ("gzip, br", &body)]
    {
        let answer =
            Request::json(body.clone()).header("content-encoding", name).send(server.http());
        assert_eq!(answer.status, 415, "{name}: {answer:?}");
        assert_eq!(answer.header("accept-encoding"), Some("gzip, zstd, identity"));
        let message = answer.json()["message"].to_string();
        assert!(message.contains("gzip, zstd"), "{name}: {message}");
    }
    let call = Call::raw(EXPORT, frame(1, &body)).header("grpc-encoding", "deflate");
    let answer = Grpc::to(server.grpc()).call(&call);
    assert_eq!(answer.code, UNIMPLEMENTED, "{answer:?}");
    assert_eq!(answer.accept_encoding.as_deref(), Some("gzip,zstd,identity"));
}

#[test]
fn rows_34_35_bodies_that_do_not_decompress_are_malformed() {
    let server = Server::start();
    let connection = Grpc::to(server.grpc());
    let id = new_trace_id();
    let whole = gzip(&one(&id));
    let mut bad_sum = whole.clone();
    let sum = bad_sum.len() - 8;
    bad_sum[sum] ^= 1;
    for (what, encoding, body) in [
        ("not gzip", "gzip", one(&id)),
        ("nothing", "gzip", Vec::new()),
        ("cut off", "gzip", whole[..whole.len() - 4].to_vec()),
        ("garbage behind", "gzip", [whole.clone(), vec![7; 20]].concat()),
        ("bad checksum", "gzip", bad_sum),
        ("not zstd", "zstd", one(&id)),
        ("zstd cut off", "zstd", zstd(&[1; 5000])[..10].to_vec()),
    ] {
        let request = Request::protobuf(body.clone()).header("content-encoding", encoding);
        let answer = request.send(server.http());
        assert_eq!(answer.status, 400, "{what}: {answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/x-protobuf"));
        assert!(answer.text().contains("google.rpc.BadRequest"), "{what}: {answer:?}");
        let call = Call::raw(EXPORT, frame(1, &body)).header("grpc-encoding", encoding);
        let answer = connection.call(&call);
        assert_eq!(answer.code, INVALID_ARGUMENT, "{what}: {answer:?}");
        assert!(answer.has_detail("BadRequest"), "{what}");
    }
    assert_eq!(count(&server, &id), 0);
}

/// A request of exactly so many bytes: one span whose attribute is long.
fn request_of_bytes(bytes: usize, trace_id: &[u8]) -> Vec<u8> {
    let with_value = |length: usize| {
        let value = field(1, &vec![b'v'; length]);
        let attribute = field(9, &[field(1, b"k"), field(2, &value)].concat());
        request_of(&[[ids(trace_id, &[1; 8]), attribute].concat()])
    };
    let overhead = with_value(bytes - 1000).len() - (bytes - 1000);
    let request = with_value(bytes - overhead);
    assert_eq!(request.len(), bytes);
    request
}

#[test]
fn rows_38_to_42_the_limit_holds_to_the_byte() {
    let server = Server::start();
    let connection = Grpc::to(server.grpc());
    let id = new_trace_id();
    let at_limit = request_of_bytes(REQUEST_BYTES_MAX, &id);
    let answer = Request::protobuf(at_limit.clone()).send(server.http());
    assert_eq!(answer.status, 200, "row 38: {answer:?}");
    assert_eq!(count(&server, &id), 1);
    let answer = connection.call(&Call::export(&at_limit));
    assert_eq!(answer.code, 0, "row 38: {answer:?}");
    drop(at_limit);

    let over = request_of_bytes(REQUEST_BYTES_MAX + 1, &new_trace_id());
    let is_too_large = |row: u32, answer: &Answer| {
        assert_eq!(answer.status, 413, "row {row}: {answer:?}");
        assert_eq!(answer.header("retry-after"), None);
        assert!(answer.text().contains("smaller batches"), "row {row}: {answer:?}");
    };
    // Nothing of the body is sent: the answer can only come from its length.
    let mut asks = Connection::to(server.http());
    asks.write(&Request::protobuf([]).header("content-length", over.len()).head());
    is_too_large(39, &asks.answer());
    // A client that sends before it listens gets its answer as well.
    is_too_large(39, &Request::protobuf(over.clone()).send(server.http()));

    let mut chunked = Connection::to(server.http());
    chunked.write(&Request::protobuf([]).header("transfer-encoding", "chunked").head());
    for part in over.chunks(MIB) {
        if !chunked.try_write_chunk(part) {
            break;
        }
    }
    is_too_large(40, &chunked.answer());

    for (row, call) in [
        (41, Call::export(&over)),
        (42, Call::raw(EXPORT, frame(1, &gzip(&over))).header("grpc-encoding", "gzip")),
        (42, Call::raw(EXPORT, frame(1, &zstd(&over))).header("grpc-encoding", "zstd")),
    ] {
        let answer = connection.call(&call);
        assert_eq!(answer.code, RESOURCE_EXHAUSTED, "row {row}: {answer:?}");
        assert!(!answer.has_detail("RetryInfo"), "row {row}: not to be sent again");
    }
}

#[test]
fn row_45_a_declared_length_is_refused_before_it_is_allocated() {
    let server = Server::start();
    let connection = Grpc::to(server.grpc());
    let before = peak_rss_bytes(&server);
    for flag in [0, 1] {
        let prefix = [&[flag][..], &u32::MAX.to_be_bytes()].concat();
        let call = Call::raw(EXPORT, prefix).header("grpc-encoding", "gzip").stalled();
        let answer = connection.call(&call);
        assert_eq!(answer.code, RESOURCE_EXHAUSTED, "{answer:?}");
        assert!(!answer.has_detail("RetryInfo"));
    }
    assert!(peak_rss_bytes(&server) - before < 16 * MIB as u64);
}

/// The most memory the program has had so far, in bytes.
fn peak_rss_bytes(server: &Server) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("VmHWM");
    let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse().expect("a number of kB");
    kibibytes * 1024
}

/// A body of some `bytes`, all of it `part` again and again, in the fields of `path`,
/// innermost last.
fn bomb(bytes: usize, path: &[u32], part: &[u8], before: &[u8]) -> Vec<u8> {
    let mut body = [before, &part.repeat(bytes / part.len())].concat();
    for number in path.iter().rev() {
        body = field(*number, &body);
    }
    body
}

/// Some 33 million spans of two bytes each, which would be 264 bytes each as structs.
fn empty_spans() -> Vec<u8> {
    bomb(REQUEST_BYTES_MAX - 1000, &[1, 2], &field(2, b""), b"")
}

/// Other bodies that take many times their size once decoded, by name.
fn bombs() -> Vec<(&'static str, Vec<u8>)> {
    let bomb = |path, part: &[u8], before: &[u8]| bomb(16 * MIB, path, part, before);
    let span = ids(&new_trace_id(), &[1; 8]);
    let empty_array = field(9, &[field(1, b"k"), field(2, &field(5, b""))].concat());
    vec![
        ("spans of ids", bomb(&[1, 2], &field(2, &span), b"")),
        ("empty resource spans", bomb(&[], &field(1, b""), b"")),
        ("empty scope spans", bomb(&[1], &field(2, b""), b"")),
        ("empty attributes", bomb(&[1, 2, 2], &field(9, b""), &span)),
        ("empty events", bomb(&[1, 2, 2], &field(11, b""), &span)),
        ("empty links", bomb(&[1, 2, 2], &field(13, b""), &span)),
        ("empty arrays", bomb(&[1, 2, 2], &empty_array, &span)),
        ("empty resource attributes", bomb(&[1, 1], &field(1, b""), b"")),
        ("unknown fields", bomb(&[1, 2, 2], &number_field(999, 0), &span)),
    ]
}

#[test]
fn row_43_small_things_that_decode_into_large_ones_stay_small() {
    let server = Server::start();
    let connection = Grpc::to(server.grpc());
    // The first request of its kind also pays for threads and buffers.
    assert_eq!(connection.call(&Call::export(&one(&new_trace_id()))).code, 0);
    let before = peak_rss_bytes(&server);
    let check_growth = |name: &str, max: u64| {
        let growth = peak_rss_bytes(&server) - before;
        assert!(growth <= max, "{name}: grew by {} MiB", growth / MIB as u64);
    };

    let packed = gzip(&empty_spans());
    let answer = Request::protobuf(packed).header("content-encoding", "gzip").send(server.http());
    assert_eq!(answer.status, 413, "{answer:?}");
    check_growth("empty spans by gzip", GROWTH_MAX);
    let answer = connection.call(&Call::export(&empty_spans()));
    assert_eq!(answer.code, RESOURCE_EXHAUSTED, "{answer:?}");
    check_growth("empty spans", GROWTH_MAX);

    for (name, body) in bombs() {
        let answer = connection.call(&Call::export(&body));
        let codes = [0, INVALID_ARGUMENT, RESOURCE_EXHAUSTED];
        assert!(codes.contains(&answer.code), "{name}: {answer:?}");
        assert!(!answer.has_detail("RetryInfo"), "{name}");
        // Some of these are within the limits, and the store keeps them.
        check_growth(name, BUDGET);
    }
}

#[test]
fn several_bombs_at_once_share_one_budget() {
    let server = Server::start();
    let request = Request::protobuf(gzip(&empty_spans())).header("content-encoding", "gzip");
    let before = peak_rss_bytes(&server);
    let address = server.http();
    std::thread::scope(|scope| {
        let send = || request.send(address).status;
        let all: Vec<_> = (0..16).map(|_| scope.spawn(send)).collect();
        for one in all {
            let status = one.join().expect("an answer");
            assert!([413, 503].contains(&status), "{status}");
        }
    });
    let growth = peak_rss_bytes(&server) - before;
    // Half of it beside the budget is what vectors take twice while they grow, and what the
    // allocator keeps for a moment.
    assert!(growth <= BUDGET / 2 * 3, "grew by {} MiB", growth / MIB as u64);
    let id = new_trace_id();
    assert_eq!(Request::protobuf(one(&id)).send(address).status, 200);
    assert_eq!(count(&server, &id), 1);
}

#[test]
fn row_44_a_gibibyte_of_zeros_is_not_unpacked() {
    let server = Server::start();
    let before = peak_rss_bytes(&server);
    let members = gzip(&vec![0; REQUEST_BYTES_MAX]).repeat(16);
    let answer = Request::protobuf(members).header("content-encoding", "gzip").send(server.http());
    assert_eq!(answer.status, 413, "{answer:?}");
    let frames = zstd(&vec![0; REQUEST_BYTES_MAX]).repeat(16);
    let call = Call::raw(EXPORT, frame(1, &frames)).header("grpc-encoding", "zstd");
    let answer = Grpc::to(server.grpc()).call(&call);
    assert_eq!(answer.code, RESOURCE_EXHAUSTED, "{answer:?}");
    let growth = peak_rss_bytes(&server) - before;
    assert!(growth <= GROWTH_MAX, "grew by {} MiB", growth / MIB as u64);
}

#[test]
fn row_46_a_client_that_takes_gzip_may_get_plain() {
    let server = Server::start();
    let request = Request::json("{}").header("accept-encoding", "gzip");
    let answer = request.send(server.http());
    assert_eq!((answer.status, answer.header("content-encoding")), (200, None));
    assert_eq!(answer.body, b"{}");
}

#[test]
fn row_47_the_reasons_for_many_refused_spans_stay_short() {
    let server = Server::start();
    let spans: Vec<Vec<u8>> =
        (0..100_000).map(|number| ids(&vec![1; 17 + number % 200], &[1; 8])).collect();
    let answer = Grpc::to(server.grpc()).call(&Call::export(&request_of(&spans)));
    let (count, message) = rejected(answer.response()).expect("a partial success");
    assert_eq!(count, 100_000);
    assert!(message.len() < 64 * 1024, "{} bytes", message.len());
    assert!(message.contains("must have 16 bytes"), "{message}");
}
