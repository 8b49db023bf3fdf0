//! Sums of numbers in which the order of adding shows nowhere.

use std::cmp::Ordering;

/// The exact sum of finite numbers, as numbers none of which reaches into another
/// (J. R. Shewchuk, "Adaptive Precision Floating-Point Arithmetic", 1997): mostly two or three.
/// It is rounded once, when it is asked for.
///
/// Only where parts of it are too large for a number does the order show.
#[derive(Debug, Clone, Default)]
pub(super) struct Sum {
    /// Ascending by size.
    parts: Vec<f64>,
    /// The sum of those that are not finite; 0 where there are none.
    special: f64,
}

impl Sum {
    /// Adds `value`.
    pub(super) fn add(&mut self, value: f64) {
        if !value.is_finite() {
            self.special += value;
            return;
        }
        let mut value = value;
        let mut kept = 0;
        for place in 0..self.parts.len() {
            let part = self.parts[place];
            let (large, small) =
                if value.abs() < part.abs() { (part, value) } else { (value, part) };
            let sum = large + small;
            let lost = small - (sum - large);
            if lost != 0.0 {
                self.parts[kept] = lost;
                kept += 1;
            }
            value = sum;
        }
        self.parts.truncate(kept);
        if value.is_finite() {
            self.parts.push(value);
        } else {
            self.special += value;
            self.parts.clear();
        }
    }

    /// Adds what `other` is the sum of.
    pub(super) fn merge(&mut self, other: &Self) {
        self.special += other.special;
        other.parts.iter().for_each(|part| self.add(*part));
    }

    /// The number that is nearest.
    pub(super) fn value(&self) -> f64 {
        if self.special != 0.0 {
            return self.special;
        }
        let mut parts = self.parts.iter().rev().copied();
        let mut sum = parts.next().unwrap_or(0.0);
        while let Some(part) = parts.next() {
            let before = sum;
            sum = before + part;
            let lost = part - (sum - before);
            if lost == 0.0 {
                continue;
            }
            // Just between two numbers what is left decides to which of them it goes.
            let left = parts.next().unwrap_or(0.0);
            if left.partial_cmp(&0.0) == lost.partial_cmp(&0.0)
                && left.partial_cmp(&0.0) != Some(Ordering::Equal)
            {
                let twice = lost * 2.0;
                let further = sum + twice;
                if further - sum == twice {
                    sum = further;
                }
            }
            break;
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn sum(values: &[f64]) -> f64 {
        let mut sum = Sum::default();
        values.iter().for_each(|value| sum.add(*value));
        sum.value()
    }

    #[test]
    fn it_is_rounded_once() {
        assert_eq!(sum(&[]), 0.0);
        assert_eq!(sum(&[0.1; 10]), 1.0);
        assert_eq!(sum(&[1e16, 1.0, -1e16]), 1.0);
        assert_eq!(sum(&[1e16, 1.0, 1e-16]), 1e16 + 2.0);
        assert_eq!(sum(&[1.0, f64::INFINITY]), f64::INFINITY);
        assert!(sum(&[f64::NEG_INFINITY, f64::INFINITY]).is_nan());
        assert!(sum(&[f64::NAN, 1.0]).is_nan());
    }

    proptest! {
        #[test]
        fn neither_order_nor_parts_show(
            values in vec(prop_oneof![-1e9..1e9f64, -1e300..1e300f64, -1e-9..1e-9f64], 0..40),
            cut in 0usize..40,
        ) {
            let whole = sum(&values);
            let backwards: Vec<f64> = values.iter().rev().copied().collect();
            prop_assert_eq!(whole, sum(&backwards));
            let (left, right) = values.split_at(cut.min(values.len()));
            let mut merged = Sum::default();
            right.iter().for_each(|value| merged.add(*value));
            let mut first = Sum::default();
            left.iter().for_each(|value| first.add(*value));
            merged.merge(&first);
            prop_assert_eq!(whole, merged.value());
        }

        #[test]
        fn whole_numbers_add_up(values in vec(-1_000_000i32..1_000_000, 0..40)) {
            let numbers: Vec<f64> = values.iter().map(|value| f64::from(*value)).collect();
            let expected: i64 = values.iter().map(|value| i64::from(*value)).sum();
            prop_assert_eq!(sum(&numbers), expected as f64);
        }
    }
}
