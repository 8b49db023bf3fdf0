//! The first look at what a segment will hold: every text and attribute gets its
//! number and is counted, every trace's terms are noted, and names for catalogs.
//!
//! What is known of a thing (its term, that it is listed) is found out once for all
//! spans that have it.

use hashbrown::{HashMap, HashSet};
use proto::Batch;
use proto::batch::Head;
use proto::batch::body::{self, BodyText, Owner, Sink};
use proto::codec::{Malformed, Writer};

use super::interner::{self, Interner, Text, Translation, to_u32};
use super::posting::{Postings, Slot};
use super::table::Counts;
use super::term::{Terms, duration_class};
use crate::contract::search::AttributeScope;
use crate::contract::versions::Versions;
use crate::versions::{self, Run};

/// What a census found.
#[derive(Debug, Default)]
pub(super) struct Census {
    pub(super) interner: Interner,
    counts: Counts,
    pub(super) postings: Postings,
    pub(super) names: Names,
    terms: Terms,
    slots: Slots,
    resources: Vec<Shared>,
    scopes: Vec<Shared>,
    /// Attributes of resources and scopes that are among the names.
    listed: HashSet<(AttributeScope, interner::Attribute)>,
    /// Of the spans that are no longer counted with their resource.
    versions: versions::Counts,
    /// The attributes of the list at hand.
    list: List,
    scratch: Writer,
}

/// How often the texts and attributes of a resource or a scope count at least: each block
/// that refers to it has a copy.
const SHARED_TIMES: u32 = 2;

/// What catalogs list.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Services and span names that occur together.
    pub(super) spans: HashMap<(Text, Text), Slot>,
    /// Attributes in a scope.
    pub(super) attributes: Vec<(AttributeScope, interner::Attribute)>,
}

/// The places of terms in the postings.
#[derive(Debug, Default)]
struct Slots {
    names: ByNumber,
    event_names: ByNumber,
    status_messages: ByNumber,
    kinds: HashMap<i32, Slot>,
    status_codes: HashMap<i32, Slot>,
    duration_classes: HashMap<u8, Slot>,
    /// Of a span's, an event's and a link's attributes.
    attributes: [Vec<AttributeSlots>; 3],
    /// Of the elements of lists.
    elements: Vec<Vec<Slot>>,
    /// Of keys: where they are, and their texts.
    keys: HashMap<(AttributeScope, Text), Slot>,
}

/// Slots of numbered things; what has none yet is `NONE`.
#[derive(Debug, Default)]
struct ByNumber(Vec<Slot>);

const NONE: Slot = Slot::MAX;
const BLANK: AttributeSlots =
    AttributeSlots { key_text: 0, key: NONE, value: NONE, elements: 0, count: 0, is_listed: false };

/// What is known of an attribute, all in one place: it is looked at for each span that
/// has it.
#[derive(Debug, Clone, Copy)]
struct AttributeSlots {
    key_text: Text,
    key: Slot,
    value: Slot,
    /// Of a list, the place of its elements' slots among all such, from 1; else 0.
    elements: u32,
    /// How often it occurred, and whether it is among the names.
    count: u32,
    is_listed: bool,
}

/// What a resource or an instrumentation scope says, the same for all its spans.
#[derive(Debug)]
struct Shared {
    slots: Vec<Slot>,
    /// Of a resource: the name of its service.
    service: Text,
    /// Of a resource: the version of its service, and its spans of one minute.
    version: Option<Box<str>>,
    run: Run,
    /// One more than the last trace that it was noted of.
    noted: u32,
}

impl Slots {
    fn elements_of(&self, known: AttributeSlots) -> &[Slot] {
        let place = (known.elements as usize).checked_sub(1);
        place.and_then(|place| self.elements.get(place)).map_or(&[], Vec::as_slice)
    }
}

impl ByNumber {
    fn slot(&mut self, number: u32, make: impl FnOnce() -> Slot) -> Slot {
        let place = number as usize;
        if self.0.len() <= place {
            self.0.resize((place + 1).next_power_of_two(), NONE);
        }
        if self.0[place] == NONE {
            self.0[place] = make();
        }
        self.0[place]
    }
}

/// Attributes that belong together, of which the last of a key counts.
#[derive(Debug, Default)]
struct List {
    attributes: Vec<(Text, interner::Attribute)>,
    /// Of each key, the list that had it last.
    keys: Vec<u32>,
    number: u32,
    has_twice: bool,
}

impl List {
    fn push(&mut self, key: Text, attribute: interner::Attribute) {
        let place = key as usize;
        if self.keys.len() <= place {
            self.keys.resize((place + 1).next_power_of_two(), 0);
        }
        // Lists are numbered from 1.
        let number = self.number + 1;
        self.has_twice |= std::mem::replace(&mut self.keys[place], number) == number;
        self.attributes.push((key, attribute));
    }

