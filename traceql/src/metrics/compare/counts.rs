//! How often many things of a few kinds came, before they are counted by their values.

use std::hash::Hash;
use std::sync::Arc;

use hashbrown::HashMap;
use proto::Attribute;
use proto::batch::body::Owner;
use proto::numbered::{Dictionary, OfSpan};

use super::shared::At;
use crate::value::{Kind, Status};

/// How many different things are kept before they are counted: some 2 MB.
const KEPT_MAX: usize = 1 << 16;
/// How many dictionaries are.
const DICTIONARIES_MAX: usize = 256;
/// How many counts one of them may have for each number.
const PLACES_MAX: usize = 64;
/// How many counts there are of numbers, of all dictionaries: 4 MB.
const CELLS_MAX: usize = 1 << 19;

/// What all spans have, beside texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Plain {
    pub(super) kind: Kind,
    pub(super) status: Status,
    pub(super) child_count: u32,
    /// Few have one.
    pub(super) has_message: bool,
}

/// Things, and how many spans had them.
#[derive(Debug)]
pub(super) struct Counts<T>(HashMap<(T, At), u64>);

impl<T> Default for Counts<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T: Eq + Hash> Counts<T> {
    /// Adds a span; whether they are to be counted now.
    pub(super) fn add(&mut self, thing: T, at: At) -> bool {
        *self.0.entry((thing, at)).or_default() += 1;
        self.0.len() >= KEPT_MAX
    }

    /// All of them. None is kept any more.
    pub(super) fn take(&mut self) -> impl Iterator<Item = (T, At, u64)> + use<T> {
        std::mem::take(&mut self.0).into_iter().map(|((thing, at), times)| (thing, at, times))
    }
}

/// What was told by number.
#[derive(Debug, Clone, Copy)]
pub(super) enum What<'a> {
    /// The name of spans.
    Name(&'a str),
    /// An attribute of spans.
    OfSpan(&'a Attribute),
    /// An attribute of events.
    OfEvent(&'a Attribute),
}

/// Names and attributes by number.
#[derive(Debug, Default)]
pub(super) struct ByNumber {
    known: Vec<Known>,
    /// Places among the known, by the dictionary's address, which is nobody else's as long as it
    /// is held.
    places: HashMap<usize, usize>,
    /// The dictionary that came last, and its place.
    last: Option<(usize, usize)>,
    cells: usize,
}

/// The counts of one dictionary's numbers.
#[derive(Debug)]
struct Known {
    dictionary: Arc<dyn Dictionary>,
    by_place: Vec<(At, Cells)>,
}

/// How often each number came, of each kind. What comes often has a low one.
type Cells = [Vec<u64>; NumberOf::ALL.len()];

/// What a number is of: they are counted apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NumberOf {
    Name,
    SpanAttribute,
    EventAttribute,
}

impl NumberOf {
    const ALL: [Self; 3] = [Self::Name, Self::SpanAttribute, Self::EventAttribute];
}

impl ByNumber {
    /// Adds what a span has; whether all is to be counted now.
    pub(super) fn add(&mut self, of_span: OfSpan<'_>, at: At) -> bool {
        let OfSpan { dictionary, name, numbers } = of_span;
        let place = self.place_of(dictionary);
        let Some(Known { by_place, .. }) = self.known.get_mut(place) else {
            return false;
        };
        // Spans that come together are of about the same time.
        let place = match by_place.iter().rposition(|(other, _)| *other == at) {
            Some(place) => place,
            None => {
                by_place.push((at, Cells::default()));
                by_place.len() - 1
            }
        };
        let has_many = by_place.len() >= PLACES_MAX;
        let cells = &mut by_place[place].1;
        let name = name.map(|number| (NumberOf::Name, number));
        let attributes = numbers.iter().map(|one| match one.owner {
            Owner::Event => (NumberOf::EventAttribute, one.number),
            Owner::Span | Owner::Link => (NumberOf::SpanAttribute, one.number),
        });
        for (of, number) in name.into_iter().chain(attributes) {
            self.cells += add(&mut cells[of as usize], number);
        }
        has_many || self.cells >= CELLS_MAX || self.known.len() >= DICTIONARIES_MAX
    }

    fn place_of(&mut self, dictionary: &Arc<dyn Dictionary>) -> usize {
        let address = Arc::as_ptr(dictionary).addr();
        if let Some((last, place)) = self.last
            && last == address
        {
            return place;
        }
        let place = *self.places.entry(address).or_insert_with(|| {
            let dictionary = Arc::clone(dictionary);
            self.known.push(Known { dictionary, by_place: Vec::new() });
            self.known.len() - 1
        });
        self.last = Some((address, place));
        place
    }

    /// Calls `count` with everything that came, and how often it did at each place. None is kept
    /// any more.
    pub(super) fn take(&mut self, mut count: impl FnMut(What<'_>, &[(At, u64)])) {
        for Known { dictionary, by_place } in std::mem::take(self).known {
            for of in NumberOf::ALL {
                each_number(&by_place, of, |number, times| match of {
                    NumberOf::Name => {
                        let text = dictionary.text_of(number);
                        text.iter().for_each(|text| count(What::Name(text), times));
                    }
                    NumberOf::SpanAttribute => {
                        let attribute = dictionary.attribute_of(number);
                        attribute.iter().for_each(|it| count(What::OfSpan(it), times));
                    }
                    NumberOf::EventAttribute => {
                        let attribute = dictionary.attribute_of(number);
                        attribute.iter().for_each(|it| count(What::OfEvent(it), times));
                    }
                });
            }
        }
    }
}

/// Adds one; how many counts are new.
fn add(counts: &mut Vec<u64>, number: u32) -> usize {
    let place = number as usize;
    let before = counts.len();
    if place >= before {
        counts.resize(place + 1, 0);
    }
    counts[place] += 1;
    counts.len() - before
}

/// Calls `visit` with each number that came, and how often it did at each place.
fn each_number(by_place: &[(At, Cells)], of: NumberOf, mut visit: impl FnMut(u32, &[(At, u64)])) {
    let end = by_place.iter().map(|(_, cells)| cells[of as usize].len()).max().unwrap_or(0);
    let mut times = Vec::new();
    for number in 0..end {
        let at_place = |(at, cells): &(At, Cells)| {
            let times = cells[of as usize].get(number).copied().unwrap_or(0);
            (times > 0).then_some((*at, times))
        };
        times.clear();
        times.extend(by_place.iter().filter_map(at_place));
        if !times.is_empty() {
            visit(number as u32, &times);
        }
    }
}
