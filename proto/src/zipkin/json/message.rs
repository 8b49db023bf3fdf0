//! JSON objects and lists, read field by field and item by item, without holding them.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Unexpected, Visitor};

use super::read::Reader;

/// What an object's fields are read into.
pub(super) trait Object {
    const EXPECTED: &'static str;

    fn read_field<'de, A: MapAccess<'de>>(
        &mut self,
        key: &str,
        values: &mut A,
        reader: &mut Reader<'_>,
    ) -> Result<(), A::Error>;
}

/// Reads a JSON object; the last field says whether it may be `null`, which changes nothing.
pub(super) struct Fields<'a, 'b, O>(
    pub(super) &'a mut Reader<'b>,
    pub(super) &'a mut O,
    pub(super) bool,
);

impl<'de, O: Object> DeserializeSeed<'de> for Fields<'_, '_, O> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, O: Object> Visitor<'de> for Fields<'_, '_, O> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(O::EXPECTED)
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        if self.2 { Ok(()) } else { Err(E::invalid_type(Unexpected::Unit, &self)) }
    }

    // As serde would, but without quoting a text of any length.
    fn visit_str<E: Error>(self, _text: &str) -> Result<(), E> {
        Err(E::invalid_type(Unexpected::Other("string"), &self))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut values: A) -> Result<(), A::Error> {
        let Self(reader, object, _) = self;
        while let Some(key) = values.next_key::<Cow<'de, str>>()? {
            let read = object.read_field(&key, &mut values, reader);
            read.inspect_err(|_| reader.failed_in(key.chars().take(64).collect()))?;
        }
        Ok(())
    }
}

/// What a list's items are read into.
pub(super) trait Items {
    const EXPECTED: &'static str;

    fn read_item<'de, A: SeqAccess<'de>>(
        &mut self,
        items: &mut A,
        place: usize,
        reader: &mut Reader<'_>,
    ) -> Result<bool, A::Error>;
}

/// Reads a JSON array; `null` changes nothing.
pub(super) struct List<'a, 'b, I>(pub(super) &'a mut Reader<'b>, pub(super) &'a mut I);

impl<'de, I: Items> DeserializeSeed<'de> for List<'_, '_, I> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, I: Items> Visitor<'de> for List<'_, '_, I> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(I::EXPECTED)
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, _text: &str) -> Result<(), E> {
        Err(E::invalid_type(Unexpected::Other("string"), &self))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Self(reader, into) = self;
        let mut place = 0_usize;
        loop {
            let read = into.read_item(&mut items, place, reader);
            if !read.inspect_err(|_| reader.failed_in(format!("[{place}]")))? {
                return Ok(());
            }
            place = place.saturating_add(1);
        }
    }
}
