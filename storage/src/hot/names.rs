//! Names of hot spans, for catalogs: what is the same for many spans is offered once.

use hashbrown::{HashMap, HashSet};
use proto::Batch;
use proto::batch::body::{self, BodyText, Owner, Sink};
use proto::batch::{AttributeNumber, Head, value};
use proto::codec::Writer;

use super::{HotBatch, HotTrace, Lines};
use crate::contract::catalog::Catalog;
use crate::contract::search::AttributeScope;
use crate::evaluate::CatalogCollector;

/// Offers what all these traces have of the names that were asked for, where that is
/// kept by chunks; whether it is.
pub(crate) fn offer_lines(lines: &Lines, names: &mut CatalogCollector) -> bool {
    match names.catalog() {
        Catalog::Services => lines.names().keys().for_each(|name| names.offer_service(name)),
        Catalog::SpanNames { .. } => {
            for (service, of_service) in lines.names() {
                of_service.iter().for_each(|name| names.offer_span_name(service, name));
            }
        }
        Catalog::AttributeKeys { .. } | Catalog::AttributeValues { .. } => return false,
    }
    true
}

/// Offers the names of hot traces to a catalog. Their batches must stay where they are
/// as long as this is used.
#[derive(Debug, Default)]
pub(crate) struct HotNames {
    batches: HashMap<*const HotBatch, Offered>,
    scratch: Writer,
}

/// What of a batch was offered, by its numbers.
#[derive(Debug, Default)]
struct Offered {
    resources: Numbers,
    scopes: Numbers,
    /// Resources and span names that occur together.
    span_names: HashSet<(u32, u32)>,
    attributes: HashSet<(AttributeScope, AttributeNumber)>,
}

/// Small numbers.
#[derive(Debug, Default)]
struct Numbers(Vec<bool>);

impl Numbers {
    /// Whether it was not there before.
    fn insert(&mut self, number: u32) -> bool {
        let place = number as usize;
        if self.0.len() <= place {
            self.0.resize(place.saturating_add(1).next_power_of_two(), false);
        }
        self.0.get_mut(place).is_some_and(|is_there| !std::mem::replace(is_there, true))
    }
}

impl HotNames {
    /// Offers what `trace` has of the names that were asked for.
    pub(crate) fn offer(&mut self, trace: &HotTrace, names: &mut CatalogCollector) {
        let Self { batches, scratch } = self;
        for (batch, heads) in trace.parts() {
            let offered = batches.entry(std::ptr::from_ref(batch)).or_default();
            match names.catalog() {
                Catalog::Services => {
                    heads.for_each(|head| offered.offer_service(batch, head, names));
                }
                Catalog::SpanNames { .. } => {
                    heads.for_each(|head| offered.offer_span_name(batch, head, names));
                }
                Catalog::AttributeKeys { .. } | Catalog::AttributeValues { .. } => {
                    heads.for_each(|head| offered.offer_attributes(batch, head, scratch, names));
                }
            }
        }
    }
}

impl Offered {
    fn offer_service(&mut self, batch: &Batch, head: &Head, names: &mut CatalogCollector) {
        if self.resources.insert(head.resource) {
            names.offer_service(batch.service_name(head.resource));
        }
    }

    fn offer_span_name(&mut self, batch: &Batch, head: &Head, names: &mut CatalogCollector) {
        if self.span_names.insert((head.resource, head.name)) {
            names.offer_span_name(batch.service_name(head.resource), batch.text(head.name));
        }
    }

    fn offer_attributes(
        &mut self,
        batch: &Batch,
        head: &Head,
        scratch: &mut Writer,
        names: &mut CatalogCollector,
    ) {
        if self.resources.insert(head.resource)
            && let Some(resource) = batch.resources().get(head.resource as usize)
        {
            offer_list(batch, AttributeScope::Resource, &resource.attributes, names);
        }
        if self.scopes.insert(head.scope)
            && let Some(scope) = batch.scopes().get(head.scope as usize)
        {
            offer_list(batch, AttributeScope::Scope, &scope.attributes, names);
        }
        if !may_be_in_bodies(names.catalog()) {
            return;
        }
        scratch.clear();
        let mut lists = Lists {
            batch,
            offered: &mut self.attributes,
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

/// Whether what was asked for may be in a span's body. What its resource or its instrumentation
/// scope says many spans share.
fn may_be_in_bodies(catalog: &Catalog) -> bool {
    match catalog {
        Catalog::AttributeKeys { scope } | Catalog::AttributeValues { scope, .. } => {
            !matches!(scope, AttributeScope::Resource | AttributeScope::Scope)
        }
        Catalog::Services | Catalog::SpanNames { .. } => false,
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
    batch: &'a Batch,
    offered: &'a mut HashSet<(AttributeScope, AttributeNumber)>,
    list: Vec<AttributeNumber>,
    scope: AttributeScope,
    names: &'b mut CatalogCollector<'c>,
}

impl Lists<'_, '_, '_> {
    /// Offers the list at hand, unless each of its attributes was in one by itself: then
    /// none can be hidden behind another.
    fn end(&mut self) {
        let of_list = |number: &AttributeNumber| (self.scope, *number);
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
