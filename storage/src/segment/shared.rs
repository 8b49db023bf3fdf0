//! A block's tables: the resources and scopes that its spans refer to, once each.
//!
//! ```text
//! resource:  attributes · dropped, varint · schema URL, text
//! scope:     name, text · version, text · attributes · dropped, varint · schema URL, text
//! ```
//!
//! Attributes and texts lie in the sections as those of spans do (`part.rs`).

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::sync::{Arc, OnceLock};

use hashbrown::HashMap;
use proto::batch::body::Source;
use proto::codec::{Malformed, Reader};
use proto::{Resource, Scope};

use super::interner;
use super::part::{BodySource, Numbers, ReadSections, Sections, WantedKeys};
use super::table::Table;

/// The tables in the making.
#[derive(Debug, Default)]
pub(super) struct BlockTables {
    resources: Renumbered,
    scopes: Renumbered,
}

/// Numbers of the segment, and theirs in the block.
#[derive(Debug, Default)]
struct Renumbered {
    numbers: Vec<u32>,
    places: HashMap<u32, u64>,
}

impl Renumbered {
    fn place(&mut self, number: u32) -> u64 {
        let next = self.numbers.len() as u64;
        let place = *self.places.entry(number).or_insert(next);
        if place == next {
            self.numbers.push(number);
        }
        place
    }
}

impl BlockTables {
    /// The number in the block of the segment's resource `number`.
    pub(super) fn resource(&mut self, number: u32) -> u64 {
        self.resources.place(number)
    }

    /// The number in the block of the segment's scope `number`.
    pub(super) fn scope(&mut self, number: u32) -> u64 {
        self.scopes.place(number)
    }

    pub(super) fn resource_count(&self) -> usize {
        self.resources.numbers.len()
    }

    pub(super) fn scope_count(&self) -> usize {
        self.scopes.numbers.len()
    }

    /// Their share of a block's sections.
    pub(super) fn write(&self, numbers: Numbers) -> Sections {
        let mut out = Sections::default();
        let resources = self.resources.numbers.iter();
        for resource in resources.filter_map(|number| numbers.interner.resource(*number)) {
            write_resource(&mut out, numbers, resource);
        }
        let scopes = self.scopes.numbers.iter();
        for scope in scopes.filter_map(|number| numbers.interner.scope(*number)) {
            write_scope(&mut out, numbers, scope);
        }
        out
    }
}

fn write_resource(out: &mut Sections, numbers: Numbers, resource: &interner::Resource) {
    let Sections { rows, values, noise, .. } = out;
    numbers.write_attributes(rows, values, noise, &resource.attributes);
    rows.varint(resource.dropped_attributes_count.into());
    numbers.write_text(rows, values, resource.schema_url);
}

fn write_scope(out: &mut Sections, numbers: Numbers, scope: &interner::Scope) {
    let Sections { rows, values, noise, .. } = out;
    numbers.write_text(rows, values, scope.name);
    numbers.write_text(rows, values, scope.version);
    numbers.write_attributes(rows, values, noise, &scope.attributes);
    rows.varint(scope.dropped_attributes_count.into());
    numbers.write_text(rows, values, scope.schema_url);
}

/// Where the resources and scopes lie in the tables' share of a block. Each is made
/// when a span is read that has it: a trace has few of its block's.
#[derive(Debug, Default)]
pub(super) struct ReadTables {
    resources: Vec<Lazy<Resource>>,
    scopes: Vec<Lazy<Scope>>,
    attributes: usize,
}

/// What lies at a place, once somebody asked for it.
#[derive(Debug)]
struct Lazy<T> {
    place: Place,
    made: OnceLock<Arc<T>>,
}

/// How much of rows, values and noise lies before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place(pub(super) [usize; 3]);

/// Resources and scopes of some blocks of a segment, by the bytes that they are written with;
/// only those that are nothing but numbers of the segment's table, which mean the same in each
/// of its blocks.
#[derive(Debug, Default)]
pub(super) struct Made {
    resources: HashMap<Box<[u8]>, Arc<Resource>>,
    scopes: HashMap<Box<[u8]>, Arc<Scope>>,
}

/// How many of either are kept at most: some 2 MB of common ones.
const MADE_MAX: usize = 1_000;

/// The tables with what they lie in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lookup<'a> {
    pub(super) tables: &'a ReadTables,
    /// The tables' share.
    pub(super) sections: ReadSections<'a>,
    pub(super) table: &'a Arc<Table>,
}

/// What an attribute takes in memory, with a short key and value.
const ATTRIBUTE_BYTES: usize = 128;

impl ReadTables {
    /// Finds so many resources and scopes: nothing else lies in `sections`.
    pub(super) fn read(
        sections: ReadSections,
        table: &Table,
        resources: usize,
        scopes: usize,
    ) -> Result<Self, Malformed> {
        let ReadSections { mut rows, times, values, noise } = sections;
        let keys = WantedKeys::All;
        let mut source = BodySource { table, values, noise, keys, numbered: None };
        let mut tables = Self::default();
        for _ in 0..resources {
            tables.resources.push(Lazy::new(Place::of(&sections, &rows, &source)));
            tables.pass_attributes(&mut source, &mut rows)?;
            rows.varint32()?;
            source.pass_text(&mut rows)?;
        }
        for _ in 0..scopes {
            tables.scopes.push(Lazy::new(Place::of(&sections, &rows, &source)));
            source.pass_text(&mut rows)?;
            source.pass_text(&mut rows)?;
            tables.pass_attributes(&mut source, &mut rows)?;
            rows.varint32()?;
            source.pass_text(&mut rows)?;
        }
        [rows, times, source.values, source.noise].into_iter().try_for_each(|rest| rest.end())?;
        Ok(tables)
    }

