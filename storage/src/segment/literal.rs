//! Values that are written out where they occur.
//!
//! ```text
//! value:  0 · length · the value, as `proto::batch::value` has it
//!         1 · count of bytes      a text of so many bytes in lower-case hexadecimal
//!         2                       a text that is a UUID in lower case
//! ```
//!
//! The bytes of 1 and 2 are *noise*: they lie with span ids, where nobody tries to
//! compress them.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use proto::Value;
use proto::batch::value;
use proto::codec::{Malformed, Reader, Writer};

/// Shorter hexadecimal texts stay texts: most are words or numbers.
const HEX_DIGITS_MIN: usize = 16;
/// How many bytes a UUID has, and where its text has dashes.
const UUID_BYTES: usize = 16;
const UUID_DASHES: [usize; 4] = [8, 13, 18, 23];
const UUID_TEXT_BYTES: usize = 36;

pub(super) fn write(out: &mut Writer, noise: &mut Writer, encoded: &[u8]) {
    let text = value::as_text(encoded).unwrap_or_default();
    if text.len() >= HEX_DIGITS_MIN
        && let Some(bytes) = hex_bytes(text)
    {
        out.u8(1);
        out.size(bytes.len());
        noise.raw(&bytes);
    } else if let Some(bytes) = uuid_bytes(text) {
        out.u8(2);
        noise.raw(&bytes);
    } else {
        out.u8(0);
        out.bytes(encoded);
    }
}

pub(super) fn read(reader: &mut Reader, noise: &mut Reader) -> Result<Value, Malformed> {
    match reader.u8()? {
        0 => value::read(reader.bytes()?),
        1 => {
            let count = reader.size()?;
            Ok(Value::String(const_hex::encode(noise.raw(count)?)))
        }
        2 => {
            let mut text = const_hex::encode(noise.raw(UUID_BYTES)?);
            UUID_DASHES.iter().for_each(|place| text.insert(*place, '-'));
            Ok(Value::String(text))
        }
        _ => Err(Malformed("value")),
    }
}

/// Goes past a value.
pub(super) fn pass(reader: &mut Reader, noise: &mut Reader) -> Result<(), Malformed> {
    match reader.u8()? {
        0 => reader.bytes().map(drop),
        1 => noise.raw(reader.size()?).map(drop),
        2 => noise.raw(UUID_BYTES).map(drop),
        _ => Err(Malformed("value")),
    }
}

/// The bytes of a text in lower-case hexadecimal.
fn hex_bytes(text: &[u8]) -> Option<Vec<u8>> {
    let is_digit = |byte: &u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte);
    if text.len().is_multiple_of(2) && text.iter().all(is_digit) {
        const_hex::decode(text).ok()
    } else {
        None
    }
}

fn uuid_bytes(text: &[u8]) -> Option<Vec<u8>> {
    if text.len() != UUID_TEXT_BYTES {
        return None;
    }
    let is_dash = |place: usize| text.get(place) == Some(&b'-');
    let digits = text.iter().enumerate().filter(|(place, _)| !UUID_DASHES.contains(place));
    let digits: Vec<u8> = digits.map(|(_, byte)| *byte).collect();
    UUID_DASHES.into_iter().all(is_dash).then(|| hex_bytes(&digits)).flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn there_and_back(value: &Value) -> (Value, usize) {
        let mut encoded = Writer::new();
        value::write(&mut encoded, value);
        let (mut out, mut noise) = (Writer::new(), Writer::new());
        write(&mut out, &mut noise, encoded.as_bytes());
        let (mut reader, mut rest) = (Reader::new(out.as_bytes()), Reader::new(noise.as_bytes()));
        let value = read(&mut reader, &mut rest).unwrap();
        assert!(reader.is_empty() && rest.is_empty());
        let (mut passed, mut rest) = (Reader::new(out.as_bytes()), Reader::new(noise.as_bytes()));
        pass(&mut passed, &mut rest).unwrap();
        assert!(passed.is_empty() && rest.is_empty());
        (value, out.len().saturating_add(noise.len()))
    }

    proptest! {
        #[test]
        fn texts_go_there_and_back(
            text in prop_oneof![
                any::<String>(),
                "[0-9a-fA-F]{0,40}",
                "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-f]{12}",
                "[0-9a-f-]{36}",
            ],
        ) {
            let value = Value::String(text);
            prop_assert_eq!(there_and_back(&value).0, value);
        }
    }

    #[test]
    fn ids_take_their_bytes() {
        let uuid = Value::from("0b5a4f3e-19f6-4d3a-8a57-5ad8d5a1b2c3");
        assert_eq!(there_and_back(&uuid), (uuid.clone(), 17));
        let hex = Value::from("4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(there_and_back(&hex), (hex.clone(), 18));
        let number = Value::Int(-7);
        assert_eq!(there_and_back(&number), (number.clone(), 4));
    }
}
