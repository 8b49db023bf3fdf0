//! Tables of questions.

use super::{header_of, ratio, row_of};
use crate::query::Answered;
use crate::question::{KINDS, Kind};
use crate::results::Results;

/// One row for each kind of question, idle and under ingest side by side.
pub(super) fn table(results: &Results) -> String {
    let further = results.under_ingest.as_ref();
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
    for idle in &results.query.answered {
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
        if let Some(busy) = further.and_then(|further| further.query.of(idle.kind)) {
            row.push(format!("{:.2}", busy.latency.p50_ms));
            row.push(format!("{:.2}", busy.latency.p99_ms));
            row.push(ratio(Some(busy.latency.p99_ms), Some(latency.p99_ms)));
            row.push(busy.questions.to_string());
            row.push(busy.wrong.to_string());
        }
        row.resize(header.len(), String::new());
        lines.push(row_of(&row));
    }
    let mut notes = Vec::new();
    if !results.query.cannot_be_asked.is_empty() {
        let names: Vec<_> = results.query.cannot_be_asked.iter().copied().map(name).collect();
        notes.push(format!("This API has no way to ask: {}.\n", names.join(", ")));
    }
    let busy = further.map(|further| ("under ingest, ", &further.query));
    for (when, report) in [("", &results.query)].into_iter().chain(busy) {
        for answered in &report.answered {
            notes.extend(answered.first_wrong.as_ref().map(|reason| {
                format!("First wrong answer {when}{}: {reason}\n", name(answered.kind))
            }));
        }
    }
    lines.push(String::new());
    lines.extend(notes);
    lines.join("\n")
}

/// One row for each kind of question, a pair of columns for each size.
pub(super) fn growth(all: &[Results]) -> String {
    let mut header = vec!["question".to_owned()];
    for results in all {
        let spans = results.plan.spans;
        header.extend([format!("{spans}: p50 ms"), "p99 ms".to_owned(), "wrong".to_owned()]);
    }
    header.extend(["p50, last ÷ first", "p99, last ÷ first"].map(str::to_owned));
    let mut lines = header_of(&header);
    for kind in KINDS {
        let answered: Vec<Option<&Answered>> =
            all.iter().map(|results| results.query.of(*kind)).collect();
        if answered.iter().all(Option::is_none) {
            continue;
        }
        let mut row = vec![name(*kind)];
        for answered in &answered {
            row.extend(answered.map_or_else(
                || [String::new(), String::new(), String::new()],
                |one| {
                    let p50 = format!("{:.2}", one.latency.p50_ms);
                    [p50, format!("{:.2}", one.latency.p99_ms), one.wrong.to_string()]
                },
            ));
        }
        let of = |value: fn(&Answered) -> f64| {
            let value = |one: Option<&Option<&Answered>>| one.copied().flatten().map(value);
            ratio(value(answered.last()), value(answered.first()))
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
