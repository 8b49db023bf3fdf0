//! The one page of an answer, out of traces found in any order.

use std::collections::BTreeMap;

use crate::contract::search::Cursor;

/// Keeps the first `limit` things behind a cursor, and one more that tells whether there is
/// a next page. Holds no more than that, whatever it is offered.
#[derive(Debug)]
pub struct Page<T> {
    after: Option<Cursor>,
    limit: usize,
    kept: BTreeMap<Cursor, T>,
}

impl<T> Page<T> {
    /// For `limit` things, at least 1, behind `after`.
    pub fn new(limit: usize, after: Option<Cursor>) -> Self {
        Self { after, limit: limit.max(1), kept: BTreeMap::new() }
    }

    /// Whether something that stands at `place` can still change the page.
    pub fn wants(&self, place: Cursor) -> bool {
        self.after.is_none_or(|after| place > after) && !self.has_enough(place)
    }

    /// Whether the page and what tells of a next one are both there, so that nothing at
    /// `next` or behind it is of use.
    pub fn has_enough(&self, next: Cursor) -> bool {
        self.is_full() && self.last().is_some_and(|last| next >= last)
    }

    fn is_full(&self) -> bool {
        self.kept.len() > self.limit
    }

    fn last(&self) -> Option<Cursor> {
        self.kept.last_key_value().map(|(place, _)| *place)
    }

    /// Takes note of what stands at `place`. Nothing is offered twice.
    pub fn offer(&mut self, place: Cursor, found: T) {
        if !self.wants(place) {
            return;
        }
        self.kept.insert(place, found);
        if self.kept.len() > self.limit.saturating_add(1) {
            self.kept.pop_last();
        }
    }

    /// The page, in order, and where to go on, if there is a next one.
    pub fn finish(mut self) -> (Vec<T>, Option<Cursor>) {
        let has_next = self.is_full();
        if has_next {
            self.kept.pop_last();
        }
        let next = self.last().filter(|_| has_next);
        (self.kept.into_values().collect(), next)
    }
}
