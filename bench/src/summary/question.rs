//! Tables of questions.

use super::{Columns, header_of, quotient, row_of};
use crate::query::{Answered, Report};
use crate::question::{KINDS, Kind};
use crate::results::Results;

/// One of the times that questions are asked at.
pub(super) type When = fn(&Results) -> Option<&Report>;

/// All of them.
pub(super) const WHEN: &[(&str, When)] = &[("idle", idle), ("under ingest", under_ingest)];

/// When the server has nothing else to do.
pub(super) fn idle(results: &Results) -> Option<&Report> {
    Some(&results.findings.idle.as_ref()?.query)
}

/// While further spans come.
fn under_ingest(results: &Results) -> Option<&Report> {
    Some(&results.findings.under_ingest.as_ref()?.asked.query)
}

/// One row for each kind of question, idle and under ingest side by side; none where
/// nothing was asked.
pub(super) fn table(results: &Results) -> Option<String> {
    let idle = idle(results)?;
    let further = under_ingest(results);
    let mut header: Vec<String> =
        ["question", "p50 ms", "p95 ms", "p99 ms", "max ms", "mean results", "wrong"]
            .map(str::to_owned)
            .into();
    if further.is_some() {
        let columns = ["under ingest: p50 ms", "p99 ms", "p99 ÷ idle", "questions", "wrong"]
            .map(str::to_owned);
        header.extend(columns);
    }
    let mut lines = header_of(&header);
    for idle in &idle.answered {
        let latency = &idle.latency;
        let mut row = vec![
            name(idle.kind),
            format!("{:.2}", latency.p50_ms),
            format!("{:.2}", latency.p95_ms),
            format!("{:.2}", latency.p99_ms),
            format!("{:.2}", latency.max_ms),
            format!("{:.1}", idle.mean_results),
            idle.wrong.to_string(),
        ];
        if let Some(busy) = further.and_then(|further| further.of(idle.kind)) {
            row.push(format!("{:.2}", busy.latency.p50_ms));
            row.push(format!("{:.2}", busy.latency.p99_ms));
            row.push(quotient(Some(busy.latency.p99_ms), Some(latency.p99_ms)));
            row.push(busy.questions.to_string());
            row.push(busy.wrong.to_string());
        }
        row.resize(header.len(), String::new());
        lines.push(row_of(&row));
    }
    lines.push(String::new());
    lines.extend(notes(results));
    Some(lines.join("\n"))
}

/// What could not be asked, and the first wrong answers.
pub(super) fn notes(results: &Results) -> Vec<String> {
    let mut notes = Vec::new();
    for (title, when) in WHEN {
        for answered in when(results).into_iter().flat_map(|report| &report.answered) {
            notes.extend(answered.first_wrong.as_ref().map(|reason| {
                format!("First wrong answer, {title}, {}: {reason}\n", name(answered.kind))
            }));
        }
    }
    let cannot = idle(results).map_or(&[][..], |report| &report.cannot_be_asked);
    if !cannot.is_empty() {
        let names: Vec<_> = cannot.iter().copied().map(name).collect();
        notes.push(format!("This API has no way to ask: {}.\n", names.join(", ")));
    }
    notes
}

/// One row for each kind of question, some columns for each run.
pub(super) fn side_by_side(all: &[Results], columns: &Columns, when: When) -> String {
    let mut header = vec!["question".to_owned()];
    for results in all {
        let title = (columns.title)(results);
        header.extend([format!("{title}: p50 ms"), "p99 ms".to_owned()]);
        header.extend(["questions", "wrong"].map(str::to_owned));
    }
    header.extend(["p50", "p99"].map(|quantile| format!("{quantile}, {}", columns.ratio)));
    let mut lines = header_of(&header);
    for kind in KINDS {
        let answered: Vec<Option<&Answered>> =
            all.iter().map(|results| when(results)?.of(*kind)).collect();
        if answered.iter().all(Option::is_none) {
            continue;
        }
        let mut row = vec![name(*kind)];
        for answered in &answered {
            row.extend(answered.map_or_else(Default::default, |one| {
                let times = [one.latency.p50_ms, one.latency.p99_ms];
                let [p50, p99] = times.map(|time| format!("{time:.2}"));
                [p50, p99, one.questions.to_string(), one.wrong.to_string()]
            }));
        }
        let of = |value: fn(&Answered) -> f64| {
            let value = |one: Option<&Option<&Answered>>| one.copied().flatten().map(value);
            quotient(value(answered.last()), value(answered.first()))
        };
        row.push(of(|one| one.latency.p50_ms));
        row.push(of(|one| one.latency.p99_ms));
        lines.push(row_of(&row));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// As it reads in a table.
fn name(kind: Kind) -> String {
    let name = serde_json::to_value(kind).unwrap_or_default();
    name.as_str().unwrap_or_default().replace('_', " ")
}
