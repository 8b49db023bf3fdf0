//! `compare()`: how often each value of each attribute occurs among selected spans, and
//! among all others.

mod counts;
mod shared;
mod tally;

use hashbrown::HashMap;
use proto::{Attribute as SentAttribute, Resource, Scope as SentScope};

use super::series::{Label, Series};
use super::{Limits, Range};
use crate::ast::{Attribute, Compare, Intrinsic, Scope};
use crate::evaluate::{Mentions, find_match, first_value};
use crate::value::{Kind, Status};
use crate::{Static, Trace};

use counts::{ByNumber, Counts, Plain, What};
use shared::{At, Shared};
use tally::{Seen, Tallies};

/// The label that says which side a series is of.
const SIDE: &str = "__meta_type";
/// The label of what an attribute had too many values of.
const ERROR: &str = "__meta_error";
/// What all spans of a trace have alike.
const OF_TRACE: &[Intrinsic] = &[Intrinsic::RootName, Intrinsic::RootService];

/// Counts of both sides.
#[derive(Debug)]
pub(super) struct Comparison {
    compare: Compare,
    /// What the selection says something about.
    mentions: Mentions,
    range: Range,
    numbers: Numbers,
    tallies: Tallies,
    plain: Counts<Plain>,
    by_number: ByNumber,
    resources: Shared<Resource>,
    scopes: Shared<SentScope>,
    /// The numbers of the attributes of a list.
    list: Vec<usize>,
}

/// The numbers of attributes.
#[derive(Debug, Default)]
struct Numbers {
    attributes: Vec<Attribute>,
    intrinsics: HashMap<Intrinsic, usize>,
    named: HashMap<Scope, HashMap<String, usize>>,
}

impl Numbers {
    fn intrinsic(&mut self, one: Intrinsic) -> usize {
        *self.intrinsics.entry(one).or_insert_with(|| {
            self.attributes.push(Attribute::Intrinsic(one));
            self.attributes.len() - 1
        })
    }

    fn named(&mut self, scope: Scope, name: &str) -> usize {
        let of_scope = self.named.entry(scope).or_default();
        if let Some(known) = of_scope.get(name) {
            return *known;
        }
        let number = self.attributes.len();
        of_scope.insert(name.to_owned(), number);
        self.attributes.push(Attribute::named(scope, name));
        number
    }
}

impl Comparison {
    pub(super) fn new(compare: Compare, range: Range, limits: Limits) -> Self {
        let top_count = usize::try_from(compare.top_count).unwrap_or(0);
        Self {
            mentions: Mentions::of(&compare.selection.field),
            compare,
            range,
            numbers: Numbers::default(),
            tallies: Tallies::new(range.interval_count(), limits.series_max, top_count),
            plain: Counts::default(),
            by_number: ByNumber::default(),
            resources: Shared::default(),
            scopes: Shared::default(),
            list: Vec::new(),
        }
    }

    /// Takes in those of a trace's spans that are in the range.
    pub(super) fn observe(&mut self, trace: &Trace<'_>, spans: impl Iterator<Item = usize>) {
        let mut counts: Vec<(At, u64)> = Vec::new();
        let mut last = None;
        for span in spans {
            let start = trace.spans()[span].start_time_unix_nano;
            let Some(interval) = self.range.interval_of(start) else {
                continue;
            };
            let at = self.observe_span(trace, span, interval);
            last = Some(span);
            match counts.iter_mut().find(|(other, _)| *other == at) {
                Some((_, count)) => *count += 1,
                None => counts.push((at, 1)),
            }
        }
        for intrinsic in OF_TRACE.iter().filter(|_| last.is_some()) {
            let value = first_value(&Attribute::Intrinsic(*intrinsic), trace, last.unwrap_or(0));
            let number = self.numbers.intrinsic(*intrinsic);
            for (at, times) in &counts {
                self.tallies.count(number, *at, *times, &value);
            }
        }
    }

    fn observe_span(&mut self, trace: &Trace<'_>, span: usize, interval: usize) -> At {
        let one = &trace.spans()[span];
        let start = one.start_time_unix_nano;
        let selection_time = self.compare.start_unix_nano as u64..self.compare.end_unix_nano as u64;
        let is_timely = self.compare.end_unix_nano == 0
            || selection_time.start < start && start <= selection_time.end;
        let selection = &self.compare.selection.field;
        let is_selected = is_timely && find_match(selection, &self.mentions, trace, span).is_some();
        let at = At { is_selected, interval };
        // Of what every span has, ids and times are not worth comparing.
        let of_span = trace.numbered().and_then(|numbered| numbered.of_span(span));
        if of_span.is_none_or(|of_span| of_span.name.is_none()) {
            self.text(Intrinsic::Name, &one.name, at, 1);
        }
        let has_message = !one.status.message.is_empty();
        if has_message {
            self.text(Intrinsic::StatusMessage, &one.status.message, at, 1);
        }
        let plain = Plain {
            kind: Kind::of_span(one.kind),
            status: Status::of_code(one.status.code),
            child_count: trace.tree().child_count[span],
            has_message,
        };
        if self.plain.add(plain, at) {
            self.count_plain();
        }
        self.attributes(Scope::Span, &one.attributes, at, 1);
        for event in &one.events {
            self.attributes(Scope::Event, &event.attributes, at, 1);
        }
        if of_span.is_some_and(|of_span| self.by_number.add(of_span, at)) {
            self.count_by_number();
        }
        if self.resources.add(&one.resource, at) {
            self.count_resources();
        }
        if self.scopes.add(&one.scope, at) {
            self.count_scopes();
        }
        at
    }

