//! What is different about the bad ones: attributes that the spans of a finding have where
//! it happened, and seldom where it did not.

use std::borrow::Cow;
use std::collections::BTreeMap;

use proto::{Attribute, Span};
use serde::{Deserialize, Serialize};

/// With fewer spans that have it, an attribute is chance.
const SUPPORT_MIN: usize = 3;
/// How much more often the bad ones must have it, as a part of all.
const DIFFERENCE_MIN: f64 = 0.3;
/// And how sure that must be, in standard deviations.
const SURE_DEVIATIONS: f64 = 3.0;
/// How many are told.
const DIFFERENCES_MAX: usize = 5;
/// Longer values are texts, which seldom come twice.
const VALUE_BYTES_MAX: usize = 128;

/// An attribute that the bad ones have more often.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// `span` or `resource`.
    pub scope: Cow<'static, str>,
    /// Its key.
    pub key: String,
    /// Its value, as text.
    pub value: String,
    /// The part of the bad ones that has it.
    pub bad: f64,
    /// The part of the others that has it.
    pub normal: f64,
}

/// The attributes that `bad` spans have more often than `normal` ones, the largest
/// difference first.
pub(super) fn differences(bad: &[Span], normal: &[Span]) -> Vec<Difference> {
    if bad.len() < SUPPORT_MIN || normal.len() < SUPPORT_MIN {
        return Vec::new();
    }
    let (has_bad, has_normal) = (count(bad), count(normal));
    let mut found: Vec<Difference> = Vec::new();
    for ((scope, key, value), count) in has_bad {
        let (of, others_of) = (bad.len() as f64, normal.len() as f64);
        let others = has_normal.get(&(scope, key.clone(), value.clone())).copied().unwrap_or(0);
        let (part, other_part) = (count as f64 / of, others as f64 / others_of);
        let all = (count + others) as f64 / (of + others_of);
        let spread = (all * (1.0 - all) * (1.0 / of + 1.0 / others_of)).sqrt().max(1e-9);
        let difference = part - other_part;
        if count >= SUPPORT_MIN
            && difference >= DIFFERENCE_MIN
            && difference / spread >= SURE_DEVIATIONS
        {
            let scope = Cow::Borrowed(scope);
            found.push(Difference { scope, key, value, bad: part, normal: other_part });
        }
    }
    found.sort_by(|one, other| {
        let by = |it: &Difference| it.bad - it.normal;
        by(other).total_cmp(&by(one)).then_with(|| one.key.cmp(&other.key))
    });
    found.truncate(DIFFERENCES_MAX);
    found
}

/// How many spans have which attribute.
fn count(spans: &[Span]) -> BTreeMap<(&'static str, String, String), usize> {
    let mut counts = BTreeMap::new();
    for span in spans {
        let mut own = BTreeMap::new();
        let mut take = |scope, attributes: &[Attribute]| {
            for Attribute { key, value } in attributes {
                let text = value.text();
                if text.len() <= VALUE_BYTES_MAX {
                    own.insert((scope, key.clone(), text.into_owned()), ());
                }
            }
        };
        take("span", &span.attributes);
        take("resource", &span.resource.attributes);
        for key in own.into_keys() {
            *counts.entry(key).or_insert(0) += 1;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(count: usize, host: impl Fn(usize) -> usize) -> Vec<Span> {
        let span = |number| {
            let text = format!("a one 0..1 order=o{number} resource:host.name=h{}", host(number));
            proto::testing::trace(&text).remove(0)
        };
        (0..count).map(span).collect()
    }

    #[test]
    fn the_host_that_all_bad_ones_have_is_told_and_ids_are_not() {
        let found = differences(&spans(20, |_| 7), &spans(40, |number| number % 10));
        let expected = Difference {
            scope: Cow::Borrowed("resource"),
            key: "host.name".to_owned(),
            value: "h7".to_owned(),
            bad: 1.0,
            normal: 0.1,
        };
        assert_eq!(found, [expected]);
    }

    #[test]
    fn what_two_spans_have_is_chance() {
        assert_eq!(differences(&spans(2, |_| 7), &spans(40, |number| number % 10)), []);
        let one_of_two =
            differences(&spans(4, |number| number % 2), &spans(4, |number| number % 2));
        assert_eq!(one_of_two, []);
    }
}
