//! All traces of a scan, piece by piece: chunks of hot traces, and chunks of segments in the
//! order in which they lie there, so that a block is looked up once for all of its traces.

use std::sync::atomic::{AtomicUsize, Ordering};

use hashbrown::HashSet;
use parking_lot::Mutex;
use proto::{Span, SpanKind, TraceId, log_record};

use super::plan::Plans;
use super::precheck::Precheck;
use super::source::{Candidate, Piece};
use super::{Run, source};
use crate::contract::scan::{Scan, Shown};
use crate::contract::sweep::Sweep;
use crate::contract::{Beyond, Completeness, Deadline, ReadError, TraceBounds};
use crate::fault::Fault;
use crate::hot::{HotReaders, HotTrace, Lines};
use crate::segment::{ReadSpans, TracesInOrder};
use crate::span_bytes::{Room, may_fit};
use crate::view::{Missing, Parts, TracePart, View};

/// Every trace of a scan, see [`crate::TraceReader::sweep`].
pub(crate) struct AllTraces {
    view: View,
    scan: Scan,
    plans: Plans,
    deadline: Deadline,
    pieces: Vec<Piece>,
    /// The first that nobody took.
    next: AtomicUsize,
    /// Those with parts in several segments, each of which has it as a candidate.
    split: Mutex<HashSet<TraceId>>,
    missing: Mutex<Missing>,
}

impl AllTraces {
    /// Finds the pieces.
    ///
    /// # Errors
    /// As those of a scan.
    pub(crate) fn of(view: View, scan: Scan, deadline: Deadline) -> Result<Self, ReadError> {
        let plans = Plans::of(&scan.needs);
        let scan = Scan { after: None, ..scan };
        let mut sweep = Self {
            view,
            scan,
            plans,
            deadline,
            pieces: Vec::new(),
            next: AtomicUsize::new(0),
            split: Mutex::default(),
            missing: Mutex::default(),
        };
        let mut missing = Missing::default();
        sweep.pieces = sweep.find_pieces(&mut missing)?;
        sweep.missing = Mutex::new(missing);
        Ok(sweep)
    }

    fn run(&self) -> Run<'_> {
        let Self { view, scan, plans, deadline, .. } = self;
        Run { view, scan, plans, deadline: *deadline }
    }

    fn find_pieces(&self, missing: &mut Missing) -> Result<Vec<Piece>, ReadError> {
        let run = self.run();
        run.deadline.check()?;
        let sources = run.sources(&mut Precheck::new(&self.scan.needs), missing)?;
        let mut pieces = Vec::new();
        for source in sources {
            run.deadline.check()?;
            pieces.extend(source.into_pieces(&run, missing)?);
        }
        Ok(pieces)
    }

    fn show_piece(
        &self,
        piece: &Piece,
        missing: &mut Missing,
        visit: &mut dyn FnMut(&Shown<'_>),
    ) -> Result<(), ReadError> {
        let run = self.run();
        let mut readers = HotReaders::new(run.wanted());
        match piece {
            Piece::Hot(lines) => self.show_hot(&run, lines, &mut readers, missing, visit),
            Piece::Split(candidates) => {
                for candidate in candidates {
                    if self.split.lock().insert(candidate.place.trace_id) {
                        run.deadline.check()?;
                        run.show(candidate, visit, &mut readers, missing)?;
                    }
                }
                Ok(())
            }
            Piece::Chunk(segment, candidates) => {
                let found = match source::open_chunk(&run, segment, candidates) {
                    Err(ReadError::Corrupt { what }) => {
                        missing.add_what(what);
                        return Ok(());
                    }
                    found => found?,
                };
                show_chunk(&run, &found, &mut readers, missing, visit)
            }
        }
    }

    fn show_hot<'a>(
        &'a self,
        run: &Run<'a>,
        lines: &Lines,
        readers: &mut HotReaders<'a>,
        missing: &mut Missing,
        visit: &mut dyn FnMut(&Shown<'_>),
    ) -> Result<(), ReadError> {
        let sealed = &self.view.sealed;
        let mut precheck = Precheck::new(&self.scan.needs);
        let mut by_number = run.wanted_by_number().map(HotReaders::new);
        let mut out = ReadSpans::default();
        for line in source::lines_that_may_match(run, &mut precheck, lines) {
            run.deadline.check()?;
            let place = line.cursor(run.scan.order);
            if !line.facts.sealed_in.is_empty() {
                let candidate = Candidate { place, part: None };
                run.show(&candidate, visit, readers, missing)?;
                continue;
            }
            // All of it is hot, and what is known of it is what its spans would say.
            if !run.scan.asks_for(&line.facts.summary) {
                continue;
            }
            let hot = self.view.hot.get(line.trace.id()).map(|hot| &**hot);
            if let (Some(hot), Some(readers)) = (hot, &mut by_number)
                && read_hot(hot, readers, sealed.common_max(), &mut out)
            {
                visit(&Shown::new(&out.spans, place).with_numbered(&out.numbered));
                continue;
            }
            let (trace, parts) = (line.trace.id(), Parts::default());
            let whole = sealed.whole(trace, parts, hot, readers, Some(run.deadline))?;
            missing.extend(whole.missing);
            if !whole.spans.is_empty() {
                visit(&Shown::new(&whole.spans, place));
            }
        }
        Ok(())
    }
}

