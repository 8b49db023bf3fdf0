#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use crate::otlp::DecodeError;
use crate::otlp::fault::Fault;

/// How deep unknown groups nest; protobuf libraries stop at 100 levels in all.
const GROUP_DEPTH_MAX: usize = 64;

/// Bytes of a request and where they stand in it. Reading takes from the front.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chunk<'a> {
    bytes: &'a [u8],
    /// The place in the request behind the last byte.
    end: usize,
}

/// A field's payload. Groups never get here: OTLP has none.
///
/// One struct for all wire types, not an enum: its parts stay in registers, while the
/// members of an enum share memory that is written in one size and read in another,
/// which a processor waits for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field<'a> {
    wire_type: WireType,
    /// A number of any type, zero-extended.
    number: u64,
    bytes: &'a [u8],
    /// Of bytes, the place behind them; of a number, where the field began.
    place: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WireType {
    Varint,
    Fixed64,
    LengthDelimited,
    Fixed32,
}

/// Bytes that are no protobuf. Small, since every read hands it on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Broken {
    reason: &'static str,
    offset: usize,
}

const VARINT: u32 = 0;
const FIXED64: u32 = 1;
const LENGTH_DELIMITED: u32 = 2;
const START_GROUP: u32 = 3;
const END_GROUP: u32 = 4;
const FIXED32: u32 = 5;

