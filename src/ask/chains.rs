//! The calls that requests make, as an indented tree.

use query::trace::format::{percent, short};
use serde_json::Value;

use super::{WHOLE, list, nano, share, text};

/// How wide a line is, in characters; figures take 46 of them.
const LINE_CHARS: usize = 100;
const FIGURES_CHARS: usize = 46;
/// Calls that are deeper are not indented further: their names would have no room.
const INDENTED_MAX: usize = 14;

/// A tree for each kind of request.
pub(super) fn chains(answer: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for entry in list(&answer["entries"]) {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.push(head(entry));
        lines.push(format!(
            "{:>6} {:>9} {:>7} {:>9} {:>9}  call",
            "share", "calls", "errors", "self p50", "gap p50"
        ));
        for node in list(&entry["nodes"]) {
            lines.push(line(node));
            lines.extend(left_out(node));
        }
    }
    if lines.is_empty() {
        return vec!["no requests in this time; --since 24h looks further back".to_owned()];
    }
    if let Some(nodes) = answer["left_out"]["nodes"].as_u64().filter(|nodes| *nodes > 0) {
        let share = share(&answer["left_out"]["share"]);
        lines.push(String::new());
        lines.push(format!("{share} in {nodes} further calls of other requests; see --limit"));
    }
    lines
}

fn head(entry: &Value) -> String {
    let shape = &entry["shape"];
    let deepest: Vec<&str> = list(&shape["deepest"]).map(text).collect();
    let sequential = shape["sequential"].as_f64().unwrap_or(0.0);
    let head = format!(
        "{} {}: {} requests, p50 {}, p99 {}",
        text(&entry["service"]),
        text(&entry["span_name"]),
        entry["requests"],
        nano(&entry["duration"]["p50_nano"]),
        nano(&entry["duration"]["p99_nano"]),
    );
    let about = format!(
        "  {}, {} services deep, {:.1} calls from {}; {} of the time on {}",
        text(&shape["kind"]),
        deepest.len(),
        shape["fan_out"].as_f64().unwrap_or(0.0),
        text(&shape["widest"]),
        percent((sequential * WHOLE as f64).round() as u64, WHOLE),
        deepest.join(" → "),
    );
    format!("{}\n{}", short(&head, LINE_CHARS), short(&about, LINE_CHARS))
}

fn line(node: &Value) -> String {
    let now = &node["now"];
    let errors = now["errors"].as_u64().filter(|errors| *errors > 0);
    let name = format!("{}{} {}", indent(node), text(&node["service"]), text(&node["span_name"]));
    format!(
        "{:>6} {:>9} {:>7} {:>9} {:>9}  {}",
        share(&now["share"]),
        now["calls"].to_string(),
        errors.map_or_else(|| "-".to_owned(), |errors| errors.to_string()),
        nano(&now["self"]["p50_nano"]),
        nano(&now["gap"]["p50_nano"]),
        short(&name, LINE_CHARS - FIGURES_CHARS - 1),
    )
}

/// What of a node's calls is not shown.
fn left_out(node: &Value) -> Option<String> {
    let left_out = &node["left_out"];
    let nodes = left_out["nodes"].as_u64().filter(|nodes| *nodes > 0)?;
    let indent = indent(node);
    Some(format!("{:>6} {:>37}  {indent}  … {nodes} further calls", share(&left_out["share"]), ""))
}

fn indent(node: &Value) -> String {
    let depth = node["depth"].as_u64().unwrap_or(0) as usize;
    "  ".repeat(depth.min(INDENTED_MAX))
}
