//! Many sketches, added up.

use proto::codec::{Malformed, Reader};

use super::{BUCKETS, Bucket, Sketch};

/// Adds up sketches with a count for each bucket there can be, so that adding one more is a
/// step for each of its buckets, wherever they are.
#[derive(Debug)]
pub(crate) struct SketchSum {
    counts: Box<[i64; BUCKETS]>,
    touched: Touched,
    sum_nano: i64,
}

/// Buckets whose count may be other than 0.
#[derive(Debug)]
struct Touched {
    /// A bit for each bucket.
    buckets: [u64; WORDS],
    /// A bit for each of those words that is not 0: most never are.
    words: u64,
}

/// So many words have a bit for each bucket, and one has a bit for each of them.
const WORDS: usize = BUCKETS.div_ceil(u64::BITS as usize);
const _: () = assert!(WORDS <= u64::BITS as usize);

impl Default for SketchSum {
    fn default() -> Self {
        Self { counts: Box::new([0; BUCKETS]), touched: Touched::NONE, sum_nano: 0 }
    }
}

impl SketchSum {
    /// Adds all that is in `sketch`.
    pub(crate) fn add(&mut self, sketch: &Sketch) {
        self.sum_nano = self.sum_nano.wrapping_add(sketch.sum_nano);
        for own in &sketch.buckets {
            let bucket = usize::from(own.bucket());
            let count = &mut self.counts[bucket];
            *count = count.wrapping_add(own.count());
            self.touched.add(bucket);
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
            let place = usize::from(bucket);
            let own = self.counts.get_mut(place).ok_or(Malformed("bucket"))?;
            let count = reader.zigzag()?;
            if Bucket::new(bucket, count).count() != count {
                return Err(Malformed("count"));
            }
            *own = own.wrapping_add(count);
            self.touched.add(place);
        }
        Ok(())
    }

    /// Makes `sketch` what was added since the last time.
    pub(crate) fn take_into(&mut self, sketch: &mut Sketch) {
        sketch.sum_nano = std::mem::take(&mut self.sum_nano);
        sketch.buckets.clear();
        sketch.buckets.reserve_exact(self.touched.count());
        self.touched.drain(|bucket| {
            // As of counts that were added one by one: they wrap at the same.
            let own = Bucket::new(bucket as u16, std::mem::take(&mut self.counts[bucket]));
            if own.count() != 0 {
                sketch.buckets.push(own);
            }
        });
    }
}

impl Touched {
    const NONE: Self = Self { buckets: [0; WORDS], words: 0 };

    fn add(&mut self, bucket: usize) {
        let (word, bit) = (bucket / u64::BITS as usize, bucket % u64::BITS as usize);
        self.buckets[word] |= 1 << bit;
        self.words |= 1 << word;
    }

    fn count(&self) -> usize {
        ones(self.words).map(|word| self.buckets[word].count_ones() as usize).sum()
    }

    /// Hands them out, the lowest first; none is left.
    fn drain(&mut self, mut take: impl FnMut(usize)) {
        for word in ones(std::mem::take(&mut self.words)) {
            let first = word * u64::BITS as usize;
            ones(std::mem::take(&mut self.buckets[word])).for_each(|bit| take(first + bit));
        }
    }
}

/// Which bits of `word` are set, the lowest first.
fn ones(word: u64) -> impl Iterator<Item = usize> {
    let rest = std::iter::successors(Some(word), |rest| Some(rest & rest.wrapping_sub(1)));
    rest.take_while(|rest| *rest != 0).map(|rest| rest.trailing_zeros() as usize)
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
            let mut taken = Sketch::default();
            // Twice: nothing is left of what was taken.
            for _ in 0..2 {
                sketches.iter().for_each(|sketch| sum.add(sketch));
                sum.take_into(&mut taken);
                prop_assert_eq!(&taken, &merged);
                for sketch in &sketches {
                    let mut out = Writer::new();
                    sketch.encode(&mut out);
                    let mut reader = Reader::new(out.as_bytes());
                    sum.add_encoded(&mut reader).unwrap();
                    reader.end().unwrap();
                }
                sum.take_into(&mut taken);
                prop_assert_eq!(&taken, &merged);
            }
        }

        #[test]
        fn no_bytes_panic_and_what_was_added_can_be_taken(bytes: Vec<u8>) {
            let mut sum = SketchSum::default();
            sum.add_encoded(&mut Reader::new(&bytes)).unwrap_or_default();
            let mut taken = Sketch::default();
            sum.take_into(&mut taken);
            sum.take_into(&mut taken);
            prop_assert_eq!(taken, Sketch::default());
        }
    }
}
