//! A trace's outline: its summary and which spans it has, found out part by part without
//! all its spans in memory at once. What sealing and lists need of traces in parts.
//!
//! [`TraceSummary::of`] says what a summary is; this is the same for spans that come one
//! by one.

use std::collections::BTreeMap;
use std::sync::Arc;

use hashbrown::{HashMap, HashSet};
use proto::{Resource, Span, SpanId, SpanKind, TraceId};

use crate::contract::summary::{ServiceCount, TraceSummary};
use crate::fault::Fault;

/// Parents that are looked for at least before those that came meanwhile are forgotten.
const AWAITED_MIN: usize = 1_024;

/// What is known of a trace so far.
#[derive(Debug, Default)]
pub(crate) struct Outline {
    identities: HashSet<(SpanId, SpanKind)>,
    span_count: u32,
    /// The earliest time of log records, 0 where none is known; `None` where there are none.
    first_record_unix_nano: Option<u64>,
    ids: HashSet<SpanId>,
    start_unix_nano: Option<u64>,
    end_unix_nano: u64,
    error_count: u32,
    services: BTreeMap<String, ServiceCount>,
    /// The earliest span without a parent.
    root: Option<Candidate>,
    /// Of each parent that has not come, its earliest child.
    orphans: HashMap<SpanId, Candidate>,
    orphans_max: usize,
    /// The earliest span.
    earliest: Option<Candidate>,
}

/// A span that may be the root.
#[derive(Debug, Clone)]
struct Candidate {
    order: (u64, SpanId, SpanKind),
    resource: Arc<Resource>,
    name: String,
}

/// What an outline needs of a span.
struct Line {
    candidate: Candidate,
    parent: Option<SpanId>,
    end_unix_nano: u64,
    is_error: bool,
    duration_nano: u64,
}

impl Outline {
    /// Takes what `read` gives: the spans of one part. Parts come in the order in which
    /// they were written; what is known already stays as it is.
    ///
    /// # Errors
    /// That of `read`. Nothing was taken then.
    pub(crate) fn part(
        &mut self,
        read: impl FnOnce(&mut dyn FnMut(Span)) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mut lines = Vec::new();
        read(&mut |span| lines.push(Line::of(span)))?;
        lines.into_iter().for_each(|line| self.add(line));
        Ok(())
    }

    /// Whether there is a span of this identity.
    pub(crate) fn has(&self, id: SpanId, kind: SpanKind) -> bool {
        self.identities.contains(&(id, kind))
    }

    fn add(&mut self, line: Line) {
        let Line { candidate, parent, end_unix_nano, is_error, duration_nano } = line;
        let (start, id, kind) = candidate.order;
        if !self.identities.insert((id, kind)) {
            return;
        }
        if kind == SpanKind::LOG_RECORD {
            let known = self.first_record_unix_nano.unwrap_or(0);
            let times = [known, start].into_iter().filter(|time| *time != 0);
            self.first_record_unix_nano = Some(times.min().unwrap_or(0));
            return;
        }
        self.span_count = self.span_count.saturating_add(1);
        self.ids.insert(id);
        if start != 0 {
            self.start_unix_nano = Some(self.start_unix_nano.map_or(start, |min| min.min(start)));
            self.end_unix_nano = self.end_unix_nano.max(end_unix_nano).max(start);
        }
        self.error_count = self.error_count.saturating_add(u32::from(is_error));
        let service = candidate.resource.service_name();
        let counts = match self.services.get_mut(&*service) {
            Some(counts) => counts,
            None => {
                let name = service.into_owned();
                self.services.entry(name.clone()).or_insert_with(|| ServiceCount::none_of(name))
            }
        };
        counts.add(1, is_error.into(), duration_nano);
        match parent.filter(|parent| *parent != id) {
            None => keep_earlier(&mut self.root, &candidate),
            Some(parent) if self.root.is_none() && !self.ids.contains(&parent) => {
                self.await_parent(parent, &candidate);
            }
            Some(_) => {}
        }
        keep_earlier(&mut self.earliest, &candidate);
    }

