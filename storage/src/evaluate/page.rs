//! The one page of an answer, out of traces found in any order.

use std::collections::BTreeMap;

use crate::contract::Completeness;
use crate::contract::search::{Cursor, FoundTrace, Order, Search, SearchPage};

/// Keeps the first `limit` traces behind the cursor, and one more that tells
/// whether there is a next page. Holds no more than that, whatever it is offered.
pub(crate) struct PageCollector {
    order: Order,
    after: Option<Cursor>,
    limit: usize,
    kept: BTreeMap<Cursor, FoundTrace>,
}

impl PageCollector {
    /// For the page that `search` asks for.
    pub(crate) fn new(search: &Search) -> Self {
        Self {
            order: search.order,
            after: search.after,
            limit: search.limit.max(1),
            kept: BTreeMap::new(),
        }
    }

    /// Whether a trace that stands at `place` can still change the page. Once it
    /// can't, neither can any trace behind it.
    pub(crate) fn wants(&self, place: Cursor) -> bool {
        let is_behind_cursor = self.after.is_none_or(|after| place > after);
        is_behind_cursor && (!self.is_full() || self.last().is_some_and(|last| place < last))
    }

    /// Whether the page and the trace that tells of a next one are both there, so
    /// that only a trace before the last of them is still of use.
    pub(crate) fn is_full(&self) -> bool {
        self.kept.len() > self.limit
    }

    /// The place of the last trace that is kept.
    pub(crate) fn last(&self) -> Option<Cursor> {
        self.kept.last_key_value().map(|(place, _)| *place)
    }

    /// Takes note of a trace that matches. Each trace is offered once.
    pub(crate) fn offer(&mut self, found: FoundTrace) {
        let place = Cursor::of(&found.summary, self.order);
        if !self.wants(place) {
            return;
        }
        self.kept.insert(place, found);
        if self.kept.len() > self.limit.saturating_add(1) {
            self.kept.pop_last();
        }
    }

    /// The page.
    pub(crate) fn finish(mut self, completeness: Completeness) -> SearchPage {
        let has_next = self.is_full();
        if has_next {
            self.kept.pop_last();
        }
        let next = self.last().filter(|_| has_next);
        SearchPage { traces: self.kept.into_values().collect(), next, completeness }
    }
}
