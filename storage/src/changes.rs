//! Changes of the database in the making.

use crate::record::{self, Effort};
use crate::rocks::Family;

/// Changes that happen all or not at all.
#[derive(Default)]
pub(crate) struct Changes {
    pub(crate) puts: Vec<(Family, Vec<u8>, Vec<u8>)>,
    pub(crate) deletes: Vec<(Family, Vec<u8>)>,
    pub(crate) range_deletes: Vec<(Family, Vec<u8>, Vec<u8>)>,
}

impl Changes {
    /// Whether nothing changes.
    pub(crate) fn is_empty(&self) -> bool {
        self.puts.is_empty() && self.deletes.is_empty() && self.range_deletes.is_empty()
    }

    /// Makes `payload` the record of `key`.
    pub(crate) fn put(
        &mut self,
        family: Family,
        key: impl Into<Vec<u8>>,
        payload: &[u8],
        effort: Effort,
    ) {
        let key = key.into();
        let value = record::encode(family.name(), &key, payload, effort);
        self.puts.push((family, key, value));
    }

    /// Makes the record of `key` one that does not verify.
    #[cfg(test)]
    pub(crate) fn put_spoilt(&mut self, family: Family, key: &[u8]) {
        self.puts.push((family, key.to_vec(), b"spoilt".to_vec()));
    }

    /// Deletes the record of `key`, if there is one.
    pub(crate) fn delete(&mut self, family: Family, key: impl Into<Vec<u8>>) {
        self.deletes.push((family, key.into()));
    }

    /// Deletes every record from `from` until before `to`, in a bounded number of
    /// bytes.
    pub(crate) fn delete_range(
        &mut self,
        family: Family,
        from: impl Into<Vec<u8>>,
        to: impl Into<Vec<u8>>,
    ) {
        self.range_deletes.push((family, from.into(), to.into()));
    }
}
