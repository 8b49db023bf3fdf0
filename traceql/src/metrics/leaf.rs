//! One function over time.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::Arc;

use super::buckets::bucket_of;
use super::cell::Cell;
use super::compare::Comparison;
use super::exemplars::Exemplars;
use super::index::{self, Index};
use super::series::{Exemplar, Label, NAME, Series};
use super::{Limits, Range};
use crate::ast::{Attribute, Function, Intrinsic, MetricsPipeline};
use crate::evaluate::first_value;
use crate::{Answer, Static, Trace};

/// Nanoseconds of a second: durations are measured in seconds.
const SECOND: f64 = 1e9;
/// How many points one with buckets counts as: it takes as much memory.
const BUCKETS_PER_POINT: usize = 8;

/// What a function has taken in so far.
#[derive(Debug)]
pub(super) struct Leaf {
    query: Arc<MetricsPipeline>,
    range: Range,
    limits: Limits,
    /// What tells the series apart: the values that they are by, and the bucket.
    index: Index,
    series: Vec<Growing>,
    /// The same by their values, once there are as many as may be: the last ones make room.
    last: BinaryHeap<Ranked>,
    exemplars: Exemplars,
    is_partial: bool,
    comparison: Option<Comparison>,
}

/// A series among others, by its values.
#[derive(Debug)]
struct Ranked {
    values: Box<[Static<'static>]>,
    number: usize,
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        index::order(&self.values, &other.values)
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Eq for Ranked {}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

#[derive(Debug)]
struct Growing {
    labels: Vec<Label>,
    cells: Vec<Cell>,
    /// How many of its units the edges of its buckets have to one.
    unit: f64,
}

impl Leaf {
    pub(super) fn new(query: MetricsPipeline, range: Range, limits: Limits) -> Self {
        let weight = match &query.function {
            Function::QuantileOverTime(_, quantiles) => quantiles.len().max(BUCKETS_PER_POINT),
            _ => 1,
        };
        let affordable = limits.points_max / weight / range.interval_count().max(1);
        let limits = Limits { series_max: limits.series_max.min(affordable.max(1)), ..limits };
        let comparison = match &query.function {
            Function::Compare(compare) => Some(Comparison::new(compare.clone(), range, limits)),
            _ => None,
        };
        let counts = matches!(query.function, Function::Rate | Function::CountOverTime)
            && query.by.is_empty();
        let mut leaf = Self {
            query: Arc::new(query),
            range,
            limits,
            index: Index::default(),
            series: Vec::new(),
            last: BinaryHeap::new(),
            exemplars: Exemplars::new(limits.exemplars_max),
            is_partial: false,
            comparison,
        };
        if counts {
            // Nothing at all is a count too.
            leaf.series_of(&[], 1.0);
        }
        leaf
    }

    pub(super) fn query(&self) -> &Arc<MetricsPipeline> {
        &self.query
    }

    /// Takes in the spans of a trace that the pipeline gave.
    pub(super) fn observe(&mut self, trace: &Trace<'_>, answer: &Answer<'_>) {
        if let Some(comparison) = &mut self.comparison {
            let spans = answer.spansets.iter().flat_map(|one| &one.spans);
            return comparison.observe(trace, spans.copied());
        }
        let mut values = Vec::new();
        for &span in answer.spansets.iter().flat_map(|one| &one.spans) {
            self.observe_span(trace, span, answer, &mut values);
        }
    }

    /// Takes in one span; `values` is room for what tells its series.
    fn observe_span<'a>(
        &mut self,
        trace: &Trace<'a>,
        span: usize,
        answer: &Answer<'_>,
        values: &mut Vec<Static<'a>>,
    ) {
        let start = trace.spans()[span].start_time_unix_nano;
        let Some(interval) = self.range.interval_of(start) else {
            return;
        };
        let Some((value, unit)) = self.measure(trace, span) else {
            return;
        };
        self.tell(trace, span, value / unit, values);
        let Some(series) = self.series_of(values, unit) else {
            return;
        };
        self.series[series].cells[interval].add(value);
        self.exemplars.offer(&trace.spans()[span], (series, interval), || {
            exemplar(trace, span, value / unit, answer)
        });
    }

    /// What is measured of the span, and how many of its units are one of the series'.
    /// `None` where the span has nothing to measure.
    fn measure(&self, trace: &Trace<'_>, span: usize) -> Option<(f64, f64)> {
        let Some(attribute) = self.query.function.attribute() else {
            return Some((1.0, 1.0));
        };
        let value = first_value(attribute, trace, span);
        let in_buckets = matches!(
            self.query.function,
            Function::HistogramOverTime(_) | Function::QuantileOverTime(..)
        );
        match value {
            Static::Int(value) if in_buckets => {
                Some((bucket_of(u64::try_from(value).ok()?)? as f64, 1.0))
            }
            Static::Duration(nanos) if in_buckets => {
                Some((bucket_of(u64::try_from(nanos).ok()?)? as f64, SECOND))
            }
            _ if in_buckets => None,
            Static::Int(value) => Some((value as f64, 1.0)),
            Static::Float(value) if !value.is_nan() => Some((value, 1.0)),
            Static::Duration(nanos) => Some((nanos as f64 / SECOND, 1.0)),
            _ => None,
        }
    }

    /// Puts into `values` what tells the series of a span that measures `value`: what it is by,
    /// and for a histogram the bucket.
    fn tell<'a>(&self, trace: &Trace<'a>, span: usize, value: f64, values: &mut Vec<Static<'a>>) {
        values.clear();
        values.extend(self.query.by.iter().map(|one| first_value(one, trace, span)));
        if values.iter().all(|one| *one == Static::Nil)
            && let Some(first) = values.first_mut()
        {
            *first = Static::Text("nil".into());
        }
        if matches!(self.query.function, Function::HistogramOverTime(_)) {
            values.push(Static::Float(value));
        }
    }

