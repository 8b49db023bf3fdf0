//! What there is to say about one row in one bit each.

use std::ops::{BitOr, BitOrAssign};

/// A set of bits about one row, as the API's `flags` column has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags(pub u32);

impl Flags {
    /// The span says of itself that it failed.
    pub const ERROR: Self = Self(1);
    /// An error began here.
    pub const ERROR_ORIGIN: Self = Self(2);
    /// Some of its time is on the critical path.
    pub const CRITICAL: Self = Self(4);
    /// Its parent is not in the trace.
    pub const ORPHAN: Self = Self(8);
    /// Its start was corrected for clock skew.
    pub const SKEW_CORRECTED: Self = Self(16);
    /// It calls a service that should have a span here and has none.
    pub const SERVER_MISSING: Self = Self(32);
    /// It has events.
    pub const HAS_EVENTS: Self = Self(64);
    /// It has links.
    pub const HAS_LINKS: Self = Self(128);
    /// It failed and the call was made again.
    pub const RETRIED: Self = Self(256);
    /// It was its own ancestor; the link to its parent was cut.
    pub const CYCLE_CUT: Self = Self(512);

    /// Whether all bits of `other` are in this set.
    pub fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl BitOr for Flags {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Flags {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}
