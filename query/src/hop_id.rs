//! What a hop is called by in addresses.

use std::fmt;
use std::str::FromStr;

use chain::name_key;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::places::Ends;

/// A hop's id: the same hop has the same, in every answer, on every server and for ever.
///
/// It is XXH3-64 over three numbers, 8 bytes each, little-endian: the XXH3-64 of the
/// caller's name, that of the callee's, that of the span name without ids; 0 for an end
/// that is not there. Written as 16 hexadecimal digits.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
pub struct HopId(u64);

impl HopId {
    /// Of the hop with these ends.
    pub(crate) fn of(ends: &Ends) -> Self {
        let numbers = [ends.caller.unwrap_or(0), ends.callee.unwrap_or(0), ends.span_name];
        Self(xxh3_64(&numbers.map(u64::to_le_bytes).concat()))
    }

    /// Of the hop between these two services.
    pub fn of_names(caller: Option<&str>, callee: Option<&str>, span_name: &str) -> Self {
        let (caller, callee) = (caller.map(name_key), callee.map(name_key));
        Self::of(&Ends { caller, callee, span_name: name_key(span_name) })
    }
}

/// A text that is no hop's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no hop's id, which has 16 hexadecimal digits, as other answers have it")]
pub struct NoHopId;

impl FromStr for HopId {
    type Err = NoHopId;

    fn from_str(text: &str) -> Result<Self, NoHopId> {
        let is_id = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = is_id.then(|| u64::from_str_radix(text, 16).ok()).flatten();
        number.map(Self).ok_or(NoHopId)
    }
}

impl fmt::Display for HopId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_hops_stay_as_they_are() {
        let id = |caller, callee| HopId::of_names(caller, callee, "POST /charge").to_string();
        let ids = [
            id(Some("payment"), Some("bank")),
            id(Some("bank"), Some("payment")),
            id(None, Some("bank")),
            id(Some("bank"), None),
        ];
        let expected =
            ["7b5cf8cb593c6c0c", "b54c33f918de112e", "6ebfb5bdc3623e07", "7ce69fd597c8917b"];
        assert_eq!(ids, expected);
        let read: HopId = ids[0].parse().unwrap();
        assert_eq!(read.to_string(), ids[0]);
        for text in ["", "7b5cf8cb593c6c0", "7b5cf8cb593c6c0cc", "+b5cf8cb593c6c0c", "äöüäöüäö"]
        {
            assert!(text.parse::<HopId>().is_err(), "{text}");
        }
    }
}
