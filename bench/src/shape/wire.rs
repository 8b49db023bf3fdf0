//! Protobuf messages that remember which of their bytes vary.

/// What is written over some bytes of a message each time it is sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum What {
    /// The trace id, 16 bytes.
    TraceId,
    /// The id of the span at this index of the trace, 8 bytes.
    SpanId(u16),
    /// The trace's start plus this many nanoseconds, 8 bytes.
    Time(u64),
    /// Hexadecimal digits; hyphens stay. The same variable has the same digits
    /// everywhere in the trace.
    Hex { length: u8, variable: u16 },
    /// A decimal number below `end`, with leading zeros.
    Decimal { length: u8, end: u32 },
    /// A port from 32,768 as a varint, 3 bytes.
    Port,
    /// The status code of the span at this index of the trace, 1 byte.
    Status(u16),
}

/// Where something varies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patch {
    /// The first byte.
    pub(crate) at: usize,
    /// The trace, by its index in the request.
    pub(crate) trace: u16,
    /// What stands there.
    pub(crate) what: What,
}

/// A message as it is written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Message {
    pub(crate) bytes: Vec<u8>,
    pub(crate) patches: Vec<Patch>,
}

impl Message {
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value.to_le_bytes()[0] | 0x80);
            value >>= 7;
        }
        self.bytes.push(value.to_le_bytes()[0]);
    }

    pub(crate) fn bytes_field(&mut self, field: u64, value: &[u8]) {
        self.varint(field << 3 | 2);
        self.varint(value.len() as u64);
        self.bytes.extend_from_slice(value);
    }

    pub(crate) fn number_field(&mut self, field: u64, value: u64) {
        self.varint(field << 3);
        self.varint(value);
    }

    pub(crate) fn fixed64_field(&mut self, field: u64, value: u64) {
        self.varint(field << 3 | 1);
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    pub(crate) fn message_field(&mut self, field: u64, value: &Self) {
        self.bytes_field(field, &value.bytes);
        let shift = self.bytes.len() - value.bytes.len();
        let shifted = |patch: &Patch| Patch { at: patch.at + shift, ..*patch };
        self.patches.extend(value.patches.iter().map(shifted));
    }

    /// The last `length` bytes vary.
    pub(crate) fn vary_last(&mut self, length: usize, what: What) {
        self.patches.push(Patch { at: self.bytes.len() - length, trace: 0, what });
    }
}
