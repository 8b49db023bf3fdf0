//! A bit that flips anywhere in what is stored: named, and never a wrong or a silently
//! short answer.

use super::*;
use crate::contract::ReadError;

/// How many bits are flipped in each kind of file, one at a time.
const FLIPS: u64 = 1_000;

/// What was written, by trace.
type Expected = BTreeMap<TraceId, Vec<Span>>;

/// Sealed traces in two segments, one of them in both, and hot ones.
fn written() -> (Lab, Expected) {
    let lab = Lab::new();
    let mut expected = Expected::new();
    let mut write = |spans: &[Span]| {
        lab.write(spans);
        for span in spans {
            expected.entry(span.trace_id).or_default().push(span.clone());
        }
    };
    write(&shop()[..2]);
    ["b", "c", "d"].iter().for_each(|letter| write(&other(letter)));
    lab.store().seal_now().unwrap();
    write(&shop()[2..]);
    ["e", "f"].iter().for_each(|letter| write(&other(letter)));
    lab.store().seal_now().unwrap();
    ["g", "h"].iter().for_each(|letter| write(&other(letter)));
    expected.values_mut().for_each(evaluate::dedup_and_sort);
    (lab, expected)
}

/// Bits all over the files in `directory` whose names end with `suffix`: the file, the
/// byte and the bit.
fn places(directory: &Path, suffix: &str) -> Vec<(PathBuf, usize, u8)> {
    let files: Vec<(PathBuf, u64)> = files(directory)
        .unwrap()
        .into_iter()
        .filter(|(path, _)| path.to_string_lossy().ends_with(suffix))
        .map(|(path, (length, _))| (path, length))
        .collect();
    let all: u64 = files.iter().map(|(_, length)| length * 8).sum();
    let place = |number: u64| {
        // Odd strides visit every kind of byte.
        let mut bit = (number * (all / FLIPS) + number * number % 61) % all;
        for (path, length) in &files {
            if bit < length * 8 {
                return (path.clone(), (bit / 8) as usize, (bit % 8) as u8);
            }
            bit -= length * 8;
        }
        unreachable!("a bit of all")
    };
    (0..FLIPS).map(place).collect()
}

/// Answers about every trace are right, or say that they are not.
fn check(store: &Store, expected: &Expected) {
    for (id, spans) in expected {
        match store.trace(*id, TraceBounds::NONE, soon()) {
            Ok(Some(found)) if found.completeness == Completeness::Complete => {
                assert_eq!(&found.spans, spans);
            }
            Ok(Some(found)) => assert!(found.spans.iter().all(|span| spans.contains(span))),
            Ok(None) => panic!("trace {id} is gone without a word"),
            Err(error) => assert!(matches!(error, ReadError::Corrupt { .. }), "{error}"),
        }
    }
    match store.search(&search_all(), soon()) {
        Ok(page) if page.completeness == Completeness::Complete => {
            let found: BTreeMap<_, _> = page
                .traces
                .iter()
                .map(|found| (found.summary.trace_id, found.summary.span_count as usize))
                .collect();
            assert_eq!(found, expected.iter().map(|(id, spans)| (*id, spans.len())).collect());
        }
        Ok(page) => assert!(page.traces.len() <= expected.len()),
        Err(error) => assert!(matches!(error, ReadError::Corrupt { .. }), "{error}"),
    }
}

fn flip(path: &Path, at: usize, bit: u8) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes[at] ^= 1 << bit;
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn a_bit_of_a_segment_or_a_commit() {
    let (mut lab, expected) = written();
    check(lab.store(), &expected);
    lab.store = None;
    let whole = tempfile::tempdir().unwrap();
    copy(lab.dir.path(), whole.path());
    for (path, at, bit) in places(&lab.dir.path().join("db"), ".sst") {
        flip(&path, at, bit);
        if let Ok(store) = Store::open(lab.config.clone()) {
            check(&store, &expected);
            let audit = store.audit(|_| {}).unwrap();
            assert!(!audit.is_clean(), "byte {at}, bit {bit} of {}", path.display());
            store.close().unwrap();
        }
        // Opening may have changed more than the bit.
        copy(whole.path(), lab.dir.path());
    }
    lab.reopen();
    check(lab.store(), &expected);
}

#[test]
fn a_bit_of_the_log() {
    let (mut lab, expected) = written();
    lab.store = None;
    let whole = tempfile::tempdir().unwrap();
    copy(lab.dir.path(), whole.path());
    for (path, at, bit) in places(&lab.dir.path().join("log"), ".log") {
        flip(&path, at, bit);
        // What opens had not needed the bit: its record was sealed.
        if let Ok(store) = Store::open(lab.config.clone()) {
            check(&store, &expected);
        }
        copy(whole.path(), lab.dir.path());
    }
    lab.reopen();
    check(lab.store(), &expected);
}
