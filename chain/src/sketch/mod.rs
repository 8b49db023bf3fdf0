//! How values spread: a histogram whose every quantile is right to 1 %.
//!
//! It is a DDSketch (Masson et al., VLDB 2019) with the linearly interpolated mapping:
//! each power of two is cut into [`PER_OCTAVE`] equal parts, so that a bucket is never
//! wider than a fiftieth of where it begins, and its middle is within 1 % of whatever
//! fell in. Counts are signed: what was added can be taken out again, exactly.

mod sum;

pub(crate) use sum::SketchSum;

use proto::codec::{Malformed, Reader, Writer};

/// Buckets for each power of two.
const PER_OCTAVE: u64 = 50;
/// And all there are.
const BUCKETS: usize = 64 * PER_OCTAVE as usize + 1;

/// Where one sketch has so many times as many buckets as the other, those of the other are
/// looked up one by one.
const FEW: usize = 8;

/// Counts of values, in nanoseconds, and their sum.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sketch {
    /// By bucket, none of them 0.
    buckets: Vec<Bucket>,
    sum_nano: i64,
}

/// A bucket and how many values are in it, in one word: a day of a large system has half a
/// million of them. The bucket is in the upper 16 bits, the count, signed, in the lower 48.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bucket(u64);

const COUNT_BITS: u32 = 48;

/// How an f64 writes the power of two that is 1.
const F64_EXPONENT_OF_ONE: u64 = 1023;
const F64_FRACTION_BITS: u32 = 52;

impl Bucket {
    fn new(bucket: u16, count: i64) -> Self {
        let count = count.cast_unsigned() & ((1 << COUNT_BITS) - 1);
        Self(u64::from(bucket) << COUNT_BITS | count)
    }

    fn bucket(self) -> u16 {
        (self.0 >> COUNT_BITS) as u16
    }

    fn count(self) -> i64 {
        // The sign is moved to where it belongs, and back.
        let above = u64::BITS - COUNT_BITS;
        (self.0 << above).cast_signed() >> above
    }

    fn add(&mut self, count: i64) {
        *self = Self::new(self.bucket(), self.count().wrapping_add(count));
    }
}

/// 0 has a bucket of its own.
fn bucket_of(nano: u64) -> u16 {
    let Some(octave) = nano.checked_ilog2() else {
        return 0;
    };
    let beyond = u128::from(nano - (1 << octave));
    let part = (beyond * u128::from(PER_OCTAVE)) >> octave;
    (u64::from(octave) * PER_OCTAVE + part as u64 + 1) as u16
}

/// The middle of a bucket, in nanoseconds.
fn middle_of(bucket: u16) -> f64 {
    let Some(place) = bucket.checked_sub(1) else {
        return 0.0;
    };
    let (octave, part) = (u64::from(place) / PER_OCTAVE, u64::from(place) % PER_OCTAVE);
    // 2^octave: asked so often that the function for it was much of a comparison.
    let power = f64::from_bits((octave + F64_EXPONENT_OF_ONE) << F64_FRACTION_BITS);
    power * (1.0 + (part as f64 + 0.5) / PER_OCTAVE as f64)
}

impl Sketch {
    /// Adds `count` times `nano`; takes them out where it is negative.
    pub fn add(&mut self, nano: u64, count: i64) {
        let nano = nano.min(i64::MAX as u64);
        self.sum_nano = self.sum_nano.wrapping_add((nano as i64).wrapping_mul(count));
        self.add_to(bucket_of(nano), count);
    }

    fn add_to(&mut self, bucket: u16, count: i64) {
        match self.buckets.binary_search_by_key(&bucket, |own| own.bucket()) {
            Ok(place) => {
                self.buckets[place].add(count);
                if self.buckets[place].count() == 0 {
                    self.buckets.remove(place);
                }
            }
            Err(place) if count != 0 => self.buckets.insert(place, Bucket::new(bucket, count)),
            Err(_) => {}
        }
    }

    /// Adds all that is in `other`.
    pub fn merge(&mut self, other: &Self) {
        self.sum_nano = self.sum_nano.wrapping_add(other.sum_nano);
        if self.buckets.is_empty() {
            self.buckets.clone_from(&other.buckets);
        } else if other.buckets.len() * FEW < self.buckets.len() {
            other.buckets.iter().for_each(|it| self.add_to(it.bucket(), it.count()));
        } else {
            self.add_ascending(other.buckets.iter().copied());
        }
    }

