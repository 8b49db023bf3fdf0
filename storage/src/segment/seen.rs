//! Which resources and scopes were looked at. Spans share them in memory, so that
//! most need no second look.

use std::sync::Arc;

use hashbrown::HashSet;
use proto::Span;

use crate::contract::search::AttributeScope;

/// Resources and scopes by their places in memory: valid while the spans stay
/// where they are.
#[derive(Debug, Default)]
pub(super) struct Seen {
    addresses: HashSet<(AttributeScope, usize)>,
}

impl Seen {
    /// Whether the attributes that `span` has in `scope` come up for the first time.
    pub(super) fn is_first(&mut self, span: &Span, scope: AttributeScope) -> bool {
        let address = match scope {
            AttributeScope::Resource => Arc::as_ptr(&span.resource).addr(),
            AttributeScope::Scope => Arc::as_ptr(&span.scope).addr(),
            _ => return true,
        };
        self.addresses.insert((scope, address))
    }

    pub(super) fn clear(&mut self) {
        self.addresses.clear();
    }
}
