//! Names of hot spans, for catalogs: what is the same for many spans is offered once.

use std::sync::Arc;

use hashbrown::HashSet;
use proto::Batch;
use proto::batch::body::{self, BodyText, Owner, Sink};
use proto::batch::{AttributeNumber, Head, value};
use proto::codec::Writer;

use super::HotTrace;
use crate::contract::catalog::Catalog;
use crate::contract::search::AttributeScope;
use crate::evaluate::CatalogCollector;

/// Offers the names of hot traces to a catalog. Their batches must stay where they are
/// as long as this is used.
#[derive(Debug, Default)]
pub(crate) struct HotNames {
    /// What was offered, by its numbers in a batch.
    resources: HashSet<(*const Batch, u32)>,
    scopes: HashSet<(*const Batch, u32)>,
    span_names: HashSet<(*const Batch, u32, u32)>,
    attributes: HashSet<(*const Batch, AttributeScope, AttributeNumber)>,
    scratch: Writer,
}

impl HotNames {
    /// Offers what `trace` has of the names that were asked for.
    pub(crate) fn offer(&mut self, trace: &HotTrace, names: &mut CatalogCollector) {
        for (batch, heads) in trace.parts() {
            for head in heads {
                match names.catalog() {
                    Catalog::Services => self.offer_service(batch, head, names),
                    Catalog::SpanNames { .. } => self.offer_span_name(batch, head, names),
                    Catalog::AttributeKeys { .. } | Catalog::AttributeValues { .. } => {
                        self.offer_attributes(batch, head, names);
                    }
                }
            }
        }
    }

    fn offer_service(&mut self, batch: &Arc<Batch>, head: &Head, names: &mut CatalogCollector) {
        if self.resources.insert((Arc::as_ptr(batch), head.resource)) {
            names.offer_service(batch.service_name(head.resource));
        }
    }

    fn offer_span_name(&mut self, batch: &Arc<Batch>, head: &Head, names: &mut CatalogCollector) {
        if self.span_names.insert((Arc::as_ptr(batch), head.resource, head.name)) {
            names.offer_span_name(batch.service_name(head.resource), batch.text(head.name));
        }
    }

    fn offer_attributes(&mut self, batch: &Arc<Batch>, head: &Head, names: &mut CatalogCollector) {
        let of_batch = Arc::as_ptr(batch);
        if self.resources.insert((of_batch, head.resource))
            && let Some(resource) = batch.resources().get(head.resource as usize)
        {
            offer_list(batch, AttributeScope::Resource, &resource.attributes, names);
        }
        if self.scopes.insert((of_batch, head.scope))
            && let Some(scope) = batch.scopes().get(head.scope as usize)
        {
            offer_list(batch, AttributeScope::Scope, &scope.attributes, names);
        }
        self.scratch.clear();
        let Self { attributes, scratch, .. } = self;
        let mut lists = Lists {
            batch,
            offered: attributes,
            list: Vec::new(),
            scope: AttributeScope::Span,
            names,
        };
        // What is hot was made by `Builder`, or checked when it was read.
        let read = body::transcribe(batch.body(head), scratch, &mut lists);
        debug_assert!(read.is_ok());
        lists.end();
    }
}

/// Offers the attributes of one list, of which the last of a key counts.
fn offer_list(
    batch: &Batch,
    scope: AttributeScope,
    list: &[AttributeNumber],
    names: &mut CatalogCollector,
) {
    let key_of = |number: &AttributeNumber| batch.text(batch.attribute(*number).0);
    list.iter().for_each(|number| names.offer_attribute_key(scope, key_of(number)));
    // The values of one key are asked for at a time.
    let wanted = list.iter().rev().find(|number| names.wants_values_of(scope, key_of(number)));
    if let Some(number) = wanted {
        let (_, encoded) = batch.attribute(*number);
        names.offer_attribute_value(&value::read(encoded).unwrap_or_default().text());
    }
}

/// Gathers the lists of a body.
struct Lists<'a, 'b, 'c> {
    batch: &'a Arc<Batch>,
    offered: &'a mut HashSet<(*const Batch, AttributeScope, AttributeNumber)>,
    list: Vec<AttributeNumber>,
    scope: AttributeScope,
    names: &'b mut CatalogCollector<'c>,
}

impl Lists<'_, '_, '_> {
    /// Offers the list at hand, unless each of its attributes was in one by itself: then
    /// none can be hidden behind another.
    fn end(&mut self) {
        let batch = Arc::as_ptr(self.batch);
        let of_list = |number: &AttributeNumber| (batch, self.scope, *number);
        if !self.list.iter().all(|number| self.offered.contains(&of_list(number))) {
            offer_list(self.batch, self.scope, &self.list, self.names);
            let mut keys = HashSet::new();
            let counts = |number: &&AttributeNumber| keys.insert(self.batch.attribute(**number).0);
            self.offered.extend(self.list.iter().rev().filter(counts).map(of_list));
        }
        self.list.clear();
    }
}

impl Sink for Lists<'_, '_, '_> {
    fn text(&mut self, _: &mut Writer, which: BodyText, _: u32) {
        if which == BodyText::EventName {
            self.end();
        }
    }

    fn attribute(&mut self, _: &mut Writer, owner: Owner, number: u32) {
        self.scope = match owner {
            Owner::Span => AttributeScope::Span,
            Owner::Event => AttributeScope::Event,
            Owner::Link => AttributeScope::Link,
        };
        self.list.push(number);
    }

    fn link(&mut self, _: &[u8; 16], _: &[u8; 8]) {
        self.end();
    }
}
