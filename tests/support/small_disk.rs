//! A disk that is soon full: a file system of so many bytes, in memory.

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// Mounted in a mount namespace of its own, whose only process is a child that waits:
/// the rest of the machine does not see it, and it goes with the value, however the
/// test ends.
#[derive(Debug)]
pub(crate) struct SmallDisk {
    holder: Child,
    path: PathBuf,
    _mount_point: TempDir,
}

/// Mounts, says so, and waits until its standard input ends.
const SCRIPT: &str = r#"mount -t tmpfs -o "size=$1" none "$2" && echo mounted && exec cat"#;

impl SmallDisk {
    /// One with room for so many bytes.
    ///
    /// # Panics
    /// Where the system lets us mount nothing, neither as root nor as the root of a user
    /// namespace: a test that could not run has not passed.
    pub(crate) fn new(bytes: u64) -> Self {
        let as_root = Self::mount(bytes, &["--mount"]);
        as_root.or_else(|| Self::mount(bytes, &["--user", "--map-root-user", "--mount"])).expect(
            "this test could not run: it mounts a tmpfs of its own, by `unshare --mount` as root or \
             by `unshare --user --map-root-user --mount`, and this system allows neither; leave it \
             out knowingly with `-- --skip small_disk`",
        )
    }

    fn mount(bytes: u64, namespaces: &[&str]) -> Option<Self> {
        let mount_point = tempfile::tempdir().expect("a folder");
        let mut holder = Command::new("unshare")
            .args(namespaces)
            .args(["sh", "-c", SCRIPT, "sh", &bytes.to_string()])
            .arg(mount_point.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let mut said = String::new();
        BufReader::new(holder.stdout.as_mut()?).read_line(&mut said).ok()?;
        if said != "mounted\n" {
            holder.wait().ok()?;
            return None;
        }
        // The way into a namespace that is not ours.
        let path = format!("/proc/{}/root{}", holder.id(), mount_point.path().display());
        Some(Self { holder, path: path.into(), _mount_point: mount_point })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Fills it with something of somebody else's, or takes of that away, until so many
    /// bytes are free.
    pub(crate) fn fill(&self, free_bytes: u64) {
        let file = File::options().create(true).append(true).open(self.ballast());
        let mut ballast = file.expect("a file");
        let held = ballast.metadata().expect("its size").len();
        let size = (held + self.free_bytes()).saturating_sub(free_bytes);
        if size <= held {
            return ballast.set_len(size).expect("cut");
        }
        let chunk = vec![1; 1 << 20];
        let mut left = usize::try_from(size - held).expect("a size");
        while left > 0 {
            match ballast.write(&chunk[..left.min(chunk.len())]) {
                Ok(written) => left -= written,
                // Others write, too.
                Err(error) if error.kind() == ErrorKind::StorageFull => break,
                Err(error) => panic!("{error}"),
            }
        }
    }

    /// Takes away what [`SmallDisk::fill`] made.
    pub(crate) fn make_room(&self) {
        File::create(self.ballast()).expect("emptied");
    }

    /// How many bytes are free.
    pub(crate) fn free_bytes(&self) -> u64 {
        let figures = rustix::fs::statvfs(&self.path).expect("figures");
        figures.f_bavail * figures.f_frsize
    }

    fn ballast(&self) -> PathBuf {
        self.path.join("ballast")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Both fail only where it has ended already.
        self.holder.kill().ok();
        self.holder.wait().ok();
    }
}
