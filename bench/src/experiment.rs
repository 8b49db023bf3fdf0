//! One server and one [`Plan`]: load it, look at it at rest, compare what it holds,
//! ask it, and ask it while it is loaded further. In this order.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context;

use crate::dialect::Api;
use crate::load::{self, Pace, Target};
use crate::process::Usage;
use crate::request::{Plan, Recipe, Requests};
use crate::{completeness, query};

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

/// The server when the load was over and it had come to rest.
#[derive(Debug, serde::Serialize)]
pub(crate) struct AtRest {
    /// All CPU time since the load began, over the spans acknowledged.
    pub(crate) cpu_micros_per_span: f64,
    pub(crate) resident_bytes: u64,
    pub(crate) resident_bytes_max: u64,
    /// Space that is allocated on disk, by file system blocks.
    pub(crate) disk_bytes: u64,
    pub(crate) disk_bytes_per_span: f64,
    /// All that it had written to disk since the load began; none where that cannot
    /// be seen.
    pub(crate) disk_write_bytes: Option<u64>,
    pub(crate) disk_write_bytes_per_span: Option<f64>,
}

/// Questions about the first load while a further one comes as fast as it is taken.
#[derive(Debug, serde::Serialize)]
pub(crate) struct UnderIngest {
    pub(crate) load: load::Report,
    pub(crate) query: query::Report,
}

/// See the module.
pub(crate) struct Experiment {
    subject: Subject,
    plan: Plan,
    pace: Pace,
    questions: query::Options,
    requests: Arc<Requests>,
    before: Usage,
    acknowledged_spans: u64,
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
            acknowledged_spans: 0,
        })
    }

    /// Sends all of the plan.
    ///
    /// # Errors
    /// As [`load::run`].
    pub(crate) async fn load(&mut self) -> anyhow::Result<load::Report> {
        let never = Arc::new(AtomicBool::new(false));
        let report = self.send(Arc::clone(&self.requests), &self.pace, never).await?;
        self.acknowledged_spans = report.acknowledged_spans;
        Ok(report)
    }

    /// What it all took.
    ///
    /// # Errors
    /// Where the server, or its data, is gone.
    pub(crate) fn at_rest(&self) -> anyhow::Result<AtRest> {
        let usage = Usage::of(self.subject.pid)?;
        let disk_bytes = disk_bytes(&self.subject.data_dir)?;
        let spans = self.acknowledged_spans.max(1) as f64;
        let written = usage.disk_write_bytes.zip(self.before.disk_write_bytes);
        let written = written.map(|(after, before)| after.saturating_sub(before));
        let cpu = usage.cpu.saturating_sub(self.before.cpu);
        Ok(AtRest {
            cpu_micros_per_span: load::micros_per_span(cpu, self.acknowledged_spans),
            resident_bytes: usage.resident_bytes,
            resident_bytes_max: usage.resident_bytes_max,
            disk_bytes,
            disk_bytes_per_span: disk_bytes as f64 / spans,
            disk_write_bytes: written,
            disk_write_bytes_per_span: written.map(|bytes| bytes as f64 / spans),
        })
    }

    /// Compares a sample of the traces with what was sent.
    ///
    /// # Errors
    /// Where the API cannot be reached.
    pub(crate) async fn completeness(&self) -> anyhow::Result<completeness::Report> {
        self.completeness_by(&self.subject.api).await
    }

    /// The same by another address, as after the server was started again.
    ///
    /// # Errors
    /// Where the API cannot be reached.
    pub(crate) async fn completeness_by(&self, api: &Api) -> anyhow::Result<completeness::Report> {
        let seed = self.plan.recipe.seed;
        completeness::check(api, &self.requests, seed, self.questions.traces).await
    }

    /// Asks the server while it has nothing else to do.
    ///
    /// # Errors
    /// Where the API cannot be reached.
    pub(crate) async fn ask(&self) -> anyhow::Result<query::Report> {
        let seed = self.plan.recipe.seed;
        query::run(&self.subject.api, &self.requests, seed, &self.questions).await
    }

    /// Asks it while other traces come at full speed. Ends when all questions are
    /// answered, or after `duration_max`.
    ///
    /// # Errors
    /// Where the load fails or the API cannot be reached.
    pub(crate) async fn ask_under_ingest(
        &self,
        duration_max: Duration,
    ) -> anyhow::Result<UnderIngest> {
        let Plan { shape, spans, recipe } = self.plan;
        let further = Recipe { seed: recipe.seed.wrapping_add(1), ..recipe };
        let further =
            Plan { shape, spans: spans.saturating_mul(FURTHER_LOADS_MAX), recipe: further };
        let requests = Arc::new(Requests::new(&further)?);
        let pace = Pace { rate: None, ..self.pace.clone() };
        let stop = Arc::new(AtomicBool::new(false));

        let load = async {
            let report = self.send(requests, &pace, Arc::clone(&stop)).await;
            stop.store(true, Ordering::Relaxed);
            report
        };
        let ask = async {
            let seed = recipe.seed;
            let (api, questions) = (&self.subject.api, &self.questions);
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
        Ok(UnderIngest { load, query })
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

/// What the files below `folder` take on disk.
///
/// # Errors
/// Where it cannot be read.
pub(crate) fn disk_bytes(folder: &Path) -> anyhow::Result<u64> {
    /// Of `st_blocks` (stat(2)).
    const BLOCK_BYTES: u64 = 512;
    let mut bytes = 0;
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let context = || format!("cannot read {}; is it the server's data?", folder.display());
        for entry in fs::read_dir(&folder).with_context(context)? {
            let entry = entry?;
            // A file may go while we look.
            let Ok(metadata) = entry.metadata() else {
                continue;
            };
            if metadata.is_dir() {
                folders.push(entry.path());
            } else {
                bytes += metadata.blocks() * BLOCK_BYTES;
            }
        }
    }
    Ok(bytes)
}
