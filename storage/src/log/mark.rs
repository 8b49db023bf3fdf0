//! The high-water mark: how far the log was acknowledged, kept beside the
//! database, so that a log which lost its end is noticed when it is opened.
//!
//! RocksDB takes a log that ends too early for one that was torn by a kill. This
//! file tells the two apart. It has two slots, at 0 and at 512, written in turn, so
//! that a torn write spoils one at most; the higher number that verifies counts:
//!
//! ```text
//! +------------------------+----------------------+------------------------+
//! | "HOPLMRK1", 8 bytes    | record number, u64   | CRC-32C of both, u32   |
//! +------------------------+----------------------+------------------------+
//! ```
//!
//! It is written after the log and never claims more than the log is known to
//! hold by then, but it is forced to the disk only now and then: after a power cut
//! it may claim less. So it never accuses a log that is whole.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use super::RecordNumber;
use proto::codec::{Malformed, Reader, Writer};

/// The file's name in the data directory.
pub(crate) const FILE_NAME: &str = "acknowledged";
const MAGIC: [u8; 8] = *b"HOPLMRK1";
const SLOT_BYTES: usize = 20;
/// One slot to a sector, so that no torn sector has both.
const SLOTS: [u64; 2] = [0, 512];

/// The open file.
#[derive(Debug)]
pub(crate) struct Mark {
    file: Arc<File>,
    is_second_next: bool,
    is_unsynced: bool,
}

impl Mark {
    /// Opens the file, made where there is none, and reads what it claims: 0 where
    /// it claims nothing.
    pub(crate) fn open(data_dir: &Path) -> io::Result<(Self, RecordNumber)> {
        let path = data_dir.join(FILE_NAME);
        let file =
            File::options().read(true).write(true).create(true).truncate(false).open(path)?;
        let [first, second] = SLOTS.map(|at| read_slot(&file, at).unwrap_or(0));
        let is_second_next = first > second;
        Ok((Self { file: Arc::new(file), is_second_next, is_unsynced: false }, first.max(second)))
    }

    /// Claims that the log is acknowledged up to `number`.
    pub(crate) fn set(&mut self, number: RecordNumber) -> io::Result<()> {
        let at = SLOTS[usize::from(self.is_second_next)];
        self.file.write_all_at(&slot(number), at)?;
        self.is_second_next = !self.is_second_next;
        self.is_unsynced = true;
        Ok(())
    }

    /// The file, if there is a claim to be forced to the disk by whoever takes it.
    pub(crate) fn take_unsynced(&mut self) -> Option<Arc<File>> {
        std::mem::take(&mut self.is_unsynced).then(|| Arc::clone(&self.file))
    }
}

fn slot(number: RecordNumber) -> Vec<u8> {
    let mut slot = Writer::new();
    slot.raw(&MAGIC);
    slot.u64(number);
    let mut bytes = slot.into_bytes();
    let sum = crc32c::crc32c(&bytes);
    bytes.extend_from_slice(&sum.to_le_bytes());
    bytes
}

/// The number in a slot that verifies.
fn read_slot(file: &File, at: u64) -> Option<RecordNumber> {
    let mut bytes = [0; SLOT_BYTES];
    file.read_exact_at(&mut bytes, at).ok()?;
    let number = decode_number(&bytes).ok()?;
    (slot(number) == bytes).then_some(number)
}

fn decode_number(slot: &[u8]) -> Result<RecordNumber, Malformed> {
    let mut reader = Reader::new(slot);
    reader.raw(MAGIC.len())?;
    reader.u64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_claim_is_read_back_and_a_torn_slot_falls_back_to_the_one_before() {
        let dir = tempfile::tempdir().unwrap();
        let (mut mark, claimed) = Mark::open(dir.path()).unwrap();
        assert_eq!(claimed, 0);
        for number in 1..=5 {
            mark.set(number).unwrap();
            let (_, claimed) = Mark::open(dir.path()).unwrap();
            assert_eq!(claimed, number);
        }
        let torn = SLOTS[usize::from(!mark.is_second_next)];
        mark.file.write_all_at(b"torn", torn).unwrap();
        let (mut mark, claimed) = Mark::open(dir.path()).unwrap();
        assert_eq!(claimed, 4);
        mark.set(5).unwrap();
        assert_eq!(Mark::open(dir.path()).unwrap().1, 5);
    }
}
