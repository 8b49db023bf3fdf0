use std::ops::Range;

/// Protobuf bytes in the making. Fields at their default are left out, as proto3
/// does, but by the methods that say otherwise.
#[derive(Debug, Default)]
pub(in crate::otlp) struct Writer {
    out: Vec<u8>,
}

const VARINT: u64 = 0;
const FIXED64: u64 = 1;
const LENGTH_DELIMITED: u64 = 2;
const FIXED32: u64 = 5;

impl Writer {
    pub(in crate::otlp) fn into_bytes(self) -> Vec<u8> {
        self.out
    }

    /// A number, signed ones cast: `int64` and enums are written so.
    pub(in crate::otlp) fn varint(&mut self, field: u32, value: u64) {
        if value != 0 {
            self.varint_always(field, value);
        }
    }

    /// As [`Self::varint`], also where it is 0: the members of a `oneof`.
    pub(super) fn varint_always(&mut self, field: u32, value: u64) {
        self.tag(field, VARINT);
        self.raw_varint(value);
    }

    pub(super) fn fixed64(&mut self, field: u32, value: u64) {
        if value != 0 {
            self.fixed64_always(field, value);
        }
    }

    pub(super) fn fixed64_always(&mut self, field: u32, value: u64) {
        self.tag(field, FIXED64);
        self.out.extend_from_slice(&value.to_le_bytes());
    }

    pub(super) fn fixed32(&mut self, field: u32, value: u32) {
        if value != 0 {
            self.tag(field, FIXED32);
            self.out.extend_from_slice(&value.to_le_bytes());
        }
    }

    pub(in crate::otlp) fn text(&mut self, field: u32, text: &str) {
        if !text.is_empty() {
            self.bytes_always(field, text.as_bytes());
        }
    }

    pub(super) fn bytes_always(&mut self, field: u32, bytes: &[u8]) {
        self.tag(field, LENGTH_DELIMITED);
        self.raw_varint(bytes.len() as u64);
        self.out.extend_from_slice(bytes);
    }

    /// A message, also an empty one. Its length is known only when it is written:
    /// one byte is left for it, and where that is too little the message moves.
    /// So a byte moves at most once for each message around it.
    pub(in crate::otlp) fn message(&mut self, field: u32, write: impl FnOnce(&mut Self)) {
        self.tag(field, LENGTH_DELIMITED);
        self.out.push(0);
        let start = self.out.len();
        write(self);
        let length = self.out.len().saturating_sub(start);
        let mut prefix = [0; 10];
        let prefix_bytes = encode_varint(length as u64, &mut prefix);
        let place: Range<usize> = start.saturating_sub(1)..start;
        self.out.splice(place, prefix.into_iter().take(prefix_bytes));
    }

    fn tag(&mut self, field: u32, wire_type: u64) {
        self.raw_varint(u64::from(field) << 3 | wire_type);
    }

    fn raw_varint(&mut self, value: u64) {
        let mut bytes = [0; 10];
        let length = encode_varint(value, &mut bytes);
        self.out.extend(bytes.into_iter().take(length));
    }
}

/// Writes `value` in groups of 7 bits, the lowest first; how many bytes it took.
fn encode_varint(mut value: u64, out: &mut [u8; 10]) -> usize {
    let mut length = 0;
    for byte in out {
        length += 1;
        if value < 0x80 {
            *byte = value as u8;
            break;
        }
        *byte = value as u8 & 0x7f | 0x80;
        value >>= 7;
    }
    length
}