impl<'a> Chunk<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, end: bytes.len() }
    }

    pub(crate) fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    fn offset(&self) -> usize {
        self.end.saturating_sub(self.bytes.len())
    }

    /// The next field's number and payload; `None` at the end. Unknown groups are
    /// skipped on the way.
    // Inlined, as all that it calls on the common path: what is left of a chunk stays in
    // registers.
    #[inline(always)]
    pub(crate) fn next_field(&mut self) -> Result<Option<(u32, Field<'a>)>, Broken> {
        while !self.bytes.is_empty() {
            let offset = self.offset();
            let (number, wire_type) = self.tag()?;
            match wire_type {
                START_GROUP => *self = self.after_group(number)?,
                END_GROUP => {
                    return Err(Broken { reason: "a group ends that never began", offset });
                }
                _ => return Ok(Some((number, self.payload(wire_type, offset)?))),
            }
        }
        Ok(None)
    }

    #[inline(always)]
    fn tag(&mut self) -> Result<(u32, u32), Broken> {
        let offset = self.offset();
        let key = u32::try_from(self.varint()?)
            .map_err(|_| Broken { reason: "a field number is too large", offset })?;
        match (key >> 3, key & 7) {
            (0, _) => Err(Broken { reason: "a field has number 0", offset }),
            tag => Ok(tag),
        }
    }

    /// The payload of a field that began at `offset`.
    #[inline(always)]
    fn payload(&mut self, wire_type: u32, offset: usize) -> Result<Field<'a>, Broken> {
        let number = |wire_type, number| Field { wire_type, number, bytes: &[], place: offset };
        match wire_type {
            VARINT => Ok(number(WireType::Varint, self.varint()?)),
            FIXED64 => Ok(number(WireType::Fixed64, u64::from_le_bytes(self.array()?))),
            LENGTH_DELIMITED => {
                let length = self.varint()?;
                // A length past the address space is past the end, too.
                let length = usize::try_from(length).unwrap_or(usize::MAX);
                let Self { bytes, end } = self.take(length)?;
                Ok(Field { wire_type: WireType::LengthDelimited, number: 0, bytes, place: end })
            }
            FIXED32 => Ok(number(WireType::Fixed32, u32::from_le_bytes(self.array()?).into())),
            _ => Err(Broken { reason: "a field has a wire type that does not exist", offset }),
        }
    }

    /// What follows the end of an unknown group that has just begun.
    #[cold]
    fn after_group(mut self, number: u32) -> Result<Self, Broken> {
        let mut open = vec![number];
        while let Some(innermost) = open.last() {
            let offset = self.offset();
            let (number, wire_type) = self.tag()?;
            match wire_type {
                START_GROUP if open.len() < GROUP_DEPTH_MAX => open.push(number),
                START_GROUP => {
                    return Err(Broken { reason: "unknown groups nest too deep", offset });
                }
                END_GROUP if number == *innermost => {
                    open.pop();
                }
                END_GROUP => {
                    return Err(Broken { reason: "a group ends that never began", offset });
                }
                _ => {
                    self.payload(wire_type, offset)?;
                }
            }
        }
        Ok(self)
    }

    /// A number in groups of 7 bits, the lowest first; also a longer form than
    /// needed, up to 10 bytes.
    #[inline(always)]
    fn varint(&mut self) -> Result<u64, Broken> {
        // Most are one byte long, and nearly all others two.
        let (value, rest) = match self.bytes {
            [byte, rest @ ..] if *byte < 0x80 => (u64::from(*byte), rest),
            [low, high, rest @ ..] if *high < 0x80 => {
                (u64::from(*low & 0x7f) | u64::from(*high) << 7, rest)
            }
            _ => self.long_varint()?,
        };
        self.bytes = rest;
        Ok(value)
    }

    /// A number of any length and what follows it.
    #[inline(never)]
    fn long_varint(self) -> Result<(u64, &'a [u8]), Broken> {
        const LAST_SHIFT: u32 = 63;
        let offset = self.offset();
        let mut value = 0_u64;
        let mut shift = 0_u32;
        let mut rest = self.bytes.iter();
        while let Some(byte) = rest.next() {
            value |= u64::from(byte & 0x7f).wrapping_shl(shift);
            if shift == LAST_SHIFT && *byte > 1 {
                return Err(Broken { reason: "a number is longer than 64 bits", offset });
            }
            if *byte < 0x80 {
                return Ok((value, rest.as_slice()));
            }
            shift = shift.saturating_add(7);
        }
        Err(Broken { reason: "the bytes end inside a number", offset })
    }

    #[inline(always)]
    fn array<const LENGTH: usize>(&mut self) -> Result<[u8; LENGTH], Broken> {
        let offset = self.offset();
        let (bytes, rest) = self
            .bytes
            .split_first_chunk()
            .ok_or(Broken { reason: "the bytes end inside a number", offset })?;
        self.bytes = rest;
        Ok(*bytes)
    }

    #[inline(always)]
    fn take(&mut self, length: usize) -> Result<Self, Broken> {
        let offset = self.offset();
        let (bytes, rest) = self
            .bytes
            .split_at_checked(length)
            .ok_or(Broken { reason: "the bytes end inside a field", offset })?;
        self.bytes = rest;
        Ok(Self { bytes, end: self.offset() })
    }
}

