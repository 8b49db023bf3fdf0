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
    page.push(figures(all, shape_and_protocol, None));
    for results in all {
        page.push(format!("## {}\n", shape_and_protocol(results)));
        page.extend(complete(results));
        page.extend(question::table(results));
    }
    page.join("\n")
}

/// A page about a server that is not ours and then ours, with some lines about it.
pub(crate) fn of_peer(machine: &Machine, about: &[String], both: &[Results]) -> String {
    let mut page = head(machine, both);
    page.extend(about.iter().map(|line| format!("- {line}")));
    page.push(String::new());
    let columns = Columns { title: |results| results.server.clone(), ratio: "hopline ÷ peer" };
    page.push(figures(both, columns.title, Some(columns.ratio)));
    for (title, asked) in question::WHEN {
        page.push(format!("## Questions, {title}\n"));
        page.push(question::side_by_side(both, &columns, *asked));
    }
    page.push("## Completeness\n".to_owned());
    for results in both {
        page.push(format!("### {}, asked over its {:?} API\n", results.server, results.dialect));
        page.extend(complete(results));
        page.extend(question::notes(results));
    }
    page.join("\n")
}

/// A page about growing sizes: a column for each, and the last over the first.
pub(crate) fn of_scale(machine: &Machine, all: &[Results]) -> String {
    let mut page = head(machine, all);
    let columns = Columns {
        title: |results| format!("{} {}", results.plan.spans, results.plan.shape.name()),
        ratio: "last ÷ first",
    };
    page.push(figures(all, columns.title, Some(columns.ratio)));
    page.push(question::side_by_side(all, &columns, question::idle));
    for results in all {
        page.extend(complete(results));
        page.extend(question::notes(results));
    }
    page.join("\n")
}

/// How runs stand side by side.
struct Columns {
    title: fn(&Results) -> String,
    /// What the last one over the first one is called.
    ratio: &'static str,
}

fn shape_and_protocol(results: &Results) -> String {
    format!("{}, {}", results.plan.shape.name(), results.pace.protocol.name())
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

/// One row for each figure; with `ratio` a column of that name at the end, the last run
/// over the first.
fn figures(all: &[Results], title: fn(&Results) -> String, ratio: Option<&str>) -> String {
    let mut header = vec!["receiving".to_owned()];
    header.extend(all.iter().map(title));
    header.extend(ratio.map(str::to_owned));
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
        if ratio.is_some() {
            row.push(quotient(values[values.len() - 1], values[0]));
        }
        lines.push(row_of(&row));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// Lines of a list, with an empty one at the end.
fn complete(results: &Results) -> Vec<String> {
    let findings = &results.findings;
    let at_rest = format!("{} spans, at rest", findings.load.acknowledged_spans);
    let mut lines = vec![completeness_line(&at_rest, &findings.completeness)];
    if let Some(reopened) = &results.reopened {
        let when = format!("the same when {} spans were opened again", reopened.spans);
        lines.push(completeness_line(&when, &reopened.completeness));
    }
    if let Some(further) = &findings.under_ingest {
        let load = &further.load;
        lines.push(format!(
            "- under ingest: {} further spans at {:.0} a second, acknowledged after {:.1} / {:.1} \
             ms (p50 / p99)",
            load.acknowledged_spans,
            load.spans_per_second,
            load.acknowledged_after.p50_ms,
            load.acknowledged_after.p99_ms
        ));
    }
    lines.push(String::new());
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

/// `last` over `first`, with as many digits as tell it from nothing; empty where there is
/// none.
fn quotient(last: Option<f64>, first: Option<f64>) -> String {
    match (last, first) {
        (Some(last), Some(first)) if first > 0.0 => {
            let quotient = last / first;
            let digits = if quotient < 0.1 { 4 } else { 2 };
            format!("{quotient:.digits$}")
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotients_keep_what_is_small() {
        assert_eq!(quotient(Some(3.0), Some(2.0)), "1.50");
        assert_eq!(quotient(Some(0.47), Some(394.26)), "0.0012");
        assert_eq!(quotient(Some(1.0), Some(0.0)), "");
        assert_eq!(quotient(None, Some(1.0)), "");
    }
}
