//! Protobuf by hand.

/// A length-delimited field.
pub(crate) fn field(number: u8, payload: &[u8]) -> Vec<u8> {
    let mut out = vec![number << 3 | 2];
    let mut length = payload.len();
    while length >= 0x80 {
        out.push(length as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
    out.extend_from_slice(payload);
    out
}

/// Wraps `payload` in fields of these numbers, the innermost first.
pub(crate) fn wrap(payload: Vec<u8>, numbers: &[u8]) -> Vec<u8> {
    numbers.iter().fold(payload, |payload, number| field(*number, &payload))
}
