//! Names that occur in stored spans, for forms and completion.

use super::search::AttributeScope;
use super::{Completeness, TimeRange};

/// A question for names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogQuestion {
    /// Which names.
    pub catalog: Catalog,
    /// From traces that start in this range. A hint: a store may answer with names
    /// from outside it, never without one from inside.
    pub range: TimeRange,
    /// How many at most, at least 1.
    pub limit: usize,
}

/// A list of names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Catalog {
    /// The services.
    Services,
    /// The span names, of one service or of all.
    SpanNames {
        /// The service; all where `None`.
        service: Option<String>,
    },
    /// The attribute keys.
    AttributeKeys {
        /// Where they occur; everywhere with [`AttributeScope::Any`].
        scope: AttributeScope,
    },
    /// The values of one attribute, by their text form, in so far as they are no
    /// longer than [`VALUE_BYTES_MAX`].
    AttributeValues {
        /// Where it occurs; everywhere with [`AttributeScope::Any`].
        scope: AttributeScope,
        /// The attribute's key.
        key: String,
        /// What the values begin with.
        prefix: String,
    },
}

/// The longest value text that a catalog lists, in bytes.
pub const VALUE_BYTES_MAX: usize = 256;

/// One name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CatalogEntry {
    /// The name, or the value's text.
    pub name: String,
    /// Where it occurs: of an attribute's key, one entry for each scope. `Any` for
    /// services and span names; what was asked for, for values.
    pub scope: AttributeScope,
}

/// Names, by (name, scope).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogPage {
    /// The names.
    pub entries: Vec<CatalogEntry>,
    /// Whether these are all.
    pub completeness: Completeness,
}
