//! Callees that sent no span: who they are, and whether that is a fault.

use std::collections::{HashMap, HashSet};

use proto::Span;

use super::{Hop, Hops, Place};
use crate::trace::CallTree;
use crate::trace::peer::{address, is_unanswered, peer_name};

/// The callee's name where the caller does not say whom it calls.
const UNKNOWN_CALLEE: &str = "unknown";

impl Hops {
    /// Names the callees that no span names, and finds the silent ones.
    pub(super) fn name_unseen_callees(&mut self, tree: &CallTree) {
        let directory = Directory::of(tree, &self.hops);
        for hop in &mut self.hops {
            let Some(client) = hop.client_row else {
                continue;
            };
            let span = &tree.spans[client];
            let is_silent = match hop.server_row {
                None => {
                    let service = directory.service(span);
                    let is_silent = is_unanswered(span, service.is_some());
                    hop.callee = service
                        .map(str::to_owned)
                        .or_else(|| peer_name(span))
                        .unwrap_or_else(|| UNKNOWN_CALLEE.to_owned());
                    is_silent
                }
                // It gave up before the answer came.
                Some(server) => {
                    is_unanswered(span, true)
                        && !tree.spans[server].is_error()
                        && tree.end(server) > tree.end(client)
                }
            };
            if is_silent {
                hop.place = Place::Silent;
            }
        }
    }
}

/// Who is behind which name, as far as this trace tells.
struct Directory<'a> {
    services: HashSet<&'a str>,
    /// By address: the service that answered there.
    answered: HashMap<String, &'a str>,
}

impl<'a> Directory<'a> {
    fn of(tree: &'a CallTree, hops: &[Hop]) -> Self {
        let services = tree.services.iter().map(String::as_str).collect();
        let answered = hops
            .iter()
            .filter_map(|hop| {
                let address = address(&tree.spans[hop.client_row?])?;
                Some((address, tree.service_name(hop.server_row?)))
            })
            .collect();
        Self { services, answered }
    }

    /// The service of this trace that `span` calls; `None` where it is none of them.
    fn service(&self, span: &Span) -> Option<&'a str> {
        let by_address = || self.answered.get(&address(span)?).copied();
        let peer = peer_name(span)?;
        // Within a cluster a host's first label is the service.
        let label = peer.split(['.', ':']).next().unwrap_or_default();
        let by_name = self.services.get(peer.as_str()).or_else(|| self.services.get(label));
        by_name.copied().or_else(by_address)
    }
}
