//! Questions for names.

use proptest::option;
use proptest::prelude::*;
use proptest::sample::Index;
use proto::{Attribute, Span};

use hopline_storage::{AttributeScope, Catalog};

use super::{attribute_of, scope_strategy};

/// A [`Catalog`]'s seed.
#[derive(Debug, Clone)]
pub(crate) enum CatalogSeed {
    Services,
    SpanNames(Option<Index>),
    AttributeKeys(AttributeScope),
    AttributeValues { of: Index, detail: Index, scope: AttributeScope, prefix_chars: usize },
}

pub(super) fn strategy() -> impl Strategy<Value = CatalogSeed> {
    let values = (any::<Index>(), any::<Index>(), scope_strategy(), 0..3_usize);
    prop_oneof![
        1 => Just(CatalogSeed::Services),
        1 => option::of(any::<Index>()).prop_map(CatalogSeed::SpanNames),
        2 => scope_strategy().prop_map(CatalogSeed::AttributeKeys),
        2 => values.prop_map(|(of, detail, scope, prefix_chars)| {
            CatalogSeed::AttributeValues { of, detail, scope, prefix_chars }
        }),
    ]
}

impl CatalogSeed {
    pub(super) fn about(&self, spans: &[Span]) -> Catalog {
        match self {
            Self::Services => Catalog::Services,
            Self::SpanNames(of) => Catalog::SpanNames {
                service: of.map(|index| index.get(spans).service_name().into_owned()),
            },
            Self::AttributeKeys(scope) => Catalog::AttributeKeys { scope: *scope },
            Self::AttributeValues { of, detail, scope, prefix_chars } => {
                let Attribute { key, value } = attribute_of(of.get(spans), *scope, *detail);
                let prefix = value.text().chars().take(*prefix_chars).collect();
                Catalog::AttributeValues { scope: *scope, key, prefix }
            }
        }
    }
}
