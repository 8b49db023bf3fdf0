//! A block's tables: the resources and scopes that its spans refer to, once each.
//!
//! ```text
//! resource:  attributes · dropped, varint · schema URL, text
//! scope:     name, text · version, text · attributes · dropped, varint · schema URL, text
//! ```
//!
//! Attributes and texts lie in the sections as those of spans do (`part.rs`).

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::sync::Arc;

use hashbrown::HashMap;
use proto::batch::body::Source;
use proto::codec::Malformed;
use proto::{Resource, Scope};

use super::interner;
use super::part::{BodySource, Numbers, ReadSections, Sections};
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

/// The tables that were read.
#[derive(Debug, Default)]
pub(super) struct ReadTables {
    resources: Vec<Arc<Resource>>,
    scopes: Vec<Arc<Scope>>,
}

/// What an attribute takes in memory, with a short key and value.
const ATTRIBUTE_BYTES: usize = 128;

impl ReadTables {
    /// Reads so many resources and scopes: nothing else lies in `sections`.
    pub(super) fn read(
        sections: ReadSections,
        table: &Table,
        resources: usize,
        scopes: usize,
    ) -> Result<Self, Malformed> {
        let ReadSections { mut rows, times, values, noise } = sections;
        let mut source = BodySource { table, values, noise };
        let mut tables = Self::default();
        for _ in 0..resources {
            tables.resources.push(Arc::new(Resource {
                attributes: source.attributes(&mut rows)?,
                dropped_attributes_count: rows.varint32()?,
                schema_url: source.text(&mut rows)?,
            }));
        }
        for _ in 0..scopes {
            tables.scopes.push(Arc::new(Scope {
                name: source.text(&mut rows)?,
                version: source.text(&mut rows)?,
                attributes: source.attributes(&mut rows)?,
                dropped_attributes_count: rows.varint32()?,
                schema_url: source.text(&mut rows)?,
            }));
        }
        [rows, times, source.values, source.noise].into_iter().try_for_each(|rest| rest.end())?;
        Ok(tables)
    }

    pub(super) fn resource(&self, number: usize) -> Result<&Arc<Resource>, Malformed> {
        self.resources.get(number).ok_or(Malformed("resource"))
    }

    pub(super) fn scope(&self, number: usize) -> Result<&Arc<Scope>, Malformed> {
        self.scopes.get(number).ok_or(Malformed("scope"))
    }

    /// What they take in memory, in bytes, estimated.
    pub(super) fn memory_bytes(&self) -> usize {
        let resources = self.resources.iter().map(|one| one.attributes.len());
        let scopes = self.scopes.iter().map(|one| one.attributes.len());
        let attributes = resources.chain(scopes).map(|count| count.saturating_add(1));
        attributes.fold(0, usize::saturating_add).saturating_mul(ATTRIBUTE_BYTES)
    }
}
