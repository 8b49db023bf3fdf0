//! `GET /api/v2/services`, `spans`, `remoteServices`, `autocompleteKeys`,
//! `autocompleteValues`.

use std::collections::BTreeSet;
use std::time::Duration;

use axum::extract::{RawQuery, State};
use proto::semconv;
use proto::zipkin::REMOTE_NAMES;
use proto::zipkin::json::write_text;
use storage::{
    AttributeScope, Catalog, CatalogQuestion, Order, ReadError, Search, TimeRange, TraceConditions,
};

use super::answer::{Answer, Refusal, Shortened};
use super::needs::{attribute, equal, spellings, values_of};
use super::parameter::Parameters;
use super::traces::read;
use crate::service::{QueryService, Questions};

/// Names of one list, at most.
const NAMES_MAX: usize = 10_000;
/// Values of one attribute that are looked at as names of what is called, at most.
const REMOTE_VALUES_MAX: usize = 250;
/// Fewer names than this change often, so nobody keeps them (`ZipkinQueryApiV2.java`).
const CACHED_NAMES_MIN: usize = 4;
/// Names are answered as far as they are found once no more than this is left of the
/// question's time.
const TIME_LEFT_MIN: Duration = Duration::from_secs(4);

pub(super) async fn services(State(service): State<QueryService>) -> Result<Answer, Refusal> {
    service
        .ask(|questions| {
            let mut names = Names::default();
            names.add(questions, Catalog::Services)?;
            // Spans that name no service: Zipkin has no name for them.
            names.found.remove(semconv::UNKNOWN_SERVICE);
            Ok(names.finish())
        })
        .await
}

pub(super) async fn span_names(
    State(service): State<QueryService>,
    RawQuery(query): RawQuery,
) -> Result<Answer, Refusal> {
    let name = service_name(query.as_deref())?;
    service
        .ask(move |questions| {
            let mut names = Names::default();
            for service in names.spellings(questions, &name)? {
                names.add(questions, Catalog::SpanNames { service: Some(service) })?;
            }
            Ok(names.finish())
        })
        .await
}

pub(super) async fn remote_services(
    State(service): State<QueryService>,
    RawQuery(query): RawQuery,
) -> Result<Answer, Refusal> {
    let name = service_name(query.as_deref())?;
    service.ask(move |questions| remote_names(questions, &name)).await
}

/// No list says whom a service calls. So each name that anybody calls something is tried:
/// whether that service has a span that does.
fn remote_names(questions: &Questions<'_>, name: &str) -> Result<Answer, Refusal> {
    let mut names = Names::default();
    let services = names.spellings(questions, name)?;
    for key in REMOTE_NAMES {
        let question = CatalogQuestion {
            catalog: values_of(key),
            range: TimeRange::ALL,
            limit: REMOTE_VALUES_MAX,
        };
        let page = questions.catalog(&question)?;
        names.shortened = names.shortened.or(Shortened::of(&page.completeness));
        for value in page.entries {
            let lower = value.name.to_lowercase();
            if names.found.contains(&lower) {
                continue;
            }
            if questions.time_left() < TIME_LEFT_MIN {
                names.shortened = Some(Shortened::Truncated);
                return Ok(names.finish());
            }
            for service in &services {
                if is_called_by(questions, key, &value.name, service, name)? {
                    names.found.insert(lower.clone());
                }
            }
        }
    }
    Ok(names.finish())
}

/// Whether the newest trace in which a span of `service` has this attribute has it as the
/// name of what it calls: another attribute may be the better one.
fn is_called_by(
    questions: &Questions<'_>,
    key: &str,
    value: &str,
    service: &str,
    service_in_lower_case: &str,
) -> Result<bool, Refusal> {
    let search = Search {
        range: TimeRange::ALL,
        span: vec![
            equal(attribute(AttributeScope::Span, key), value),
            equal(storage::Field::Service, service),
        ],
        trace: TraceConditions::default(),
        order: Order::Newest,
        limit: 1,
        after: None,
    };
    let page = questions.summaries(&search)?;
    let Some(found) = page.traces.first() else {
        return Ok(false);
    };
    let Some(trace) = read(questions, found.summary.trace_id)? else {
        return Ok(false);
    };
    let value = value.to_lowercase();
    Ok(trace.spans.iter().any(|span| {
        span.local_endpoint.service_name == service_in_lower_case
            && span.remote_endpoint.service_name == value
    }))
}

pub(super) async fn autocomplete_keys(
    State(service): State<QueryService>,
) -> Result<Answer, Refusal> {
    service
        .ask(|questions| {
            let mut names = Names { keeps_case: true, ..Names::default() };
            names.add(questions, Catalog::AttributeKeys { scope: AttributeScope::Span })?;
            Ok(Answer { is_cacheable: true, ..names.finish() })
        })
        .await
}

pub(super) async fn autocomplete_values(
    State(service): State<QueryService>,
    RawQuery(query): RawQuery,
) -> Result<Answer, Refusal> {
    let key = Parameters::parse(query.as_deref()).required("key")?.to_owned();
    service
        .ask(move |questions| {
            let mut names = Names { keeps_case: true, ..Names::default() };
            names.add(questions, values_of(&key))?;
            Ok(names.finish())
        })
        .await
}

fn service_name(query: Option<&str>) -> Result<String, Refusal> {
    Ok(Parameters::parse(query).required("serviceName")?.to_lowercase())
}

/// A list of names in the making, in order and each once.
#[derive(Default)]
struct Names {
    found: BTreeSet<String>,
    shortened: Option<Shortened>,
    keeps_case: bool,
}

impl Names {
    /// The services that are `name` in lower case.
    fn spellings(
        &mut self,
        questions: &Questions<'_>,
        name: &str,
    ) -> Result<Vec<String>, ReadError> {
        let services = spellings(questions, Catalog::Services, TimeRange::ALL, name)?;
        if services.is_none() {
            self.shortened = Some(Shortened::Truncated);
        }
        Ok(services.unwrap_or_default())
    }

    fn add(&mut self, questions: &Questions<'_>, catalog: Catalog) -> Result<(), Refusal> {
        let question = CatalogQuestion { catalog, range: TimeRange::ALL, limit: NAMES_MAX };
        let page = questions.catalog(&question)?;
        self.shortened = self.shortened.or(Shortened::of(&page.completeness));
        let names = page.entries.into_iter().map(|entry| entry.name);
        let keeps_case = self.keeps_case;
        self.found.extend(names.map(|name| if keeps_case { name } else { name.to_lowercase() }));
        Ok(())
    }

    fn finish(self) -> Answer {
        let mut json = "[".to_owned();
        for name in &self.found {
            if json.len() > 1 {
                json.push(',');
            }
            write_text(&mut json, name);
        }
        json.push(']');
        let is_cacheable = self.found.len() >= CACHED_NAMES_MIN;
        Answer { json, shortened: self.shortened, is_cacheable }
    }
}
