//! Spans that stand for others of their series.
//!
//! Of more spans than there may be, those with the smallest figure stay, which is made of
//! their ids: so they come from all of the time alike, and the order in which traces are
//! taken in changes nothing.

use std::collections::{BTreeMap, HashMap};

use proto::{Span, SpanKind};

use super::series::Exemplar;

/// How many spans stand for one point of one series.
const PER_POINT: usize = 2;

/// Which of two spans stays: one figure is of two spans only where these share an id, as the
/// two sides of a call may.
type Rank = (u64, SpanKind);

/// The point that a span belongs to: the number of its series, and the interval.
type Point = (usize, usize);

/// The exemplars of one function.
#[derive(Debug)]
pub(super) struct Exemplars {
    max: usize,
    kept: BTreeMap<Rank, (Point, Exemplar)>,
    /// Those of each point, ascending.
    points: HashMap<Point, Vec<Rank>>,
}

impl Exemplars {
    /// At most `max` of them.
    pub(super) fn new(max: usize) -> Self {
        Self { max, kept: BTreeMap::new(), points: HashMap::new() }
    }

    /// Takes in `span`, which is of `point`, if it stays so far.
    pub(super) fn offer(&mut self, span: &Span, point: Point, make: impl FnOnce() -> Exemplar) {
        self.offer_ranked((figure(span), span.kind), point, make);
    }

    /// Takes in those of `other`, whose series have the numbers that `number` tells; those
    /// of series without one go.
    pub(super) fn merge(&mut self, other: Self, number: impl Fn(usize) -> Option<usize>) {
        for (rank, ((series, interval), exemplar)) in other.kept {
            if let Some(series) = number(series) {
                self.offer_ranked(rank, (series, interval), || exemplar);
            }
        }
    }

    fn offer_ranked(&mut self, rank: Rank, point: Point, make: impl FnOnce() -> Exemplar) {
        let is_full = self.kept.len() >= self.max;
        let last = self.kept.last_key_value().map(|(last, _)| *last);
        if self.max == 0 || is_full && last.is_some_and(|last| rank >= last) {
            return;
        }
        if self.kept.contains_key(&rank) {
            return;
        }
        let same = self.points.get(&point).map(Vec::as_slice).unwrap_or_default();
        if let Some(worst) = same.last().copied().filter(|_| same.len() >= PER_POINT) {
            if worst <= rank {
                return;
            }
            self.remove(worst);
        } else if let Some(last) = last.filter(|_| is_full) {
            self.remove(last);
        }
        self.kept.insert(rank, (point, make()));
        let same = self.points.entry(point).or_default();
        same.push(rank);
        same.sort_unstable();
    }

    /// Lets those of a series go.
    pub(super) fn forget(&mut self, series: usize) {
        self.kept.retain(|_, ((other, _), _)| *other != series);
        self.points.retain(|(other, _), _| *other != series);
    }

    fn remove(&mut self, rank: Rank) {
        if let Some((point, _)) = self.kept.remove(&rank)
            && let Some(same) = self.points.get_mut(&point)
        {
            same.retain(|one| *one != rank);
            if same.is_empty() {
                self.points.remove(&point);
            }
        }
    }

    /// The exemplars of each series, by its number, with their intervals.
    pub(super) fn by_series(self) -> HashMap<usize, Vec<(usize, Exemplar)>> {
        let mut all: HashMap<usize, Vec<(usize, Exemplar)>> = HashMap::new();
        for ((series, interval), exemplar) in self.kept.into_values() {
            all.entry(series).or_default().push((interval, exemplar));
        }
        all.values_mut().for_each(|of_one| of_one.sort_by_key(|(_, one)| one.unix_nano));
        all
    }
}

/// Its ids, spread over all numbers: ids that were counted up would follow the time.
fn figure(span: &Span) -> u64 {
    let [.., a, b, c, d, e, f, g, h] = *span.trace_id.as_bytes();
    let of_trace = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
    let of_span = u64::from_be_bytes(*span.span_id.as_bytes());
    // The last step of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
    let mut figure = of_trace.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ of_span;
    figure = (figure ^ figure >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    figure = (figure ^ figure >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    figure ^ figure >> 31
}

#[cfg(test)]
mod tests {
    use proto::{SpanId, TraceId};

    use super::*;

    fn span(number: u64) -> Span {
        let mut span = proto::testing::trace("shop GET 0..1").remove(0);
        span.trace_id = TraceId::new(u128::from(number).to_be_bytes());
        span.span_id = SpanId::new(number.to_be_bytes());
        span
    }

    fn kept(max: usize, spans: impl Iterator<Item = u64>) -> Vec<(usize, f64)> {
        let mut exemplars = Exemplars::new(max);
        for number in spans {
            let point = (0, (number / 10) as usize);
            let exemplar =
                || Exemplar { labels: Vec::new(), value: number as f64, unix_nano: number };
            exemplars.offer(&span(number), point, exemplar);
        }
        let kept = exemplars.by_series().into_values().flatten();
        kept.map(|(interval, one)| (interval, one.value)).collect()
    }

    #[test]
    fn they_come_from_all_of_the_time_in_any_order() {
        let forward = kept(20, 0..1_000);
        assert_eq!(forward.len(), 20);
        assert!(forward.iter().filter(|(interval, _)| *interval < 50).count() > 3);
        assert!(forward.iter().filter(|(interval, _)| *interval >= 50).count() > 3);
        assert_eq!(kept(20, (0..1_000).rev()), forward);
    }

    #[test]
    fn a_point_has_two_at_most() {
        let all = kept(1_000, 0..100);
        assert_eq!(all.len(), 20);
        assert_eq!(kept(1_000, (0..100).rev()), all);
        assert!(kept(0, 0..100).is_empty());
    }
}
