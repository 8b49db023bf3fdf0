//! Retention by bytes: the segments that were sealed first go until the store is small
//! enough.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::space::Shown;
use super::{DATABASE_DIR, MaintainError, Shared, Upkeep};
use crate::log;
use crate::rocks::Family;
use crate::segment::{SegmentId, id_of_key};

impl Shared {
    /// What the store takes on the disk. Snapshots do not count: they are links.
    ///
    /// It asks the system for the size of each file: 1 ms for 1,000 segments.
    pub(super) fn disk_bytes(&self) -> u64 {
        let directories = [DATABASE_DIR, log::DIRECTORY];
        let bytes = directories.map(|name| bytes_in(&self.config.data_dir.join(name)));
        bytes.into_iter().fold(0, u64::saturating_add)
    }

    /// Retires segments, those that were sealed first, until the store takes no more than
    /// the configured bytes. The newest stays, and is warned of where it is too large.
    pub(super) fn retire_over_size(&self, upkeep: &mut Upkeep) -> Result<(), MaintainError> {
        let Some(bytes_max) = self.config.retention_bytes else {
            return Ok(());
        };
        let mut held = self.disk_bytes();
        if held <= bytes_max {
            upkeep.is_told_of_size = false;
            return Ok(());
        }
        let sizes = self.segment_bytes()?;
        let size_of = |id: SegmentId| sizes.get(&id).copied().unwrap_or(0);
        // What only waits for its readers is as good as gone.
        for (id, _) in &upkeep.retiring {
            held = held.saturating_sub(size_of(*id));
        }
        let mut segments: Vec<_> = {
            let state = self.state.read();
            state.segments.values().map(Arc::clone).collect()
        };
        segments.sort_by_key(|segment| (segment.commit.sealed_unix_nano, segment.id));
        let newest = segments.pop();
        for segment in segments {
            if held <= bytes_max || self.poison.get().is_some() {
                break;
            }
            self.retire(upkeep, segment.id)?;
            held = held.saturating_sub(size_of(segment.id));
        }
        if held > bytes_max && !upkeep.is_told_of_size {
            upkeep.is_told_of_size = true;
            tracing::warn!(
                bytes = %Shown(held),
                bytes_max = %Shown(bytes_max),
                newest_segment = %Shown(newest.map_or(0, |segment| size_of(segment.id))),
                "the newest segment and the log alone are larger than retention by bytes allows"
            );
        }
        Ok(())
    }

    /// What each segment takes on the disk. A file holds one segment.
    fn segment_bytes(&self) -> Result<BTreeMap<SegmentId, u64>, MaintainError> {
        let mut sizes = BTreeMap::new();
        for (first_key, bytes) in self.rocks.files(Family::Segment)? {
            if let Some(id) = id_of_key(&first_key) {
                let size: &mut u64 = sizes.entry(id).or_default();
                *size = size.saturating_add(bytes);
            }
        }
        Ok(sizes)
    }
}

/// The bytes of all files in `directory` and the directories in it. Files that go
/// meanwhile do not count.
fn bytes_in(directory: &Path) -> u64 {
    let mut bytes = 0u64;
    let mut directories = vec![directory.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(metadata) if metadata.is_dir() => directories.push(entry.path()),
                Ok(metadata) => bytes = bytes.saturating_add(metadata.len()),
                Err(_) => {}
            }
        }
    }
    bytes
}