impl Sweep for AllTraces {
    fn next(&self, visit: &mut dyn FnMut(&Shown<'_>)) -> Result<bool, ReadError> {
        let Some(piece) = self.pieces.get(self.next.fetch_add(1, Ordering::Relaxed)) else {
            return Ok(false);
        };
        let mut missing = Missing::default();
        let shown = self.show_piece(piece, &mut missing, visit);
        self.missing.lock().extend(missing);
        shown.map(|()| true)
    }

    fn completeness(&self) -> Completeness {
        self.missing.lock().clone().completeness(Completeness::Complete)
    }
}

/// Reads a trace that is hot as a whole into `out`, with attributes by number; false where it
/// has log records, or may take more than `bytes_max`.
fn read_hot<'a>(
    hot: &'a HotTrace,
    readers: &mut HotReaders<'a>,
    bytes_max: usize,
    out: &mut ReadSpans,
) -> bool {
    if hot.has_log_records() || !may_fit(hot.span_count(), bytes_max) {
        return false;
    }
    out.clear();
    let mut room = Room::of(TraceBounds::bytes(bytes_max));
    let mut has_room = true;
    let ReadSpans { spans, numbered } = out;
    let mut heads: Vec<_> = hot.heads().collect();
    heads.sort_by_key(|(_, head)| (head.start_time_unix_nano, head.span_id, head.kind));
    readers.each_span_numbered(hot.id(), heads.into_iter(), numbered, &mut |span| {
        has_room = has_room && room.take(&span);
        if has_room {
            spans.push(span);
        }
    });
    has_room && !spans.is_empty()
}

/// Shows the traces of one segment, which lie in this segment alone as far as is known.
fn show_chunk<'a>(
    run: &Run<'a>,
    candidates: &[Candidate],
    readers: &mut HotReaders<'a>,
    missing: &mut Missing,
    visit: &mut dyn FnMut(&Shown<'_>),
) -> Result<(), ReadError> {
    let sealed = &run.view.sealed;
    let Some(segment) = candidates.iter().find_map(|one| one.part).map(|part| part.segment) else {
        return Ok(());
    };
    let others = sealed.indexes_but(segment);
    let by_number = run.wanted_by_number();
    let wanted = by_number.unwrap_or_else(|| run.wanted());
    let mut in_order = TracesInOrder::of(&sealed.reader, segment, wanted);
    let common_max = sealed.common_max();
    let mut out = ReadSpans::default();
    for candidate in candidates {
        run.deadline.check()?;
        let Some(TracePart { ordinal, .. }) = candidate.part else {
            continue;
        };
        let trace = candidate.place.trace_id;
        out.clear();
        let bounds =
            TraceBounds { beyond_bytes: Beyond::Nothing, ..TraceBounds::bytes(common_max) };
        let read = match others.may_have(trace) {
            true => Ok(false),
            false => in_order.read(ordinal, trace, bounds, &mut out),
        };
        let ReadSpans { spans, numbered } = &mut out;
        let is_log_record = |span: &Span| span.kind == SpanKind::LOG_RECORD;
        match read {
            // Events that come to other spans have their attributes with them.
            Ok(true) if by_number.is_some() && spans.iter().any(is_log_record) => {
                run.show(candidate, visit, readers, missing)?;
            }
            Ok(true) => {
                log_record::attach(spans);
                if !spans.is_empty() {
                    let shown = Shown::new(spans, candidate.place);
                    visit(&match by_number {
                        Some(_) => shown.with_numbered(numbered),
                        None => shown,
                    });
                }
            }
            // It may have parts elsewhere after all, or is large.
            Ok(false) => run.show(candidate, visit, readers, missing)?,
            Err(fault @ Fault::Corrupt { .. }) => missing.add(fault),
            Err(fault) => return Err(fault.into()),
        }
    }
    Ok(())
}
