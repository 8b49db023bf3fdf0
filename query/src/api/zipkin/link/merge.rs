//! What belongs to one span, put together (`Trace.java`).

use std::cmp::Ordering;

use proto::SpanId;
use proto::zipkin::{Endpoint, Kind, Span};

/// What links are made of: a span, or several that are parts of one.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) id: SpanId,
    pub(super) parent_id: Option<SpanId>,
    pub(super) kind: Option<Kind>,
    pub(super) local: Endpoint,
    pub(super) remote_name: String,
    pub(super) is_error: bool,
    pub(super) shared: bool,
}

impl Part {
    fn of(span: &Span) -> Self {
        Self {
            id: span.id,
            parent_id: span.parent_id,
            kind: span.kind,
            local: span.local_endpoint.clone(),
            remote_name: span.remote_endpoint.service_name.clone(),
            is_error: span.is_error(),
            shared: span.shared,
        }
    }

    /// Takes in `other`, if both may be of one span: of one id, both shared or not, and
    /// nothing said about where they come from contradicts.
    fn take(&mut self, other: &Self) -> bool {
        if self.shared != other.shared {
            return false;
        }
        let Some(local) = joined(&self.local, &other.local) else {
            return false;
        };
        self.local = local;
        self.parent_id = self.parent_id.or(other.parent_id);
        self.kind = self.kind.or(other.kind);
        if self.remote_name.is_empty() {
            self.remote_name.clone_from(&other.remote_name);
        }
        self.is_error |= other.is_error;
        true
    }
}

/// Both, where they do not contradict each other.
fn joined(a: &Endpoint, b: &Endpoint) -> Option<Endpoint> {
    fn one<T: PartialEq + Clone>(a: &T, b: &T, none: &T) -> Option<T> {
        match (a == none, b == none) {
            (true, _) => Some(b.clone()),
            (_, true) => Some(a.clone()),
            _ => (a == b).then(|| a.clone()),
        }
    }
    Some(Endpoint {
        service_name: one(&a.service_name, &b.service_name, &String::new())?,
        ipv4: one(&a.ipv4, &b.ipv4, &None)?,
        ipv6: one(&a.ipv6, &b.ipv6, &None)?,
        port: one(&a.port, &b.port, &0)?,
    })
}

/// The spans of one trace, each once: the answering side of a shared id after the asking
/// one, marked as shared, and with its parent.
pub(super) fn merge(spans: &[Span]) -> Vec<Part> {
    let mut parts: Vec<Part> = spans.iter().map(Part::of).collect();
    parts.sort_by(order);
    let mut merged: Vec<Part> = Vec::with_capacity(parts.len());
    for mut part in parts {
        if let Some(last) = merged.last_mut().filter(|last| last.id == part.id) {
            if last.take(&part) {
                continue;
            }
            if last.kind == Some(Kind::Client) && part.kind == Some(Kind::Server) {
                part.shared = true;
            }
            part.parent_id = part.parent_id.or(last.parent_id);
        }
        merged.push(part);
    }
    merged
}

/// By id, the asking side first, then by where they come from.
fn order(a: &Part, b: &Part) -> Ordering {
    let side = |part: &Part| match (part.shared, part.kind) {
        (true, _) => 2,
        (false, Some(Kind::Client)) => 0,
        (false, _) => 1,
    };
    let place = |part: &Part| {
        let Endpoint { service_name, ipv4, ipv6, port } = part.local.clone();
        (service_name, ipv4, ipv6, port)
    };
    a.id.cmp(&b.id).then(side(a).cmp(&side(b))).then_with(|| place(a).cmp(&place(b)))
}
