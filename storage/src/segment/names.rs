//! Names: what occurs in a segment, for catalogs.
//!
//! ```text
//! names:   services: count · each: name · span names: count · each text
//!          keys:     count · each: scope, u8 · key
//! values:  whether all are here, u8 · count · each text
//! ```
//!
//! A values record has the texts of one attribute in one scope, those no longer
//! than `VALUE_BYTES_MAX`; an attribute with a very long key has none. All lists
//! are sorted.

use std::collections::{BTreeMap, BTreeSet};

use proto::{Span, Value};

use super::seen::Seen;
use super::term::{scope_number, scope_of_number};
use crate::contract::catalog::VALUE_BYTES_MAX;
use crate::contract::search::AttributeScope;
use crate::evaluate::{CatalogCollector, attribute_lists};
use proto::codec::{Malformed, Reader, Writer};

/// Values of one attribute that a segment lists: the first by their order. What
/// has more is an id rather than something to choose from a list.
pub(crate) const VALUES_PER_KEY_MAX: usize = 1_000;

/// Keys of attributes whose values are listed: longer ones would make keys of
/// records that no database likes.
pub(super) const VALUES_KEY_BYTES_MAX: usize = 1 << 10;

/// The names of a segment in the making.
#[derive(Debug, Default)]
pub(super) struct Names<'a> {
    services: BTreeMap<String, BTreeSet<&'a str>>,
    values: BTreeMap<(u8, &'a str), Values>,
    seen: Seen,
}

#[derive(Debug)]
struct Values {
    texts: BTreeSet<String>,
    are_all: bool,
}

impl<'a> Names<'a> {
    /// Notes every name in `span`.
    pub(super) fn add(&mut self, span: &'a Span) {
        let service = span.service_name();
        match self.services.get_mut(&*service) {
            Some(names) => {
                names.insert(&span.name);
            }
            None => {
                self.services.insert(service.into_owned(), BTreeSet::from([&*span.name]));
            }
        }
        for (scope, attributes) in attribute_lists(span) {
            if !self.seen.is_first(span, scope) {
                continue;
            }
            // Of a key that occurs twice, the last value counts.
            let last: BTreeMap<&str, &Value> =
                attributes.iter().map(|attribute| (&*attribute.key, &attribute.value)).collect();
            for (key, value) in last {
                self.values.entry((scope_number(scope), key)).or_default().insert(&value.text());
            }
        }
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.size(self.services.len());
        for (service, names) in &self.services {
            writer.bytes(service.as_bytes());
            writer.size(names.len());
            names.iter().for_each(|name| writer.bytes(name.as_bytes()));
        }
        writer.size(self.values.len());
        for (scope, key) in self.values.keys() {
            writer.u8(*scope);
            writer.bytes(key.as_bytes());
        }
        writer.into_bytes()
    }

    /// The values records, each with the end of its key, by it.
    pub(super) fn encode_values(&self) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> {
        let short = self.values.iter().filter(|((_, key), _)| key.len() <= VALUES_KEY_BYTES_MAX);
        short.map(|((scope, key), values)| {
            let mut writer = Writer::new();
            writer.u8(values.are_all.into());
            writer.size(values.texts.len());
            values.texts.iter().for_each(|text| writer.bytes(text.as_bytes()));
            (values_key(*scope, key), writer.into_bytes())
        })
    }
}

/// The end of a values record's key.
pub(super) fn values_key(scope: u8, key: &str) -> Vec<u8> {
    let mut end = vec![scope];
    end.extend_from_slice(key.as_bytes());
    end
}

impl Default for Values {
    fn default() -> Self {
        Self { texts: BTreeSet::new(), are_all: true }
    }
}

impl Values {
    fn insert(&mut self, text: &str) {
        if text.len() > VALUE_BYTES_MAX || self.texts.contains(text) {
            return;
        }
        self.texts.insert(text.to_owned());
        if self.texts.len() > VALUES_PER_KEY_MAX {
            self.texts.pop_last();
            self.are_all = false;
        }
    }
}

/// Offers the services and span names of a names record, and its keys.
pub(super) fn offer_names(record: &[u8], names: &mut CatalogCollector) -> Result<(), Malformed> {
    let mut reader = Reader::new(record);
    for _ in 0..reader.count()? {
        let service = reader.text()?;
        names.offer_service(service);
        for _ in 0..reader.count()? {
            names.offer_span_name(service, reader.text()?);
        }
    }
    for _ in 0..reader.count()? {
        let scope: AttributeScope = scope_of_number(reader.u8()?).ok_or(Malformed("scope"))?;
        names.offer_attribute_key(scope, reader.text()?);
    }
    reader.end()
}

/// Offers the texts of a values record; whether they are all there are.
pub(super) fn offer_values(record: &[u8], names: &mut CatalogCollector) -> Result<bool, Malformed> {
    let mut reader = Reader::new(record);
    let are_all = reader.u8()? != 0;
    for _ in 0..reader.count()? {
        names.offer_attribute_value(reader.text()?);
    }
    reader.end()?;
    Ok(are_all)
}
