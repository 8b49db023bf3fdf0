//! Where errors began and how far they came.
//!
//! An error begins in a span in error that has no child in error. It is passed up
//! from child to parent as long as the parents are in error too; INTERNAL spans of
//! the same service that say nothing of themselves are transparent, as most
//! instrumentation marks only the ends of a call (the rule is CRISP's, Uber, USENIX
//! ATC'22). A parent that is not in error swallowed it. A span's own status is all
//! that counts: 4xx is no error of a SERVER (HTTP semantic conventions, status).

use proto::{Span, SpanKind, StatusCode, semconv};

use super::format::short;
use super::hop::{Hop, Hops, Place};
use super::peer::text;
use super::{CallTree, Retry};

/// How many errors an explanation lists.
pub const ERRORS_MAX: usize = 100;

/// One error, from its origin upwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceError {
    /// The row it began in.
    pub row: usize,
    /// That row's service.
    pub service: String,
    /// That row's span name.
    pub span_name: String,
    /// What kind of error it is.
    pub kind: ErrorKind,
    /// What the span says about it; empty where it says nothing.
    pub message: String,
    /// The services that it was passed up through, upwards, without the one it began
    /// in.
    pub passed_up_through: Vec<String>,
    /// The row that was called, got the error and did not fail.
    pub absorbed_by_row: Option<usize>,
}

/// What became of an error, or what it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The called service never answered, or not in time.
    Silent,
    /// It began here and came all the way up.
    Origin,
    /// A caller got it and did not fail.
    Swallowed,
    /// The call was made again.
    Retried,
}

impl ErrorKind {
    /// The API's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Silent => "silent",
            Self::Origin => "origin",
            Self::Swallowed => "swallowed",
            Self::Retried => "retried",
        }
    }
}

/// What is known of the errors of a trace.
pub(super) struct Errors {
    /// The most important first, at most [`ERRORS_MAX`].
    pub(super) listed: Vec<TraceError>,
    /// The rows in which an error began, all of them.
    pub(super) origins: Vec<usize>,
}

impl Errors {
    /// The errors of `tree`.
    pub(super) fn of(tree: &CallTree, hops: &Hops, retries: &[Retry]) -> Self {
        let ways = Ways::of(tree);
        let failed_attempt = failed_attempts(tree, retries);
        let origins: Vec<usize> = ways.origins(tree);
        // What came from below an attempt that was made again was retried as well.
        let mut retried = vec![false; tree.len()];
        for row in 0..tree.len() {
            let above = ways.passed_to[row].is_some_and(|above| retried[above]);
            retried[row] = failed_attempt[row] || above;
        }
        let rank = |&row: &usize| {
            let absorbed_by = ways.absorbed_by(row);
            let (rank, kind) = if retried[row] {
                (3, ErrorKind::Retried)
            } else if absorbed_by.is_some() {
                (2, ErrorKind::Swallowed)
            } else {
                let failed_root = tree.parent[ways.top[row]].is_none();
                let is_silent = is_silent(tree, hops, row);
                let kind = if is_silent { ErrorKind::Silent } else { ErrorKind::Origin };
                (if failed_root { 0 } else { 1 }, kind)
            };
            Ranked { rank, end: tree.end(row), row, kind, absorbed_by }
        };
        let mut ranked: Vec<Ranked> = origins.iter().map(rank).collect();
        ranked.sort_by_key(|error| (error.rank, error.end, error.row));
        let listed = ranked
            .into_iter()
            .take(ERRORS_MAX)
            .map(|error| TraceError {
                row: error.row,
                service: tree.service_name(error.row).to_owned(),
                span_name: tree.span_name(error.row).to_owned(),
                kind: error.kind,
                message: message(&tree.spans[error.row]),
                passed_up_through: ways.services_above(tree, error.row),
                absorbed_by_row: error.absorbed_by,
            })
            .collect();
        Self { listed, origins }
    }
}

/// An error and how important it is.
struct Ranked {
    /// 0 where it failed a root, 1 where it failed work that nobody waits for, 2 where
    /// it was swallowed, 3 where it was retried.
    rank: u8,
    /// Of two, the one that failed first is the cause.
    end: u64,
    row: usize,
    kind: ErrorKind,
    absorbed_by: Option<usize>,
}

/// How errors travel, by row.
struct Ways {
    /// The row in error that this row's error is passed up to.
    passed_to: Vec<Option<usize>>,
    /// The row that stops an error which is not passed up; `None` at a root and where
    /// nobody waits for this row.
    stopped_by: Vec<Option<usize>>,
    /// The last row in error on the way up.
    top: Vec<usize>,
}

