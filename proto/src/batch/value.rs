//! Attribute values as bytes.
//!
//! ```text
//! value:  tag, u8 · the rest by tag, up to the end of the value
//!         0 nothing     1 text, UTF-8     2 false     3 true
//!         4 whole number, zigzag          5 double, u64 bits
//!         6 bytes
//!         7 array: each value, with its length before it
//!         8 map:   each key, text, and value, both with their length before them
//! ```
//!
//! Equal values have equal bytes.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use crate::codec::{Malformed, Reader, Writer};
use crate::{Attribute, Value};

/// How deep values nest that are read back: more than any decoder lets in
/// (`otlp::Limits::value_depth`), and little enough for any stack.
pub const DEPTH_MAX: usize = 100;

/// The value that is none.
pub const EMPTY: &[u8] = &[tag::EMPTY];

/// What a value's first byte says.
pub mod tag {
    /// Nothing.
    pub const EMPTY: u8 = 0;
    /// Text.
    pub const TEXT: u8 = 1;
    /// False.
    pub const FALSE: u8 = 2;
    /// True.
    pub const TRUE: u8 = 3;
    /// A whole number.
    pub const INT: u8 = 4;
    /// A double.
    pub const DOUBLE: u8 = 5;
    /// Bytes.
    pub const BYTES: u8 = 6;
    /// An array.
    pub const ARRAY: u8 = 7;
    /// A map.
    pub const MAP: u8 = 8;
}

/// Appends `value`. Recursion is as deep as the value, which the decoders bound.
pub fn write(out: &mut Writer, value: &Value) {
    match value {
        Value::Empty => out.u8(tag::EMPTY),
        Value::String(text) => {
            out.u8(tag::TEXT);
            out.raw(text.as_bytes());
        }
        Value::Bool(false) => out.u8(tag::FALSE),
        Value::Bool(true) => out.u8(tag::TRUE),
        Value::Int(number) => {
            out.u8(tag::INT);
            out.zigzag(*number);
        }
        Value::Double(number) => {
            out.u8(tag::DOUBLE);
            out.u64(number.to_bits());
        }
        Value::Bytes(bytes) => {
            out.u8(tag::BYTES);
            out.raw(bytes);
        }
        Value::Array(values) => {
            out.u8(tag::ARRAY);
            values.iter().for_each(|value| write_nested(out, value));
        }
        Value::Map(entries) => {
            out.u8(tag::MAP);
            for Attribute { key, value } in entries {
                out.bytes(key.as_bytes());
                write_nested(out, value);
            }
        }
    }
}

fn write_nested(out: &mut Writer, value: &Value) {
    let mut nested = Writer::new();
    write(&mut nested, value);
    out.bytes(nested.as_bytes());
}

/// The value that is `bytes`.
///
/// # Errors
/// Where they are none.
pub fn read(bytes: &[u8]) -> Result<Value, Malformed> {
    read_nested(bytes, DEPTH_MAX)
}

fn read_nested(bytes: &[u8], depth_left: usize) -> Result<Value, Malformed> {
    let deeper = || depth_left.checked_sub(1).ok_or(Malformed("value of bounded depth"));
    let mut reader = Reader::new(bytes);
    let value = match reader.u8()? {
        tag::EMPTY => Value::Empty,
        tag::TEXT => Value::String(utf8(reader.rest())?.to_owned()),
        tag::FALSE => Value::Bool(false),
        tag::TRUE => Value::Bool(true),
        tag::INT => Value::Int(reader.zigzag()?),
        tag::DOUBLE => Value::Double(f64::from_bits(reader.u64()?)),
        tag::BYTES => Value::Bytes(reader.rest().to_vec()),
        tag::ARRAY => {
            let depth_left = deeper()?;
            let mut values = Vec::new();
            while !reader.is_empty() {
                values.push(read_nested(reader.bytes()?, depth_left)?);
            }
            Value::Array(values)
        }
        tag::MAP => {
            let depth_left = deeper()?;
            let mut entries = Vec::new();
            while !reader.is_empty() {
                let key = reader.text()?.to_owned();
                entries.push(Attribute { key, value: read_nested(reader.bytes()?, depth_left)? });
            }
            Value::Map(entries)
        }
        _ => return Err(Malformed("value")),
    };
    reader.end()?;
    Ok(value)
}

/// The text that a value is, where it is one.
pub fn as_text(bytes: &[u8]) -> Option<&[u8]> {
    bytes.split_first().filter(|(first, _)| **first == tag::TEXT).map(|(_, text)| text)
}

/// Whether a value is a list.
pub fn is_list(bytes: &[u8]) -> bool {
    bytes.first() == Some(&tag::ARRAY)
}

fn utf8(bytes: &[u8]) -> Result<&str, Malformed> {
    str::from_utf8(bytes).map_err(|_| Malformed("UTF-8 text"))
}
