//! A series: labels, points and exemplars.

use crate::Static;

/// A label and its value, which keeps its type.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// The name: an attribute as a query writes it, or `__name__`, `p`, `__bucket`.
    pub name: String,
    /// The value.
    pub value: Static<'static>,
}

/// A span that stands for others of its series.
#[derive(Debug, Clone, PartialEq)]
pub struct Exemplar {
    /// What tells it: `trace:id`, and what the query looked at.
    pub labels: Vec<Label>,
    /// Its value; of counts and rates that of the point it is at.
    pub value: f64,
    /// When it started.
    pub unix_nano: u64,
}

/// Points over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// What tells it from others.
    pub labels: Vec<Label>,
    /// One for each interval; NaN where there is none.
    pub values: Vec<f64>,
    /// Some of its spans.
    pub exemplars: Vec<Exemplar>,
}

/// The label that names the function.
pub(super) const NAME: &str = "__name__";

impl Label {
    pub(super) fn new(name: impl Into<String>, value: Static<'static>) -> Self {
        Self { name: name.into(), value }
    }

    pub(super) fn text(name: &str, value: &str) -> Self {
        Self::new(name, Static::Text(value.to_owned().into()))
    }
}

impl Series {
    /// What series are ordered by, and told apart by: their labels as text.
    pub fn sort_key(&self) -> String {
        key_of(&self.labels)
    }

    pub(super) fn name(&self) -> Option<String> {
        self.labels.iter().find(|label| label.name == NAME).map(|label| match &label.value {
            Static::Text(text) => text.to_string(),
            other => other.to_string(),
        })
    }
}

/// Labels as one text, the same for the same labels in any order.
pub(super) fn key_of(labels: &[Label]) -> String {
    let mut parts: Vec<String> =
        labels.iter().map(|label| format!("{}={}", label.name, label.value)).collect();
    parts.sort_unstable();
    parts.join(",")
}
