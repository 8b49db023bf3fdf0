//! `AnyValue`: from the wire to the bytes of [`crate::batch::value`].

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use super::chunk::{Chunk, Field};
use crate::batch::value::tag;
use crate::codec::Writer;
use crate::otlp::Reason;
use crate::otlp::fault::Fault;
use crate::otlp::limits::Budget;
use crate::{Attribute, Value};

/// The `AnyValue` messages of one attribute: one, unless somebody wants to be odd.
#[derive(Default)]
pub(super) struct Messages<'a> {
    first: Option<Chunk<'a>>,
    /// All of them, where there are more.
    all: Vec<Chunk<'a>>,
}

impl<'a> Messages<'a> {
    pub(super) fn push(&mut self, message: Chunk<'a>) {
        match self.first {
            None => self.first = Some(message),
            Some(first) => {
                if self.all.is_empty() {
                    self.all.push(first);
                }
                self.all.push(message);
            }
        }
    }

    pub(super) fn as_slice(&self) -> &[Chunk<'a>] {
        if self.all.is_empty() { self.first.as_slice() } else { &self.all }
    }
}

/// The member of an `AnyValue` that counts, with its field number.
enum Member<'a> {
    None,
    /// A text, which is not taken from its field twice: that it is UTF-8 is known.
    Text(&'a str),
    One(u32, Field<'a>),
    /// All messages of an array or of a map, which proto3 appends to each other.
    Many(u32, Vec<Chunk<'a>>),
}

/// How deep arrays and maps may still nest.
#[derive(Debug, Clone, Copy)]
pub(super) struct Depth {
    left: usize,
    max: usize,
}

impl Depth {
    pub(super) fn new(max: usize) -> Self {
        Self { left: max, max }
    }

    fn deeper(self) -> Result<Self, Reason> {
        let left = self.left.checked_sub(1).ok_or(Reason::ValueDepth(self.max))?;
        Ok(Self { left, ..self })
    }
}

/// Writes the value that the `AnyValue` messages say together: another member replaces
/// the one before, another array or map is appended. `depth` bounds the recursion.
///
/// Takes from `budget` what the value takes in the model.
pub(super) fn write_value(
    out: &mut Writer,
    messages: &[Chunk<'_>],
    depth: Depth,
    budget: &mut Budget,
) -> Result<(), Fault> {
    match read_member(messages)? {
        Member::None => out.u8(tag::EMPTY),
        Member::Text(text) => {
            budget.take(text.len())?;
            out.u8(tag::TEXT);
            out.raw(text.as_bytes());
        }
        Member::One(2, field) => {
            let value = field.varint("bool_value")? != 0;
            out.u8(if value { tag::TRUE } else { tag::FALSE });
        }
        Member::One(3, field) => {
            out.u8(tag::INT);
            out.zigzag(field.varint("int_value")? as i64);
        }
        Member::One(4, field) => {
            out.u8(tag::DOUBLE);
            out.u64(field.fixed64("double_value")?);
        }
        Member::One(_, field) => {
            let bytes = field.chunk("bytes_value")?.bytes();
            budget.take(bytes.len())?;
            out.u8(tag::BYTES);
            out.raw(bytes);
        }
        Member::Many(number, chunks) => {
            let depth = depth.deeper()?;
            if number == 5 {
                out.u8(tag::ARRAY);
                write_array(out, &chunks, depth, budget).map_err(|f| f.within("array_value"))?;
            } else {
                out.u8(tag::MAP);
                write_map(out, &chunks, depth, budget).map_err(|f| f.within("kvlist_value"))?;
            }
        }
    }
    Ok(())
}

/// The last member, checked as far as all that were there.
fn read_member<'a>(messages: &[Chunk<'a>]) -> Result<Member<'a>, Fault> {
    let mut member = Member::None;
    for message in messages {
        let mut fields = *message;
        while let Some((number, field)) = fields.next_field()? {
            match number {
                1 => {
                    member = Member::Text(field.text("string_value")?);
                    continue;
                }
                2 => _ = field.varint("bool_value")?,
                3 => _ = field.varint("int_value")?,
                4 => _ = field.fixed64("double_value")?,
                7 => _ = field.chunk("bytes_value")?,
                5 | 6 => {
                    let name = if number == 5 { "array_value" } else { "kvlist_value" };
                    let chunk = field.chunk(name)?;
                    member = match member {
                        Member::Many(same, mut chunks) if same == number => {
                            chunks.push(chunk);
                            Member::Many(number, chunks)
                        }
                        _ => Member::Many(number, vec![chunk]),
                    };
                    continue;
                }
                _ => continue,
            }
            member = Member::One(number, field);
        }
    }
    Ok(member)
}

fn write_array(
    out: &mut Writer,
    chunks: &[Chunk<'_>],
    depth: Depth,
    budget: &mut Budget,
) -> Result<(), Fault> {
    let mut index = 0_usize;
    for chunk in chunks {
        let mut fields = *chunk;
        while let Some((number, field)) = fields.next_field()? {
            if number == 1 {
                budget.take(size_of::<Value>())?;
                let message = field.chunk("values")?;
                write_nested(out, &[message], depth, budget)
                    .map_err(|fault| fault.within_item("values", index))?;
                index = index.saturating_add(1);
            }
        }
    }
    Ok(())
}

fn write_map(
    out: &mut Writer,
    chunks: &[Chunk<'_>],
    depth: Depth,
    budget: &mut Budget,
) -> Result<(), Fault> {
    let mut index = 0_usize;
    for chunk in chunks {
        let mut fields = *chunk;
        while let Some((number, field)) = fields.next_field()? {
            if number == 1 {
                budget.take(size_of::<Attribute>())?;
                write_entry(out, field, depth, budget)
                    .map_err(|fault| fault.within_item("values", index))?;
                index = index.saturating_add(1);
            }
        }
    }
    Ok(())
}

fn write_entry(
    out: &mut Writer,
    field: Field<'_>,
    depth: Depth,
    budget: &mut Budget,
) -> Result<(), Fault> {
    let mut key = "";
    let mut messages = Messages::default();
    let mut fields = field.chunk("")?;
    while let Some((number, field)) = fields.next_field()? {
        match number {
            1 => key = field.text("key")?,
            2 => messages.push(field.chunk("value")?),
            _ => {}
        }
    }
    budget.take(key.len())?;
    out.bytes(key.as_bytes());
    write_nested(out, messages.as_slice(), depth, budget).map_err(|fault| fault.within("value"))
}

fn write_nested(
    out: &mut Writer,
    messages: &[Chunk<'_>],
    depth: Depth,
    budget: &mut Budget,
) -> Result<(), Fault> {
    let mut nested = Writer::new();
    write_value(&mut nested, messages, depth, budget)?;
    out.bytes(nested.as_bytes());
    Ok(())
}
