//! `hopline query`: a running server's answers in a terminal.

mod chains;

use std::time::Duration;

use anyhow::{Context, bail};
use query::trace::format::{duration, percent};
use reqwest::Url;
use reqwest::blocking::Client;
use serde_json::Value;

use crate::cli::{Ask, Question};
use crate::say;

/// How long an answer is waited for: longer than the server takes at most.
const PATIENCE: Duration = Duration::from_secs(30);
/// Shares are told in thousandths.
const WHOLE: u64 = 1_000;

/// Asks, and prints the answer.
///
/// # Errors
/// Where no server answers, or it refuses the question; with its reason.
pub(crate) fn run(ask: &Ask) -> anyhow::Result<()> {
    let (path, parameters) = match &ask.question {
        Question::Findings => ("findings", Vec::new()),
        Question::Hops { since, service, limit } => {
            let mut parameters = vec![("since", since.clone()), ("limit", limit.to_string())];
            parameters.extend(service.clone().map(|service| ("service", service)));
            ("hops", parameters)
        }
        Question::Chains { since, service, span_name, limit } => {
            let mut parameters = vec![("since", since.clone()), ("limit", limit.to_string())];
            parameters.extend(service.clone().map(|service| ("service", service)));
            parameters.extend(span_name.clone().map(|name| ("span_name", name)));
            ("chains", parameters)
        }
        Question::Tail { since, service } => {
            let mut parameters = vec![("since", since.clone())];
            parameters.extend(service.clone().map(|service| ("service", service)));
            ("tail", parameters)
        }
    };
    let answer = get(&ask.server, path, &parameters)?;
    if ask.json {
        return say(&serde_json::to_string_pretty(&answer)?);
    }
    let lines = match ask.question {
        Question::Findings => findings(&answer),
        Question::Hops { .. } => hops(&answer),
        Question::Chains { .. } => chains::chains(&answer),
        Question::Tail { .. } => tail(&answer),
    };
    lines.iter().try_for_each(|line| say(line))?;
    match answer["completeness"]["state"].as_str() {
        None | Some("complete") => Ok(()),
        _ => say(&format!("not all there is: {}", answer["completeness"])),
    }
}

fn get(server: &Url, path: &str, parameters: &[(&str, String)]) -> anyhow::Result<Value> {
    let mut url = server.clone();
    let base = url.path().trim_end_matches('/').to_owned();
    url.set_path(&format!("{base}/api/v1/{path}"));
    url.query_pairs_mut().extend_pairs(parameters);
    if parameters.is_empty() {
        url.set_query(None);
    }
    let client = Client::builder().no_proxy().timeout(PATIENCE).build()?;
    let response = client.get(url).send().with_context(|| {
        format!("no server answers at {server}: start one, or say with --server where it is")
    })?;
    let status = response.status();
    let text = response.text()?;
    let answer: Value = serde_json::from_str(&text)
        .with_context(|| format!("what answers at {server} is no hopline: HTTP {status}"))?;
    match answer["error"].as_str() {
        Some(error) if !status.is_success() => bail!("{error}"),
        _ if !status.is_success() => bail!("{server} answers HTTP {status}"),
        _ => Ok(answer),
    }
}

/// One line each, the most harmful first; where nothing is wrong, what was compared.
fn findings(answer: &Value) -> Vec<String> {
    let mut lines: Vec<String> = list(&answer["open"])
        .map(|finding| {
            let traces = list(&finding["bad_trace_ids"]).next().and_then(Value::as_str);
            let trace = traces.map_or_else(String::new, |trace| format!("  [trace {trace}]"));
            let since_version = finding["version_change"]["sentence"].as_str();
            let since_version = since_version.map_or_else(String::new, |it| format!(", {it}"));
            let sentence = text(&finding["sentence"]);
            format!("{:>6}  {sentence}{since_version}{trace}", share(&finding["harm"]))
        })
        .collect();
    let compared = &answer["compared"];
    if !lines.is_empty() && compared["is_other_workload"] == true {
        lines.push(text(&compared["sentence"]).to_owned());
    }
    if lines.is_empty() {
        lines.push(match answer["silent_because"].as_str() {
            Some(reason) => format!("nothing to compare yet: {reason}"),
            None => format!(
                "nothing stands out: {} requests, {} ({})",
                compared["requests"],
                text(&compared["sentence"]),
                compared["reference_requests"]
            ),
        });
    }
    lines
}

fn hops(answer: &Value) -> Vec<String> {
    let head = format!(
        "{:>6} {:>9} {:>7} {:>9} {:>9} {:>9} {:>9}  hop",
        "share", "calls", "errors", "p50", "p90", "p99", "gap p90"
    );
    let line = |hop: &Value| {
        let time = |of: &str, which: &str| nano(&hop[of][which]);
        format!(
            "{:>6} {:>9} {:>7} {:>9} {:>9} {:>9} {:>9}  {}",
            share(&hop["share"]),
            hop["calls"].to_string(),
            hop["errors"].to_string(),
            time("duration", "p50_nano"),
            time("duration", "p90_nano"),
            time("duration", "p99_nano"),
            time("gap", "p90_nano"),
            edge(hop),
        )
    };
    let hops: Vec<String> = list(&answer["hops"]).map(line).collect();
    if hops.is_empty() {
        return vec!["no requests in this time; --since 24h looks further back".to_owned()];
    }
    std::iter::once(head).chain(hops).collect()
}

fn tail(answer: &Value) -> Vec<String> {
    /// How many hops of each are shown.
    const PARTS_MAX: usize = 5;
    let mut lines = Vec::new();
    for entry in list(&answer["entries"]) {
        lines.push(format!(
            "{} {}: {} requests, p50 {}, p99 {}",
            text(&entry["service"]),
            text(&entry["span_name"]),
            entry["requests"],
            nano(&entry["duration"]["p50_nano"]),
            nano(&entry["duration"]["p99_nano"]),
        ));
        for part in list(&entry["parts"]).take(PARTS_MAX) {
            lines.push(format!("  {:>6}  {}", share(&part["share"]), edge(part)));
        }
    }
    if lines.is_empty() {
        lines.push(
            "no requests that differ in this time; --since 24h looks further back".to_owned(),
        );
    }
    lines
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn edge(hop: &Value) -> String {
    let end = |key: &str, none: &str| hop[key].as_str().unwrap_or(none).to_owned();
    let (caller, callee) = (end("caller", "(entry)"), end("callee", "(no answer)"));
    format!("{caller} → {callee} {}", text(&hop["span_name"]))
}

fn share(value: &Value) -> String {
    let share = value.as_f64().unwrap_or(0.0);
    let sign = if share < 0.0 { "-" } else { "" };
    format!("{sign}{}", percent((share.abs() * WHOLE as f64).round() as u64, WHOLE))
}

fn nano(value: &Value) -> String {
    match value.as_u64() {
        None | Some(0) => "-".to_owned(),
        Some(nano) => duration(nano),
    }
}
