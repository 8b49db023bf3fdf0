//! Labelled faults in two real systems, as Nezha published them (Yu et al., FSE 2023,
//! github.com/IntelligentDDS/Nezha, MIT licence): minutes of traces and logs as CSV, and
//! which service a fault was injected into. <https://doi.org/10.1145/3611643.3616249>
//!
//! The files have neither kinds nor status: what is made up for them is said where it is.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use proto::log_record::{MESSAGE, SEVERITY};
use proto::{
    Attribute, Event, Resource, Scope, Span, SpanId, SpanKind, Status, StatusCode, TraceId,
};
use serde::Deserialize;

const MINUTE_NANO: u64 = 60 * 1_000_000_000;

/// Names by which a span calls somebody, whether or not somebody answers.
const CALLS: [&str; 12] = [
    "HTTP GET",
    "HTTP POST",
    "HTTP PUT",
    "HTTP DELETE",
    "HTTP PATCH",
    "SELECT ",
    "INSERT ",
    "UPDATE ",
    "DELETE ",
    "sql.",
    "HGET",
    "HMSET",
];
/// In a log record that says that a request failed.
const ESCAPED: &str = "threw exception";

/// One fault.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Fault {
    pub(super) system: String,
    pub(super) day: String,
    pub(super) fault_type: String,
    pub(super) culprit_service: String,
    /// When it was injected, as `2022-08-22 03:53:54`.
    inject_time_utc: String,
    /// The minutes there are, `|` between them, as `08_43`.
    trace_minutes_present: String,
    /// The minute two after the injection.
    nezha_eval_minute: String,
}

/// A minute of traces: its file below the data folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Minute(PathBuf);

/// The faults that `folder` has labels for.
pub(super) fn faults(folder: &Path) -> anyhow::Result<Vec<Fault>> {
    let file = folder.join("faults.csv");
    let mut reader =
        csv::Reader::from_path(&file).with_context(|| format!("{}", file.display()))?;
    Ok(reader.deserialize().collect::<Result<_, _>>()?)
}

impl Fault {
    /// The minute two after the injection; where that is missing the last there is.
    pub(super) fn judged(&self, folder: &Path) -> Option<Minute> {
        let minutes = self.trace_minutes_present.split('|').next_back();
        let names = [Some(self.nezha_eval_minute.as_str()), minutes];
        let file = |minute: &str| Minute::of("rca_data", &self.day, minute);
        names.into_iter().flatten().map(file).find(|minute| minute.is_there(folder))
    }

    /// When it was injected, in nanoseconds since the Unix epoch.
    pub(super) fn injected_unix_nano(&self) -> anyhow::Result<u64> {
        let time = humantime::parse_rfc3339_weak(&self.inject_time_utc)?;
        Ok(u64::try_from(time.duration_since(std::time::UNIX_EPOCH)?.as_nanos())?)
    }

    /// The minutes there are, from that of the injection on.
    pub(super) fn minutes(&self, folder: &Path) -> Vec<Minute> {
        let names = self.trace_minutes_present.split('|');
        let files = names.map(|minute| Minute::of("rca_data", &self.day, minute));
        files.filter(|minute| minute.is_there(folder)).collect()
    }

    /// Whether two minutes are there, from that of the injection or the next one on.
    pub(super) fn has_beginning(&self) -> anyhow::Result<bool> {
        let begin = self.injected_unix_nano()? / MINUTE_NANO;
        let first = |minutes_later: u64| {
            let seconds = std::time::Duration::from_secs((begin + minutes_later) * 60);
            let text = humantime::format_rfc3339_seconds(std::time::UNIX_EPOCH + seconds);
            // `2022-08-22T03:53:00Z`
            let minute = text.to_string().get(11..16).unwrap_or_default().replace(':', "_");
            self.trace_minutes_present.starts_with(&minute)
        };
        let is_more_than_one = self.trace_minutes_present.contains('|');
        Ok(is_more_than_one && (first(0) || first(1)))
    }

