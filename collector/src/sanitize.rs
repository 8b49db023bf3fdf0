//! What is corrected in spans, and what is only remarked upon.
//!
//! Spans are kept as they came wherever that is possible: whoever explains a trace
//! later knows more than the moment of its arrival. So the list of corrections is
//! short. Both lists are counted in `hopline_collector_repairs_total` and
//! `hopline_collector_odd_spans_total`, in this order:
//!
//! | repair | what happens |
//! | --- | --- |
//! | `link_dropped` | a link whose ids have a wrong length is left out, and counted in its span's `dropped_links_count` (by the decoder) |
//!
//! | oddity | what is kept |
//! | --- | --- |
//! | `start_unknown` | a start of 0: found by id, left out of durations |
//! | `end_before_start` | both times; the duration counts as 0 |
//! | `own_parent` | a parent that is the span itself: a root when read |
//! | `service_unnamed` | no `service.name`, or an empty one: `unknown_service` when read |
//! | `service_not_text` | a `service.name` that is no string: its text form when read |

use proto::batch::{Head, PackedResource, value};
use proto::otlp::Decoded;
use proto::{Batch, semconv};

/// How often each correction was made and each oddity seen, by label.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Findings {
    pub(crate) link_dropped: usize,
    pub(crate) start_unknown: usize,
    pub(crate) end_before_start: usize,
    pub(crate) own_parent: usize,
    pub(crate) service_unnamed: usize,
    pub(crate) service_not_text: usize,
}

impl Findings {
    /// The corrections, with their labels.
    pub(crate) fn repairs(&self) -> [(&'static str, usize); 1] {
        [("link_dropped", self.link_dropped)]
    }

    /// The oddities, with their labels.
    pub(crate) fn oddities(&self) -> [(&'static str, usize); 5] {
        [
            ("start_unknown", self.start_unknown),
            ("end_before_start", self.end_before_start),
            ("own_parent", self.own_parent),
            ("service_unnamed", self.service_unnamed),
            ("service_not_text", self.service_not_text),
        ]
    }
}

/// What was corrected and what is odd in a request.
pub(crate) fn inspect(decoded: &Decoded) -> Findings {
    let links = usize::try_from(decoded.links_dropped).unwrap_or(usize::MAX);
    let mut findings = Findings { link_dropped: links, ..Findings::default() };
    let batch = &decoded.batch;
    let names: Vec<_> = batch.resources().iter().map(|one| service_name(batch, one)).collect();
    for head in batch.heads() {
        let name = names.get(head.resource as usize).copied().unwrap_or(ServiceName::Absent);
        inspect_span(head, name, &mut findings);
    }
    findings
}

fn inspect_span(span: &Head, name: ServiceName, findings: &mut Findings) {
    let count = |counter: &mut usize, is_so: bool| {
        *counter = counter.saturating_add(usize::from(is_so));
    };
    let start = span.start_time_unix_nano;
    count(&mut findings.start_unknown, start == 0);
    count(&mut findings.end_before_start, start != 0 && span.end_time_unix_nano < start);
    count(&mut findings.own_parent, span.parent_span_id == span.span_id);
    count(&mut findings.service_unnamed, name == ServiceName::Absent);
    count(&mut findings.service_not_text, name == ServiceName::NotText);
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ServiceName {
    Text,
    NotText,
    Absent,
}

fn service_name(batch: &Batch, resource: &PackedResource) -> ServiceName {
    let named = resource.attributes.iter().rev().map(|number| batch.attribute(*number));
    let mut named = named.filter(|(key, _)| batch.text(*key) == semconv::SERVICE_NAME);
    match named.next() {
        None | Some((_, value::EMPTY)) => ServiceName::Absent,
        Some((_, value)) => match value::as_text(value) {
            Some(&[]) => ServiceName::Absent,
            Some(_) => ServiceName::Text,
            None => ServiceName::NotText,
        },
    }
}
