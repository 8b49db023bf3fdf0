//! Finds a batch's texts and attributes by what they say: hot spans have no postings,
//! and a search would compare each of them.

use std::iter::once;

use proto::Batch;
use proto::batch::{AttributeNumber, TextNumber};
use xxhash_rust::xxh3::xxh3_64;

use crate::contract::search::AttributeScope;
use crate::segment::term::{Term, Terms};

/// Numbers by hash, sorted: 8 bytes for each text and each attribute.
#[derive(Debug)]
pub(crate) struct Lookup {
    texts: Vec<(u32, TextNumber)>,
    /// By the term of the value ([`Terms::attribute`]) and of a list's elements, in the scope
    /// "any".
    attributes: Vec<(Term, AttributeNumber)>,
}

impl Lookup {
    pub(super) fn of(batch: &Batch) -> Self {
        let mut texts: Vec<_> = (0..)
            .take(batch.text_count())
            .map(|number| (hash_of(batch.text(number)), number))
            .collect();
        texts.sort_unstable();
        let mut terms = Terms::default();
        let mut attributes: Vec<_> = (0..)
            .take(batch.attribute_count())
            .flat_map(|number| {
                let (key, value) = batch.attribute(number);
                let key = batch.text(key);
                let whole = terms.attribute(AttributeScope::Any, key, value);
                let elements = terms.elements(AttributeScope::Any, key, value);
                once(whole).chain(elements).map(move |term| (term, number))
            })
            .collect();
        attributes.sort_unstable();
        attributes.dedup();
        Self { texts, attributes }
    }

    /// The number of `text` in `batch`, which this is the lookup of.
    pub(crate) fn text(&self, batch: &Batch, text: &str) -> Option<TextNumber> {
        numbers_of(&self.texts, hash_of(text)).find(|number| batch.text(*number) == text)
    }

    /// The attributes that may have `term`: all that have it, and few others.
    pub(crate) fn attributes(&self, term: Term) -> impl Iterator<Item = AttributeNumber> {
        numbers_of(&self.attributes, term)
    }
}

fn hash_of(text: &str) -> u32 {
    xxh3_64(text.as_bytes()) as u32
}

fn numbers_of(sorted: &[(u32, u32)], hash: u32) -> impl Iterator<Item = u32> {
    let from = sorted.partition_point(|(known, _)| *known < hash);
    let rest = sorted.get(from..).unwrap_or_default();
    rest.iter().take_while(move |(known, _)| *known == hash).map(|(_, number)| *number)
}