    /// The minute without a fault of that day, or of the system's other day.
    pub(super) fn reference(&self, folder: &Path) -> anyhow::Result<Minute> {
        let days = match self.system.as_str() {
            "OnlineBoutique" => vec![self.day.as_str(), "2022-08-23"],
            _ => vec![self.day.as_str()],
        };
        for day in days {
            let traces = folder.join("construct_data").join(day).join("trace");
            let Ok(entries) = std::fs::read_dir(&traces) else { continue };
            let mut files: Vec<PathBuf> =
                entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
            files.sort();
            if let Some(file) = files.first() {
                return Ok(Minute(file.strip_prefix(folder)?.to_owned()));
            }
        }
        anyhow::bail!("no minute without a fault for {} {}", self.system, self.day)
    }
}

impl Minute {
    fn of(kind: &str, day: &str, minute: &str) -> Self {
        Self([kind, day, "trace", &format!("{minute}_trace.csv")].iter().collect())
    }

    fn is_there(&self, folder: &Path) -> bool {
        folder.join(&self.0).is_file()
    }

    /// Its spans, of each pod in the order in which they ended, as an exporter sends them.
    pub(super) fn spans(&self, folder: &Path, with_logs: bool) -> anyhow::Result<Vec<Span>> {
        let file = folder.join(&self.0);
        let mut reader = csv::Reader::from_path(&file)?;
        let rows: Vec<Row> = reader
            .deserialize()
            .collect::<Result<_, _>>()
            .with_context(|| format!("{}", file.display()))?;
        let logs = match with_logs {
            true => read_logs(&PathBuf::from(
                file.to_string_lossy()
                    .replace("/trace/", "/log/")
                    .replace("_trace.csv", "_log.csv"),
            ))?,
            false => HashMap::new(),
        };
        let pods: HashMap<(&str, &str), &str> =
            rows.iter().map(|row| ((&*row.trace_id, &*row.span_id), &*row.pod)).collect();
        let mut calls_others: HashSet<(&str, &str)> = HashSet::new();
        for row in &rows {
            let parent = (&*row.trace_id, &*row.parent_id);
            if pods.get(&parent).is_some_and(|pod| *pod != row.pod) {
                calls_others.insert(parent);
            }
        }
        let scope = Arc::new(Scope::default());
        let mut resources: BTreeMap<&str, Arc<Resource>> = BTreeMap::new();
        let mut spans = Vec::with_capacity(rows.len());
        for row in &rows {
            let parent_pod = pods.get(&(&*row.trace_id, &*row.parent_id));
            let is_root = row.parent_id == "root";
            // Whoever is called by another pod serves; whoever calls one, or is named like a
            // call, is a client.
            let kind = if is_root || parent_pod.is_some_and(|pod| *pod != row.pod) {
                SpanKind::SERVER
            } else if calls_others.contains(&(&row.trace_id, &row.span_id)) || row.is_call() {
                SpanKind::CLIENT
            } else {
                SpanKind::INTERNAL
            };
            let resource = resources.entry(&row.pod).or_insert_with(|| {
                let attributes = vec![
                    Attribute::new("service.name", row.service()),
                    Attribute::new("service.instance.id", &*row.pod),
                ];
                Arc::new(Resource { attributes, ..Resource::default() })
            });
            let mut span = Span {
                trace_id: TraceId::new(hex(&row.trace_id)?),
                span_id: SpanId::new(hex(&row.span_id)?),
                parent_span_id: match is_root {
                    true => None,
                    false => Some(SpanId::new(hex(&row.parent_id)?)),
                },
                name: row.name.clone(),
                kind,
                start_time_unix_nano: row.start,
                end_time_unix_nano: row.end,
                resource: Arc::clone(resource),
                trace_state: String::new(),
                flags: 0,
                attributes: Vec::new(),
                dropped_attributes_count: 0,
                events: Vec::new(),
                dropped_events_count: 0,
                links: Vec::new(),
                dropped_links_count: 0,
                status: Status::default(),
                scope: Arc::clone(&scope),
            };
            for log in logs.get(&(row.trace_id.clone(), row.span_id.clone())).into_iter().flatten()
            {
                log.add_to(&mut span);
            }
            spans.push(span);
        }
        spans.sort_by_key(|span| (span.service_name().into_owned(), span.end_time_unix_nano));
        Ok(spans)
    }
}

