//! Zipkin-style shared ids: a client's and a server's span under one span id.

use std::collections::HashMap;

use proto::{SpanId, SpanKind};

use crate::trace::assemble::Assembly;

/// Makes the server's span the child of the client's span of the same id. Both name
/// the same parent; children of the id hang below the server's span
/// ([`Assembly::index_by_id`]).
pub(in crate::trace) fn hang_server_below_client(assembly: &mut Assembly) {
    let clients: HashMap<SpanId, usize> = assembly
        .spans
        .iter()
        .enumerate()
        .filter(|(_, span)| span.kind == SpanKind::CLIENT)
        .map(|(index, span)| (span.span_id, index))
        .collect();
    for (index, span) in assembly.spans.iter().enumerate() {
        if span.kind == SpanKind::SERVER
            && let Some(&client) = clients.get(&span.span_id)
        {
            assembly.parent[index] = Some(client);
        }
    }
}
