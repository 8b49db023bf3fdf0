//! The hop: one call edge between two services, with its client side, its gap and
//! its server side.
//!
//! ```text
//! client span  |------------------------------------|   caller
//!                 gap  |----- server span -----| gap    callee
//!                           |- next call -|             downstream
//! ```
//!
//! Every row belongs to exactly one hop: the client span and what the caller does
//! below it to the hop's client side, the server span and the callee's own work
//! below it to its server side, until the next call begins. A root that is no call
//! itself begins the entry hop, which has no caller. So the critical path, which
//! tiles the root, is tiled by the hops' shares of it.

mod edge;
mod measure;
mod unseen;

use std::collections::HashSet;

use proto::SpanId;

use super::{CallTree, Section};

/// How many hops an explanation lists.
pub const HOPS_MAX: usize = 1_000;

/// One call edge between two services. Durations and offsets in nanoseconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Hop {
    /// The calling service; `None` for a root, whose caller is outside.
    pub caller: Option<String>,
    /// The called service, or what its caller says of it: a database, an address.
    pub callee: String,
    /// The server span's name, which is the more telling, else the client span's.
    pub span_name: String,
    /// The row of the CLIENT or PRODUCER span.
    pub client_row: Option<usize>,
    /// The row of the callee's span.
    pub server_row: Option<usize>,
    /// The client span.
    pub client_span_id: Option<SpanId>,
    /// The callee's span.
    pub server_span_id: Option<SpanId>,
    /// The client's row, else the server's.
    pub row: usize,
    /// When that row starts.
    pub start_offset_nano: u64,
    /// How long it took.
    pub duration_nano: u64,
    /// Client minus server: connecting, queueing, the network. `None` where a side
    /// is missing, or where the caller does not wait (PRODUCER).
    pub gap_nano: Option<u64>,
    /// Self time of the callee's own work; of the client side where the callee has
    /// no span.
    pub callee_self_nano: u64,
    /// What remains of the server span: the calls that the callee made in turn.
    pub downstream_nano: u64,
    /// Time of the critical path that is this hop's own: its gap and the callee's
    /// own work, without the calls that the callee made in turn.
    pub critical_nano: u64,
    /// Of `critical_nano`, what lies on the client's side: the gap.
    pub critical_gap_nano: u64,
    /// `critical_nano` of the duration of the root that the hop is below.
    pub share: f64,
    /// Whether either side says that it failed.
    pub error: bool,
    /// Where the time is, or that the callee never answered. Of
    /// `Explained::failing_hop`, where the error is.
    pub place: Place,
}

/// A part of a hop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The calling service.
    Caller,
    /// Between the two: connecting, queueing, the network.
    Gap,
    /// The called service's own work.
    Callee,
    /// What the called service called in turn.
    Downstream,
    /// The called service never answered.
    Silent,
}

impl Place {
    /// The API's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Gap => "gap",
            Self::Callee => "callee",
            Self::Downstream => "downstream",
            Self::Silent => "silent",
        }
    }
}

/// All hops of a trace, and whose the rows are.
pub(super) struct Hops {
    /// By the row at which they begin.
    pub(super) hops: Vec<Hop>,
    /// By row: the hop it belongs to, as an index into `hops`.
    pub(super) of_row: Vec<usize>,
    /// By row: whether it is on the hop's client side.
    pub(super) on_client_side: Vec<bool>,
}

impl Hops {
    /// The hops of `tree`, whose rows have these self times and this critical path.
    pub(super) fn of(tree: &CallTree, self_nano: &[u64], critical_path: &[Section]) -> Self {
        let mut found = Self::edges(tree);
        found.name_unseen_callees(tree);
        found.measure(tree, self_nano, critical_path);
        found
    }

    /// Whether `row` is the caller's side of a call that was answered.
    pub(super) fn is_callers_own(&self, row: usize) -> bool {
        self.on_client_side[row] && self.hops[self.of_row[row]].server_row.is_some()
    }

    /// The client rows whose callee sends spans, but none for this call.
    pub(super) fn missing_servers(&self, tree: &CallTree) -> Vec<usize> {
        let services: HashSet<&str> = tree.services.iter().map(String::as_str).collect();
        let is_missing = |hop: &&Hop| {
            hop.server_row.is_none()
                && (hop.place == Place::Silent || services.contains(hop.callee.as_str()))
        };
        self.hops.iter().filter(is_missing).filter_map(|hop| hop.client_row).collect()
    }

    /// The hops as an explanation lists them.
    pub(super) fn into_listed(self) -> Vec<Hop> {
        let mut hops = self.hops;
        hops.sort_by_key(|hop| (std::cmp::Reverse(hop.critical_nano), hop.row));
        hops.truncate(HOPS_MAX);
        hops
    }
}

impl Hop {
    /// The hop that begins at `row`, nothing known of it but that row.
    fn new(tree: &CallTree, row: usize, caller: Option<String>, callee: String) -> Self {
        Self {
            caller,
            callee,
            span_name: tree.span_name(row).to_owned(),
            client_row: None,
            server_row: None,
            client_span_id: None,
            server_span_id: None,
            row,
            start_offset_nano: tree.start[row],
            duration_nano: tree.duration[row],
            gap_nano: None,
            callee_self_nano: 0,
            downstream_nano: 0,
            critical_nano: 0,
            critical_gap_nano: 0,
            share: 0.0,
            error: tree.spans[row].is_error(),
            place: Place::Callee,
        }
    }

    /// The hop that `client` calls, its callee not yet known.
    fn called(tree: &CallTree, client: usize) -> Self {
        let caller = Some(tree.service_name(client).to_owned());
        let mut hop = Self::new(tree, client, caller, String::new());
        hop.client_row = Some(client);
        hop.client_span_id = Some(tree.spans[client].span_id);
        hop
    }

    /// The hop whose callee answers with `server`.
    fn served(tree: &CallTree, server: usize, caller: Option<String>) -> Self {
        let callee = tree.service_name(server).to_owned();
        let mut hop = Self::new(tree, server, caller, callee);
        hop.server_row = Some(server);
        hop.server_span_id = Some(tree.spans[server].span_id);
        hop
    }
}
