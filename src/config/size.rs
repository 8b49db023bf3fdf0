use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Units that can be written, the longest ending first where one is the end of another.
const UNITS: [(&str, u64); 9] = [
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
    ("KB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("B", 1),
];

/// An amount of bytes with its unit: `64MiB`, `20 GB`, `1.5TiB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Size(u64);

impl Size {
    pub(crate) const fn mebibytes(mebibytes: u64) -> Self {
        Self(mebibytes << 20)
    }

    pub(crate) fn bytes(self) -> u64 {
        self.0
    }
}

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("'{text}' is no amount of bytes: write 64MiB, 20GB or 1.5TiB");
        let written = text.trim();
        let (number, unit_bytes) = UNITS
            .iter()
            .find_map(|(unit, bytes)| Some((written.strip_suffix(unit)?, *bytes)))
            .ok_or_else(wrong)?;
        let number = number.trim_end();
        let is_number = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let number: f64 =
            Some(number).filter(|_| is_number).ok_or_else(wrong)?.parse().map_err(|_| wrong())?;
        // Exact up to 8 PiB; what is larger than a u64 becomes its largest.
        Ok(Self((number * unit_bytes as f64) as u64))
    }
}

impl TryFrom<String> for Size {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Size> for String {
    fn from(size: Size) -> Self {
        size.to_string()
    }
}

/// In the largest unit that needs no fraction.
impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fits = |bytes: &u64| *bytes <= self.0 && self.0.is_multiple_of(*bytes);
        let units = UNITS.iter().filter(|(_, bytes)| fits(bytes));
        match units.max_by_key(|(_, bytes)| *bytes) {
            Some((unit, bytes)) => write!(f, "{}{unit}", self.0 / bytes),
            None => write!(f, "{}B", self.0),
        }
    }
}

/// Bytes of the disk that are kept free: at least what the database needs to write its
/// files, several at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct FreeMin(Size);

impl FreeMin {
    /// The least, and the default.
    pub(crate) const LEAST: Self = Self(Size::mebibytes(64));

    pub(crate) fn bytes(self) -> u64 {
        self.0.bytes()
    }
}

impl FromStr for FreeMin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse()? {
            size if size >= Self::LEAST.0 => Ok(Self(size)),
            _ => Err(format!("the least is {}", Self::LEAST.0)),
        }
    }
}

impl TryFrom<String> for FreeMin {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<FreeMin> for String {
    fn from(free_min: FreeMin) -> Self {
        free_min.0.to_string()
    }
}

/// What a user writes for "as much as there is".
const UNLIMITED: &str = "unlimited";

/// Bytes that everything kept may take: what is in memory is in the log, too, and is to
/// be a small part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct SizeMax(Option<Size>);

impl SizeMax {
    /// The default.
    pub(crate) const UNLIMITED: Self = Self(None);
    const LEAST: Size = Size::mebibytes(256);

    /// So many; `None` without a bound.
    pub(crate) fn bytes(self) -> Option<u64> {
        self.0.map(Size::bytes)
    }
}

impl FromStr for SizeMax {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == UNLIMITED {
            return Ok(Self::UNLIMITED);
        }
        match text.parse()? {
            size if size >= Self::LEAST => Ok(Self(Some(size))),
            _ => Err(format!("the least is {}", Self::LEAST)),
        }
    }
}

impl TryFrom<String> for SizeMax {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<SizeMax> for String {
    fn from(size: SizeMax) -> Self {
        size.0.map_or_else(|| UNLIMITED.to_owned(), |size| size.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_written_back() {
        for (text, bytes, again) in [
            ("64MiB", 64 << 20, "64MiB"),
            ("20 GB", 20_000_000_000, "20GB"),
            ("1.5TiB", 3 << 39, "1536GiB"),
            ("1024KiB", 1 << 20, "1MiB"),
            ("17B", 17, "17B"),
            ("0B", 0, "0B"),
        ] {
            let size: Size = text.parse().expect(text);
            assert_eq!(size.bytes(), bytes, "{text}");
            assert_eq!(size.to_string(), again);
            assert_eq!(again.parse::<Size>().expect(again), size);
        }
    }

    #[test]
    fn anything_else_says_what_to_write() {
        for text in ["", "64", "MiB", "64 mib", "-1GB", "1e9B", "inf GB", "1..5GB", "64MiB/s"] {
            let error = text.parse::<Size>().expect_err(text);
            assert!(error.contains("64MiB"), "{text}: {error}");
        }
    }
}
