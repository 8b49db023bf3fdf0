//! Durations in few bits: what a summary says of a service's longest span.

/// Bits of a duration that are kept, its first one included.
const KEPT_BITS: u32 = 4;

/// A duration rounded down to its first four bits: at most an eighth less than it was.
/// Coarse durations are in the order of what was rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct CoarseDuration(u16);

impl CoarseDuration {
    /// Of a duration in nanoseconds.
    pub fn of_nano(nano: u64) -> Self {
        let shift = (u64::BITS - nano.leading_zeros()).saturating_sub(KEPT_BITS);
        // Four bits, and a shift of at most 60.
        let kept = u16::try_from(nano >> shift).unwrap_or(u16::MAX);
        let shift = u16::try_from(shift).unwrap_or(u16::MAX);
        Self(shift.saturating_mul(1 << (KEPT_BITS - 1)).saturating_add(kept))
    }

    /// The shortest duration that it stands for, in nanoseconds.
    pub fn nano(self) -> u64 {
        let half = 1u16 << (KEPT_BITS - 1);
        let shift = (self.0 / half).saturating_sub(1);
        let kept = u64::from(self.0.saturating_sub(shift.saturating_mul(half)));
        kept.checked_shl(shift.into()).unwrap_or(u64::MAX)
    }

    pub(crate) fn code(self) -> u16 {
        self.0
    }

    pub(crate) fn of_code(code: u32) -> Self {
        Self(u16::try_from(code).unwrap_or(u16::MAX))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn keeps_order_and_loses_an_eighth_at_most(a: u64, b: u64, shift_a in 0..64u32, shift_b in 0..64u32) {
            let (a, b) = (a >> shift_a, b >> shift_b);
            let (coarse_a, coarse_b) = (CoarseDuration::of_nano(a), CoarseDuration::of_nano(b));
            prop_assert!(a > b || coarse_a <= coarse_b);
            prop_assert!(coarse_a.nano() <= a && a - coarse_a.nano() <= a / 8);
            prop_assert_eq!(CoarseDuration::of_nano(coarse_a.nano()), coarse_a);
            prop_assert_eq!(CoarseDuration::of_code(coarse_a.code().into()), coarse_a);
        }
    }
}
