//! Traces of the OpenTelemetry demo, out of `data/otel_demo_templates.json`, whose
//! README says what its fields are.

use std::collections::HashMap;

use anyhow::{Context, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::{Message, Patch, ResourceTemplate, SpanTemplate, Templates, TraceTemplate, What};

/// With so many of each service, a request of 1,000 spans has 435 bytes for each,
/// resources included: what collectors were seen to send.
const INSTANCES: usize = 14;

#[derive(Deserialize)]
struct File {
    resources: Vec<FileResource>,
    templates: Vec<FileTemplate>,
}

#[derive(Deserialize)]
struct FileResource {
    b: String,
    p: Vec<(usize, usize, String)>,
}

#[derive(Deserialize)]
struct FileTemplate {
    w: usize,
    spans: Vec<FileSpan>,
}

#[derive(Deserialize)]
struct FileSpan {
    res: usize,
    scope: [String; 2],
    b: String,
    p: Vec<FilePatch>,
    st: u64,
    dur: u64,
    par: i64,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum FilePatch {
    Plain(usize, usize, String),
    Detailed(usize, usize, String, u64),
}

pub(super) fn templates() -> anyhow::Result<Templates> {
    let text = include_str!("../../data/otel_demo_templates.json");
    let file: File = serde_json::from_str(text).context("cannot read the demo's templates")?;
    let resources = file.resources.iter().map(resource).collect::<anyhow::Result<_>>()?;
    let traces = file.templates.iter().map(trace).collect::<anyhow::Result<_>>()?;
    Ok(Templates { resources, traces, instances: INSTANCES, is_spread: false, long: Vec::new() })
}

fn resource(resource: &FileResource) -> anyhow::Result<ResourceTemplate> {
    let varies = resource.p.iter().filter(|(_, _, kind)| kind == "insthex");
    Ok(ResourceTemplate {
        bytes: STANDARD.decode(&resource.b)?,
        instance_digits: varies.map(|(at, length, _)| (*at, *length)).collect(),
        varying: Vec::new(),
    })
}

fn trace(template: &FileTemplate) -> anyhow::Result<TraceTemplate> {
    let mut variables = HashMap::new();
    let mut spans = Vec::new();
    for (index, span) in template.spans.iter().enumerate() {
        let index = u16::try_from(index)?;
        let bytes = STANDARD.decode(&span.b)?;
        let mut patches = Vec::new();
        for patch in &span.p {
            let (at, length, kind, detail) = match patch {
                FilePatch::Plain(at, length, kind) => (*at, *length, kind.as_str(), 0),
                FilePatch::Detailed(at, length, kind, detail) => {
                    (*at, *length, kind.as_str(), *detail)
                }
            };
            let what = match kind {
                "tid" => What::TraceId,
                "sid" => What::SpanId(u16::try_from(detail)?),
                "start" => What::Time(span.st),
                "end" => What::Time(span.st + span.dur),
                "ev" => What::Time(span.st + detail),
                "hex" => {
                    let text = bytes.get(at..at + length).context("a place outside its span")?;
                    let next = u16::try_from(variables.len())?;
                    let variable = *variables.entry(text.to_vec()).or_insert(next);
                    What::Hex { length: u8::try_from(length)?, variable }
                }
                "port" => What::Port,
                "dig1" => What::Decimal { length: 1, end: 10 },
                "status" => What::Status(index),
                other => bail!("unknown kind of place {other:?}"),
            };
            patches.push(Patch { at, trace: 0, what });
        }
        spans.push(SpanTemplate {
            resource: span.res,
            scope: span.scope.clone(),
            message: Message { bytes, patches },
            parent: usize::try_from(span.par).ok(),
        });
    }
    let duration_nano = template.spans.iter().map(|span| span.st + span.dur).max().unwrap_or(0);

    Ok(TraceTemplate { weight: template.w, spans, duration_nano })
}
