//! The texts and attributes of a segment in the making, each once, by numbers of
//! the segment's own. Those of batches are looked up once a batch.

use std::hash::BuildHasher;

use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashMap, HashTable};
use proto::Batch;
use proto::batch::{PackedResource, PackedScope};

/// The number of a text in the segment. 0 is the empty text.
pub(super) type Text = u32;
/// The number of an attribute in the segment.
pub(super) type Attribute = u32;

/// A resource by numbers of the segment.
pub(super) type Resource = PackedResource;
/// An instrumentation scope by numbers of the segment.
pub(super) type Scope = PackedScope;

/// What a segment's spans refer to, each once.
#[derive(Debug)]
pub(super) struct Interner {
    texts: Pool,
    /// Keys and values: `key` as 4 bytes, then the value.
    attributes: Pool,
    resources: Vec<Resource>,
    resource_numbers: HashMap<Resource, u32>,
    scopes: Vec<Scope>,
    scope_numbers: HashMap<Scope, u32>,
    scratch: Vec<u8>,
}

/// The numbers that a batch's things have in the segment, as far as they are known.
#[derive(Debug)]
pub(super) struct Translation {
    texts: Vec<u32>,
    attributes: Vec<u32>,
    resources: Vec<u32>,
    scopes: Vec<u32>,
}

/// What is not translated yet.
const UNKNOWN: u32 = u32::MAX;
/// An attribute's key, in the pool of attributes.
const KEY_BYTES: usize = 4;

impl Translation {
    pub(super) fn of(batch: &Batch) -> Self {
        Self {
            texts: vec![UNKNOWN; batch.text_count()],
            attributes: vec![UNKNOWN; batch.attribute_count()],
            resources: vec![UNKNOWN; batch.resources().len()],
            scopes: vec![UNKNOWN; batch.scopes().len()],
        }
    }
}

/// Of what a census has translated.
impl Translation {
    pub(super) fn text(&self, number: u32) -> Text {
        self.texts.get(number as usize).copied().unwrap_or(0)
    }

    pub(super) fn attribute(&self, number: u32) -> Attribute {
        self.attributes.get(number as usize).copied().unwrap_or(0)
    }

    pub(super) fn resource(&self, number: u32) -> u32 {
        self.resources.get(number as usize).copied().unwrap_or(0)
    }

    pub(super) fn scope(&self, number: u32) -> u32 {
        self.scopes.get(number as usize).copied().unwrap_or(0)
    }
}

impl Default for Interner {
    /// Nothing but the empty text.
    fn default() -> Self {
        let mut interner = Self {
            texts: Pool::default(),
            attributes: Pool::default(),
            resources: Vec::new(),
            resource_numbers: HashMap::new(),
            scopes: Vec::new(),
            scope_numbers: HashMap::new(),
            scratch: Vec::new(),
        };
        interner.texts.number(b"");
        interner
    }
}

impl Interner {
    /// The text `number` of `batch`.
    pub(super) fn text_of(&mut self, batch: &Batch, known: &mut Translation, number: u32) -> Text {
        translate(&mut known.texts, number, || self.texts.number(batch.text(number).as_bytes()))
    }

    /// The attribute `number` of `batch`.
    pub(super) fn attribute_of(
        &mut self,
        batch: &Batch,
        known: &mut Translation,
        number: u32,
    ) -> Attribute {
        let Translation { texts, attributes, .. } = known;
        translate(attributes, number, || {
            let (key, value) = batch.attribute(number);
            let key = translate(texts, key, || self.texts.number(batch.text(key).as_bytes()));
            self.scratch.clear();
            self.scratch.extend_from_slice(&key.to_le_bytes());
            self.scratch.extend_from_slice(value);
            self.attributes.number(&self.scratch)
        })
    }

    /// The resource `number` of `batch`.
    pub(super) fn resource_of(
        &mut self,
        batch: &Batch,
        known: &mut Translation,
        number: u32,
    ) -> u32 {
        if let Some(place) = known.resources.get(number as usize)
            && *place != UNKNOWN
        {
            return *place;
        }
        let packed = batch.resources().get(number as usize).cloned().unwrap_or_default();
        let resource = Resource {
            attributes: self.attributes_of(batch, known, &packed.attributes),
            schema_url: self.text_of(batch, known, packed.schema_url),
            ..packed
        };
        let next = to_u32(self.resources.len());
        let found = *self.resource_numbers.entry(resource.clone()).or_insert(next);
        if found == next {
            self.resources.push(resource);
        }
        translate(&mut known.resources, number, || found)
    }

