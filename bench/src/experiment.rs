//! One server and one [`Plan`]: load it, look at it at rest, compare what it holds,
//! ask it, and ask it while it is loaded further.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context;
use serde_json::Value;

use crate::dialect::Api;
use crate::findings::{Asked, AtRest, Findings, UnderIngest};
use crate::load::{self, Pace, Target};
use crate::others::Others;
use crate::process::Usage;
use crate::progress::Progress;
use crate::request::{Plan, Recipe, Requests};
use crate::{completeness, disk, query};

/// The further load ends after this many times the spans of the first one, however
/// slow the questions are.
const FURTHER_LOADS_MAX: u64 = 20;

/// The server that is measured.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    /// Where it takes OTLP.
    pub(crate) endpoint: String,
    pub(crate) api: Api,
    pub(crate) pid: u32,
    /// What is below it counts as its disk space.
    pub(crate) data_dir: PathBuf,
}

/// What is asked once the server is at rest.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Questions {
    /// Nothing: only completeness is checked.
    None,
    /// All kinds, while the server has nothing else to do.
    Idle,
    /// The same, and once more while a further load comes, for this long at most.
    IdleAndUnderIngest(Duration),
}

impl Questions {
    /// Idle ones, and for so long at most under ingest; no time is none of those.
    pub(crate) fn with_under_ingest(duration_max: Duration) -> Self {
        if duration_max.is_zero() { Self::Idle } else { Self::IdleAndUnderIngest(duration_max) }
    }
}

/// See the module.
pub(crate) struct Experiment {
    subject: Subject,
    plan: Plan,
    pace: Pace,
    questions: query::Options,
    requests: Arc<Requests>,
    before: Usage,
}

impl Experiment {
    /// # Errors
    /// Where there is nothing to send, or the server is not there.
    pub(crate) fn new(
        subject: Subject,
        plan: &Plan,
        pace: &Pace,
        questions: &query::Options,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            requests: Arc::new(Requests::new(plan)?),
            before: Usage::of(subject.pid)?,
            subject,
            plan: *plan,
            pace: pace.clone(),
            questions: questions.clone(),
        })
    }

    /// All of it. `rest` ends when the server is at rest after the load, with what a
    /// Hopline says about itself then.
    ///
    /// # Errors
    /// Where the load fails, or the server, its data or its API is gone.
    pub(crate) async fn run(
        &self,
        questions: Questions,
        progress: &Progress,
        rest: impl Future<Output = anyhow::Result<Option<Value>>>,
    ) -> anyhow::Result<Findings> {
        progress.say(&format!("sends {} spans", self.requests.spans));
        let others = Others::than(self.subject.pid)?;
        let never = Arc::new(AtomicBool::new(false));
        let load = self.send(Arc::clone(&self.requests), &self.pace, never).await?;
        let others_cores_while_loaded = others.cores()?;
        let disk_bytes_at_last_answer = disk::bytes_below(&self.subject.data_dir)?;
        progress.say(&format!("sent at {:.0} a second; waits for rest", load.spans_per_second));
        let status = rest.await?;
        let at_rest = self.at_rest(load.acknowledged_spans)?;

        progress.say("compares a sample of the traces with what was sent");
        let completeness = self.completeness(&self.subject.api).await?;
        let idle = match questions {
            Questions::None => None,
            Questions::Idle | Questions::IdleAndUnderIngest(_) => {
                progress.say("asks while the server is idle");
                Some(self.ask().await?)
            }
        };
        let under_ingest = match questions {
            Questions::None | Questions::Idle => None,
            Questions::IdleAndUnderIngest(duration_max) => {
                progress.say("asks while further spans come");
                Some(self.ask_under_ingest(duration_max).await?)
            }
        };
        Ok(Findings {
            load,
            others_cores_while_loaded,
            disk_bytes_at_last_answer,
            at_rest,
            status,
            completeness,
            idle,
            under_ingest,
        })
    }

    fn at_rest(&self, spans: u64) -> anyhow::Result<AtRest> {
        let usage = Usage::of(self.subject.pid)?;
        let disk_bytes = disk::bytes_below(&self.subject.data_dir)?;
        let written = usage.disk_write_bytes.zip(self.before.disk_write_bytes);
        let written = written.map(|(after, before)| after.saturating_sub(before));
        let cpu = usage.cpu.saturating_sub(self.before.cpu);
        Ok(AtRest {
            cpu_micros_per_span: load::micros_per_span(cpu, spans),
            resident_bytes: usage.resident_bytes,
            resident_bytes_max: usage.resident_bytes_max,
            disk_bytes,
            disk_bytes_per_span: disk_bytes as f64 / spans.max(1) as f64,
            disk_write_bytes: written,
            disk_write_bytes_per_span: written.map(|bytes| bytes as f64 / spans.max(1) as f64),
        })
    }

    /// Compares a sample of the traces with what was sent, by any API that has them: a
    /// server that was started again has another address.
    ///
    /// # Errors
    /// Where the API cannot be reached.
    pub(crate) async fn completeness(&self, api: &Api) -> anyhow::Result<completeness::Report> {
        let seed = self.plan.recipe.seed;
        completeness::check(api, &self.requests, seed, self.questions.traces).await
    }

    async fn ask(&self) -> anyhow::Result<Asked> {
        let others = Others::than(self.subject.pid)?;
        let seed = self.plan.recipe.seed;
        let query = query::run(&self.subject.api, &self.requests, seed, &self.questions).await?;
        Ok(Asked { query, others_cores: others.cores()? })
    }

    /// Ends when all questions are answered, or after `duration_max`.
    async fn ask_under_ingest(&self, duration_max: Duration) -> anyhow::Result<UnderIngest> {
        let Plan { shape, spans, recipe } = self.plan;
        let further = Recipe { seed: recipe.seed.wrapping_add(1), ..recipe };
        let further =
            Plan { shape, spans: spans.saturating_mul(FURTHER_LOADS_MAX), recipe: further };
        let requests = Arc::new(Requests::new(&further)?);
        let pace = Pace { rate: None, ..self.pace.clone() };
        let stop = Arc::new(AtomicBool::new(false));
        let others = Others::than(self.subject.pid)?;

        let load = async {
            let report = self.send(requests, &pace, Arc::clone(&stop)).await;
            stop.store(true, Ordering::Relaxed);
            report
        };
        let ask = async {
            let (api, questions) = (&self.subject.api, &self.questions);
            let seed = recipe.seed;
            let asked = query::run_by_turns(api, &self.requests, seed, questions, &stop).await;
            stop.store(true, Ordering::Relaxed);
            asked
        };
        let time_is_up = async {
            tokio::time::sleep(duration_max).await;
            stop.store(true, Ordering::Relaxed);
            std::future::pending().await
        };
        let both = async { tokio::try_join!(load, ask) };
        let (load, query) = tokio::select! {
            both = both => both?,
            never = time_is_up => never,
        };
        Ok(UnderIngest { load, asked: Asked { query, others_cores: others.cores()? } })
    }

    async fn send(
        &self,
        requests: Arc<Requests>,
        pace: &Pace,
        stop: Arc<AtomicBool>,
    ) -> anyhow::Result<load::Report> {
        let Subject { endpoint, pid, .. } = &self.subject;
        let target = Target { endpoint: endpoint.clone(), pid: Some(*pid) };
        let reports = load::run(requests, &[target], pace, stop).await?;
        reports.into_iter().next().context("a load without a report")
    }
}
