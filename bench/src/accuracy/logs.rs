//! Log records, as an exporter of logs sends them: by themselves, each with the ids of its span.

use proto::log_record::{MESSAGE, SEVERITY};
use proto::span::find_attribute;
use proto::{Event, Span};
use serde_json::{Value, json};

/// Takes the logs, which are events, out of `spans`: the request (OTLP/JSON) by which they are
/// sent, `None` where there are none.
pub(super) fn take_logs(spans: &mut [Span]) -> Option<String> {
    let mut resources = Vec::new();
    for of_sender in spans.chunk_by_mut(|one, next| one.resource == next.resource) {
        let service = of_sender.first().map(|span| span.service_name().into_owned());
        let records: Vec<Value> = of_sender.iter_mut().flat_map(records_of).collect();
        if !records.is_empty() {
            let name = json!({"key": "service.name", "value": {"stringValue": service}});
            resources.push(json!({
                "resource": {"attributes": [name]},
                "scopeLogs": [{"logRecords": records}],
            }));
        }
    }
    (!resources.is_empty()).then(|| json!({"resourceLogs": resources}).to_string())
}

fn records_of(span: &mut Span) -> Vec<Value> {
    let events = std::mem::take(&mut span.events);
    events.iter().map(|event| record(span, event)).collect()
}

fn record(span: &Span, event: &Event) -> Value {
    let text = |key| find_attribute(&event.attributes, key).map(|value| value.text().into_owned());
    let severity = text(SEVERITY).unwrap_or_default();
    json!({
        "timeUnixNano": event.time_unix_nano.to_string(),
        "observedTimeUnixNano": event.time_unix_nano.to_string(),
        "severityNumber": severity_number(&severity),
        "severityText": severity,
        "body": {"stringValue": text(MESSAGE)},
        "traceId": span.trace_id.to_string(),
        "spanId": span.span_id.to_string(),
    })
}

fn severity_number(severity: &str) -> u32 {
    match severity {
        "ERROR" => 17,
        "WARN" => 13,
        _ => 9,
    }
}

#[cfg(test)]
mod tests {
    use proto::testing::trace;

    use super::*;

    #[test]
    fn logs_go_by_themselves_with_the_ids_of_their_span() {
        let mut spans = trace("a x 0..100\n  b y 10..90\n  b z 20..30\n");
        assert_eq!(take_logs(&mut spans), None);
        spans[1].events.push(Event {
            time_unix_nano: 7,
            name: "log".to_owned(),
            attributes: vec![
                proto::Attribute::new(SEVERITY, "WARN"),
                proto::Attribute::new(MESSAGE, "late"),
            ],
            dropped_attributes_count: 0,
        });
        let request = take_logs(&mut spans).unwrap();
        let request: Value = serde_json::from_str(&request).unwrap();
        let resources = request["resourceLogs"].as_array().unwrap();
        assert_eq!(resources.len(), 1);
        let record = &resources[0]["scopeLogs"][0]["logRecords"][0];
        assert_eq!(record["spanId"], spans[1].span_id.to_string());
        assert_eq!(
            (&record["severityNumber"], &record["body"]["stringValue"]),
            (&13.into(), &"late".into())
        );
        assert!(spans.iter().all(|span| span.events.is_empty()));
    }
}
