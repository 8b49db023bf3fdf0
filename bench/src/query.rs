//! `bench query`: asks an API, and says how long the answers took. Wrong answers are
//! counted, since only right ones are worth timing.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use reqwest::Client;

use crate::dialect::{Answer, Api, Ask};
use crate::latency::{Latencies, Percentiles};
use crate::question::{Examiner, KINDS, Kind};
use crate::request::Requests;

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
    /// Once the answers to one kind took so long together, no further question of it is asked; a
    /// quarter of it is enough for those that come before.
    #[arg(long, value_parser = humantime::parse_duration, default_value = "20s")]
    pub(crate) kind_time: Duration,
    /// How many traces are fetched, and their span ids compared with what was sent.
    #[arg(long, default_value_t = 200)]
    pub(crate) traces: usize,
}

/// How the questions went.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Report {
    pub(crate) answered: Vec<Answered>,
    /// What this API has no way to ask.
    pub(crate) cannot_be_asked: Vec<Kind>,
}

/// How one kind of question went.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Answered {
    pub(crate) kind: Kind,
    pub(crate) questions: usize,
    pub(crate) latency: Percentiles,
    /// Mean number of traces or names in an answer, or of spans where one trace was
    /// asked for.
    pub(crate) mean_results: f64,
    /// Answers that cannot be right.
    pub(crate) wrong: usize,
    /// The first of them.
    pub(crate) first_wrong: Option<String>,
}

impl Report {
    /// How this kind of question went; none where it was not asked.
    pub(crate) fn of(&self, kind: Kind) -> Option<&Answered> {
        self.answered.iter().find(|answered| answered.kind == kind && answered.questions > 0)
    }
}

/// Who asks. One question at a time.
pub(crate) struct Asker<'a> {
    api: &'a Api,
    client: Client,
}

impl<'a> Asker<'a> {
    /// # Errors
    /// Where there can be no client at all.
    pub(crate) fn new(api: &'a Api) -> anyhow::Result<Self> {
        let client = Client::builder().no_proxy().timeout(TIMEOUT).build()?;
        Ok(Self { api, client })
    }

    /// Asks, and reads the answer. The time is that until its last byte. None where
    /// the API has no way to ask it.
    ///
    /// # Errors
    /// Where the API cannot be reached. An answer that is none is an inner error.
    pub(crate) async fn ask(
        &self,
        ask: &Ask,
    ) -> anyhow::Result<Option<(Result<Answer, String>, Duration)>> {
        let Some(url) = self.api.url(ask)? else {
            return Ok(None);
        };
        let asked = Instant::now();
        let whole = async {
            let response = self.client.get(url.clone()).send().await?;
            reqwest::Result::Ok((response.status(), response.bytes().await?))
        };
        let (status, body) = match whole.await {
            Ok(answer) => answer,
            Err(error) if error.is_timeout() => {
                let reason = format!("{url}: no answer within {} s", TIMEOUT.as_secs());
                return Ok(Some((Err(reason), asked.elapsed())));
            }
            Err(error) => {
                return Err(error).with_context(|| format!("cannot ask {url}; is it running?"));
            }
        };
        let elapsed = asked.elapsed();
        let answer = self.api.read(ask, status, &body);
        Ok(Some((answer.map_err(|reason| format!("{url}: {reason}")), elapsed)))
    }
}

/// Asks `api`, which holds what `requests` sent: all questions of one kind, then those
/// of the next.
///
/// # Errors
/// Where the API cannot be reached.
pub(crate) async fn run(
    api: &Api,
    requests: &Requests,
    seed: u64,
    options: &Options,
) -> anyhow::Result<Report> {
    let mut interview = Interview::new(api, requests, seed)?;
    for at in 0..interview.tallies.len() {
        for (count, is_timed, time) in [
            (options.warm_up, false, options.kind_time / 4),
            (options.questions, true, options.kind_time),
        ] {
            for number in 0..count {
                let has_time = number == 0 || interview.spent(at) < time;
                if !has_time || !interview.ask(at, is_timed).await? {
                    break;
                }
            }
        }
    }
    Ok(interview.report())
}

