//! Findings sent on, as Prometheus's Alertmanager takes alerts (`POST /api/v2/alerts`,
//! its OpenAPI `postableAlerts`): a list of labels, annotations and times. Any other
//! receiver of JSON can read them, too.

use std::time::{Duration, Instant};

use anyhow::ensure;
use query::findings::{Entry, Notice, word};
use reqwest::Url;
use reqwest::blocking::Client;
use serde_json::{Value, json};

/// How long a receiver may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often what is still wrong is said again: a receiver takes an alert for resolved that
/// it has not heard of for some minutes (Alertmanager's `resolve_timeout`, 5 minutes).
const AGAIN: Duration = Duration::from_secs(60);

/// Sends findings to one address.
pub(crate) struct Alerts {
    url: Url,
    /// Made by the thread that sends: it may not be made where others must not wait.
    client: Option<Client>,
    /// The findings that were sent last, by their labels, and when.
    sent: Vec<Value>,
    sent_at: Option<Instant>,
    is_failing: bool,
}

impl Alerts {
    /// To `url`.
    pub(crate) fn to(url: Url) -> Self {
        Self { url, client: None, sent: Vec::new(), sent_at: None, is_failing: false }
    }

    /// Sends what is new, what is over, and from time to time what is still wrong.
    pub(crate) fn tell(&mut self, notice: &Notice) {
        let open: Vec<Value> = notice.open.iter().map(labels).collect();
        let is_time = self.sent_at.is_none_or(|at| at.elapsed() >= AGAIN);
        let is_news = open != self.sent || !notice.resolved.is_empty();
        if !is_news && (open.is_empty() || !is_time) {
            return;
        }
        let alerts: Vec<Value> = notice.open.iter().chain(&notice.resolved).map(alert).collect();
        match self.send(&alerts) {
            Ok(()) => {
                self.sent = open;
                self.sent_at = Some(Instant::now());
                self.is_failing = false;
            }
            // It is tried again at the next look; what is over is not said again, and ends
            // there when nothing is heard of it.
            Err(error) if !self.is_failing => {
                tracing::warn!(url = %self.url, error = %error, "findings not sent on");
                self.is_failing = true;
            }
            Err(_) => {}
        }
    }

    fn send(&mut self, alerts: &[Value]) -> anyhow::Result<()> {
        let client = match &self.client {
            Some(client) => client,
            None => {
                let client = Client::builder().timeout(PATIENCE).no_proxy().build()?;
                self.client.insert(client)
            }
        };
        let status = client.post(self.url.clone()).json(alerts).send()?.status();
        ensure!(status.is_success(), "it answers HTTP {status}");
        Ok(())
    }
}

/// What tells one finding from others.
fn labels(entry: &Entry) -> Value {
    let finding = &entry.finding;
    let mut labels = json!({
        "alertname": "HoplineFinding",
        "kind": word(finding.what),
        "service": finding.service,
        "span_name": finding.name,
    });
    if let Some(other) = &finding.other {
        labels["other"] = json!(other);
    }
    labels
}

fn alert(entry: &Entry) -> Value {
    let finding = &entry.finding;
    let since_version = finding.version.as_ref().map(|change| format!(", {}", change.sentence()));
    let mut annotations = json!({
        "summary": format!("{}{}", finding.sentence, since_version.unwrap_or_default()),
        "harm": format!("{:.3}", finding.harm),
    });
    if let Some(trace) = finding.examples.bad.first() {
        annotations["trace_id"] = json!(trace.to_string());
    }
    let mut alert = json!({
        "labels": labels(entry),
        "annotations": annotations,
        "startsAt": time(entry.since_unix_nano),
    });
    if let Some(at) = entry.resolved_unix_nano {
        alert["endsAt"] = json!(time(at));
    }
    alert
}

