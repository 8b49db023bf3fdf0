#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};

use super::decoder::Decoder;
use super::key::Key;

/// A message of OTLP, read field by field.
pub(super) trait Message {
    type Key: Key;
    /// What an error says was expected, as "a span".
    const EXPECTED: &'static str;

    /// Reads the value of `key` from `values`. Every value must be taken.
    fn read_field<'de, A: MapAccess<'de>>(
        &mut self,
        key: Self::Key,
        values: &mut A,
        decoder: &mut Decoder,
    ) -> Result<(), A::Error>;
}

/// Reads a JSON object into a message; `null` changes nothing. Tells whether
/// there was an object.
pub(super) struct Object<'a, M>(pub(super) &'a mut M, pub(super) &'a mut Decoder);

impl<'de, M: Message> DeserializeSeed<'de> for Object<'_, M> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, M: Message> Visitor<'de> for Object<'_, M> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(M::EXPECTED)
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }

    // As serde would, but without quoting a text of any length.
    fn visit_str<E: Error>(self, _text: &str) -> Result<Self::Value, E> {
        Err(E::invalid_type(Unexpected::Other("string"), &self))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut values: A) -> Result<bool, A::Error> {
        let Self(message, decoder) = self;
        while let Some(key) = values.next_key::<M::Key>()? {
            let read = message.read_field(key, &mut values, decoder);
            read.inspect_err(|_| decoder.failed_in(|| key.name().to_owned()))?;
        }
        Ok(true)
    }
}

/// What the items of a JSON array are added to.
pub(super) trait Items {
    /// What an error says was expected, as "a list of spans".
    const EXPECTED: &'static str;

    /// Reads one item; `false` at the end.
    fn read_item<'de, A: SeqAccess<'de>>(
        &mut self,
        items: &mut A,
        decoder: &mut Decoder,
    ) -> Result<bool, A::Error>;
}

/// Reads a JSON array; `null` changes nothing.
pub(super) struct List<'a, I>(pub(super) &'a mut I, pub(super) &'a mut Decoder);

impl<'de, I: Items> DeserializeSeed<'de> for List<'_, I> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, I: Items> Visitor<'de> for List<'_, I> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(I::EXPECTED)
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    // As serde would, but without quoting a text of any length.
    fn visit_str<E: Error>(self, _text: &str) -> Result<Self::Value, E> {
        Err(E::invalid_type(Unexpected::Other("string"), &self))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Self(into, decoder) = self;
        let mut index = 0_usize;
        loop {
            let read = into.read_item(&mut items, decoder);
            if !read.inspect_err(|_| decoder.failed_in(|| format!("[{index}]")))? {
                return Ok(());
            }
            index = index.saturating_add(1);
        }
    }
}

/// A message that stands in lists as it is.
pub(super) trait Item: Message + Default {
    /// See [`Items::EXPECTED`].
    const LIST_EXPECTED: &'static str;
}

impl<M: Item> Items for Vec<M> {
    const EXPECTED: &'static str = M::LIST_EXPECTED;

    fn read_item<'de, A: SeqAccess<'de>>(
        &mut self,
        items: &mut A,
        decoder: &mut Decoder,
    ) -> Result<bool, A::Error> {
        let mut item = M::default();
        if items.next_element_seed(Object(&mut item, decoder))?.is_none() {
            return Ok(false);
        }
        let pushed = decoder.budget.push(self, item);
        decoder.granted(pushed)?;
        Ok(true)
    }
}

/// Reads a text; `null` changes nothing. Tells whether there was a text.
pub(super) struct Text<'a>(pub(super) &'a mut String, pub(super) &'a mut Decoder);

impl<'de> DeserializeSeed<'de> for Text<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visitor<'_> for Text<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<bool, E> {
        let Self(into, decoder) = self;
        let copy = decoder.budget.text(text);
        *into = decoder.granted(copy)?;
        Ok(true)
    }
}
