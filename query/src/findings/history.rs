//! Findings over restarts: a small file beside the store.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Book;

/// What the file says first; others are not read.
const VERSION: u32 = 1;
/// A larger file is none of ours: a book has at most some hundred entries.
const BYTES_MAX: u64 = 16 << 20;

/// The file with the findings, and what it says.
#[derive(Debug, Default)]
pub(super) struct History {
    file: Option<PathBuf>,
    written: String,
}

#[derive(Serialize)]
struct Written<'a> {
    version: u32,
    book: &'a Book,
}

#[derive(Deserialize)]
struct Read {
    version: u32,
    book: Book,
}

impl History {
    /// The file, and the book that it has; an empty one where there is no file, or none
    /// that can be read: findings are found again, only their history is gone.
    pub(super) fn open(file: Option<PathBuf>) -> (Self, Book) {
        let book = match file.as_deref().map(read) {
            None | Some(Ok(None)) => Book::default(),
            Some(Ok(Some(book))) => book,
            Some(Err(error)) => {
                tracing::warn!(%error, "the history of findings begins anew");
                Book::default()
            }
        };
        (Self { file, written: String::new() }, book)
    }

    /// Keeps `book`, if it says something else than before.
    pub(super) fn keep(&mut self, book: &Book) {
        let Some(file) = &self.file else { return };
        let text = match serde_json::to_string(&Written { version: VERSION, book }) {
            Ok(text) if text == self.written => return,
            Ok(text) => text,
            Err(error) => {
                tracing::warn!(%error, "findings not kept");
                return;
            }
        };
        match write(file, &text) {
            Ok(()) => self.written = text,
            // It is tried again at the next look.
            Err(error) => tracing::debug!(%error, "findings not kept"),
        }
    }
}

fn read(file: &Path) -> io::Result<Option<Book>> {
    match std::fs::metadata(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
        Ok(found) if found.len() > BYTES_MAX => return Err(io::ErrorKind::FileTooLarge.into()),
        Ok(_) => {}
    }
    let read: Read = serde_json::from_str(&std::fs::read_to_string(file)?)?;
    match read.version {
        VERSION => Ok(Some(read.book)),
        version => Err(io::Error::other(format!("its version is {version}"))),
    }
}

/// Writes the whole file or leaves the old one.
fn write(file: &Path, text: &str) -> io::Result<()> {
    let new = file.with_extension("new");
    std::fs::write(&new, text)?;
    std::fs::rename(&new, file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::book::tests::slow;

    #[test]
    fn what_was_found_is_known_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("findings.json");
        let (mut history, mut book) = History::open(Some(file.clone()));
        book.take(vec![slow(0.5)], 10);
        book.take(vec![slow(0.5)], 20);
        history.keep(&book);
        let (_, again) = History::open(Some(file.clone()));
        assert_eq!(again.open(), book.open());
        let over: Vec<_> = (0..3).flat_map(|look| book.take(vec![], 30 + look)).collect();
        assert_eq!(over.len(), 1);
        history.keep(&book);
        let (_, again) = History::open(Some(file.clone()));
        assert_eq!(again.resolved().collect::<Vec<_>>(), book.resolved().collect::<Vec<_>>());

        std::fs::write(&file, "{\"version\": 2}").unwrap();
        let (_, again) = History::open(Some(file));
        assert!(again.open().is_empty());
    }
}
