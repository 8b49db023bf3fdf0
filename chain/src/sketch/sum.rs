//! Many sketches, added up.

use std::ops::Range;

use proto::codec::{Malformed, Reader};

use super::{BUCKETS, Bucket, Sketch};

/// Adds up sketches with a count for each bucket there can be, so that adding one more is a
/// step for each of its buckets, wherever they are.
#[derive(Debug)]
pub(crate) struct SketchSum {
    counts: Box<[i64; BUCKETS]>,
    /// All others are 0.
    touched: Range<usize>,
    sum_nano: i64,
}

impl Default for SketchSum {
    fn default() -> Self {
        Self { counts: Box::new([0; BUCKETS]), touched: UNTOUCHED, sum_nano: 0 }
    }
}

/// Any bucket makes it larger.
const UNTOUCHED: Range<usize> = Range { start: BUCKETS, end: 0 };

impl SketchSum {
    /// Adds all that is in `sketch`.
    pub(crate) fn add(&mut self, sketch: &Sketch) {
        self.sum_nano = self.sum_nano.wrapping_add(sketch.sum_nano);
        for own in &sketch.buckets {
            let count = &mut self.counts[usize::from(own.bucket())];
            *count = count.wrapping_add(own.count());
        }
        if let (Some(first), Some(last)) = (sketch.buckets.first(), sketch.buckets.last()) {
            self.touch(first.bucket(), last.bucket());
        }
    }

    /// Adds what [`Sketch::encode`] wrote.
    ///
    /// # Errors
    /// Where it did not: then some of it was added.
    pub(crate) fn add_encoded(&mut self, reader: &mut Reader) -> Result<(), Malformed> {
        self.sum_nano = self.sum_nano.wrapping_add(reader.zigzag()?);
        let buckets = reader.count()?;
        let mut bucket = 0u16;
        for place in 0..buckets {
            let step = u16::try_from(reader.varint()?).map_err(|_| Malformed("bucket"))?;
            if place > 0 && step == 0 {
                return Err(Malformed("ascending buckets"));
            }
            bucket = bucket.checked_add(step).ok_or(Malformed("bucket"))?;
            let own = self.counts.get_mut(usize::from(bucket)).ok_or(Malformed("bucket"))?;
            let count = reader.zigzag()?;
            if Bucket::new(bucket, count).count() != count {
                return Err(Malformed("count"));
            }
            *own = own.wrapping_add(count);
            self.touch(bucket, bucket);
        }
        Ok(())
    }

    /// What was added since the last time.
    pub(crate) fn take(&mut self) -> Sketch {
        let touched = std::mem::replace(&mut self.touched, UNTOUCHED);
        let first = touched.start;
        let counts = self.counts.get_mut(touched).unwrap_or_default();
        let mut buckets = Vec::with_capacity(counts.iter().filter(|count| **count != 0).count());
        for (bucket, count) in (first..).zip(counts) {
            // As of counts that were added one by one: they wrap at the same.
            let own = Bucket::new(bucket as u16, std::mem::take(count));
            if own.count() != 0 {
                buckets.push(own);
            }
        }
        Sketch { buckets, sum_nano: std::mem::take(&mut self.sum_nano) }
    }

    fn touch(&mut self, first: u16, last: u16) {
        self.touched.start = self.touched.start.min(first.into());
        self.touched.end = self.touched.end.max(usize::from(last) + 1);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proto::codec::Writer;

    use super::*;

    proptest! {
        #[test]
        fn sums_are_what_merging_one_by_one_comes_to(
            parts in proptest::collection::vec(
                proptest::collection::vec((any::<u64>(), -2i64..3), 0..40), 0..5),
        ) {
            let sketches: Vec<Sketch> = parts.iter().map(|values| {
                let mut sketch = Sketch::default();
                // The same values in several of them.
                values.iter().for_each(|(nano, count)| sketch.add(*nano >> (nano % 60), *count));
                sketch
            }).collect();
            let mut merged = Sketch::default();
            sketches.iter().for_each(|sketch| merged.merge(sketch));
            let mut sum = SketchSum::default();
            // Twice: nothing is left of what was taken.
            for _ in 0..2 {
                sketches.iter().for_each(|sketch| sum.add(sketch));
                prop_assert_eq!(&sum.take(), &merged);
                for sketch in &sketches {
                    let mut out = Writer::new();
                    sketch.encode(&mut out);
                    let mut reader = Reader::new(out.as_bytes());
                    sum.add_encoded(&mut reader).unwrap();
                    reader.end().unwrap();
                }
                prop_assert_eq!(&sum.take(), &merged);
            }
        }

        #[test]
        fn no_bytes_panic_and_what_was_added_can_be_taken(bytes: Vec<u8>) {
            let mut sum = SketchSum::default();
            sum.add_encoded(&mut Reader::new(&bytes)).unwrap_or_default();
            drop(sum.take());
            prop_assert_eq!(sum.take(), Sketch::default());
        }
    }
}
