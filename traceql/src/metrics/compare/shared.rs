//! What many spans share is counted once for all of them.

use std::sync::Arc;

use hashbrown::HashMap;

/// How many different things are kept before they are counted.
const KEPT_MAX: usize = 256;

/// Which count a span goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct At {
    pub(super) is_selected: bool,
    pub(super) interval: usize,
}

/// Things that spans share, and how many spans did.
#[derive(Debug)]
pub(super) struct Shared<T> {
    /// By address, which is nobody else's as long as the thing is held.
    kept: HashMap<usize, Kept<T>>,
}

/// A thing, and how many spans had it, by where they count.
type Kept<T> = (Arc<T>, Vec<(At, u64)>);

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self { kept: HashMap::new() }
    }
}

impl<T> Shared<T> {
    /// Adds a span with `thing`; whether they are to be counted now.
    pub(super) fn add(&mut self, thing: &Arc<T>, at: At) -> bool {
        let new = || (Arc::clone(thing), Vec::new());
        let (_, counts) = self.kept.entry(Arc::as_ptr(thing).addr()).or_insert_with(new);
        // Spans that come together are of about the same time.
        match counts.iter_mut().rev().find(|(other, _)| *other == at) {
            Some((_, count)) => *count += 1,
            None => counts.push((at, 1)),
        }
        self.kept.len() >= KEPT_MAX
    }

    /// All of them, and how many spans of each count had them. None is kept any more.
    pub(super) fn take(&mut self) -> impl Iterator<Item = (Arc<T>, At, u64)> + use<T> {
        let kept = std::mem::take(&mut self.kept);
        kept.into_values().flat_map(|(thing, counts)| {
            counts.into_iter().map(move |(at, times)| (Arc::clone(&thing), at, times))
        })
    }
}
