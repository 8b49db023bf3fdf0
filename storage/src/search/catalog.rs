//! Catalogs: names from the hot traces and from the segments that reach into the
//! range.

use std::collections::BTreeSet;

use crate::contract::catalog::{Catalog, CatalogPage, CatalogQuestion};
use crate::contract::search::AttributeScope;
use crate::contract::{Completeness, Deadline, ReadError};
use crate::evaluate::CatalogCollector;
use crate::fault::Fault;
use crate::hot::{HotNames, offer_lines};
use crate::segment::term::ATTRIBUTE_SCOPES;
use crate::segment::{SegmentId, VALUES_PER_KEY_MAX};
use crate::view::{Missing, View};

/// Answers `question`, see [`crate::TraceReader::catalog`].
pub(crate) fn catalog(
    view: &View,
    question: &CatalogQuestion,
    deadline: Deadline,
) -> Result<CatalogPage, ReadError> {
    let mut names = CatalogCollector::new(question);
    let mut missing = Missing::default();
    let segments = view.sealed.segments.values();
    let mut reached: BTreeSet<SegmentId> = segments
        .filter(|segment| segment.splits.reach.may_start_in(&question.range))
        .map(|segment| segment.id)
        .collect();
    let mut hot = HotNames::default();
    for lines in view.hot_lines(&mut missing, deadline)? {
        deadline.check()?;
        if !lines.reach.may_start_in(&question.range) {
            continue;
        }
        let is_whole =
            lines.lines.iter().all(|line| question.range.contains(line.start_unix_nano()));
        let is_listed = is_whole && offer_lines(&lines, &mut names);
        for line in &lines.lines {
            if !question.range.contains(line.start_unix_nano()) {
                continue;
            }
            // The whole trace may start in the range though no segment that has a part
            // of it knows yet.
            reached.extend(line.facts.sealed_in.iter().copied());
            if !is_listed {
                hot.offer(&line.trace, &mut names);
            }
        }
    }
    let mut are_all = true;
    for segment in reached {
        deadline.check()?;
        match offer_segment(view, segment, &question.catalog, &mut names) {
            Ok(listed_all) => are_all &= listed_all,
            Err(fault @ Fault::Corrupt { .. }) => missing.add(fault),
            Err(fault) => return Err(fault.into()),
        }
    }
    let mut page = names.finish();
    if page.completeness == Completeness::Complete && !are_all {
        let limit = format!("{VALUES_PER_KEY_MAX} values of an attribute in a segment");
        page.completeness = Completeness::Truncated { limit };
    }
    page.completeness = missing.completeness(page.completeness);
    Ok(page)
}

/// Offers what a segment has; whether it lists all of it.
fn offer_segment(
    view: &View,
    segment: SegmentId,
    catalog: &Catalog,
    names: &mut CatalogCollector,
) -> Result<bool, Fault> {
    let reader = &view.sealed.reader;
    let Catalog::AttributeValues { scope, key, .. } = catalog else {
        reader.offer_names(segment, names)?;
        return Ok(true);
    };
    let mut are_all = true;
    for one in ATTRIBUTE_SCOPES {
        if *scope == AttributeScope::Any || *scope == one {
            are_all &= reader.offer_values(segment, one, key, names)?;
        }
    }
    Ok(are_all)
}
