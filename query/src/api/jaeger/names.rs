//! Services, and their operations with kinds.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proto::SpanKind;
use proto::clock::now_unix_nano;
use storage::{Catalog, CatalogQuestion, ReadError, TimeRange};

use super::question::parse_kind;
use crate::service::Questions;

/// Names in one answer.
const NAMES_MAX: usize = 10_000;

/// The store's lists of names know no kinds; the figures of hops do. How far these are
/// looked through: a name that did not occur since has no kind.
const KINDS_SINCE: Duration = Duration::from_secs(24 * 3_600);

/// All services, by name.
pub(super) fn services(questions: &Questions<'_>) -> Result<Vec<String>, ReadError> {
    catalog(questions, Catalog::Services)
}

/// The span names of a service.
pub(super) fn of_service(
    questions: &Questions<'_>,
    service: &str,
) -> Result<Vec<String>, ReadError> {
    catalog(questions, Catalog::SpanNames { service: Some(service.to_owned()) })
}

fn catalog(questions: &Questions<'_>, catalog: Catalog) -> Result<Vec<String>, ReadError> {
    let question = CatalogQuestion { catalog, range: TimeRange::ALL, limit: NAMES_MAX };
    let page = questions.catalog(&question)?;
    Ok(page.entries.into_iter().map(|entry| entry.name).collect())
}

/// A span name, and one kind that it occurs with.
pub(super) type NamedKind = (String, SpanKind);

/// The span names of a service, each once for each kind that it occurs with; of all
/// services where none is named. Only those of kind `kind`, where it is given.
pub(super) fn operations(
    questions: &Questions<'_>,
    service: &str,
    kind: Option<&str>,
) -> Result<Vec<NamedKind>, ReadError> {
    let service = Some(service).filter(|service| !service.is_empty());
    let names = catalog(questions, Catalog::SpanNames { service: service.map(str::to_owned) })?;
    let from_unix_nano = now_unix_nano().saturating_sub(KINDS_SINCE.as_nanos() as u64);
    let chains = questions.chains(TimeRange { from_unix_nano, ..TimeRange::ALL })?;
    let service = service.map(chain::name_key);
    let mut kinds: BTreeMap<u64, BTreeSet<SpanKind>> = BTreeMap::new();
    for step in chains.steps.values().filter(|step| step.kind.is_span()) {
        if service.is_none_or(|service| service == step.service) {
            kinds.entry(step.name).or_default().insert(SpanKind(step.kind.0));
        }
    }
    let mut operations = Vec::with_capacity(names.len());
    for name in names {
        match kinds.get(&chain::span_name_key(&name)) {
            Some(kinds) => operations.extend(kinds.iter().map(|kind| (name.clone(), *kind))),
            None => operations.push((name, SpanKind::UNSPECIFIED)),
        }
    }
    if let Some(kind) = kind {
        let wanted = parse_kind(kind);
        operations.retain(|(_, kind)| Some(*kind) == wanted);
    }
    Ok(operations)
}
