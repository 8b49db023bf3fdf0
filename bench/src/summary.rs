//! The figures of a run as one page.

use crate::run::Results;

/// The page, in Markdown.
pub(crate) fn text(results: &Results) -> String {
    let Results { machine, load, at_rest, open, .. } = results;
    let mut lines = Vec::new();
    let mut line = |text: String| lines.push(text);
    line(format!("# {}, {} with {} cores\n", results.date, machine.cpu, machine.cores));
    line(format!(
        "Linux {}, {} of memory; load average before the run {:.1}.",
        machine.kernel,
        mebibytes(machine.memory_bytes),
        machine.load_average_before
    ));
    line("Generator and server share the machine: CPU times and bytes hold, wall-clock".to_owned());
    line("times are pessimistic.\n".to_owned());
    line(format!("```\n{}\n```\n", results.command));
    line("| receiving | |\n| --- | --- |".to_owned());
    line(format!("| spans acknowledged | {} |", load.acknowledged_spans));
    line(format!(
        "| spans rejected, requests refused | {}, {} |",
        load.rejected_spans, load.refused_requests
    ));
    line(format!("| OTLP bytes per span | {:.0} |", load.otlp_bytes_per_span));
    line(format!("| spans per second | {:.0} |", load.spans_per_second));
    let ack = &load.acknowledged_after;
    line(format!("| acknowledged after, p50 / p99 | {:.1} / {:.1} ms |", ack.p50_ms, ack.p99_ms));
    if let Some(server) = &load.server {
        line(format!(
            "| CPU per span until the last answer | {:.2} µs |",
            server.cpu_micros_per_span
        ));
    }
    line(format!("| CPU per span until at rest | {:.2} µs |", at_rest.cpu_micros_per_span));
    line(format!(
        "| resident memory, most / at rest | {} / {} |",
        mebibytes(at_rest.resident_bytes_max),
        mebibytes(at_rest.resident_bytes)
    ));
    line(format!(
        "| disk per span, at rest / opened again | {:.1} / {:.1} bytes |",
        at_rest.disk_bytes_per_span, open.disk_bytes_per_span
    ));
    let spans = |key: &str| at_rest.status[key].as_u64().unwrap_or(0);
    line(format!(
        "| spans sealed / in memory, at rest | {} / {} |",
        spans("sealed_spans"),
        spans("hot_spans")
    ));
    line(format!("| opened again in | {:.2} s |", open.seconds));
    line(format!("| generator's CPU per span | {:.2} µs |\n", load.generator_cpu_micros_per_span));
    line("| question | p50 ms | p95 ms | p99 ms | max ms | mean results | wrong |".to_owned());
    line("| --- | --- | --- | --- | --- | --- | --- |".to_owned());
    for report in &results.query {
        let kind = serde_json::to_value(report.kind).unwrap_or_default();
        let kind = kind.as_str().unwrap_or_default().replace('_', " ");
        let latency = &report.latency;
        line(format!(
            "| {kind} | {:.2} | {:.2} | {:.2} | {:.2} | {:.1} | {} |",
            latency.p50_ms,
            latency.p95_ms,
            latency.p99_ms,
            latency.max_ms,
            report.mean_results,
            report.wrong
        ));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", bytes >> 20)
}
