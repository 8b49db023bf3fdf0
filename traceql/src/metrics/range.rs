//! The time that a metrics query is about, and its intervals.

const SECOND: u64 = 1_000_000_000;
const MINUTE: u64 = 60 * SECOND;

/// How many intervals a range may have: a screen has fewer points.
const INTERVALS_MAX: u64 = 10_000;

/// A range that has no intervals, or too many.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RangeError {
    /// The end is not behind the start.
    #[error("the end must be later than the start")]
    Empty,
    /// The step is zero.
    #[error("the step must be longer than zero")]
    NoStep,
    /// The step is too short for the range.
    #[error("{0} intervals are too many; {INTERVALS_MAX} are answered, so take a longer step")]
    TooMany(u64),
}

/// A time, in nanoseconds since the Unix epoch, and its intervals. These begin at whole
/// multiples of the step and are closed at their right end, where they are stamped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    start: u64,
    end: u64,
    step: u64,
    is_instant: bool,
}

impl Range {
    /// Intervals of `step` over the time from `start`, which is not in it, to `end`, which
    /// is. Spans outside of it do not count, even where an interval reaches further.
    ///
    /// # Errors
    /// Where there would be none, or more than 10,000.
    pub fn try_new(start: u64, end: u64, step: u64) -> Result<Self, RangeError> {
        if step == 0 {
            return Err(RangeError::NoStep);
        }
        if end <= start {
            return Err(RangeError::Empty);
        }
        let range = Self { start, end, step, is_instant: false };
        let count = (range.last_edge() - range.first_edge()) / step;
        if count > INTERVALS_MAX { Err(RangeError::TooMany(count)) } else { Ok(range) }
    }

    /// As a range request has it: whole steps, and one more before the start, so that the
    /// start has a point too.
    ///
    /// # Errors
    /// As [`Range::try_new`].
    pub fn aligned(start: u64, end: u64, step: u64) -> Result<Self, RangeError> {
        if step == 0 {
            return Err(RangeError::NoStep);
        }
        if end <= start {
            return Err(RangeError::Empty);
        }
        let first = (start / step * step).saturating_sub(step);
        Self::try_new(first, end.div_ceil(step).saturating_mul(step), step)
    }

    /// One interval, start and end in it.
    ///
    /// # Errors
    /// Where the end is not behind the start.
    pub fn instant(start: u64, end: u64) -> Result<Self, RangeError> {
        if end <= start {
            return Err(RangeError::Empty);
        }
        Ok(Self { start, end, step: end - start, is_instant: true })
    }

    fn first_edge(&self) -> u64 {
        self.start / self.step * self.step
    }

    fn last_edge(&self) -> u64 {
        self.end.div_ceil(self.step).saturating_mul(self.step)
    }

    /// How many intervals there are.
    pub fn interval_count(&self) -> usize {
        if self.is_instant {
            return 1;
        }
        ((self.last_edge() - self.first_edge()) / self.step) as usize
    }

    /// The interval that a span which starts at `unix_nano` belongs to.
    pub fn interval_of(&self, unix_nano: u64) -> Option<usize> {
        if self.is_instant {
            return (self.start..=self.end).contains(&unix_nano).then_some(0);
        }
        let is_in = self.start < unix_nano && unix_nano <= self.end;
        is_in.then(|| ((unix_nano - self.first_edge() - 1) / self.step) as usize)
    }

    /// The time that stands for an interval: its end.
    pub fn end_of(&self, interval: usize) -> u64 {
        if self.is_instant {
            return self.end;
        }
        self.first_edge() + (interval as u64 + 1).saturating_mul(self.step)
    }

    /// The length of an interval, in seconds.
    pub fn step_seconds(&self) -> f64 {
        self.step as f64 / SECOND as f64
    }
}

/// The step for a request that has none: some 240 of them, of a length that people use.
pub fn default_step(start: u64, end: u64) -> u64 {
    const UNITS: [u64; 6] = [60 * MINUTE, 5 * MINUTE, MINUTE, 15 * SECOND, 5 * SECOND, SECOND];
    const POINTS: u64 = 240;
    const SHORT_UNIT: u64 = 50_000_000;
    let range = end.saturating_sub(start);
    let step = range / POINTS;
    if range < MINUTE {
        return (step / SHORT_UNIT * SHORT_UNIT).max(SHORT_UNIT);
    }
    UNITS.into_iter().find(|unit| step >= *unit).map_or(SECOND, |unit| step / unit * unit)
}