    /// The labels of the series that `values` tell.
    fn labels(&self, values: &[Static<'_>]) -> Vec<Label> {
        let mut labels = Vec::new();
        for (attribute, value) in self.query.by.iter().zip(values) {
            if *value != Static::Nil {
                labels.push(Label::new(attribute.to_string(), value.clone().into_owned()));
            }
        }
        match &self.query.function {
            Function::HistogramOverTime(_) => {
                let bucket = values.last().cloned().unwrap_or(Static::Nil);
                labels.push(Label::new("__bucket", bucket.into_owned()));
            }
            Function::QuantileOverTime(..) => {}
            function if self.query.by.is_empty() => {
                labels.push(Label::text(NAME, function.text()));
            }
            _ => {}
        }
        labels
    }

    /// The number of the series that `values` tell; `None` where there are as many others as
    /// may be. The first by their values stay, whichever came first: so the order of traces
    /// changes nothing.
    fn series_of(&mut self, values: &[Static<'_>], unit: f64) -> Option<usize> {
        if let Some(known) = self.index.get(values) {
            return Some(known);
        }
        if self.series.len() >= self.limits.series_max {
            self.is_partial = true;
            return self.make_room(values, unit);
        }
        self.series.push(self.growing(values, unit));
        Some(self.index.add(values))
    }

    fn growing(&self, values: &[Static<'_>], unit: f64) -> Growing {
        let cells = vec![Cell::new(&self.query.function); self.range.interval_count()];
        Growing { labels: self.labels(values), cells, unit }
    }

    /// Puts the series that `values` tell in the place of the last one, if it comes before it.
    fn make_room(&mut self, values: &[Static<'_>], unit: f64) -> Option<usize> {
        if self.last.is_empty() {
            let ranked = |number| Ranked { values: self.index.values(number).into(), number };
            self.last = (0..self.series.len()).map(ranked).collect();
        }
        let comes_before = |last: &Ranked| index::order(values, &last.values) == Ordering::Less;
        let Ranked { number, .. } = self.last.peek().filter(|last| comes_before(last))?;
        let number = *number;
        self.last.pop();
        self.series[number] = self.growing(values, unit);
        self.index.replace(number, values);
        self.exemplars.forget(number);
        self.last.push(Ranked { values: self.index.values(number).into(), number });
        Some(number)
    }

    /// See [`super::Evaluation::settle`].
    pub(super) fn settle(&mut self) {
        if let Some(comparison) = &mut self.comparison {
            comparison.count_kept();
        }
    }

    /// Takes in what `other` has, which is of the same query.
    pub(super) fn merge(&mut self, other: Self) {
        self.is_partial |= other.is_partial;
        if let (Some(comparison), Some(other)) = (&mut self.comparison, other.comparison) {
            comparison.merge(other);
        }
        for (number, growing) in other.series.into_iter().enumerate() {
            if let Some(number) = self.series_of(other.index.values(number), growing.unit) {
                let cells = self.series[number].cells.iter_mut();
                cells.zip(growing.cells).for_each(|(cell, other)| cell.merge(other));
            }
        }
        let Self { exemplars, index, .. } = self;
        exemplars.merge(other.exemplars, |number| index.get(other.index.values(number)));
    }

    /// The series, before anything happens to them, and whether a limit left some out.
    pub(super) fn finish(self) -> (Vec<Series>, bool) {
        if let Some(comparison) = self.comparison {
            return comparison.finish();
        }
        let step = matches!(self.query.function, Function::Rate).then(|| self.range.step_seconds());
        let has_own_value = self.query.function.attribute().is_some();
        let mut finished = Vec::new();
        let mut exemplars = self.exemplars.by_series();
        for (number, growing) in self.series.into_iter().enumerate() {
            let exemplars = exemplars.remove(&number).unwrap_or_default();
            if let Function::QuantileOverTime(_, quantiles) = &self.query.function {
                for q in quantiles {
                    let mut labels = growing.labels.clone();
                    labels.push(Label::new("p", Static::Float(*q)));
                    let cells = growing.cells.iter();
                    let values = cells.map(|cell| cell.quantile(*q, growing.unit)).collect();
                    let exemplars = exemplars.iter().map(|(_, one)| one.clone()).collect();
                    finished.push(Series { labels, values, exemplars });
                }
                continue;
            }
            let values: Vec<_> = growing.cells.iter().map(|cell| cell.point(step)).collect();
            let exemplars = exemplars.into_iter().map(|(interval, mut one)| {
                if !has_own_value {
                    one.value = values[interval];
                }
                one
            });
            let exemplars = exemplars.collect();
            finished.push(Series { labels: growing.labels, values, exemplars });
        }
        (finished, self.is_partial)
    }
}

fn exemplar(trace: &Trace<'_>, span: usize, value: f64, answer: &Answer<'_>) -> Exemplar {
    let id = first_value(&Attribute::Intrinsic(Intrinsic::TraceId), trace, span);
    let mut labels = vec![Label::new("trace:id", id.into_owned())];
    let shown = answer.attributes_of(span).into_iter();
    labels.extend(shown.map(|(name, value)| Label::new(name, value.into_owned())));
    Exemplar { labels, value, unix_nano: trace.spans()[span].start_time_unix_nano }
}
