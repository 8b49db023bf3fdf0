//! The figures of runs as one page, in Markdown.

mod figure;
mod question;

use crate::completeness;
use crate::machine::Machine;
use crate::results::Results;
use figure::FIGURES;

/// A page about the runs of one call, a column for each.
pub(crate) fn of_runs(machine: &Machine, all: &[Results]) -> String {
    let mut page = head(machine, all);
    page.push(figures(all, |results| results.plan.shape.name().to_owned()));
    for results in all {
        page.push(format!("## {}\n", results.plan.shape.name()));
        page.extend(details(results));
    }
    page.join("\n")
}

/// A page about a server that is not ours, with some lines about it.
pub(crate) fn of_peer(machine: &Machine, about: &[String], results: &Results) -> String {
    let all = std::slice::from_ref(results);
    let mut page = head(machine, all);
    page.extend(about.iter().map(|line| format!("- {line}")));
    page.push(String::new());
    page.push(figures(all, |results| results.plan.shape.name().to_owned()));
    page.extend(details(results));
    page.join("\n")
}

/// A page about growing sizes: a column for each, and the last over the first.
pub(crate) fn of_scale(machine: &Machine, all: &[Results]) -> String {
    let mut page = head(machine, all);
    page.push(figures(all, |results| {
        let Results { plan, .. } = results;
        format!("{} {}", plan.spans, plan.shape.name())
    }));
    page.push(question::growth(all));
    page.extend(all.iter().flat_map(complete));
    page.push(String::new());
    page.join("\n")
}

fn head(machine: &Machine, all: &[Results]) -> Vec<String> {
    let mut lines = Vec::new();
    let date = all.first().map_or("", |results| &results.date);
    let command = all.first().map_or("", |results| &results.command);
    lines.push(format!("# {date}, {} with {} cores\n", machine.cpu, machine.cores));
    lines.push(format!(
        "Linux {}, {} MiB of memory; load average before the run {:.1}.",
        machine.kernel,
        machine.memory_bytes >> 20,
        machine.load_average_before
    ));
    lines.push(
        "Generator and server share the machine: CPU times and bytes hold, wall-clock".to_owned(),
    );
    lines.push("times are pessimistic.\n".to_owned());
    lines.push(format!("```\n{command}\n```\n"));
    lines
}

/// One row for each figure. With several columns the last one over the first, where
/// they are of one shape.
fn figures(all: &[Results], title: fn(&Results) -> String) -> String {
    let is_growth = all.len() > 1 && all.iter().all(|one| one.plan.shape == all[0].plan.shape);
    let mut header = vec!["receiving".to_owned()];
    header.extend(all.iter().map(title));
    header.extend(is_growth.then(|| "last ÷ first".to_owned()));
    let mut lines = header_of(&header);
    for figure in FIGURES {
        let values: Vec<Option<f64>> = all.iter().map(figure.value).collect();
        if values.iter().all(Option::is_none) {
            continue;
        }
        let mut row = vec![figure.name.to_owned()];
        row.extend(
            values.iter().map(|value| value.map_or_else(String::new, |value| figure.text(value))),
        );
        row.extend(is_growth.then(|| ratio(values[values.len() - 1], values[0])));
        lines.push(row_of(&row));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// The questions and the completeness of one run.
fn details(results: &Results) -> Vec<String> {
    let mut lines = complete(results);
    if let Some(further) = &results.under_ingest {
        lines.push(format!(
            "- while {} further spans came at {:.0} a second, acknowledged after {:.1} / {:.1} ms \
             (p50 / p99): the columns under ingest",
            further.load.acknowledged_spans,
            further.load.spans_per_second,
            further.load.acknowledged_after.p50_ms,
            further.load.acknowledged_after.p99_ms
        ));
    }
    lines.push(String::new());
    lines.push(question::table(results));
    lines
}

/// Lines of a list.
fn complete(results: &Results) -> Vec<String> {
    let spans = results.load.acknowledged_spans;
    let mut lines =
        vec![completeness_line(&format!("{spans} spans, at rest"), &results.completeness)];
    if let Some(reopened) = &results.reopened {
        let when = format!("the same when {} spans were opened again", reopened.spans);
        lines.push(completeness_line(&when, &reopened.completeness));
    }
    lines
}

fn completeness_line(when: &str, report: &completeness::Report) -> String {
    let kinds = report.by_arrival.iter().map(|(arrival, count)| {
        let name = format!("{arrival:?}").to_lowercase();
        format!("{name} {} of {}", count.complete, count.traces)
    });
    let kinds: Vec<_> = kinds.collect();
    let mut line = format!(
        "- {when}: complete: {} of {} sampled traces ({})",
        report.complete,
        report.traces,
        kinds.join(", ")
    );
    if let Some(reason) = &report.first_incomplete {
        line.push_str(&format!("; {reason}"));
    }
    line
}

/// The first line of a table, and the one below it.
fn header_of(cells: &[String]) -> Vec<String> {
    let rule = vec!["---".to_owned(); cells.len()];
    vec![row_of(cells), row_of(&rule)]
}

fn row_of(cells: &[String]) -> String {
    format!("| {} |", cells.join(" | "))
}

/// `last` over `first`; empty where there is none.
fn ratio(last: Option<f64>, first: Option<f64>) -> String {
    match (last, first) {
        (Some(last), Some(first)) if first > 0.0 => format!("{:.2}", last / first),
        _ => String::new(),
    }
}
