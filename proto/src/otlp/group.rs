//! Spans sorted back into OTLP's envelopes.

use std::collections::HashMap;
use std::sync::Arc;

use super::protobuf::{resource_identity, scope_identity};
use crate::{Resource, Scope, Span};

/// The spans of one resource, by scope.
pub struct ResourceGroup<'a> {
    /// The resource.
    pub resource: &'a Resource,
    /// Its scopes, with their spans.
    pub scopes: Vec<(&'a Scope, Vec<&'a Span>)>,
}

/// The groups of `spans`, each in the order of its first span. Compares pointers
/// first, so that content is looked at once for each shared resource and scope.
pub fn group(spans: &[Span]) -> Vec<ResourceGroup<'_>> {
    let mut groups: Vec<ResourceGroup<'_>> = Vec::new();
    // Where spans of these two pointers go: the resource's and the scope's place.
    let mut by_pointer: HashMap<(*const Resource, *const Scope), (usize, usize)> = HashMap::new();
    let mut by_resource: HashMap<Vec<u8>, usize> = HashMap::new();
    let mut by_scope: HashMap<(usize, Vec<u8>), usize> = HashMap::new();
    for span in spans {
        let pointers = (Arc::as_ptr(&span.resource), Arc::as_ptr(&span.scope));
        let (resource_at, scope_at) = *by_pointer.entry(pointers).or_insert_with(|| {
            let resource_at =
                *by_resource.entry(resource_identity(&span.resource)).or_insert_with(|| {
                    groups.push(ResourceGroup { resource: &span.resource, scopes: Vec::new() });
                    groups.len() - 1
                });
            let scopes = &mut groups[resource_at].scopes;
            let scope_at =
                *by_scope.entry((resource_at, scope_identity(&span.scope))).or_insert_with(|| {
                    scopes.push((&*span.scope, Vec::new()));
                    scopes.len() - 1
                });
            (resource_at, scope_at)
        });
        groups[resource_at].scopes[scope_at].1.push(span);
    }
    groups
}