    /// Ends the list: calls `take` with each attribute that counts.
    fn end(&mut self, take: impl FnMut(interner::Attribute)) {
        let attributes = self.attributes.drain(..);
        if self.has_twice {
            let mut keys = HashSet::new();
            let last = attributes.rev().filter(|(key, _)| keys.insert(*key));
            last.map(|(_, attribute)| attribute).for_each(take);
        } else {
            attributes.map(|(_, attribute)| attribute).for_each(take);
        }
        self.number += 1;
        self.has_twice = false;
    }
}

impl Census {
    /// Takes in a span of the trace `ordinal`. Ordinals never fall.
    pub(super) fn add(
        &mut self,
        ordinal: u32,
        batch: &Batch,
        known: &mut Translation,
        head: &Head,
    ) -> Result<(), Malformed> {
        let service = self.add_resource(ordinal, batch, known, head);
        self.add_scope(ordinal, batch, known, head.scope);
        let Self { interner, counts, postings, names, terms, slots, .. } = self;
        let name = interner.text_of(batch, known, head.name);
        counts.text(name, 1);
        let name_slot = slots.names.slot(name, || postings.slot(terms.name(interner.text(name))));
        postings.add(name_slot, ordinal);
        let both = *names.spans.entry((service, name)).or_insert_with(|| {
            let (service, name) = (interner.text(service), interner.text(name));
            postings.slot(terms.service_and_name(service, name))
        });
        postings.add(both, ordinal);
        let (kind, code) = (head.kind.0, head.status_code.0);
        let class = duration_class(head.duration_nano());
        for slot in [
            *slots.kinds.entry(kind).or_insert_with(|| postings.slot(terms.span_kind(kind))),
            *slots
                .status_codes
                .entry(code)
                .or_insert_with(|| postings.slot(terms.status_code(code))),
            *slots
                .duration_classes
                .entry(class)
                .or_insert_with(|| postings.slot(terms.duration_class(class))),
        ] {
            postings.add(slot, ordinal);
        }
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        let mut sink = BodySink { census: self, batch, known, ordinal, owner: Owner::Span };
        let result = body::transcribe(batch.body(head), &mut scratch, &mut sink);
        sink.end_list();
        self.scratch = scratch;
        result
    }

    /// How often each text and attribute occurs.
    pub(super) fn take_counts(&mut self) -> Counts {
        let mut counts = std::mem::take(&mut self.counts);
        for slots in &self.slots.attributes {
            for (attribute, known) in (0..).zip(slots).filter(|(_, known)| known.count > 0) {
                counts.attribute(attribute, known.count);
            }
        }
        counts
    }

    /// Which versions of services there are, and when.
    pub(super) fn take_versions(&mut self) -> Versions {
        let mut versions = std::mem::take(&mut self.versions);
        for shared in &self.resources {
            let service = self.interner.text(shared.service);
            versions.add(service, shared.version.as_deref(), shared.run);
        }
        versions.finish()
    }

    /// Notes the resource of a span; the name of its service.
    fn add_resource(
        &mut self,
        ordinal: u32,
        batch: &Batch,
        known: &mut Translation,
        head: &Head,
    ) -> Text {
        let number = head.resource;
        let place = self.interner.resource_of(batch, known, number) as usize;
        if self.resources.len() <= place {
            let name = batch.service_name(number);
            let service = self.interner.text_number(name);
            let mut slots = vec![self.postings.slot(self.terms.service(name))];
            let resource = self.interner.resource(place as u32).cloned().unwrap_or_default();
            self.count_shared_text(resource.schema_url);
            self.add_shared(AttributeScope::Resource, &resource.attributes, &mut slots);
            let version = batch.service_version(number).map(Box::from);
            let run = Run::default();
            self.resources.push(Shared { slots, service, version, run, noted: 0 });
        }
        let shared = &mut self.resources[place];
        if let Some(run) = shared.run.take(head) {
            let service = self.interner.text(shared.service);
            self.versions.add(service, shared.version.as_deref(), run);
        }
        note(shared, &mut self.postings, ordinal)
    }

    fn add_scope(&mut self, ordinal: u32, batch: &Batch, known: &mut Translation, number: u32) {
        let place = self.interner.scope_of(batch, known, number) as usize;
        if self.scopes.len() <= place {
            let scope = self.interner.scope(place as u32).cloned().unwrap_or_default();
            let Self { interner, postings, terms, .. } = self;
            let mut slots = vec![
                postings.slot(terms.scope_name(interner.text(scope.name))),
                postings.slot(terms.scope_version(interner.text(scope.version))),
            ];
            for text in [scope.name, scope.version, scope.schema_url] {
                self.count_shared_text(text);
            }
            self.add_shared(AttributeScope::Scope, &scope.attributes, &mut slots);
            let run = Run::default();
            self.scopes.push(Shared { slots, service: 0, version: None, run, noted: 0 });
        }
        note(&mut self.scopes[place], &mut self.postings, ordinal);
    }

    fn count_shared_text(&mut self, text: Text) {
        self.counts.text(text, SHARED_TIMES);
    }

