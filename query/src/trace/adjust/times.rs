//! Spans that do not know when they were.

use crate::trace::WarningKind;
use crate::trace::assemble::Assembly;

/// Takes over the times that the spans came with. An end before the start becomes
/// the start.
pub(in crate::trace) fn read_times(assembly: &mut Assembly) {
    let spans = &assembly.spans;
    assembly.start = spans.iter().map(|span| span.start_time_unix_nano).collect();
    assembly.end = spans
        .iter()
        .map(|span| span.start_time_unix_nano.saturating_add(span.duration_nano()))
        .collect();

    let (mut unknown, mut reversed) = (Vec::new(), Vec::new());
    for (index, span) in spans.iter().enumerate() {
        if span.start_time_unix_nano == 0 {
            unknown.push(index);
        } else if span.end_time_unix_nano < span.start_time_unix_nano {
            reversed.push(index);
        }
    }
    assembly.warn(WarningKind::UnknownTime, &unknown, |spans| {
        format!("{spans} without a start time; shown at the parent's start, without duration")
    });
    assembly.warn(WarningKind::EndBeforeStart, &reversed, |spans| {
        format!("{spans} with an end before the start; shown without duration")
    });
}

/// Puts spans of unknown start at their parent's start, roots at the trace's.
/// Relies on there being no cycle.
pub(in crate::trace) fn place_unknown(assembly: &mut Assembly) {
    let trace_start = assembly.start_unix_nano();
    if trace_start == 0 {
        return; // Nobody knows.
    }
    for index in 0..assembly.len() {
        // Up to the first ancestor that knows, and back down.
        let mut unknown = Vec::new();
        let mut next = Some(index);
        let known = loop {
            match next {
                Some(at) if assembly.start[at] == 0 => {
                    unknown.push(at);
                    next = assembly.parent[at];
                }
                Some(at) => break assembly.start[at],
                None => break trace_start,
            }
        };
        for at in unknown {
            assembly.start[at] = known;
            assembly.end[at] = known;
        }
    }
}
