//! Attributes, read once each: the same bytes are the same attribute, so that most
//! cost one look into a table.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::chunk::{Chunk, Field};
use super::request::{Decoder, NEW_TEXT_BYTES};
use super::value::{Depth, Messages, write_value};
use crate::Attribute;
use crate::codec::Writer;
use crate::otlp::fault::Fault;

/// What a new attribute costs beside its bytes: its place, that of its key, and twice
/// its entry in the table that finds it, which is kept half empty. Its bytes in the
/// batch are no more than what it takes in the model.
const NEW_ATTRIBUTE_BYTES: usize =
    2 * size_of::<u32>() + NEW_TEXT_BYTES + 2 * size_of::<Known<'_>>();

/// The attributes of a request, by their bytes in it.
#[derive(Default)]
pub(super) struct KnownAttributes<'a> {
    numbers: HashTable<Known<'a>>,
    hasher: DefaultHashBuilder,
}

struct Known<'a> {
    bytes: &'a [u8],
    hash: u64,
    number: u32,
    /// What it takes in a span of the model, beside its place in a list.
    model_bytes: usize,
}

impl<'a> Decoder<'a> {
    /// The number of a `KeyValue`, the one at `index` of its list.
    // Inlined, so that the field stays in registers.
    #[inline(always)]
    pub(super) fn attribute(&mut self, field: Field<'a>, index: usize) -> Result<u32, Fault> {
        let chunk =
            field.chunk("").map_err(|error| Fault::from(error).within_item("attributes", index))?;
        let bytes = chunk.bytes();
        let hash = self.known.hasher.hash_one(bytes);
        let is_same = |known: &Known<'_>| known.hash == hash && known.bytes == bytes;
        if let Some(known) = self.known.numbers.find(hash, is_same) {
            self.budget.take(size_of::<Attribute>().saturating_add(known.model_bytes))?;
            return Ok(known.number);
        }
        self.new_attribute(chunk, hash).map_err(|fault| fault.within_item("attributes", index))
    }

    #[inline(never)]
    fn new_attribute(&mut self, chunk: Chunk<'a>, hash: u64) -> Result<u32, Fault> {
        let mark = self.budget.mark();
        self.read_new_attribute(chunk, hash).inspect_err(|_| self.budget.give_back_since(mark))
    }

    fn read_new_attribute(&mut self, chunk: Chunk<'a>, hash: u64) -> Result<u32, Fault> {
        let bytes = chunk.bytes();
        self.budget.take(NEW_ATTRIBUTE_BYTES.saturating_add(size_of::<Attribute>()))?;
        let taken_before = self.budget.taken();
        let mut key = "";
        let mut messages = Messages::default();
        let mut fields = chunk;
        while let Some((number, field)) = fields.next_field()? {
            match number {
                1 => key = field.text("key")?,
                2 => messages.push(field.chunk("value")?),
                _ => {}
            }
        }
        self.budget.take(key.len())?;
        let Self { budget, builder, limits, .. } = self;
        let depth = Depth::new(limits.value_depth);
        let number = builder.push_attribute(key, |out: &mut Writer| {
            write_value(out, messages.as_slice(), depth, budget)
                .map_err(|fault| fault.within("value"))
        })?;
        let model_bytes = budget.taken().saturating_sub(taken_before);
        let known = Known { bytes, hash, number, model_bytes };
        self.known.numbers.insert_unique(hash, known, |known| known.hash);
        Ok(number)
    }
}
