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

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use proto::batch::value;

use super::census::Names;
use super::interner::Interner;
use super::term::{scope_number, scope_of_number};
use crate::contract::catalog::VALUE_BYTES_MAX;
use crate::contract::search::AttributeScope;
use crate::evaluate::CatalogCollector;
use proto::codec::{Malformed, Reader, Writer};

/// The most values of one attribute that a segment lists.
pub(crate) const VALUES_PER_KEY_MAX: usize = 1_000;
/// How many it lists where there are more, the first by their order: such values are
/// ids rather than something to choose from a list.
const VALUES_OF_MANY: usize = 100;

/// Keys of attributes whose values are listed: longer ones would make keys of
/// records that no database likes.
pub(super) const VALUES_KEY_BYTES_MAX: usize = 1 << 10;

/// The names record.
pub(super) fn encode_names(names: &Names, interner: &Interner) -> Vec<u8> {
    let mut services: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (service, name) in names.spans.keys() {
        services.entry(interner.text(*service)).or_default().insert(interner.text(*name));
    }
    let keys: BTreeSet<(u8, &str)> = names
        .attributes
        .iter()
        .map(|(scope, attribute)| {
            (scope_number(*scope), interner.text(interner.attribute(*attribute).0))
        })
        .collect();
    let mut out = Writer::new();
    out.size(services.len());
    for (service, names) in &services {
        out.bytes(service.as_bytes());
        out.size(names.len());
        names.iter().for_each(|name| out.bytes(name.as_bytes()));
    }
    out.size(keys.len());
    for (scope, key) in &keys {
        out.u8(*scope);
        out.bytes(key.as_bytes());
    }
    out.into_bytes()
}

/// The values records, each with the end of its key, by it.
pub(super) fn encode_values(names: &Names, interner: &Interner) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut values: BTreeMap<(u8, &str), Vec<Cow<str>>> = BTreeMap::new();
    for (scope, attribute) in &names.attributes {
        let (key, encoded) = interner.attribute(*attribute);
        let key = interner.text(key);
        if key.len() > VALUES_KEY_BYTES_MAX {
            continue;
        }
        let texts = values.entry((scope_number(*scope), key)).or_default();
        let text = value_text(encoded);
        if text.len() <= VALUE_BYTES_MAX {
            texts.push(text);
        }
    }
    let records = values.into_iter().map(|((scope, key), texts)| {
        let mut out = Writer::new();
        encode_texts(&mut out, texts);
        (values_key(scope, key), out.into_bytes())
    });
    records.collect()
}

fn encode_texts(out: &mut Writer, mut texts: Vec<Cow<str>>) {
    let mut are_all = true;
    // An attribute's text may be that of another value, too, so that a few are
    // counted twice here.
    if texts.len() > VALUES_PER_KEY_MAX {
        are_all = false;
        texts.select_nth_unstable(VALUES_OF_MANY);
        texts.truncate(VALUES_OF_MANY);
    }
    texts.sort_unstable();
    texts.dedup();
    out.u8(are_all.into());
    out.size(texts.len());
    texts.iter().for_each(|text| out.bytes(text.as_bytes()));
}

/// The text form of an encoded value.
fn value_text(encoded: &[u8]) -> Cow<'_, str> {
    match value::as_text(encoded).and_then(|text| str::from_utf8(text).ok()) {
        Some(text) => Cow::Borrowed(text),
        None => Cow::Owned(value::read(encoded).unwrap_or_default().text().into_owned()),
    }
}

/// The end of a values record's key.
pub(super) fn values_key(scope: u8, key: &str) -> Vec<u8> {
    let mut end = vec![scope];
    end.extend_from_slice(key.as_bytes());
    end
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