    fn add_shared(
        &mut self,
        scope: AttributeScope,
        attributes: &[interner::Attribute],
        slots: &mut Vec<Slot>,
    ) {
        for attribute in attributes {
            self.counts.attribute(*attribute, SHARED_TIMES);
            let (key, _) = self.interner.attribute(*attribute);
            self.list.push(key, *attribute);
            let known = self.attribute_slots(scope, *attribute);
            slots.extend([known.key, known.value]);
            slots.extend(self.slots.elements_of(known));
        }
        let Self { list, names, listed, .. } = self;
        list.end(|attribute| {
            if listed.insert((scope, attribute)) {
                names.attributes.push((scope, attribute));
            }
        });
    }

    /// New slots for an attribute in `scope`.
    fn attribute_slots(
        &mut self,
        scope: AttributeScope,
        attribute: interner::Attribute,
    ) -> AttributeSlots {
        let Self { interner, postings, terms, slots, .. } = self;
        let (key, encoded) = interner.attribute(attribute);
        let key_text = interner.text(key);
        let key_slot = *slots
            .keys
            .entry((scope, key))
            .or_insert_with(|| postings.slot(terms.attribute_key(scope, key_text)));
        let value_slot = postings.slot(terms.attribute(scope, key_text, encoded));
        let mut known = AttributeSlots { key_text: key, key: key_slot, value: value_slot, ..BLANK };
        let elements = terms.elements(scope, key_text, encoded);
        if !elements.is_empty() {
            slots.elements.push(elements.into_iter().map(|term| postings.slot(term)).collect());
            known.elements = to_u32(slots.elements.len());
        }
        known
    }
}

/// Adds to `postings` what `shared` says, once a trace.
fn note(shared: &mut Shared, postings: &mut Postings, ordinal: u32) -> Text {
    if std::mem::replace(&mut shared.noted, ordinal + 1) != ordinal + 1 {
        for slot in &shared.slots {
            postings.add(*slot, ordinal);
        }
    }
    shared.service
}

/// Takes in what a body refers to.
struct BodySink<'a, 'b> {
    census: &'a mut Census,
    batch: &'b Batch,
    known: &'a mut Translation,
    ordinal: u32,
    /// Whose the list at hand is.
    owner: Owner,
}

fn place_of(owner: Owner) -> (usize, AttributeScope) {
    match owner {
        Owner::Span => (0, AttributeScope::Span),
        Owner::Event => (1, AttributeScope::Event),
        Owner::Link => (2, AttributeScope::Link),
    }
}

impl BodySink<'_, '_> {
    fn end_list(&mut self) {
        let (place, scope) = place_of(self.owner);
        let Census { list, slots, names, .. } = &mut *self.census;
        list.end(|attribute| {
            let known = &mut slots.attributes[place][attribute as usize];
            if !std::mem::replace(&mut known.is_listed, true) {
                names.attributes.push((scope, attribute));
            }
        });
    }
}

impl Sink for BodySink<'_, '_> {
    fn text(&mut self, _: &mut Writer, which: BodyText, number: u32) {
        if which == BodyText::EventName {
            self.end_list();
        }
        let Census { interner, counts, postings, terms, slots, .. } = &mut *self.census;
        let text = interner.text_of(self.batch, self.known, number);
        counts.text(text, 1);
        let slot = match which {
            BodyText::EventName => slots
                .event_names
                .slot(text, || postings.slot(terms.event_name(interner.text(text)))),
            BodyText::StatusMessage => slots
                .status_messages
                .slot(text, || postings.slot(terms.status_message(interner.text(text)))),
            BodyText::TraceState => return,
        };
        postings.add(slot, self.ordinal);
    }

    fn attribute(&mut self, _: &mut Writer, owner: Owner, number: u32) {
        self.owner = owner;
        let attribute = self.census.interner.attribute_of(self.batch, self.known, number);
        let (place, scope) = place_of(owner);
        let index = attribute as usize;
        if self.census.slots.attributes[place].get(index).is_none_or(|known| known.value == NONE) {
            let new = self.census.attribute_slots(scope, attribute);
            let slots = &mut self.census.slots.attributes[place];
            if slots.len() <= index {
                slots.resize((index + 1).next_power_of_two(), BLANK);
            }
            slots[index] = new;
        }
        let Census { list, slots, postings, .. } = &mut *self.census;
        let known = &mut slots.attributes[place][index];
        known.count = known.count.saturating_add(1);
        list.push(known.key_text, attribute);
        // A trace that has the value has the key.
        if postings.add(known.value, self.ordinal) {
            postings.add(known.key, self.ordinal);
            let known = *known;
            for slot in slots.elements_of(known) {
                postings.add(*slot, self.ordinal);
            }
        }
    }

    fn link(&mut self, trace_id: &[u8; 16], span_id: &[u8; 8]) {
        self.end_list();
        let Census { postings, terms, .. } = &mut *self.census;
        let trace_id = proto::TraceId::new(*trace_id).to_string();
        let span_id = proto::SpanId::new(*span_id).to_string();
        for term in [terms.link_trace_id(&trace_id), terms.link_span_id(&span_id)] {
            let slot = postings.slot(term);
            postings.add(slot, self.ordinal);
        }
    }
}
