//! How often the culprit was among the first.

use std::collections::BTreeMap;
use std::fmt::Write;

/// Where the culprit stood in a ranking; `None` where it was not in it. A tie takes the
/// worst of its places.
pub(super) fn place(ranking: &[(String, f64)], culprit: &str) -> Option<usize> {
    let own = ranking.iter().find(|(service, _)| service == culprit)?.1;
    (own > 0.0).then(|| ranking.iter().filter(|(_, score)| *score >= own).count())
}

/// Places by method, system and kind of fault.
#[derive(Default)]
pub(super) struct Scores(BTreeMap<(String, String, String), Vec<Option<usize>>>);

impl Scores {
    pub(super) fn add(&mut self, system: &str, method: &str, fault: &str, place: Option<usize>) {
        for fault in [fault, "all"] {
            let key = (system.to_owned(), method.to_owned(), fault.to_owned());
            self.0.entry(key).or_default().push(place);
        }
    }

    /// A table for each system.
    pub(super) fn table(&self) -> String {
        let mut out = String::new();
        let mut last = "";
        for ((system, method, fault), places) in &self.0 {
            if system != last {
                last = system;
                writeln!(out, "\n## {system}\n\n| method | fault | n | AS@1 | AS@3 | AS@5 |").ok();
                writeln!(out, "| --- | --- | --- | --- | --- | --- |").ok();
            }
            let among = |first: usize| {
                let hits = places.iter().flatten().filter(|place| **place <= first).count();
                format!("{hits} ({:.0} %)", hits as f64 / places.len() as f64 * 100.0)
            };
            let (one, three, five) = (among(1), among(3), among(5));
            let n = places.len();
            writeln!(out, "| {method} | {fault} | {n} | {one} | {three} | {five} |").ok();
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tie_takes_the_worst_place() {
        let ranking = [("a", 3.0), ("b", 2.0), ("c", 2.0), ("d", 0.0)];
        let ranking = ranking.map(|(service, score)| (service.to_owned(), score));
        assert_eq!(place(&ranking, "a"), Some(1));
        assert_eq!(place(&ranking, "b"), Some(3));
        assert_eq!(place(&ranking, "d"), None);
        assert_eq!(place(&ranking, "e"), None);
    }
}
