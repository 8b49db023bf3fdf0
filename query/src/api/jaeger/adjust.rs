//! What Jaeger changes in spans when they are read, unless they are asked for raw
//! (`adjuster/standard.go`), in so far as our stores have not done it: each span is there
//! once, and clocks are left as they are.

use std::collections::BTreeMap;
use std::sync::Arc;

use proto::{Attribute, Resource, Scope, Span, TraceId, Value};

/// A span, and what there is to warn of.
#[derive(Debug)]
pub(super) struct Adjusted {
    pub(super) span: Span,
    pub(super) warnings: Vec<String>,
}

/// The attributes that say which library made a span: they belong to its resource.
const LIBRARY_KEYS: [&str; 5] = [
    "telemetry.distro.name",
    "telemetry.distro.version",
    "telemetry.sdk.language",
    "telemetry.sdk.name",
    "telemetry.sdk.version",
];

/// The attributes that may be IPv4 addresses as numbers.
const ADDRESS_KEYS: [&str; 2] = ["ip", "peer.ipv4"];

/// Spans as they are.
pub(super) fn raw(spans: Vec<Span>) -> Vec<Adjusted> {
    spans.into_iter().map(|span| Adjusted { span, warnings: Vec::new() }).collect()
}

/// Spans as Jaeger shows them. Resources and scopes that were shared still are.
pub(super) fn standard(spans: Vec<Span>) -> Vec<Adjusted> {
    let mut shared = Shared::default();
    let mut adjusted: Vec<Adjusted> = spans.into_iter().map(|span| shared.adjust(span)).collect();
    // Only now is it known what all spans of a resource give it.
    let resources = shared.resources.into_iter();
    let resources: BTreeMap<usize, (Arc<Resource>, Arc<Resource>)> = resources
        .map(|(address, (kept, adjusted))| (address, (kept, Arc::new(adjusted))))
        .collect();
    for Adjusted { span, .. } in &mut adjusted {
        if let Some((_, resource)) = resources.get(&address(&span.resource)) {
            span.resource = Arc::clone(resource);
        }
    }
    adjusted
}

/// Jaeger gives warnings a place among the attributes.
pub(super) fn with_warnings(Adjusted { mut span, warnings }: Adjusted) -> Span {
    if !warnings.is_empty() {
        let warnings = warnings.into_iter().map(Value::String).collect();
        let value = Value::Array(warnings);
        span.attributes.push(Attribute::new("@jaeger@warnings", value));
    }
    span
}

/// What resources and scopes become, by where they are. Each is kept beside it: as long as
/// it is, no other can have its address.
#[derive(Default)]
struct Shared {
    resources: BTreeMap<usize, (Arc<Resource>, Resource)>,
    scopes: BTreeMap<usize, (Arc<Scope>, Arc<Scope>)>,
}

impl Shared {
    /// The span, but for its resource.
    fn adjust(&mut self, mut span: Span) -> Adjusted {
        let mut warnings = Vec::new();
        span.scope = self.scope(&span.scope);
        adjust_attributes(&mut span.attributes);
        span.events.iter_mut().for_each(|event| sort(&mut event.attributes));
        span.events.sort_by(|one, other| one.name.cmp(&other.name));
        let links = span.links.len();
        span.links.retain(|link| link.trace_id != TraceId::default());
        span.links.iter_mut().for_each(|link| sort(&mut link.attributes));
        warnings.extend((span.links.len()..links).map(|_| "Invalid span link removed".to_owned()));
        let resource = self.resource(&span.resource);
        move_library(&mut span.attributes, resource, &mut warnings);
        Adjusted { span, warnings }
    }

    fn resource(&mut self, resource: &Arc<Resource>) -> &mut Resource {
        let (_, adjusted) = self.resources.entry(address(resource)).or_insert_with(|| {
            let mut own = Resource::clone(resource);
            adjust_attributes(&mut own.attributes);
            (Arc::clone(resource), own)
        });
        adjusted
    }

    fn scope(&mut self, scope: &Arc<Scope>) -> Arc<Scope> {
        let (_, adjusted) = self.scopes.entry(address(scope)).or_insert_with(|| {
            let mut own = Scope::clone(scope);
            sort(&mut own.attributes);
            (Arc::clone(scope), Arc::new(own))
        });
        Arc::clone(adjusted)
    }
}

fn address<T>(shared: &Arc<T>) -> usize {
    Arc::as_ptr(shared) as usize
}

/// Gives the resource what says which library made a span.
fn move_library(
    attributes: &mut Vec<Attribute>,
    resource: &mut Resource,
    warnings: &mut Vec<String>,
) {
    attributes.retain(|attribute| {
        if !is_of_library(attribute) {
            return true;
        }
        match resource.attributes.iter().find(|known| known.key == attribute.key) {
            Some(known) if known.value == attribute.value => false,
            Some(_) => {
                let warning = "conflicting values between Span and Resource for attribute";
                warnings.push(format!("{warning} {}", attribute.key));
                true
            }
            None => {
                resource.attributes.push(attribute.clone());
                false
            }
        }
    });
}

fn is_of_library(attribute: &Attribute) -> bool {
    LIBRARY_KEYS.contains(&attribute.key.as_str())
}

fn adjust_attributes(attributes: &mut [Attribute]) {
    sort(attributes);
    for Attribute { key, value } in attributes {
        if !ADDRESS_KEYS.contains(&key.as_str()) {
            continue;
        }
        let number = match value {
            Value::Int(number) => *number as u32,
            Value::Double(number) => *number as u32,
            _ => continue,
        };
        *value = Value::String(std::net::Ipv4Addr::from_bits(number).to_string());
    }
}

fn sort(attributes: &mut [Attribute]) {
    attributes.sort_by(|one, other| one.key.cmp(&other.key));
}
