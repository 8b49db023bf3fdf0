//! `bench query`: asks the native API, and says how long the answers took. Wrong
//! answers are counted, since only right ones are worth timing.

use std::time::{Duration, Instant};

use anyhow::Context;
use reqwest::{Client, StatusCode};
use serde_json::Value;

use crate::latency::{Latencies, Percentiles};
use crate::question::{Examiner, Expected, KINDS, Kind, Question};
use crate::request::{Plan, Requests};

/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(60);

/// What to ask.
#[derive(Debug, Clone, clap::Args, serde::Serialize)]
#[group(skip)]
pub(crate) struct Options {
    /// How many questions of each kind.
    #[arg(long, default_value_t = 200)]
    pub(crate) questions: usize,
    /// Questions of each kind that come before, and are not timed.
    #[arg(long, default_value_t = 20)]
    pub(crate) warm_up: usize,
}

/// How one kind of question went.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Report {
    pub(crate) kind: Kind,
    pub(crate) questions: usize,
    pub(crate) latency: Percentiles,
    /// Mean number of traces in an answer, or of spans where one trace was asked for.
    pub(crate) mean_results: f64,
    /// Answers that cannot be right.
    pub(crate) wrong: usize,
    /// The first of them.
    pub(crate) first_wrong: Option<String>,
}

/// Asks `api`, which holds what the load generator sent by `plan`, one question at
/// a time.
///
/// # Errors
/// Where the API cannot be reached.
pub(crate) async fn run(api: &str, plan: &Plan, options: &Options) -> anyhow::Result<Vec<Report>> {
    let requests = Requests::new(plan)?;
    let client = Client::builder().no_proxy().timeout(TIMEOUT).build()?;
    let mut examiner = Examiner::new(api, &requests, plan.seed)?;
    let mut reports = Vec::new();
    for kind in KINDS {
        reports.push(ask_kind(&client, &mut examiner, *kind, options).await?);
    }
    Ok(reports)
}

async fn ask_kind(
    client: &Client,
    examiner: &mut Examiner<'_>,
    kind: Kind,
    options: &Options,
) -> anyhow::Result<Report> {
    let mut latencies = Latencies::new()?;
    let mut results = 0;
    let mut wrong = 0;
    let mut first_wrong = None;
    for number in 0..options.warm_up + options.questions {
        let question = examiner.question(kind)?;
        let (status, answer, latency) = ask(client, &question).await?;
        if number < options.warm_up {
            continue;
        }
        latencies.record(latency)?;
        match count(&question.expected, status, &answer) {
            Ok(count) => results += count,
            Err(reason) => {
                wrong += 1;
                first_wrong.get_or_insert(format!("{}: {reason}", question.url));
            }
        }
    }
    Ok(Report {
        kind,
        questions: options.questions,
        latency: latencies.percentiles(),
        mean_results: results as f64 / options.questions.max(1) as f64,
        wrong,
        first_wrong,
    })
}

/// The latency is that of the whole body.
async fn ask(
    client: &Client,
    question: &Question,
) -> anyhow::Result<(StatusCode, Vec<u8>, Duration)> {
    let asked = Instant::now();
    let response =
        client.get(question.url.clone()).send().await.context("the API does not answer")?;
    let status = response.status();
    let body = response.bytes().await?;
    Ok((status, body.into(), asked.elapsed()))
}

/// How many results there are, or why the answer is wrong.
fn count(expected: &Expected, status: StatusCode, body: &[u8]) -> Result<usize, String> {
    if *expected == Expected::NotFound {
        return if status == StatusCode::NOT_FOUND { Ok(0) } else { Err(format!("{status}")) };
    }
    if status != StatusCode::OK {
        return Err(format!("{status} {}", String::from_utf8_lossy(body)));
    }
    let answer: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    if let Expected::Trace { spans } = expected {
        let count = answer["span_count"].as_u64().unwrap_or(0) as usize;
        return if count == *spans {
            Ok(count)
        } else {
            Err(format!("{count} spans, not {spans}"))
        };
    }
    let traces = answer["traces"].as_array().map(Vec::len).ok_or("no list of traces")?;
    match expected {
        Expected::Traces if traces == 0 => Err("no traces".to_owned()),
        Expected::NoTraces if traces > 0 => Err(format!("{traces} traces")),
        _ => Ok(traces),
    }
}
