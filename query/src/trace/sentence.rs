//! The explanation in one sentence.

use proto::SpanKind;

use super::errors::{ErrorKind, TraceError};
use super::format::{duration, percent, short, times};
use super::group::Alike;
use super::hop::{Hop, Hops, Place};
use super::peer::is_database_call;
use super::{CallTree, Retry, Section};

/// How much of a name is shown.
const NAME_CHARS_MAX: usize = 80;
/// Where the largest part is smaller than this, none stands out.
const STANDS_OUT_SHARE: f64 = 0.1;
/// From this part on it is "all".
const ALL_SHARE: f64 = 0.95;

/// What the words are about.
pub(super) struct Findings<'a> {
    pub(super) tree: &'a CallTree,
    pub(super) hops: &'a Hops,
    pub(super) critical_path: &'a [Section],
    pub(super) errors: &'a [TraceError],
    pub(super) retries: &'a [Retry],
    pub(super) trace_nano: u64,
}

impl Findings<'_> {
    /// The one sentence.
    pub(super) fn sentence(&self, alike: &[Alike<'_>]) -> String {
        if self.tree.is_empty() {
            return "the trace has no spans".to_owned();
        }
        let slowest = alike.first().filter(|slowest| slowest.critical_nano > 0);
        let slow = slowest.map(|slowest| match self.errors.first() {
            Some(error) if error.kind == ErrorKind::Silent && error.row == slowest.longest.row => {
                format!("the wait took {}", self.took(slowest))
            }
            _ => self.slow(slowest),
        });
        let Some(error) = self.errors.first() else {
            return slow.unwrap_or_else(|| "the trace took no measurable time".to_owned());
        };
        let failed = self.failed(error);
        match (slow, error.kind) {
            (None, _) => failed,
            // What did harm comes first.
            (Some(slow), ErrorKind::Origin | ErrorKind::Silent) => format!("{failed}; {slow}"),
            (Some(slow), ErrorKind::Swallowed | ErrorKind::Retried) => format!("{slow}; {failed}"),
        }
    }

    /// What a group of hops took.
    pub(super) fn slow(&self, group: &Alike<'_>) -> String {
        let (hop, took) = (group.longest, self.took(group));
        let edge = edge(hop);
        if hop.caller.is_none() {
            return format!("{edge} itself took {took}");
        }
        let which = if self.stands_out(group) { "" } else { "no hop stands out: the largest, " };
        let calls = match group.calls {
            1 => String::new(),
            calls => format!(", {calls} calls,"),
        };
        let calls_on = hop.downstream_nano > hop.duration_nano / 20 && !self.is_message(hop);
        let own = if calls_on { " without the calls it made in turn" } else { "" };
        format!("{which}{edge}{calls} took {took}{own}, {}", self.where_of(group))
    }

    /// "812 ms of 1.10 s (74 %)".
    fn took(&self, group: &Alike<'_>) -> String {
        let whole = self.tree.duration[group.root];
        let whose = if whole >= self.trace_nano / 100 * 95 {
            duration(whole)
        } else if group.longest.row == group.root {
            format!("its {}", duration(whole))
        } else {
            format!("the {} of {}", duration(whole), self.row(group.root))
        };
        let part = percent(group.critical_nano, whole);
        format!("{} of {whose} ({part})", duration(group.critical_nano))
    }

    /// Where in the hops of a group the time is.
    fn where_of(&self, group: &Alike<'_>) -> String {
        let hop = group.longest;
        let callee = name(&hop.callee);
        let gap_nano = group.critical_gap_nano;
        let (nano, place) = if self.is_message(hop) {
            (group.critical_nano, format!("sending to {callee}"))
        } else if hop.server_row.is_none() || hop.place == Place::Silent {
            // Without an answer nobody knows what was the callee and what the way there.
            (group.critical_nano, format!("waiting for {callee}"))
        } else if gap_nano > group.critical_nano / 2 {
            let caller = hop.caller.as_deref().map_or("its caller".to_owned(), name);
            (gap_nano, format!("between {caller} and {callee} (connect, queue, network)"))
        } else {
            (group.critical_nano - gap_nano, format!("in {callee}"))
        };
        if nano as f64 >= group.critical_nano as f64 * ALL_SHARE {
            format!("all of it {place}")
        } else {
            format!("{} of it {place}", duration(nano))
        }
    }

    /// What failed.
    pub(super) fn failed(&self, error: &TraceError) -> String {
        let origin = self.row(error.row);
        let hop = &self.hops.hops[self.hops.of_row[error.row]];
        let callee = name(&hop.callee);
        let began = match error.kind {
            ErrorKind::Retried => {
                let retry = self.retries.iter().find(|retry| retry.masked);
                return retry.map_or_else(
                    || format!("{origin} failed and was called again"),
                    |retry| self.retried(retry),
                );
            }
            ErrorKind::Swallowed => {
                let by = error.absorbed_by_row.map_or_else(String::new, |row| self.row(row));
                return format!("the error of {origin} was swallowed by {by}");
            }
            ErrorKind::Silent => {
                let what = match hop.server_row {
                    Some(_) => format!("{callee} did not answer {origin} in time"),
                    None => format!("{callee} never answered {origin}"),
                };
                return match error.passed_up_through.is_empty() {
                    true => what,
                    false => format!("{what}; the error was{}", passed_up(error)),
                };
            }
            ErrorKind::Origin if self.hops.is_callers_own(error.row) => {
                format!("error began in {origin} ({callee} reported none)")
            }
            // Of a database's error the query says enough.
            ErrorKind::Origin
                if hop.client_row == Some(error.row)
                    && !is_database_call(&self.tree.spans[error.row]) =>
            {
                format!("error began in {origin} to {callee}")
            }
            ErrorKind::Origin => format!("error began in {origin}"),
        };
        match error.passed_up_through.is_empty() {
            true => began,
            false => format!("{began} and was{}", passed_up(error)),
        }
    }

    /// How a retry went.
    pub(super) fn retried(&self, retry: &Retry) -> String {
        let first = retry.rows.first().copied().unwrap_or(retry.caller_row);
        let call = edge(&self.hops.hops[self.hops.of_row[first]]);
        if retry.masked {
            format!("{call} failed {} before it succeeded", times(retry.failed_rows().len()))
        } else {
            format!("{call} was tried {} in vain", times(retry.rows.len()))
        }
    }

    /// Whether the hop is a message, which its sender does not wait for.
    fn is_message(&self, hop: &Hop) -> bool {
        hop.client_row.is_some_and(|row| self.tree.spans[row].kind == SpanKind::PRODUCER)
    }

    /// Whether the group is a part of its root that one would notice.
    pub(super) fn stands_out(&self, group: &Alike<'_>) -> bool {
        let whole = self.tree.duration[group.root];
        group.critical_nano as f64 >= whole as f64 * STANDS_OUT_SHARE
    }

    /// "bank `POST /charge`".
    pub(super) fn row(&self, row: usize) -> String {
        let service = name(self.tree.service_name(row));
        format!("{service} {}", quoted(self.tree.span_name(row)))
    }
}

/// "payment → bank `POST /charge`".
pub(super) fn edge(hop: &Hop) -> String {
    let caller =
        hop.caller.as_deref().map_or_else(String::new, |caller| format!("{} → ", name(caller)));
    format!("{caller}{} {}", name(&hop.callee), quoted(&hop.span_name))
}

/// "passed up through cart", "passed up through 3 services".
fn passed_up(error: &TraceError) -> String {
    match error.passed_up_through.as_slice() {
        [only] => format!(" passed up through {}", name(only)),
        services => format!(" passed up through {} services", services.len()),
    }
}

/// A service's name in a sentence.
pub(super) fn name(text: &str) -> String {
    short(text, NAME_CHARS_MAX)
}

/// A span name in a sentence.
pub(super) fn quoted(span_name: &str) -> String {
    if span_name.is_empty() {
        return "(unnamed)".to_owned();
    }
    format!("`{}`", short(span_name, NAME_CHARS_MAX).replace('`', "'"))
}
