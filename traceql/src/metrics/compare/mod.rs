//! `compare()`: how often each value of each attribute occurs among selected spans, and
//! among all others.

use std::collections::HashMap;

use super::series::{Label, Series};
use super::{Limits, Range};
use crate::ast::{Attribute, Compare, Intrinsic, Scope};
use crate::evaluate::{first_value, matches};
use crate::{Static, Trace};

/// The label that says which side a series is of.
const SIDE: &str = "__meta_type";
/// The label of what an attribute had too many values of.
const ERROR: &str = "__meta_error";
/// What every span has and is worth comparing; ids and times are not.
const INTRINSICS: &[Intrinsic] = &[
    Intrinsic::Name,
    Intrinsic::Kind,
    Intrinsic::Status,
    Intrinsic::StatusMessage,
    Intrinsic::RootName,
    Intrinsic::RootService,
    Intrinsic::ScopeName,
    Intrinsic::ScopeVersion,
    Intrinsic::ChildCount,
];

/// Counts of both sides.
#[derive(Debug)]
pub(super) struct Comparison<'q> {
    compare: &'q Compare,
    range: Range,
    limits: Limits,
    /// By side, attribute and value's text.
    counts: HashMap<(bool, String), HashMap<String, Count>>,
    totals: HashMap<(bool, String), Vec<u64>>,
    value_count: usize,
    pub(super) is_partial: bool,
}

#[derive(Debug)]
struct Count {
    value: Static<'static>,
    total: u64,
    by_interval: Vec<u64>,
}

impl<'q> Comparison<'q> {
    pub(super) fn new(compare: &'q Compare, range: Range, limits: Limits) -> Self {
        Self {
            compare,
            range,
            limits,
            counts: HashMap::new(),
            totals: HashMap::new(),
            value_count: 0,
            is_partial: false,
        }
    }

    pub(super) fn observe(&mut self, trace: &Trace<'_>, span: usize, interval: usize) {
        let start = trace.spans()[span].start_time_unix_nano;
        let selection_time = self.compare.start_unix_nano as u64..self.compare.end_unix_nano as u64;
        let is_timely = self.compare.end_unix_nano == 0
            || selection_time.start < start && start <= selection_time.end;
        let is_selected = is_timely && matches(&self.compare.selection.field, trace, span);
        for (attribute, value) in values_of(trace, span) {
            self.count(is_selected, attribute.to_string(), value, interval);
        }
    }

    fn count(&mut self, side: bool, name: String, value: Static<'_>, interval: usize) {
        let intervals = self.range.interval_count();
        let key = (side, name);
        if !self.totals.contains_key(&key) && self.totals.len() >= self.limits.series_max {
            self.is_partial = true;
            return;
        }
        let total = self.totals.entry(key.clone()).or_insert_with(|| vec![0; intervals]);
        total[interval] += 1;
        let values = self.counts.entry(key).or_default();
        let text = value.to_string();
        if !values.contains_key(&text) {
            if self.value_count >= self.limits.series_max {
                self.is_partial = true;
                return;
            }
            self.value_count += 1;
        }
        let count = values.entry(text).or_insert_with(|| Count {
            value: value.into_owned(),
            total: 0,
            by_interval: vec![0; intervals],
        });
        count.total += 1;
        count.by_interval[interval] += 1;
    }

    pub(super) fn finish(self) -> Vec<Series> {
        let top_count = usize::try_from(self.compare.top_count).unwrap_or(0);
        let mut finished = Vec::new();
        for ((side, attribute), values) in self.counts {
            let side = if side { "selection" } else { "baseline" };
            let is_cut = values.len() > top_count;
            let mut values: Vec<_> = values.into_iter().collect();
            // The most frequent first, by text where they are alike.
            values.sort_by(|(left, one), (right, other)| {
                other.total.cmp(&one.total).then_with(|| left.cmp(right))
            });
            for (_, count) in values.into_iter().take(top_count) {
                let labels =
                    vec![Label::text(SIDE, side), Label::new(attribute.clone(), count.value)];
                finished.push(series(labels, &count.by_interval));
            }
            if is_cut {
                let labels = vec![
                    Label::text(SIDE, side),
                    Label::text(ERROR, "__too_many_values__"),
                    Label::text(&attribute, "nil"),
                ];
                finished.push(series(labels, &vec![0; self.range.interval_count()]));
            }
        }
        for ((side, attribute), total) in self.totals {
            let side = if side { "selection_total" } else { "baseline_total" };
            let labels = vec![Label::text(SIDE, side), Label::text(&attribute, "nil")];
            finished.push(series(labels, &total));
        }
        finished
    }
}

fn series(labels: Vec<Label>, counts: &[u64]) -> Series {
    let values = counts.iter().map(|count| *count as f64).collect();
    Series { labels, values, exemplars: Vec::new() }
}

/// What a span can be compared by, each attribute once.
fn values_of<'a>(trace: &Trace<'a>, span: usize) -> Vec<(Attribute, Static<'a>)> {
    let mut found: Vec<(Attribute, Static<'a>)> = INTRINSICS
        .iter()
        .map(|one| Attribute::Intrinsic(*one))
        .map(|attribute| {
            let value = first_value(&attribute, trace, span);
            (attribute, value)
        })
        .collect();
    let one = &trace.spans()[span];
    let mut lists = vec![
        (Scope::Span, &one.attributes),
        (Scope::Resource, &one.resource.attributes),
        (Scope::Instrumentation, &one.scope.attributes),
    ];
    lists.extend(one.events.iter().map(|event| (Scope::Event, &event.attributes)));
    for (scope, attributes) in lists {
        let mut seen = std::collections::HashSet::new();
        // Where a key occurs twice the last wins.
        for attribute in attributes.iter().rev() {
            if seen.insert(&attribute.key) {
                let value = Static::of_value(&attribute.value);
                if value != Static::Nil {
                    found.push((Attribute::named(scope, attribute.key.clone()), value));
                }
            }
        }
    }
    found
}
