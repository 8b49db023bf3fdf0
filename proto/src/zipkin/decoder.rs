//! What both readers do with a span that was read: normalise, bound, and keep it.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::collections::HashMap;
use std::sync::Arc;

use super::into_model::into_model;
use super::{DecodeError, Span};
use crate::otlp::limits::Budget;
use crate::otlp::{self, Decoded, Limits};
use crate::{Attribute, Batch, Resource, Scope, semconv};

/// The spans of one request that were read so far.
pub(super) struct Decoder {
    pub(super) budget: Budget,
    spans: Vec<crate::Span>,
    spans_max: usize,
    /// By the service's name, so that spans share them.
    resources: HashMap<String, Arc<Resource>>,
    /// By name and version.
    scopes: HashMap<(String, String), Arc<Scope>>,
}

impl Decoder {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            budget: Budget::new(limits),
            spans: Vec::new(),
            spans_max: limits.spans_max,
            resources: HashMap::new(),
            scopes: HashMap::new(),
        }
    }

    /// Keeps `span`.
    ///
    /// # Errors
    /// Beyond a limit.
    pub(super) fn push(&mut self, mut span: Span) -> Result<(), DecodeError> {
        if self.spans.len() >= self.spans_max {
            return Err(DecodeError::TooLarge { limit: "spans_max", max: self.spans_max });
        }
        span.normalise();
        // What the model's lists take more than those of `span`, whose texts they take over.
        let attributes = span.tags.len().saturating_add(ATTRIBUTES_MAX);
        let bytes = attributes
            .saturating_mul(size_of::<Attribute>())
            .saturating_add(span.annotations.len().saturating_mul(size_of::<crate::Event>()));
        self.budget.take(bytes).map_err(otlp::DecodeError::from)?;
        let span = into_model(span, self)?;
        self.budget.push(&mut self.spans, span).map_err(otlp::DecodeError::from)?;
        Ok(())
    }

    pub(super) fn resource(&mut self, service: String) -> Result<Arc<Resource>, DecodeError> {
        if let Some(known) = self.resources.get(&service) {
            return Ok(Arc::clone(known));
        }
        let named = !service.is_empty();
        let attributes =
            if named { vec![Attribute::new(semconv::SERVICE_NAME, &*service)] } else { Vec::new() };
        let bytes = size_of::<Attribute>().saturating_add(service.len());
        self.budget.take(bytes).map_err(otlp::DecodeError::from)?;
        let resource = Resource { attributes, ..Resource::default() };
        let shared = self.budget.share(resource).map_err(otlp::DecodeError::from)?;
        self.resources.insert(service, Arc::clone(&shared));
        Ok(shared)
    }

    pub(super) fn scope(&mut self, name: &str, version: &str) -> Result<Arc<Scope>, DecodeError> {
        let key = (name.to_owned(), version.to_owned());
        if let Some(known) = self.scopes.get(&key) {
            return Ok(Arc::clone(known));
        }
        let bytes = name.len().saturating_add(version.len()).saturating_mul(2);
        self.budget.take(bytes).map_err(otlp::DecodeError::from)?;
        let scope = Scope { name: key.0.clone(), version: key.1.clone(), ..Scope::default() };
        let shared = self.budget.share(scope).map_err(otlp::DecodeError::from)?;
        self.scopes.insert(key, Arc::clone(&shared));
        Ok(shared)
    }

    pub(super) fn finish(self) -> Decoded {
        Decoded {
            batch: Batch::of(&self.spans),
            decoded_bytes: self.budget.taken(),
            ..Decoded::default()
        }
    }
}

/// The attributes that a span gets beside its tags, and what the one map holds.
const ATTRIBUTES_MAX: usize = 20;