impl Ways {
    fn of(tree: &CallTree) -> Self {
        let mut ways = Self { passed_to: vec![], stopped_by: vec![], top: vec![] };
        for row in 0..tree.len() {
            let (passed_to, stopped_by) = match tree.parent[row] {
                None => (None, None),
                // Nobody waits for what became of a message.
                Some(_) if tree.spans[row].kind == SpanKind::CONSUMER => (None, None),
                Some(parent) if tree.spans[parent].is_error() => (Some(parent), None),
                Some(parent) if is_transparent(tree, parent, row) => {
                    let is_root = tree.parent[parent].is_none();
                    (
                        ways.passed_to[parent],
                        if is_root { Some(parent) } else { ways.stopped_by[parent] },
                    )
                }
                Some(parent) => (None, Some(parent)),
            };
            ways.top.push(passed_to.map_or(row, |above| ways.top[above]));
            ways.passed_to.push(passed_to);
            ways.stopped_by.push(stopped_by);
        }
        ways
    }

    /// The rows in error to which no other passes its error.
    fn origins(&self, tree: &CallTree) -> Vec<usize> {
        let mut is_caused = vec![false; tree.len()];
        for row in 0..tree.len() {
            if let (true, Some(above)) = (tree.spans[row].is_error(), self.passed_to[row]) {
                is_caused[above] = true;
            }
        }
        (0..tree.len()).filter(|&row| tree.spans[row].is_error() && !is_caused[row]).collect()
    }

    /// Who got the error that began in `row` and did not fail.
    fn absorbed_by(&self, row: usize) -> Option<usize> {
        self.stopped_by[self.top[row]]
    }

    /// The services on the way up from `row`, each once, without its own.
    fn services_above(&self, tree: &CallTree, row: usize) -> Vec<String> {
        let mut seen = vec![false; tree.services.len()];
        seen[tree.service[row]] = true;
        let mut services = Vec::new();
        let mut at = row;
        while let Some(above) = self.passed_to[at] {
            let service = tree.service[above];
            if !std::mem::replace(&mut seen[service], true) {
                services.push(tree.services[service].clone());
            }
            at = above;
        }
        services
    }
}

/// Whether an error passes through `parent` unseen.
fn is_transparent(tree: &CallTree, parent: usize, child: usize) -> bool {
    tree.spans[parent].kind == SpanKind::INTERNAL
        && tree.spans[parent].status.code != StatusCode::OK
        && tree.service[parent] == tree.service[child]
}

/// By row: whether it is an attempt that failed and was followed by another.
fn failed_attempts(tree: &CallTree, retries: &[Retry]) -> Vec<bool> {
    let mut failed = vec![false; tree.len()];
    for retry in retries {
        for &row in retry.failed_rows() {
            failed[row] = true;
        }
    }
    failed
}

/// Whether the error that began in `row` is that a call was never answered.
fn is_silent(tree: &CallTree, hops: &Hops, row: usize) -> bool {
    let hop = &hops.hops[hops.of_row[row]];
    hop.place == Place::Silent && hop.client_row == Some(row) && tree.spans[row].is_error()
}

/// The hop that an error began in, its place saying where in it.
pub(super) fn failing_hop(tree: &CallTree, hops: &Hops, error: &TraceError) -> Hop {
    let mut hop = hops.hops[hops.of_row[error.row]].clone();
    hop.place = if is_silent(tree, hops, error.row) {
        Place::Silent
    } else if hops.is_callers_own(error.row) {
        // The callee said that all was well; the caller did not like the answer.
        Place::Caller
    } else {
        Place::Callee
    };
    hop
}

/// What a span in error says about it, the most telling words first.
fn message(span: &Span) -> String {
    let exception = span.events.iter().rev().find(|event| event.name == "exception");
    let of_exception = |key: &str| {
        let value = proto::span::find_attribute(&exception?.attributes, key)?;
        Some(value.text().into_owned()).filter(|text| !text.is_empty())
    };
    let words = match (of_exception("exception.type"), of_exception("exception.message")) {
        (Some(class), Some(words)) => Some(format!("{class}: {words}")),
        (class, words) => words.or(class),
    };
    let said = Some(span.status.message.clone()).filter(|said| !said.is_empty());
    said.or(words)
        .or_else(|| text(span, semconv::ERROR_TYPE))
        .or_else(|| {
            text(span, semconv::HTTP_RESPONSE_STATUS_CODE).map(|status| format!("HTTP {status}"))
        })
        .or_else(|| text(span, semconv::RPC_STATUS_CODE).map(|status| format!("RPC {status}")))
        .map(|words| short(&words, MESSAGE_CHARS_MAX))
        .unwrap_or_default()
}

/// How much of an error's message is shown.
const MESSAGE_CHARS_MAX: usize = 300;
