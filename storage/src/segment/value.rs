//! Attributes and their values.
//!
//! ```text
//! attributes:  count, varint · each: key, text · value
//! value:       tag, u8 · the rest by tag
//!              0 nothing   1 text   2 false   3 true   4 zigzag   5 double, u64 bits
//!              6 bytes   7 count, values   8 attributes
//! ```

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use proto::{Attribute, Value};

use super::symbol::{Census, SymbolNumbers, Symbols};
use proto::codec::{Malformed, Reader, Writer};

/// How deep values nest: more than any decoder lets in
/// (`otlp::Limits::value_depth`), and little enough for any stack.
const VALUE_DEPTH_MAX: usize = 100;

pub(super) fn count<'a>(census: &mut Census<'a>, attributes: &'a [Attribute], times: u32) {
    for attribute in attributes {
        census.add(&attribute.key, times);
        count_value(census, &attribute.value, times);
    }
}

fn count_value<'a>(census: &mut Census<'a>, value: &'a Value, times: u32) {
    match value {
        Value::String(text) => census.add(text, times),
        Value::Array(values) => values.iter().for_each(|value| count_value(census, value, times)),
        Value::Map(entries) => count(census, entries, times),
        _ => {}
    }
}

pub(super) fn write(writer: &mut Writer, symbols: &SymbolNumbers, attributes: &[Attribute]) {
    writer.size(attributes.len());
    for attribute in attributes {
        symbols.write(writer, &attribute.key);
        write_value(writer, symbols, &attribute.value);
    }
}

fn write_value(writer: &mut Writer, symbols: &SymbolNumbers, value: &Value) {
    match value {
        Value::Empty => writer.u8(0),
        Value::String(text) => {
            writer.u8(1);
            symbols.write(writer, text);
        }
        Value::Bool(false) => writer.u8(2),
        Value::Bool(true) => writer.u8(3),
        Value::Int(number) => {
            writer.u8(4);
            writer.zigzag(*number);
        }
        Value::Double(number) => {
            writer.u8(5);
            writer.u64(number.to_bits());
        }
        Value::Bytes(bytes) => {
            writer.u8(6);
            writer.bytes(bytes);
        }
        Value::Array(values) => {
            writer.u8(7);
            writer.size(values.len());
            values.iter().for_each(|value| write_value(writer, symbols, value));
        }
        Value::Map(entries) => {
            writer.u8(8);
            write(writer, symbols, entries);
        }
    }
}

pub(super) fn read(reader: &mut Reader, symbols: &Symbols) -> Result<Vec<Attribute>, Malformed> {
    read_nested(reader, symbols, VALUE_DEPTH_MAX)
}

fn read_nested(
    reader: &mut Reader,
    symbols: &Symbols,
    depth_left: usize,
) -> Result<Vec<Attribute>, Malformed> {
    let count = reader.count()?;
    let mut attributes = Vec::new();
    for _ in 0..count {
        let key = symbols.read(reader)?;
        let value = read_value(reader, symbols, depth_left)?;
        attributes.push(Attribute { key, value });
    }
    Ok(attributes)
}

fn read_value(
    reader: &mut Reader,
    symbols: &Symbols,
    depth_left: usize,
) -> Result<Value, Malformed> {
    let deeper = || depth_left.checked_sub(1).ok_or(Malformed("value of bounded depth"));
    Ok(match reader.u8()? {
        0 => Value::Empty,
        1 => Value::String(symbols.read(reader)?),
        2 => Value::Bool(false),
        3 => Value::Bool(true),
        4 => Value::Int(reader.zigzag()?),
        5 => Value::Double(f64::from_bits(reader.u64()?)),
        6 => Value::Bytes(reader.bytes()?.to_vec()),
        7 => {
            let depth_left = deeper()?;
            let count = reader.count()?;
            let mut values = Vec::new();
            for _ in 0..count {
                values.push(read_value(reader, symbols, depth_left)?);
            }
            Value::Array(values)
        }
        8 => Value::Map(read_nested(reader, symbols, deeper()?)?),
        _ => return Err(Malformed("value")),
    })
}
