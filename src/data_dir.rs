//! A look into the data folder before the store is opened: the store makes files in it
//! and clears some, so a folder of somebody's other files must not become one.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::control;

/// What a store and its server keep in the folder, in this layout or a later one.
const OF_A_STORE: [&str; 7] =
    [LOCK, "acknowledged", "scratch", "db", "log", control::FILE_NAME, FINDINGS];
/// What was found to be wrong, and when.
pub(crate) const FINDINGS: &str = "findings.json";
/// Every store has it from its first moment.
const LOCK: &str = "lock";
/// One of these holds the spans.
const SPANS: [&str; 2] = ["db", "log"];
/// Made by the file system where the folder is a whole disk.
const OF_A_DISK: &str = "lost+found";
/// How many entries the error names.
const NAMED_MAX: usize = 3;

/// A folder that holds something else.
#[derive(Debug, thiserror::Error)]
#[error(
    "{folder} is no data folder of hopline: it holds {found}; give an empty or a new folder with \
     --data-dir"
)]
pub(crate) struct Foreign {
    folder: PathBuf,
    found: String,
}

/// Checks that `folder` may become, or is, a store: it is not there, empty, or has what
/// a store has. What cannot be read is left to the store to say.
///
/// # Errors
/// Where it holds other files and no store.
pub(crate) fn check(folder: &Path) -> Result<(), Foreign> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Ok(());
    };
    let names: BTreeSet<String> = entries
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .filter(|name| name != OF_A_DISK)
        .collect();
    if names.is_empty() || is_store(folder, &names) {
        return Ok(());
    }
    Err(Foreign { folder: folder.to_owned(), found: list(&names) })
}

/// Other files beside a store do no harm. One whose spans are gone, or that was ended
/// while it was made, has nothing but names of a store.
fn is_store(folder: &Path, names: &BTreeSet<String>) -> bool {
    let has_spans = SPANS.iter().any(|name| folder.join(name).is_dir());
    let is_only_store = names.iter().all(|name| OF_A_STORE.contains(&name.as_str()));
    folder.join(LOCK).is_file() && (has_spans || is_only_store)
}

/// `'a', 'b', 'c' and 4 more`.
fn list(names: &BTreeSet<String>) -> String {
    let named: Vec<String> =
        names.iter().take(NAMED_MAX).map(|name| format!("'{}'", name.escape_debug())).collect();
    match names.len() - named.len() {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with these entries; those that end in a slash are folders.
    fn folder(entries: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for entry in entries {
            match entry.strip_suffix('/') {
                Some(name) => fs::create_dir(folder.path().join(name)).unwrap(),
                None => fs::write(folder.path().join(entry), "").unwrap(),
            }
        }
        folder
    }

    #[test]
    fn an_empty_folder_and_a_store_are_taken() {
        for entries in [
            &[][..],
            &["lost+found/"],
            &["lock"],
            &["lock", "scratch/"],
            &["lock", "acknowledged", "scratch/"],
            &["lock", "acknowledged", "scratch/", "db/"],
            &["lock", "acknowledged", "log/", "lost+found/"],
            &["lock", "db/", "a later layout's file", "notes.txt"],
        ] {
            check(folder(entries).path()).unwrap();
        }
        check(&folder(&[]).path().join("not/there/yet")).unwrap();
    }

    #[test]
    fn anything_else_is_refused_by_name() {
        for entries in [
            &["notes.txt"][..],
            &["db/"],
            &["scratch/"],
            &["log/", "src/"],
            &["lock/", "db/"],
            &["lock", "notes/"],
            &[".hidden"],
        ] {
            let folder = folder(entries);
            let error = check(folder.path()).unwrap_err().to_string();
            let first = entries.iter().map(|entry| entry.trim_end_matches('/')).min().unwrap();
            assert!(error.contains(&format!("'{first}'")), "{error}");
            assert!(error.contains("--data-dir"), "{error}");
        }
        let many = folder(&["a", "b", "c", "d", "e\n"]);
        let error = check(many.path()).unwrap_err().to_string();
        assert!(error.contains("'a', 'b', 'c' and 2 more;"), "{error}");
    }
}
