//! Finds each span's parent and puts its clock right.

use std::collections::HashMap;

use proto::{Span, SpanId};

use super::adjust;
use super::{Flags, WarningKind};

/// The adjusters, in the order in which they run. Each may rely on those before it.
const STANDARD: [fn(&mut Assembly); 8] = [
    adjust::duplicate::drop_repeated,
    adjust::times::read_times,
    adjust::parent::find_parents,
    adjust::shared_id::hang_server_below_client,
    adjust::parent::mark_orphans,
    adjust::cycle::cut_cycles,
    adjust::clock_skew::align_clocks,
    adjust::times::place_unknown,
];

/// The spans of a trace while they are being put in order. The columns have one
/// entry for each span.
#[derive(Debug, Default)]
pub(super) struct Assembly {
    /// As stored.
    pub(super) spans: Vec<Span>,
    /// The index of the parent.
    pub(super) parent: Vec<Option<usize>>,
    /// Nanoseconds since the Unix epoch, corrected; 0 while unknown.
    pub(super) start: Vec<u64>,
    /// Likewise; never before the start.
    pub(super) end: Vec<u64>,
    /// What the adjusters found.
    pub(super) flags: Vec<Flags>,
    /// What there is to tell about it.
    pub(super) warnings: Vec<Found>,
}

/// A warning that points to a span that has no row yet.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) kind: WarningKind,
    /// The index of the first span concerned.
    pub(super) index: Option<usize>,
    pub(super) message: String,
}

impl Assembly {
    /// `spans` with every adjuster run over them. They are put in the order in which
    /// a store returns them, so that nothing depends on how they came.
    pub(super) fn of(mut spans: Vec<Span>) -> Self {
        spans.sort_by_key(|span| (span.start_time_unix_nano, span.span_id, span.kind));
        let mut assembly = Self { spans, ..Self::default() };
        for adjust in STANDARD {
            adjust(&mut assembly);
        }
        assembly
    }

    pub(super) fn len(&self) -> usize {
        self.spans.len()
    }

    /// The earliest known start, corrected; 0 where there is none.
    pub(super) fn start_unix_nano(&self) -> u64 {
        self.start.iter().copied().filter(|&start| start != 0).min().unwrap_or(0)
    }

    /// The span that each id stands for when a child names it as its parent. Where
    /// several share an id, the answering side: what happens below a call happens
    /// there.
    pub(super) fn index_by_id(&self) -> HashMap<SpanId, usize> {
        let mut by_id: HashMap<SpanId, usize> = HashMap::with_capacity(self.len());
        for (index, span) in self.spans.iter().enumerate() {
            let known = by_id.entry(span.span_id).or_insert(index);
            if is_server(span) && !is_server(&self.spans[*known]) {
                *known = index;
            }
        }
        by_id
    }

    /// Notes that the spans at `indexes` have a trouble; nothing where there are
    /// none. `message` gets their number, as "1 span" or "3 spans".
    pub(super) fn warn(
        &mut self,
        kind: WarningKind,
        indexes: &[usize],
        message: impl FnOnce(&str) -> String,
    ) {
        let count = match indexes.len() {
            0 => return,
            1 => "1 span".to_owned(),
            count => format!("{count} spans"),
        };
        let index = indexes.first().copied();
        self.warnings.push(Found { kind, index, message: message(&count) });
    }
}

fn is_server(span: &Span) -> bool {
    span.kind == proto::SpanKind::SERVER
}