    /// Adds counts, those of the lower buckets first, in one walk.
    fn add_ascending(&mut self, counts: impl Iterator<Item = Bucket>) {
        let mut further = Vec::new();
        let mut is_one_out = false;
        let mut place = 0;
        for other in counts {
            while self.buckets.get(place).is_some_and(|own| own.bucket() < other.bucket()) {
                place += 1;
            }
            match self.buckets.get_mut(place) {
                Some(own) if own.bucket() == other.bucket() => {
                    own.add(other.count());
                    is_one_out |= own.count() == 0;
                }
                _ => further.push(other),
            }
        }
        if is_one_out {
            self.buckets.retain(|own| own.count() != 0);
        }
        if !further.is_empty() {
            self.buckets.append(&mut further);
            // Two runs, which a stable sort only merges.
            self.buckets.sort_by_key(|own| own.bucket());
        }
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.buckets.is_empty() && self.sum_nano == 0
    }

    /// How many values there are.
    pub fn count(&self) -> u64 {
        self.positive().map(|(_, count)| count).sum()
    }

    /// All values added up, exactly, in nanoseconds.
    pub fn sum_nano(&self) -> u64 {
        self.sum_nano.max(0) as u64
    }

    /// The value that `quantile` (0 to 1) of all values do not exceed, in nanoseconds; 0
    /// where there are none.
    pub fn quantile(&self, quantile: f64) -> f64 {
        let rank = (quantile * self.count().saturating_sub(1) as f64).floor() as u64;
        let mut before = 0;
        for (bucket, count) in self.positive() {
            before += count;
            if before > rank {
                return middle_of(bucket);
            }
        }
        0.0
    }

    /// The values that exceed `limit_nano`, each with how many there are, the smallest first.
    pub fn values_above(&self, limit_nano: f64) -> impl Iterator<Item = (f64, f64)> + '_ {
        let is_below = |own: &Bucket| middle_of(own.bucket()) <= limit_nano;
        let above = self.buckets.partition_point(is_below);
        values(self.buckets.get(above..).unwrap_or_default())
    }

    /// Values, each with how many there are, the smallest first.
    pub fn values(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        values(&self.buckets)
    }

    fn positive(&self) -> impl Iterator<Item = (u16, u64)> + '_ {
        positive(&self.buckets)
    }

    /// `sum, zigzag · buckets, varint · each: buckets since the one before, varint ·
    /// count, zigzag`.
    pub fn encode(&self, out: &mut Writer) {
        out.zigzag(self.sum_nano);
        out.size(self.buckets.len());
        let mut last = 0;
        for own in &self.buckets {
            out.varint(u64::from(own.bucket() - last));
            out.zigzag(own.count());
            last = own.bucket();
        }
    }

    /// Goes to the end of what [`Sketch::encode`] wrote.
    pub(crate) fn pass_encoded(reader: &mut Reader) -> Result<(), Malformed> {
        reader.zigzag()?;
        let buckets = reader.count()?;
        (0..2 * buckets).try_for_each(|_| reader.varint().map(drop))
    }
}

fn values(buckets: &[Bucket]) -> impl Iterator<Item = (f64, f64)> + '_ {
    positive(buckets).map(|(bucket, count)| (middle_of(bucket), count as f64))
}

fn positive(buckets: &[Bucket]) -> impl Iterator<Item = (u16, u64)> + '_ {
    buckets.iter().filter_map(|own| Some((own.bucket(), u64::try_from(own.count()).ok()?)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_buckets_middle_is_within_one_percent_of_what_fell_in() {
        let near = (0..64).flat_map(|bit| {
            let octave = 1u64 << bit;
            [octave, octave.saturating_add(octave / 49), octave + octave / 2, octave - 1]
        });
        for nano in near.chain(1..10_000) {
            let error = (middle_of(bucket_of(nano)) - nano as f64).abs();
            // Below 50 a bucket holds one number, or none.
            assert!(error <= (nano as f64 * 0.01).max(0.5) * 1.000_001, "{nano}: {error}");
        }
        assert_eq!(middle_of(bucket_of(0)), 0.0);
    }

    proptest! {
        #[test]
        fn quantiles_are_right_to_one_percent(
            mut values in proptest::collection::vec(100u64..10_000_000_000, 1..200),
            quantile in 0.0..=1.0f64,
        ) {
            let mut sketch = Sketch::default();
            values.iter().for_each(|value| sketch.add(*value, 1));
            values.sort_unstable();
            let exact = values[(quantile * (values.len() - 1) as f64).floor() as usize] as f64;
            prop_assert!((sketch.quantile(quantile) - exact).abs() <= exact * 0.0101);
            prop_assert_eq!(sketch.sum_nano(), values.iter().sum::<u64>());
        }

        #[test]
        fn what_is_taken_out_was_never_there(values: Vec<u32>, others: Vec<u32>) {
            let mut sketch = Sketch::default();
            values.iter().for_each(|value| sketch.add((*value).into(), 1));
            let before = sketch.clone();
            let mut other = Sketch::default();
            others.iter().for_each(|value| other.add((*value).into(), 1));
            sketch.merge(&other);
            others.iter().for_each(|value| sketch.add((*value).into(), -1));
            prop_assert_eq!(&sketch, &before);
        }
    }
}
