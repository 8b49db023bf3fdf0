//! Which attributes there are.

use std::collections::{BTreeMap, BTreeSet};

use storage::{AttributeScope, Catalog, CatalogQuestion, Completeness, ReadError};

use super::collect;
use super::intrinsic;
use super::question::{AskedScope, NamesQuestion, SCOPES};
use crate::api::tempo::answer::{Answer, Refusal};
use crate::api::tempo::model::{Nothing, SearchTagsResponse, SearchTagsV2Response, TagScope};
use crate::service::Questions;

/// Names by scope.
pub(super) type Names = BTreeMap<AttributeScope, BTreeSet<String>>;

/// All names, in one list.
///
/// # Errors
/// The store's, and where the filter has no answer.
pub(crate) fn flat(
    questions: &Questions<'_>,
    question: &NamesQuestion,
) -> Result<Answer<SearchTagsResponse>, Refusal> {
    let (names, completeness) = find(questions, question)?;
    let mut tag_names: BTreeSet<String> = names.into_values().flatten().collect();
    if question.asked == AskedScope::Intrinsic {
        tag_names = intrinsic::NAMES.into_iter().map(str::to_owned).collect();
    }
    let tag_names = tag_names.into_iter().take(question.among.limit).collect();
    let message = SearchTagsResponse { tag_names, metrics: Some(Nothing {}) };
    Ok(Answer { message, completeness })
}

/// The names of each scope.
///
/// # Errors
/// The store's, and where the filter has no answer.
pub(crate) fn in_scopes(
    questions: &Questions<'_>,
    question: &NamesQuestion,
) -> Result<Answer<SearchTagsV2Response>, Refusal> {
    let (mut names, completeness) = find(questions, question)?;
    let mut scopes = Vec::new();
    for (word, scope) in SCOPES {
        if let Some(found) = names.remove(&scope) {
            let tags = found.into_iter().take(question.among.limit).collect();
            scopes.push(TagScope { name: word.to_owned(), tags });
        }
    }
    if matches!(question.asked, AskedScope::All | AskedScope::Intrinsic) {
        let tags = intrinsic::NAMES.into_iter().map(str::to_owned).collect();
        scopes.push(TagScope { name: intrinsic::SCOPE.to_owned(), tags });
    }
    let message = SearchTagsV2Response { scopes, metrics: Some(Nothing {}) };
    Ok(Answer { message, completeness })
}

fn find(
    questions: &Questions<'_>,
    question: &NamesQuestion,
) -> Result<(Names, Completeness), Refusal> {
    let scope = match question.asked {
        AskedScope::Intrinsic => return Ok((Names::new(), Completeness::Complete)),
        AskedScope::All => AttributeScope::Any,
        AskedScope::One(scope) => scope,
    };
    match &question.among.filter {
        Some(filter) => collect::names(questions, &question.among, filter, scope),
        None => Ok(of_catalog(questions, question, scope)?),
    }
}

fn of_catalog(
    questions: &Questions<'_>,
    question: &NamesQuestion,
    scope: AttributeScope,
) -> Result<(Names, Completeness), ReadError> {
    let catalog = Catalog::AttributeKeys { scope };
    // Of all scopes together there are as many times as many.
    let limit = question.among.limit.saturating_mul(SCOPES.len());
    let page =
        questions.catalog(&CatalogQuestion { catalog, range: question.among.range, limit })?;
    let mut names = Names::new();
    for entry in page.entries {
        names.entry(entry.scope).or_default().insert(entry.name);
    }
    Ok((names, page.completeness))
}