/// A line of a file of traces.
#[derive(Debug, Deserialize)]
struct Row {
    #[serde(rename = "TraceID")]
    trace_id: String,
    #[serde(rename = "SpanID")]
    span_id: String,
    #[serde(rename = "ParentID")]
    parent_id: String,
    #[serde(rename = "PodName")]
    pod: String,
    #[serde(rename = "OperationName")]
    name: String,
    #[serde(rename = "StartTimeUnixNano")]
    start: u64,
    #[serde(rename = "EndTimeUnixNano")]
    end: u64,
}

impl Row {
    /// The pod's name without the two parts that differ from pod to pod.
    fn service(&self) -> &str {
        let mut parts = self.pod.rsplitn(3, '-');
        parts.nth(2).unwrap_or(&self.pod)
    }

    fn is_call(&self) -> bool {
        if CALLS.iter().any(|call| self.name.starts_with(call)) {
            return true;
        }
        // `hipstershop.CartService/GetCart` of another service.
        let name = self.name.trim_start_matches('/');
        let called = name.strip_prefix("hipstershop.").and_then(|rest| rest.split('/').next());
        called.is_some_and(|called| called.to_lowercase() != self.service())
    }
}

/// A line of a file of logs.
#[derive(Debug, Deserialize)]
struct LogRow {
    #[serde(rename = "TimeUnixNano")]
    time: i128,
    #[serde(rename = "TraceID")]
    trace_id: String,
    #[serde(rename = "SpanID")]
    span_id: String,
    #[serde(rename = "Log")]
    log: String,
}

/// A log record of a span.
struct Log {
    time_unix_nano: u64,
    severity: &'static str,
    message: String,
}

/// The container's line around a log record.
#[derive(Deserialize)]
struct Line {
    log: String,
}

fn read_logs(file: &Path) -> anyhow::Result<HashMap<(String, String), Vec<Log>>> {
    let mut logs: HashMap<_, Vec<Log>> = HashMap::new();
    if !file.is_file() {
        return Ok(logs);
    }
    for row in csv::Reader::from_path(file)?.deserialize() {
        let LogRow { time, trace_id, span_id, log } = row?;
        let message = serde_json::from_str(&log).map_or(log, |line: Line| line.log);
        let has = |word: &str| message.split_whitespace().take(2).any(|found| found == word);
        let severity = ["ERROR", "WARN"].into_iter().find(|word| has(word)).unwrap_or("INFO");
        let log = Log {
            time_unix_nano: u64::try_from(time).unwrap_or(0),
            severity,
            message: message.trim_end().to_owned(),
        };
        logs.entry((trace_id, span_id)).or_default().push(log);
    }
    Ok(logs)
}

impl Log {
    /// As what a log record of a span becomes.
    fn add_to(&self, span: &mut Span) {
        if self.severity == "ERROR" && self.message.contains(ESCAPED) {
            span.status = Status { code: StatusCode::ERROR, message: String::new() };
        }
        span.events.push(Event {
            time_unix_nano: self.time_unix_nano,
            name: "log".to_owned(),
            attributes: vec![
                Attribute::new(SEVERITY, self.severity),
                Attribute::new(MESSAGE, &*self.message),
            ],
            dropped_attributes_count: 0,
        });
    }
}

fn hex<const N: usize>(text: &str) -> anyhow::Result<[u8; N]> {
    let mut bytes = [0; N];
    const_hex::decode_to_slice(text, &mut bytes).with_context(|| format!("id {text:?}"))?;
    Ok(bytes)
}
