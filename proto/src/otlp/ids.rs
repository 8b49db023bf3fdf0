//! Ids off the wire: the same rules in protobuf and JSON.

use super::Reason;
use crate::{SpanId, TraceId};

pub(super) fn trace_id(bytes: &[u8]) -> Result<TraceId, Reason> {
    if bytes.is_empty() {
        return Err(Reason::TraceIdMissing);
    }
    let id = TraceId::from_slice(bytes).ok_or(Reason::TraceIdLength(bytes.len()))?;
    if id.is_valid() { Ok(id) } else { Err(Reason::TraceIdMissing) }
}

pub(super) fn span_id(bytes: &[u8]) -> Result<SpanId, Reason> {
    if bytes.is_empty() {
        return Err(Reason::SpanIdMissing);
    }
    let id = SpanId::from_slice(bytes).ok_or(Reason::SpanIdLength(bytes.len()))?;
    if id.is_valid() { Ok(id) } else { Err(Reason::SpanIdMissing) }
}

/// No bytes and all zeros both mean that there is no parent.
pub(super) fn parent_span_id(bytes: &[u8]) -> Result<Option<SpanId>, Reason> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let id = SpanId::from_slice(bytes).ok_or(Reason::ParentIdLength(bytes.len()))?;
    Ok(id.is_valid().then_some(id))
}