/// Asks questions of all kinds by turns until there are `options.questions` of each,
/// or `stop` is set. Each kind gets the same time, so that slow answers of one leave
/// enough questions to the others.
///
/// # Errors
/// Where the API cannot be reached.
pub(crate) async fn run_by_turns(
    api: &Api,
    requests: &Requests,
    seed: u64,
    options: &Options,
    stop: &AtomicBool,
) -> anyhow::Result<Report> {
    let mut interview = Interview::new(api, requests, seed)?;
    while !stop.load(Ordering::Relaxed) {
        let tallies = interview.tallies.iter().enumerate();
        let open =
            tallies.filter(|(_, tally)| tally.can_be_asked && tally.questions < options.questions);
        let Some((at, _)) = open.min_by_key(|(_, tally)| tally.spent) else {
            break;
        };
        interview.ask(at, true).await?;
    }
    Ok(interview.report())
}

struct Interview<'a> {
    asker: Asker<'a>,
    examiner: Examiner<'a>,
    tallies: Vec<Tally>,
}

struct Tally {
    kind: Kind,
    can_be_asked: bool,
    questions: usize,
    spent: Duration,
    latencies: Latencies,
    results: usize,
    wrong: usize,
    first_wrong: Option<String>,
}

impl<'a> Interview<'a> {
    fn new(api: &'a Api, requests: &'a Requests, seed: u64) -> anyhow::Result<Self> {
        let tally = |kind: &Kind| {
            Ok(Tally {
                kind: *kind,
                can_be_asked: true,
                questions: 0,
                spent: Duration::ZERO,
                latencies: Latencies::new()?,
                results: 0,
                wrong: 0,
                first_wrong: None,
            })
        };
        Ok(Self {
            asker: Asker::new(api)?,
            examiner: Examiner::new(requests, seed),
            tallies: KINDS.iter().map(tally).collect::<anyhow::Result<_>>()?,
        })
    }

    /// How long answers of the kind at this index took together.
    fn spent(&self, at: usize) -> Duration {
        self.tallies.get(at).map_or(Duration::ZERO, |tally| tally.spent)
    }

    /// Asks a question of the kind at this index. False where that cannot be asked.
    async fn ask(&mut self, at: usize, is_timed: bool) -> anyhow::Result<bool> {
        let Some(tally) = self.tallies.get_mut(at).filter(|tally| tally.can_be_asked) else {
            return Ok(false);
        };
        let question = self.examiner.question(tally.kind)?;
        let Some((answer, latency)) = self.asker.ask(&question.ask).await? else {
            tally.can_be_asked = false;
            return Ok(false);
        };
        tally.spent += latency;
        if is_timed {
            tally.questions += 1;
            tally.latencies.record(latency)?;
            match answer.and_then(|answer| question.expected.count(&answer)) {
                Ok(count) => tally.results += count,
                Err(reason) => {
                    tally.wrong += 1;
                    tally.first_wrong.get_or_insert(reason);
                }
            }
        }
        Ok(true)
    }

    fn report(self) -> Report {
        let (asked, not): (Vec<_>, Vec<_>) =
            self.tallies.into_iter().partition(|tally| tally.can_be_asked);
        let answered = asked.into_iter().map(|tally| Answered {
            kind: tally.kind,
            questions: tally.questions,
            latency: tally.latencies.percentiles(),
            mean_results: tally.results as f64 / tally.questions.max(1) as f64,
            wrong: tally.wrong,
            first_wrong: tally.first_wrong,
        });
        Report {
            answered: answered.collect(),
            cannot_be_asked: not.into_iter().map(|tally| tally.kind).collect(),
        }
    }
}