    fn pass_attributes(
        &mut self,
        source: &mut BodySource,
        rows: &mut Reader,
    ) -> Result<(), Malformed> {
        let count = rows.count()?;
        self.attributes = self.attributes.saturating_add(count);
        (0..count).try_for_each(|_| source.pass_attribute(rows))
    }

    /// Takes from `made` what is here, too. `rows` are the tables' rows, and `end` is where all
    /// of them end.
    pub(super) fn take_from(&self, made: &Made, rows: &[u8], end: Place) {
        let end_of_resources = self.scopes.first().map_or(end, |scope| scope.place);
        take_from(&self.resources, &made.resources, rows, end_of_resources);
        take_from(&self.scopes, &made.scopes, rows, end);
    }

    /// Adds to `made` what was made here.
    pub(super) fn add_to(&self, made: &mut Made, rows: &[u8], end: Place) {
        let end_of_resources = self.scopes.first().map_or(end, |scope| scope.place);
        add_to(&self.resources, &mut made.resources, rows, end_of_resources);
        add_to(&self.scopes, &mut made.scopes, rows, end);
    }

    /// What they take in memory, in bytes, estimated, once all are made.
    pub(super) fn memory_bytes(&self) -> usize {
        let places = size_of_val(&*self.resources).saturating_add(size_of_val(&*self.scopes));
        let entries = self.resources.len().saturating_add(self.scopes.len());
        let attributes = self.attributes.saturating_add(entries);
        places.saturating_add(attributes.saturating_mul(ATTRIBUTE_BYTES))
    }
}

/// Each of `list`, with the bytes that it is written with, where these are numbers alone.
fn by_numbers<'a, T>(
    list: &'a [Lazy<T>],
    rows: &'a [u8],
    end: Place,
) -> impl Iterator<Item = (&'a Lazy<T>, &'a [u8])> {
    let ends = list.iter().skip(1).map(|one| one.place).chain([end]);
    list.iter().zip(ends).filter_map(|(lazy, end)| {
        let (Place([from, values, noise]), Place([to, values_after, noise_after])) =
            (lazy.place, end);
        let are_numbers = values == values_after && noise == noise_after;
        let bytes = rows.get(from..to).filter(|_| are_numbers)?;
        Some((lazy, bytes))
    })
}

fn take_from<T>(list: &[Lazy<T>], made: &HashMap<Box<[u8]>, Arc<T>>, rows: &[u8], end: Place) {
    for (lazy, bytes) in by_numbers(list, rows, end) {
        if lazy.made.get().is_none()
            && let Some(known) = made.get(bytes)
        {
            lazy.made.get_or_init(|| Arc::clone(known));
        }
    }
}

fn add_to<T>(list: &[Lazy<T>], made: &mut HashMap<Box<[u8]>, Arc<T>>, rows: &[u8], end: Place) {
    for (lazy, bytes) in by_numbers(list, rows, end) {
        if made.len() >= MADE_MAX {
            return;
        }
        if let Some(one) = lazy.made.get()
            && !made.contains_key(bytes)
        {
            made.insert(bytes.into(), Arc::clone(one));
        }
    }
}

impl<T> Lazy<T> {
    fn new(place: Place) -> Self {
        Self { place, made: OnceLock::new() }
    }

    fn get(&self, make: impl FnOnce(&Place) -> Result<T, Malformed>) -> Result<&Arc<T>, Malformed> {
        match self.made.get() {
            Some(made) => Ok(made),
            None => {
                let made = make(&self.place)?;
                Ok(self.made.get_or_init(|| Arc::new(made)))
            }
        }
    }
}

impl Place {
    fn of(all: &ReadSections, rows: &Reader, source: &BodySource) -> Self {
        let before = |all: &Reader, left: &Reader| all.left().saturating_sub(left.left());
        Self([
            before(&all.rows, rows),
            before(&all.values, &source.values),
            before(&all.noise, &source.noise),
        ])
    }
}

impl<'a> Lookup<'a> {
    pub(super) fn resource(&self, number: usize) -> Result<&'a Arc<Resource>, Malformed> {
        let lazy = self.tables.resources.get(number).ok_or(Malformed("resource"))?;
        lazy.get(|place| {
            let (mut rows, mut source) = self.source_at(place)?;
            Ok(Resource {
                attributes: source.attributes(&mut rows)?,
                dropped_attributes_count: rows.varint32()?,
                schema_url: source.text(&mut rows)?,
            })
        })
    }

    pub(super) fn scope(&self, number: usize) -> Result<&'a Arc<Scope>, Malformed> {
        let lazy = self.tables.scopes.get(number).ok_or(Malformed("scope"))?;
        lazy.get(|place| {
            let (mut rows, mut source) = self.source_at(place)?;
            Ok(Scope {
                name: source.text(&mut rows)?,
                version: source.text(&mut rows)?,
                attributes: source.attributes(&mut rows)?,
                dropped_attributes_count: rows.varint32()?,
                schema_url: source.text(&mut rows)?,
            })
        })
    }

    /// Readers of rows and of what they refer to, from `place` on.
    fn source_at(&self, place: &Place) -> Result<(Reader<'a>, BodySource<'a, 'a>), Malformed> {
        let ReadSections { mut rows, mut values, mut noise, .. } = self.sections;
        let Place([rows_before, values_before, noise_before]) = *place;
        rows.raw(rows_before)?;
        values.raw(values_before)?;
        noise.raw(noise_before)?;
        let keys = WantedKeys::All;
        Ok((rows, BodySource { table: self.table, values, noise, keys, numbered: None }))
    }
}
