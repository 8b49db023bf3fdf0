//! Names and attributes by number: whoever counts what many spans have does not need each
//! attribute of each span, which would be two texts in memory, only which one it is.

use std::fmt::Debug;
use std::sync::Arc;

use crate::Attribute;
use crate::batch::body::Owner;

/// What the numbers of a container stand for.
pub trait Dictionary: Debug + Send + Sync {
    /// The attribute with this number; `None` where there is none.
    fn attribute_of(&self, number: u32) -> Option<Attribute>;

    /// The text with this number; `None` where there is none.
    fn text_of(&self, number: u32) -> Option<String>;
}

/// Names of the spans of one trace and attributes of them and of their events, by number: those
/// that are not in the spans themselves. A key that occurs twice in a list is either here, once,
/// with what wins, or among the span's own.
#[derive(Debug, Default)]
pub struct Numbered {
    dictionaries: Vec<Arc<dyn Dictionary>>,
    numbers: Vec<Number>,
    spans: Vec<Here>,
    /// The list of attributes that is read: whose it is, the first of its numbers, and the keys
    /// of these in the same order.
    owner: Option<Owner>,
    first: usize,
    keys: Vec<u32>,
    /// The keys of those of its attributes that are among the span's own.
    made: Vec<u32>,
}

/// What is here of one span.
#[derive(Debug)]
struct Here {
    /// Which dictionary its numbers are of.
    dictionary: usize,
    name: Option<u32>,
    /// Where its attributes end.
    end: usize,
}

/// An attribute by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number {
    /// Whose it is: never a link's.
    pub owner: Owner,
    /// What stands for it in the dictionary.
    pub number: u32,
}

/// What is told of one span by number.
#[derive(Debug, Clone, Copy)]
pub struct OfSpan<'a> {
    /// What the numbers stand for.
    pub dictionary: &'a Arc<dyn Dictionary>,
    /// Its name; `None` where it has it itself.
    pub name: Option<u32>,
    /// The attributes, in no order.
    pub numbers: &'a [Number],
}

impl Numbered {
    /// What there is of the span at `place` of its trace; `None` where it has all itself.
    pub fn of_span(&self, place: usize) -> Option<OfSpan<'_>> {
        let here = self.spans.get(place)?;
        let before = place.checked_sub(1).and_then(|before| self.spans.get(before));
        let numbers = self.numbers.get(before.map_or(0, |before| before.end)..here.end)?;
        let dictionary = self.dictionaries.get(here.dictionary)?;
        Some(OfSpan { dictionary, name: here.name, numbers })
    }

    /// Forgets all spans.
    pub fn clear(&mut self) {
        let Self { dictionaries, numbers, spans, .. } = self;
        // Mostly the next trace has the same.
        dictionaries.drain(..dictionaries.len().saturating_sub(1));
        numbers.clear();
        spans.clear();
        self.begin(None);
    }

    /// A list of attributes of `owner` begins.
    pub fn begin(&mut self, owner: Option<Owner>) {
        self.owner = owner;
        self.first = self.numbers.len();
        self.keys.clear();
        self.made.clear();
    }

    /// Takes an attribute that nobody wants by itself, whose key is `key`; whether it is done
    /// with. If not it is to be among the span's own, where the same key is.
    pub fn take(&mut self, key: u32, number: u32) -> bool {
        let Some(owner) = self.owner.filter(|owner| *owner != Owner::Link) else {
            return true;
        };
        if self.made.contains(&key) {
            return false;
        }
        match self.keys.iter().position(|one| *one == key) {
            // The last wins.
            Some(place) => {
                if let Some(known) = self.numbers.get_mut(self.first.saturating_add(place)) {
                    known.number = number;
                }
            }
            None => {
                self.keys.push(key);
                self.numbers.push(Number { owner, number });
            }
        }
        true
    }

    /// An attribute whose key is `key` is among the span's own.
    pub fn pass(&mut self, key: u32) {
        self.made.push(key);
        if let Some(place) = self.keys.iter().position(|one| *one == key) {
            self.keys.swap_remove(place);
            self.numbers.swap_remove(self.first.saturating_add(place));
        }
    }

    /// The span whose attributes came since the last one is whole, with its name, where it does
    /// not have it itself; the numbers are of `dictionary`.
    pub fn end_span<D: Dictionary + 'static>(&mut self, dictionary: &Arc<D>, name: Option<u32>) {
        let is_last = |last: &Arc<dyn Dictionary>| {
            std::ptr::addr_eq(Arc::as_ptr(last), Arc::as_ptr(dictionary))
        };
        if !self.dictionaries.last().is_some_and(is_last) {
            self.dictionaries.push(Arc::<D>::clone(dictionary));
        }
        let dictionary = self.dictionaries.len().saturating_sub(1);
        self.spans.push(Here { dictionary, name, end: self.numbers.len() });
        self.begin(None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Batch, Value};

    fn numbers(numbered: &Numbered, place: usize) -> Vec<(Owner, u32)> {
        let of_span = numbered.of_span(place).unwrap();
        of_span.numbers.iter().map(|one| (one.owner, one.number)).collect()
    }

    #[test]
    fn each_span_has_the_last_of_each_key() {
        let (one, other) = (Arc::new(Batch::default()), Arc::new(Batch::default()));
        let mut numbered = Numbered::default();
        numbered.begin(Some(Owner::Span));
        assert!(numbered.take(1, 10) && numbered.take(2, 20) && numbered.take(1, 11));
        numbered.begin(Some(Owner::Event));
        assert!(numbered.take(1, 12));
        numbered.begin(Some(Owner::Link));
        assert!(numbered.take(3, 30));
        numbered.end_span(&one, Some(3));
        numbered.end_span(&one, None);
        numbered.begin(Some(Owner::Span));
        // What is among the span's own is so as a whole.
        assert!(numbered.take(4, 40) && numbered.take(5, 50));
        numbered.pass(4);
        assert!(!numbered.take(4, 41));
        numbered.end_span(&other, None);
        let first = [(Owner::Span, 11), (Owner::Span, 20), (Owner::Event, 12)];
        assert_eq!(numbers(&numbered, 0), first);
        let names = [0, 1, 2].map(|place| numbered.of_span(place).unwrap().name);
        assert_eq!(names, [Some(3), None, None]);
        assert_eq!(numbers(&numbered, 1), []);
        assert_eq!(numbers(&numbered, 2), [(Owner::Span, 50)]);
        assert!(numbered.of_span(3).is_none());
        numbered.clear();
        assert!(numbered.of_span(0).is_none());
        assert_eq!(one.attribute_of(7).unwrap().value, Value::Empty);
    }
}
