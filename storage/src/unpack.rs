//! Unpacks zstd frames, with a context for each thread: making one anew for each block was a
//! sixth of what a comparison with example traces took.

use std::cell::RefCell;
use std::io;

use zstd::bulk::Decompressor;

thread_local! {
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// What `frame` unpacks to.
///
/// # Errors
/// Where it is no frame, or would be longer than `bytes_max`.
pub(crate) fn unpack(frame: &[u8], bytes_max: usize) -> io::Result<Vec<u8>> {
    DECOMPRESSOR.with_borrow_mut(|decompressor| match decompressor {
        Some(known) => known.decompress(frame, bytes_max),
        None => decompressor.insert(Decompressor::new()?).decompress(frame, bytes_max),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_frame_does_not_harm_the_next() {
        let frames = [&b"one"[..], &[7; 5_000]]
            .map(|bytes| (zstd::bulk::compress(bytes, 3).unwrap(), bytes));
        for (frame, bytes) in &frames {
            assert!(unpack(&frame[..frame.len() - 1], bytes.len()).is_err());
            assert_eq!(unpack(frame, bytes.len()).unwrap(), *bytes);
            assert!(unpack(frame, bytes.len() - 1).is_err());
            assert_eq!(unpack(frame, bytes.len()).unwrap(), *bytes);
        }
    }
}