fn time(unix_nano: u64) -> String {
    let time = std::time::UNIX_EPOCH + Duration::from_nanos(unix_nano);
    humantime::format_rfc3339_millis(time).to_string()
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::TcpListener;
    use std::sync::mpsc;

    use super::*;

    /// A receiver that answers so, and what it receives.
    fn receiver(status: &'static str) -> (Url, mpsc::Receiver<Value>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("its address");
        let (sender, received) = mpsc::channel();
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                let mut connection = connection.expect("a connection");
                let mut reader = BufReader::new(connection.try_clone().expect("a copy"));
                let mut length = 0;
                loop {
                    let mut line = String::new();
                    reader.read_line(&mut line).expect("a header");
                    if let Some(text) = line.to_lowercase().strip_prefix("content-length:") {
                        length = text.trim().parse().expect("a number");
                    }
                    if line.trim().is_empty() {
                        break;
                    }
                }
                let mut body = vec![0; length];
                reader.read_exact(&mut body).expect("a body");
                let answer =
                    format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                connection.write_all(answer.as_bytes()).expect("an answer");
                if sender.send(serde_json::from_slice(&body).expect("JSON")).is_err() {
                    return;
                }
            }
        });
        (format!("http://{address}/api/v2/alerts").parse().expect("a URL"), received)
    }

    fn entry(resolved_unix_nano: Option<u64>) -> Entry {
        let figures =
            json!({"calls": 1.0, "affected": 1.0, "p50_seconds": 0.0, "p90_seconds": 0.0});
        let entry = json!({
            "finding": {
                "what": "SlowCode", "service": "bank", "other": "payment",
                "name": "POST /charge", "sentence": "bank is slow", "harm": 0.5,
                "seconds": 0.1, "per_request": 0.0, "paths": 1, "now": figures,
                "before": figures, "chain": [], "examples": {"bad": [], "normal": []},
                "differences": [],
            },
            "since_unix_nano": 1_795_428_000_000_000_000u64,
            "last_unix_nano": 1_795_428_000_000_000_000u64,
            "resolved_unix_nano": resolved_unix_nano,
            "harm_max": 0.5, "found": 2, "missed": 0,
        });
        serde_json::from_value(entry).expect("an entry")
    }

    #[test]
    fn what_opens_and_what_is_over_is_sent_once() {
        let (url, received) = receiver("200 OK");
        let mut alerts = Alerts::to(url);
        let open = Notice { open: vec![entry(None)], resolved: Vec::new() };
        alerts.tell(&open);
        alerts.tell(&open);
        let over = 1_795_428_060_000_000_000;
        alerts.tell(&Notice { open: Vec::new(), resolved: vec![entry(Some(over))] });
        alerts.tell(&Notice { open: Vec::new(), resolved: Vec::new() });

        let first = received.recv().expect("an alert");
        let labels = json!({
            "alertname": "HoplineFinding", "kind": "slow_code", "service": "bank",
            "other": "payment", "span_name": "POST /charge",
        });
        assert_eq!(first[0]["labels"], labels);
        assert_eq!(first[0]["annotations"]["summary"], "bank is slow");
        assert_eq!(first[0]["startsAt"], "2026-11-23T10:00:00.000Z");
        assert!(first[0].get("endsAt").is_none());
        let second = received.recv().expect("the end");
        assert_eq!(second[0]["labels"], labels);
        assert_eq!(second[0]["endsAt"], "2026-11-23T10:01:00.000Z");
        assert!(received.try_recv().is_err());
    }

    #[test]
    fn a_version_that_something_is_due_to_is_told() {
        let mut of_version = serde_json::to_value(entry(None)).expect("JSON");
        of_version["finding"]["version"] = json!({
            "service": "bank", "version": "2.1", "before": "2.0",
            "since_unix_nano": 1_795_428_000_000_000_000u64,
            "others_until_unix_nano": 1_795_428_000_000_000_000u64,
        });
        let of_version = serde_json::from_value(of_version).expect("an entry");
        let summary = "bank is slow, since bank 2.1 (before: 2.0), deployed 10:00 UTC";
        assert_eq!(alert(&of_version)["annotations"]["summary"], summary);
        assert_eq!(labels(&of_version), labels(&entry(None)));
    }

    #[test]
    fn what_is_refused_is_sent_again() {
        let (url, received) = receiver("503 Service Unavailable");
        let mut alerts = Alerts::to(url);
        let open = Notice { open: vec![entry(None)], resolved: Vec::new() };
        alerts.tell(&open);
        alerts.tell(&open);
        assert_eq!(received.recv().expect("once"), received.recv().expect("again"));
    }
}
