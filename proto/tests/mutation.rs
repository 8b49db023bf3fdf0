//! Broken bodies: never a panic, never more than the limits grant, and where
//! prost still reads one, the same spans.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proto::otlp::{DecodeError, Decoded, Limits, json, protobuf};
use proto::testing::span_strategy;

use crate::oracle;

#[derive(Debug, Clone)]
enum Mutation {
    Set(Index, u8),
    Truncate(Index),
    Insert(Index, u8),
    Remove(Index),
    Repeat(Index, Index),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let index = any::<Index>;
    prop_oneof![
        8 => (index(), any::<u8>()).prop_map(|(at, byte)| Mutation::Set(at, byte)),
        1 => index().prop_map(Mutation::Truncate),
        2 => (index(), any::<u8>()).prop_map(|(at, byte)| Mutation::Insert(at, byte)),
        2 => index().prop_map(Mutation::Remove),
        1 => (index(), index()).prop_map(|(from, to)| Mutation::Repeat(from, to)),
    ]
}

fn mutate(mut body: Vec<u8>, mutations: &[Mutation]) -> Vec<u8> {
    for mutation in mutations {
        if body.is_empty() {
            break;
        }
        let length = body.len();
        match mutation {
            Mutation::Set(at, byte) => body[at.index(length)] = *byte,
            Mutation::Truncate(at) => body.truncate(at.index(length)),
            Mutation::Insert(at, byte) => body.insert(at.index(length), *byte),
            Mutation::Remove(at) => {
                body.remove(at.index(length));
            }
            Mutation::Repeat(from, to) => {
                let (from, to) = (from.index(length), to.index(length));
                body.extend_from_within(from.min(to)..from.max(to));
            }
        }
    }
    body
}

fn check_budget(result: Result<Decoded, DecodeError>, limits: &Limits) {
    match result {
        Ok(decoded) => assert!(decoded.decoded_bytes <= limits.decoded_bytes_max),
        Err(error) => assert!(error.to_string().len() < 8192),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn broken_protobuf_is_survived(
        spans in vec(span_strategy(), 1..4),
        mutations in vec(mutation(), 1..8),
        decoded_bytes_max in 0_usize..20_000,
    ) {
        let body = mutate(protobuf::encode_request(&spans), &mutations);
        let small = Limits { decoded_bytes_max, ..Limits::default() };
        check_budget(protobuf::decode_request(&body, &small), &small);
        if let Ok(expected) = oracle::decode(&body) {
            let read = protobuf::decode_request(&body, &Limits::default()).unwrap();
            prop_assert_eq!(format!("{:#?}", read.batch.spans()), format!("{expected:#?}"));
        }
    }

    #[test]
    fn broken_json_is_survived(
        spans in vec(span_strategy(), 1..4),
        mutations in vec(mutation(), 1..8),
        decoded_bytes_max in 0_usize..20_000,
    ) {
        let body = mutate(json::encode_request(&spans).into_bytes(), &mutations);
        let small = Limits { decoded_bytes_max, ..Limits::default() };
        check_budget(json::decode_request(&body, &small), &small);
    }

    #[test]
    fn noise_is_survived(body in vec(any::<u8>(), 0..200)) {
        let limits = Limits::default();
        check_budget(protobuf::decode_request(&body, &limits), &limits);
        check_budget(json::decode_request(&body, &limits), &limits);
    }
}
