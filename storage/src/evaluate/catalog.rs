//! Which names a span adds to a catalog.

use std::collections::BTreeSet;

use proto::{Attribute, Span};

use super::attribute::{attribute_lists, attribute_values};
use crate::contract::Completeness;
use crate::contract::catalog::{
    Catalog, CatalogEntry, CatalogPage, CatalogQuestion, VALUE_BYTES_MAX,
};
use crate::contract::search::AttributeScope;

/// The first `limit` names by (name, scope), out of names in any order, and one
/// more that tells whether there are further ones. Holds no more than that.
pub(crate) struct CatalogCollector<'a> {
    catalog: &'a Catalog,
    limit: usize,
    kept: BTreeSet<CatalogEntry>,
}

impl<'a> CatalogCollector<'a> {
    /// For the names that `question` asks for. Its range is for the caller to
    /// heed.
    pub(crate) fn new(question: &'a CatalogQuestion) -> Self {
        Self { catalog: &question.catalog, limit: question.limit.max(1), kept: BTreeSet::new() }
    }

    /// Which names were asked for.
    pub(crate) fn catalog(&self) -> &'a Catalog {
        self.catalog
    }

    /// Whether the values of `key` in `found` were asked for.
    pub(crate) fn wants_values_of(&self, found: AttributeScope, key: &str) -> bool {
        matches!(
            self.catalog,
            Catalog::AttributeValues { scope, key: wanted, .. }
                if wanted == key && (*scope == AttributeScope::Any || *scope == found)
        )
    }

    /// Takes note of every name in `span` that was asked for.
    pub(crate) fn offer_span(&mut self, span: &Span) {
        match self.catalog {
            Catalog::Services => self.offer_service(&span.service_name()),
            Catalog::SpanNames { .. } => self.offer_span_name(&span.service_name(), &span.name),
            Catalog::AttributeKeys { .. } => {
                for (scope, attributes) in attribute_lists(span) {
                    for Attribute { key, .. } in attributes {
                        self.offer_attribute_key(scope, key);
                    }
                }
            }
            Catalog::AttributeValues { scope, key, .. } => {
                for value in attribute_values(span, *scope, key) {
                    self.offer_attribute_value(&value.text());
                }
            }
        }
    }

    /// Takes note of a service's name, where services were asked for.
    pub(crate) fn offer_service(&mut self, name: &str) {
        if *self.catalog == Catalog::Services {
            self.insert(name, AttributeScope::Any);
        }
    }

    /// Takes note of a span name that occurs in `of_service`, where it was asked
    /// for. The empty name is none.
    pub(crate) fn offer_span_name(&mut self, of_service: &str, name: &str) {
        if let Catalog::SpanNames { service } = self.catalog
            && service.as_ref().is_none_or(|service| service == of_service)
            && !name.is_empty()
        {
            self.insert(name, AttributeScope::Any);
        }
    }

    /// Takes note of an attribute's key that occurs in `found`, where it was asked
    /// for.
    pub(crate) fn offer_attribute_key(&mut self, found: AttributeScope, key: &str) {
        if let Catalog::AttributeKeys { scope } = self.catalog
            && (*scope == AttributeScope::Any || *scope == found)
        {
            self.insert(key, found);
        }
    }

    /// Takes note of the text of one value of the attribute that was asked for,
    /// where it is not too long and begins with the prefix.
    pub(crate) fn offer_attribute_value(&mut self, text: &str) {
        if let Catalog::AttributeValues { scope, prefix, .. } = self.catalog
            && text.len() <= VALUE_BYTES_MAX
            && text.starts_with(prefix.as_str())
        {
            self.insert(text, *scope);
        }
    }

    fn insert(&mut self, name: &str, scope: AttributeScope) {
        self.kept.insert(CatalogEntry { name: name.to_owned(), scope });
        if self.kept.len() > self.limit.saturating_add(1) {
            self.kept.pop_last();
        }
    }

    /// The names, complete but for the limit.
    pub(crate) fn finish(mut self) -> CatalogPage {
        let mut completeness = Completeness::Complete;
        if self.kept.len() > self.limit {
            self.kept.pop_last();
            completeness = Completeness::Truncated { limit: format!("limit {}", self.limit) };
        }
        CatalogPage { entries: self.kept.into_iter().collect(), completeness }
    }
}