    fn await_parent(&mut self, parent: SpanId, child: &Candidate) {
        let known = self.orphans.entry(parent).or_insert_with(|| child.clone());
        if child.order < known.order {
            *known = child.clone();
        }
        if self.orphans.len() > self.orphans_max.max(AWAITED_MIN) {
            let Self { orphans, ids, .. } = self;
            orphans.retain(|parent, _| !ids.contains(parent));
            self.orphans_max = self.orphans.len().saturating_mul(2);
        }
    }

    /// The summary; `None` where there are no spans. By the rule of
    /// [`crate::contract::summary::root`].
    pub(crate) fn summary(&self, trace: TraceId) -> Option<TraceSummary> {
        let orphans = self.orphans.iter().filter(|(parent, _)| !self.ids.contains(*parent));
        let orphan = orphans.map(|(_, child)| child).min_by_key(|child| child.order);
        let Some(root) = self.root.as_ref().or(orphan).or(self.earliest.as_ref()) else {
            let time = self.first_record_unix_nano?;
            return Some(TraceSummary::without_spans(trace, std::iter::once(time)));
        };
        let start_unix_nano = self.start_unix_nano.unwrap_or(0);
        Some(TraceSummary {
            trace_id: trace,
            start_unix_nano,
            duration_nano: self.end_unix_nano.saturating_sub(start_unix_nano),
            span_count: self.span_count,
            error_count: self.error_count,
            root_service: root.resource.service_name().into_owned(),
            root_name: root.name.clone(),
            services: self.services.values().cloned().collect(),
        })
    }
}

impl Line {
    fn of(span: Span) -> Self {
        let (is_error, duration_nano) = (span.is_error(), span.duration_nano());
        let order = (span.start_time_unix_nano, span.span_id, span.kind);
        let candidate = Candidate { order, resource: span.resource, name: span.name };
        let (parent, end_unix_nano) = (span.parent_span_id, span.end_time_unix_nano);
        Self { candidate, parent, end_unix_nano, is_error, duration_nano }
    }
}

fn keep_earlier(known: &mut Option<Candidate>, candidate: &Candidate) {
    if known.as_ref().is_none_or(|known| candidate.order < known.order) {
        *known = Some(candidate.clone());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proto::testing::{log_record_of, trace_strategy};

    use super::*;
    use crate::evaluate;

    proptest! {
        #[test]
        fn an_outline_has_the_summary_of_its_spans(
            spans in trace_strategy(12),
            again in trace_strategy(12),
            records in trace_strategy(4),
            spans_count in 0usize..13,
            cut in 0usize..20,
        ) {
            let id = spans.first().map_or(TraceId::default(), |span| span.trace_id);
            let records: Vec<Span> =
                records.into_iter().map(|content| log_record_of(&spans[0], content)).collect();
            let mut all = [spans, again].concat();
            // At times there are log records only.
            all.truncate(spans_count);
            all.extend(records);
            all.iter_mut().for_each(|span| span.trace_id = id);
            let mut outline = Outline::default();
            for part in all.chunks(cut.max(1)) {
                let give = |take: &mut dyn FnMut(Span)| {
                    part.iter().cloned().for_each(take);
                    Ok(())
                };
                outline.part(give).unwrap();
            }
            for span in &all {
                prop_assert!(outline.has(span.span_id, span.kind));
            }
            evaluate::dedup_and_sort(&mut all);
            prop_assert_eq!(outline.summary(id), TraceSummary::of(&all));
        }
    }

    #[test]
    fn a_part_that_cannot_be_read_to_its_end_leaves_nothing() {
        let mut outline = Outline::default();
        let torn = outline.part(|take| {
            proto::testing::trace("a one 0..1").into_iter().for_each(take);
            Err(Fault::corrupt("a part", "torn"))
        });
        assert!(torn.is_err());
        assert_eq!(outline.summary(TraceId::default()), None);
    }
}
