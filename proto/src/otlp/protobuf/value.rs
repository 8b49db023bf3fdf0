#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use super::chunk::{Chunk, Field};
use super::request::Decoder;
use crate::otlp::Reason;
use crate::otlp::fault::Fault;
use crate::{Attribute, Value};

impl Decoder<'_> {
    /// Reads an attribute of a span, resource or the like to the end of `into`.
    pub(super) fn attribute(
        &mut self,
        field: Field<'_>,
        into: &mut Vec<Attribute>,
    ) -> Result<(), Fault> {
        let index = into.len();
        let attribute =
            self.key_value(field, 0).map_err(|fault| fault.within_item("attributes", index))?;
        Ok(self.budget.push(into, attribute)?)
    }

    /// Reads a `KeyValue` that lies in `depth` arrays and maps.
    fn key_value(&mut self, field: Field<'_>, depth: usize) -> Result<Attribute, Fault> {
        let mut key = "";
        let mut value = Value::Empty;
        let mut fields = field.chunk("")?;
        while let Some((number, field)) = fields.next_field()? {
            match number {
                1 => key = field.text("key")?,
                2 => {
                    let chunk = field.chunk("value")?;
                    self.value(chunk, &mut value, depth).map_err(|fault| fault.within("value"))?;
                }
                _ => {}
            }
        }
        Ok(Attribute { key: self.budget.text(key)?, value })
    }

    /// Reads one more `AnyValue` message into `value`: another member replaces it,
    /// another array or map is appended. Recursion ends at the depth limit.
    fn value(&mut self, chunk: Chunk<'_>, value: &mut Value, depth: usize) -> Result<(), Fault> {
        let mut fields = chunk;
        while let Some((number, field)) = fields.next_field()? {
            match number {
                1 => *value = Value::String(self.budget.text(field.text("string_value")?)?),
                2 => *value = Value::Bool(field.varint("bool_value")? != 0),
                3 => *value = Value::Int(field.varint("int_value")? as i64),
                4 => *value = Value::Double(f64::from_bits(field.fixed64("double_value")?)),
                5 => {
                    let chunk = field.chunk("array_value")?;
                    let mut values = match std::mem::take(value) {
                        Value::Array(values) => values,
                        _ => Vec::new(),
                    };
                    self.array(chunk, &mut values, self.deeper(depth)?)
                        .map_err(|fault| fault.within("array_value"))?;
                    *value = Value::Array(values);
                }
                6 => {
                    let chunk = field.chunk("kvlist_value")?;
                    let mut entries = match std::mem::take(value) {
                        Value::Map(entries) => entries,
                        _ => Vec::new(),
                    };
                    self.map(chunk, &mut entries, self.deeper(depth)?)
                        .map_err(|fault| fault.within("kvlist_value"))?;
                    *value = Value::Map(entries);
                }
                7 => {
                    let bytes = field.chunk("bytes_value")?.bytes();
                    self.budget.take(bytes.len())?;
                    *value = Value::Bytes(bytes.to_vec());
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn deeper(&self, depth: usize) -> Result<usize, Reason> {
        let max = self.limits.value_depth;
        if depth < max { Ok(depth.saturating_add(1)) } else { Err(Reason::ValueDepth(max)) }
    }

    fn array(
        &mut self,
        chunk: Chunk<'_>,
        values: &mut Vec<Value>,
        depth: usize,
    ) -> Result<(), Fault> {
        self.budget.reserve(values, chunk.count(1)?)?;
        let mut fields = chunk;
        while let Some((number, field)) = fields.next_field()? {
            if number == 1 {
                let mut value = Value::Empty;
                self.value(field.chunk("values")?, &mut value, depth)
                    .map_err(|fault| fault.within_item("values", values.len()))?;
                values.push(value);
            }
        }
        Ok(())
    }

    fn map(
        &mut self,
        chunk: Chunk<'_>,
        entries: &mut Vec<Attribute>,
        depth: usize,
    ) -> Result<(), Fault> {
        self.budget.reserve(entries, chunk.count(1)?)?;
        let mut fields = chunk;
        while let Some((number, field)) = fields.next_field()? {
            if number == 1 {
                let entry = self
                    .key_value(field, depth)
                    .map_err(|fault| fault.within_item("values", entries.len()))?;
                entries.push(entry);
            }
        }
        Ok(())
    }
}