impl<'a> Field<'a> {
    /// The payload as a message or as bytes; `name` is for the error.
    #[inline(always)]
    pub(crate) fn chunk(self, name: &'static str) -> Result<Chunk<'a>, DecodeError> {
        self.check(WireType::LengthDelimited, name)?;
        Ok(Chunk { bytes: self.bytes, end: self.place })
    }

    #[inline(always)]
    pub(crate) fn text(self, name: &'static str) -> Result<&'a str, DecodeError> {
        let chunk = self.chunk(name)?;
        str::from_utf8(chunk.bytes).map_err(|error| {
            let offset = chunk.offset().saturating_add(error.valid_up_to());
            DecodeError::from(Broken { reason: "text is no UTF-8", offset }).within(name)
        })
    }

    #[inline(always)]
    pub(crate) fn varint(self, name: &'static str) -> Result<u64, DecodeError> {
        self.check(WireType::Varint, name)?;
        Ok(self.number)
    }

    #[inline(always)]
    pub(crate) fn fixed64(self, name: &'static str) -> Result<u64, DecodeError> {
        self.check(WireType::Fixed64, name)?;
        Ok(self.number)
    }

    #[inline(always)]
    pub(crate) fn fixed32(self, name: &'static str) -> Result<u32, DecodeError> {
        self.check(WireType::Fixed32, name)?;
        Ok(self.number as u32)
    }

    #[inline(always)]
    fn check(self, expected: WireType, name: &'static str) -> Result<(), DecodeError> {
        if self.wire_type == expected { Ok(()) } else { Err(self.mismatch(name, expected)) }
    }

    #[cold]
    fn mismatch(self, name: &'static str, expected: WireType) -> DecodeError {
        let reason = format!(
            "expected wire type {}, found {}, at byte {}; is this OTLP traces?",
            expected.name(),
            self.wire_type.name(),
            self.place.saturating_sub(self.bytes.len()),
        );
        DecodeError::Malformed { field: name.to_owned(), reason }
    }
}

impl WireType {
    fn name(self) -> &'static str {
        match self {
            Self::Varint => "varint",
            Self::Fixed64 => "fixed64",
            Self::LengthDelimited => "length-delimited",
            Self::Fixed32 => "fixed32",
        }
    }
}

impl From<Broken> for DecodeError {
    #[cold]
    fn from(broken: Broken) -> Self {
        let Broken { reason, offset } = broken;
        Self::Malformed { field: String::new(), reason: format!("{reason}, at byte {offset}") }
    }
}

impl From<Broken> for Fault {
    #[cold]
    fn from(broken: Broken) -> Self {
        Self::Request(broken.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(bytes: &[u8]) -> Result<Vec<(u32, String)>, Broken> {
        let mut chunk = Chunk::new(bytes);
        let mut found = Vec::new();
        while let Some((number, field)) = chunk.next_field()? {
            found.push((
                number,
                match field.chunk("") {
                    Ok(chunk) => format!("bytes {:?} at {}", chunk.bytes, chunk.offset()),
                    Err(_) => format!("{} {}", field.wire_type.name(), field.number),
                },
            ));
        }
        Ok(found)
    }

    #[test]
    fn every_wire_type_is_read_and_groups_are_skipped() {
        let bytes = [
            &[0x08, 0xac, 0x02][..],
            &[0x11, 1, 0, 0, 0, 0, 0, 0, 0],
            &[0x0b, 0x13, 0x08, 5, 0x1a, 1, 9, 0x14, 0x0c],
            &[0x1a, 2, 7, 8],
            &[0x25, 2, 0, 0, 0],
            // 1, in a longer form than needed.
            &[0x28, 0x81, 0x80, 0x00],
        ]
        .concat();
        let expected = [
            (1, "varint 300".to_owned()),
            (2, "fixed64 1".to_owned()),
            (3, "bytes [7, 8] at 23".to_owned()),
            (4, "fixed32 2".to_owned()),
            (5, "varint 1".to_owned()),
        ];
        assert_eq!(fields(&bytes), Ok(expected.to_vec()));
    }

    #[test]
    fn broken_bytes_say_where() {
        for (bytes, reason, offset) in [
            (&[0x00, 1][..], "a field has number 0", 0),
            (&[0x08], "the bytes end inside a number", 1),
            (&[0x08, 0x80], "the bytes end inside a number", 1),
            (&[0x09, 1, 2], "the bytes end inside a number", 1),
            (&[0x0d, 1, 2], "the bytes end inside a number", 1),
            (&[0x0a, 5, 1], "the bytes end inside a field", 2),
            (&[0x0c], "a group ends that never began", 0),
            (&[0x0b, 0x14], "a group ends that never began", 1),
            (&[0x0b], "the bytes end inside a number", 1),
            (&[0x0e], "a field has a wire type that does not exist", 0),
            (&[0x80, 0x80, 0x80, 0x80, 0x10], "a field number is too large", 0),
            (
                &[0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2],
                "a number is longer than 64 bits",
                1,
            ),
            (&[0x0b; 100], "unknown groups nest too deep", 64),
        ] {
            assert_eq!(fields(bytes), Err(Broken { reason, offset }));
        }
        let max = [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
        assert_eq!(fields(&max), Ok(vec![(1, format!("varint {}", u64::MAX))]));
    }
}