    /// Counts the values of a list of attributes of `times` spans.
    fn attributes(&mut self, scope: Scope, attributes: &[SentAttribute], at: At, times: u64) {
        let mut list = std::mem::take(&mut self.list);
        list.clear();
        list.extend(attributes.iter().map(|one| self.numbers.named(scope, &one.key)));
        for (place, (attribute, number)) in attributes.iter().zip(&list).enumerate() {
            // Where a key occurs twice the last wins.
            let is_last = !list[place + 1..].contains(number);
            let value = Static::of_value(&attribute.value);
            if value != Static::Nil && is_last {
                self.tallies.count(*number, at, times, &value);
            }
        }
        self.list = list;
    }

    fn text(&mut self, intrinsic: Intrinsic, text: &str, at: At, times: u64) {
        let value = Static::Text(text.into());
        self.tallies.count(self.numbers.intrinsic(intrinsic), at, times, &value);
    }

    fn count_plain(&mut self) {
        for (Plain { kind, status, child_count, has_message }, at, times) in self.plain.take() {
            let values = [
                (Intrinsic::Kind, Static::Kind(kind)),
                (Intrinsic::Status, Static::Status(status)),
                (Intrinsic::ChildCount, Static::Int(child_count.into())),
            ];
            for (intrinsic, value) in values {
                self.tallies.count(self.numbers.intrinsic(intrinsic), at, times, &value);
            }
            if !has_message {
                self.text(Intrinsic::StatusMessage, "", at, times);
            }
        }
    }

    fn count_by_number(&mut self) {
        let Self { by_number, numbers, tallies, .. } = self;
        by_number.take(|what, times| {
            let (number, value) = match what {
                What::Name(name) => (numbers.intrinsic(Intrinsic::Name), Static::Text(name.into())),
                What::OfSpan(SentAttribute { key, value }) => {
                    (numbers.named(Scope::Span, key), Static::of_value(value))
                }
                What::OfEvent(SentAttribute { key, value }) => {
                    (numbers.named(Scope::Event, key), Static::of_value(value))
                }
            };
            if value == Static::Nil {
                return;
            }
            for (at, times) in times {
                tallies.count(number, *at, *times, &value);
            }
        });
    }

    /// Counts what was kept for later.
    pub(super) fn count_kept(&mut self) {
        self.count_plain();
        self.count_by_number();
        self.count_resources();
        self.count_scopes();
    }

    fn count_resources(&mut self) {
        for (resource, at, times) in self.resources.take() {
            self.attributes(Scope::Resource, &resource.attributes, at, times);
        }
    }

    fn count_scopes(&mut self) {
        for (scope, at, times) in self.scopes.take() {
            self.text(Intrinsic::ScopeName, &scope.name, at, times);
            self.text(Intrinsic::ScopeVersion, &scope.version, at, times);
            self.attributes(Scope::Instrumentation, &scope.attributes, at, times);
        }
    }

    /// Takes in what `other` has, which compares the same.
    pub(super) fn merge(&mut self, mut other: Self) {
        other.count_kept();
        let Numbers { attributes, .. } = other.numbers;
        let numbers = attributes.iter().map(|attribute| match attribute {
            Attribute::Intrinsic(one) => self.numbers.intrinsic(*one),
            Attribute::Named { scope, name, .. } => self.numbers.named(*scope, name),
        });
        let numbers: Vec<usize> = numbers.collect();
        self.tallies.merge(other.tallies, |attribute| numbers[attribute]);
    }

    /// The series, and whether a limit left some out or made counts too low.
    pub(super) fn finish(mut self) -> (Vec<Series>, bool) {
        self.count_kept();
        let mut finished = Vec::new();
        let none = vec![0; self.range.interval_count()];
        let (seen, is_partial) = self.tallies.finish();
        for Seen { attribute, is_selected, totals, top, is_cut } in seen {
            let attribute = self.numbers.attributes[attribute].to_string();
            let side = if is_selected { "selection" } else { "baseline" };
            for (value, counts) in top {
                let labels = vec![Label::text(SIDE, side), Label::new(attribute.clone(), value)];
                finished.push(series(labels, &counts));
            }
            if is_cut {
                let labels = vec![
                    Label::text(SIDE, side),
                    Label::text(ERROR, "__too_many_values__"),
                    Label::text(&attribute, "nil"),
                ];
                finished.push(series(labels, &none));
            }
            let side = format!("{side}_total");
            let labels = vec![Label::text(SIDE, &side), Label::text(&attribute, "nil")];
            finished.push(series(labels, &totals));
        }
        (finished, is_partial)
    }
}

fn series(labels: Vec<Label>, counts: &[u64]) -> Series {
    let values = counts.iter().map(|count| *count as f64).collect();
    Series { labels, values, exemplars: Vec::new() }
}

#[cfg(test)]
mod tests;
