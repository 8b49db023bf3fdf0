//! What there is to tell beyond the one sentence.

use std::collections::{HashMap, HashSet};

use super::errors::ErrorKind;
use super::format::{duration, times};
use super::group::Alike;
use super::sentence::{Findings, edge, name, quoted};

/// How many further errors, retries and hops are put into words, each.
const DETAILS_MAX: usize = 3;
/// So many calls alike are worth a word though they take little.
const MANY_CALLS: usize = 10;

impl Findings<'_> {
    /// Further sentences, the most important first, each once.
    pub(super) fn detail(&self, alike: &[Alike<'_>]) -> Vec<String> {
        let mut detail = Vec::new();
        let with_message = self.errors.iter().filter(|error| !error.message.is_empty());
        for error in with_message.take(DETAILS_MAX) {
            detail.push(format!("{}: {}", self.row(error.row), error.message));
        }
        let further = self.errors.iter().skip(1).filter(|error| error.kind != ErrorKind::Retried);
        detail.extend(further.take(DETAILS_MAX).map(|error| self.failed(error)));
        detail.extend(self.retries.iter().take(DETAILS_MAX).map(|retry| self.retried(retry)));

        let others = alike.get(1..).unwrap_or_default();
        let slow = others.iter().filter(|group| self.stands_out(group));
        detail.extend(slow.take(DETAILS_MAX).map(|group| self.slow(group)));
        let many = others.iter().filter(|group| group.calls >= MANY_CALLS);
        for group in many.filter(|group| !self.stands_out(group)).take(DETAILS_MAX) {
            detail.push(format!("{} is called {}", edge(group.longest), times(group.calls)));
        }
        detail.extend(alike.first().and_then(|slowest| self.busiest_row(slowest)));
        detail.extend(self.goes_on());

        let mut said = HashSet::new();
        detail.retain(|sentence| said.insert(sentence.clone()));
        detail
    }

    /// Which span within the hop took most of its time, if not the hop's own two.
    fn busiest_row(&self, group: &Alike<'_>) -> Option<String> {
        let hop = group.longest;
        let mut taken: HashMap<usize, u64> = HashMap::new();
        for section in self.critical_path {
            if std::ptr::eq(&self.hops.hops[self.hops.of_row[section.row]], hop) {
                *taken.entry(section.row).or_default() += section.duration_nano();
            }
        }
        let (row, nano) = taken.into_iter().max_by_key(|&(row, nano)| (nano, row))?;
        let is_own = hop.client_row == Some(row) || hop.server_row == Some(row);
        let is_most = nano > hop.critical_nano / 2;
        (is_most && !is_own).then(|| {
            let service = name(self.tree.service_name(row));
            let span_name = quoted(self.tree.span_name(row));
            format!("within {service}, {span_name} took {}", duration(nano))
        })
    }

    /// Whether the trace went on after its longest root had ended.
    fn goes_on(&self) -> Option<String> {
        let root = self.tree.roots().max_by_key(|&root| self.tree.duration[root])?;
        let whole = self.tree.duration[root];
        (whole > 0 && whole < self.trace_nano / 2).then(|| {
            let (request, all) = (duration(whole), duration(self.trace_nano));
            format!("{} ended after {request}; the trace spans {all}", self.row(root))
        })
    }
}