    /// The instrumentation scope `number` of `batch`.
    pub(super) fn scope_of(&mut self, batch: &Batch, known: &mut Translation, number: u32) -> u32 {
        if let Some(place) = known.scopes.get(number as usize)
            && *place != UNKNOWN
        {
            return *place;
        }
        let packed = batch.scopes().get(number as usize).cloned().unwrap_or_default();
        let scope = Scope {
            name: self.text_of(batch, known, packed.name),
            version: self.text_of(batch, known, packed.version),
            attributes: self.attributes_of(batch, known, &packed.attributes),
            schema_url: self.text_of(batch, known, packed.schema_url),
            ..packed
        };
        let next = to_u32(self.scopes.len());
        let found = *self.scope_numbers.entry(scope.clone()).or_insert(next);
        if found == next {
            self.scopes.push(scope);
        }
        translate(&mut known.scopes, number, || found)
    }

    fn attributes_of(
        &mut self,
        batch: &Batch,
        known: &mut Translation,
        numbers: &[u32],
    ) -> Vec<Attribute> {
        numbers.iter().map(|number| self.attribute_of(batch, known, *number)).collect()
    }

    /// A text that need not be in any batch.
    pub(super) fn text_number(&mut self, text: &str) -> Text {
        self.texts.number(text.as_bytes())
    }

    pub(super) fn text_count(&self) -> usize {
        self.texts.ends.len()
    }

    pub(super) fn attribute_count(&self) -> usize {
        self.attributes.ends.len()
    }

    pub(super) fn text(&self, number: Text) -> &str {
        // What went in was text.
        str::from_utf8(self.texts.get(number)).unwrap_or_default()
    }

    /// An attribute's key and its encoded value.
    pub(super) fn attribute(&self, number: Attribute) -> (Text, &[u8]) {
        match self.attributes.get(number).split_first_chunk::<KEY_BYTES>() {
            Some((key, value)) => (u32::from_le_bytes(*key), value),
            None => (0, proto::batch::value::EMPTY),
        }
    }

    pub(super) fn resource(&self, number: u32) -> Option<&Resource> {
        self.resources.get(number as usize)
    }

    pub(super) fn scope(&self, number: u32) -> Option<&Scope> {
        self.scopes.get(number as usize)
    }
}

/// The translation of `number`, made by `translate` where there is none yet.
fn translate(known: &mut [u32], number: u32, translate: impl FnOnce() -> u32) -> u32 {
    match known.get_mut(number as usize) {
        Some(place) if *place == UNKNOWN => {
            *place = translate();
            *place
        }
        Some(place) => *place,
        None => translate(),
    }
}

/// Runs of bytes, each once, by number.
#[derive(Debug, Default)]
struct Pool {
    bytes: Vec<u8>,
    /// Where each ends; it begins where the one before ends.
    ends: Vec<usize>,
    hasher: DefaultHashBuilder,
    /// Numbers, each with the hash of its bytes.
    numbers: HashTable<(u64, u32)>,
}

impl Pool {
    fn number(&mut self, bytes: &[u8]) -> u32 {
        let hash = self.hasher.hash_one(bytes);
        let Self { bytes: all, ends, numbers, .. } = self;
        let entry = numbers.entry(
            hash,
            |(known, number)| *known == hash && run(all, ends, *number) == bytes,
            |(known, _)| *known,
        );
        match entry {
            Entry::Occupied(known) => known.get().1,
            Entry::Vacant(place) => {
                let number = to_u32(ends.len());
                all.extend_from_slice(bytes);
                ends.push(all.len());
                place.insert((hash, number));
                number
            }
        }
    }

    fn get(&self, number: u32) -> &[u8] {
        run(&self.bytes, &self.ends, number)
    }
}

fn run<'a>(bytes: &'a [u8], ends: &[usize], number: u32) -> &'a [u8] {
    let place = number as usize;
    let start = place.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
    let end = ends.get(place).copied().unwrap_or(start);
    bytes.get(start..end).unwrap_or_default()
}

/// What is hot is bounded far below 4 G of anything.
pub(super) fn to_u32(size: usize) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}
