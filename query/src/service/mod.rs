//! What every API dialect asks. No HTTP is in it.
//!
//! A dialect hands [`QueryService::ask`] a closure; the closure gets [`Questions`],
//! asks, and encodes the answer. All of it runs in the read pool, since encoding
//! 100,000 spans is work like reading them.

mod messages;
mod no_answer;
mod pins;
mod verdict;

use std::cell::OnceCell;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use proto::{Span, SpanId, SpanKind, TraceId};
use storage::{
    Beyond, CatalogPage, CatalogQuestion, Chains, ChainsQuestion, Completeness, Cursor, Deadline,
    FoundTrace, Pins, ReadError, Scan, Search, SearchPage, Series, SeriesQuestion, Shown, Stats,
    Sweep, TimeRange, Trace, TraceBounds, TraceReader, Turn, TurnTaken, Visitor,
};

use traceql::Answer;
use traceql::ast::Pipeline;

use crate::by_query::{self, Asked, CannotFind, FoundBy};
use crate::chains::selection::{self, Picked, PickedChains};
use crate::config::{Config, TraceBytes};
use crate::findings::{self, Compared, Feed, HopExamples, NoticeFn, Seen, Times, Watch};
use crate::hops::HopTotal;
use crate::metrics::Metrics;
use crate::read_pool::{Bounds, Failed, GoOn, ReadPool, ReadPoolEnd};
use crate::trace::{Explained, explain};

pub(crate) use messages::Messages;
use messages::find_messages;
pub use no_answer::NoAnswer;
pub use verdict::Verdict;

use verdict::VerdictCache;

/// How long someone who finds us busy is asked to wait.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// How much longer than the deadline an answer is waited for. Stores give up "soon
/// after" theirs, and what they found in time still has to be encoded.
const ANSWER_GRACE: Duration = Duration::from_secs(1);

/// The door to the store and what is said about its traces. Clones share everything.
#[derive(Clone)]
pub struct QueryService(Arc<Shared>);

struct Shared {
    pool: ReadPool,
    desk: Arc<Desk>,
}

/// What the threads of the pool share.
struct Desk {
    reader: Arc<dyn TraceReader>,
    pins: Arc<dyn Pins>,
    deadline: Duration,
    spans_max: usize,
    trace_bytes: TraceBytes,
    large_trace: Turn,
    verdict_spans_max: usize,
    verdict_duration_max: Duration,
    verdicts: VerdictCache,
    watch: Watch,
    metrics: Metrics,
}

/// One client's questions, inside the read pool: every method blocks.
pub struct Questions<'a> {
    pool: &'a ReadPool,
    desk: &'a Desk,
    asked: Instant,
    deadline: Deadline,
    /// Held from the first large trace on until the answer is made.
    turn: OnceCell<TurnTaken<'a>>,
}

/// One page of found traces.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The traces, in order, each with its verdict. `None` where the trace has more
    /// than [`Config::verdict_spans_max`] spans, was removed meanwhile, or where
    /// `completeness` says why.
    pub traces: Vec<(FoundTrace, Option<Arc<Verdict>>)>,
    /// Where to go on; `None` where this page is the last.
    pub next: Option<Cursor>,
    /// Whether anything is missing, verdicts included.
    pub completeness: Completeness,
}

/// One span of a trace.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundSpan {
    /// The span as stored.
    pub span: Span,
    /// How many spans of the trace have its id, this one included.
    pub same_id: usize,
}

impl FoundSpan {
    /// Of the spans in `trace` with this id the one of this kind, or the first where
    /// `kind` is `None`. `None` where there is none.
    pub fn of(trace: Trace, id: SpanId, kind: Option<SpanKind>) -> Option<Self> {
        let mut same: Vec<Span> =
            trace.spans.into_iter().filter(|span| span.span_id == id).collect();
        let same_id = same.len();
        let wanted = same.iter().position(|span| kind.is_none_or(|kind| span.kind == kind))?;
        Some(Self { span: same.swap_remove(wanted), same_id })
    }
}

impl QueryService {
    /// Starts the pool over `reader` and `pins`, two faces of one store.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub(crate) fn start(
        config: &Config,
        reader: Arc<dyn TraceReader>,
        pins: Arc<dyn Pins>,
        notice: Option<NoticeFn>,
        metrics: Metrics,
    ) -> io::Result<(Self, ReadPoolEnd)> {
        let bounds = Bounds {
            threads: config.concurrent_questions_max,
            waiting_max: config.waiting_questions_max,
        };
        let (pool, end) =
            ReadPool::start("hopline-read", bounds, metrics.waiting_questions.clone())?;
        let watch = Watch::start(Arc::clone(&reader), config.findings_file.clone(), notice)?;
        let desk = Arc::new(Desk {
            reader,
            pins,
            watch,
            deadline: config.deadline,
            spans_max: config.spans_max,
            trace_bytes: config.trace_bytes,
            large_trace: Turn::default(),
            verdict_spans_max: config.verdict_spans_max,
            verdict_duration_max: config.verdict_duration_max,
            verdicts: VerdictCache::new(config.verdict_cache_bytes),
            metrics,
        });
        Ok((Self(Arc::new(Shared { pool, desk })), end))
    }

    /// What is wrong now, and was lately, as of the last look.
    pub(crate) fn seen(&self) -> Seen {
        self.0.desk.watch.seen()
    }

    /// What becomes of findings, as it happens.
    pub(crate) fn feed(&self) -> &Arc<Feed> {
        self.0.desk.watch.feed()
    }

    /// Runs `question` in the read pool, and answers what it answers. The deadline
    /// counts from now.
    ///
    /// # Errors
    /// Those of `question`, and [`NoAnswer`] where it was refused, took too long or
    /// panicked.
    pub async fn ask<T, E>(
        &self,
        question: impl FnOnce(&Questions<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<NoAnswer> + Send + 'static,
    {
        let Shared { pool, desk } = self.0.as_ref();
        let patience = desk.deadline.saturating_add(ANSWER_GRACE);
        let (asked, deadline) = (Instant::now(), Deadline::after(desk.deadline));
        let shared = Arc::clone(&self.0);
        // What the store logs belongs to the request.
        let span = tracing::Span::current();
        let answer = pool.ask(move || {
            let Shared { pool, desk } = &*shared;
            let questions = Questions { pool, desk, asked, deadline, turn: OnceCell::new() };
            span.in_scope(|| question(&questions))
        });
        match tokio::time::timeout(patience, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(Failed::Busy)) => {
                self.0.desk.metrics.refused_questions.inc();
                Err(NoAnswer::Busy { retry_after: RETRY_AFTER }.into())
            }
            Ok(Err(Failed::Panicked(message))) => Err(NoAnswer::Panicked { message }.into()),
            Err(_) => Err(NoAnswer::Store(ReadError::DeadlineExceeded).into()),
        }
    }
}

/// Something that traces are added to.
pub(crate) trait Adding: Send + 'static {
    /// Adds a trace.
    fn add(&mut self, trace: &Shown<'_>);

    /// Whether nothing will come of it, so that no further traces are of use.
    fn has_failed(&self) -> bool;

    /// Does what it left for later: no further traces come.
    fn settle(&mut self);
}

/// How many threads beside its own may work on a question: one for each further processor.
fn helpers_max() -> usize {
    std::thread::available_parallelism().map_or(0, |all| all.get() - 1)
}

impl Questions<'_> {
    /// A trace as stored, at most [`Config::spans_max`] spans of it; `None` where no
    /// span has this id.
    ///
    /// # Errors
    /// The store's.
    pub fn trace(&self, id: TraceId) -> Result<Option<Trace>, ReadError> {
        let trace = self.read(id, self.desk.spans_max, self.deadline)?;
        if let Some(trace) = &trace {
            self.count(&trace.completeness);
        }
        Ok(trace)
    }

    /// At most `spans_max` spans of a trace, read one trace at a time where it is large.
    fn read(
        &self,
        id: TraceId,
        spans_max: usize,
        deadline: Deadline,
    ) -> Result<Option<Trace>, ReadError> {
        let TraceBytes { common_max, large_max } = self.desk.trace_bytes;
        let reader = &self.desk.reader;
        if self.turn.get().is_none() {
            let bounds =
                TraceBounds { spans_max, bytes_max: common_max, beyond_bytes: Beyond::Nothing };
            let trace = reader.trace(id, bounds, deadline)?;
            if trace.as_ref().is_none_or(|trace| !trace.spans.is_empty()) {
                return Ok(trace);
            }
            let turn = self.desk.large_trace.take(deadline)?;
            // Nobody else sets it: it is one thread's.
            drop(self.turn.set(turn));
        }
        let bounds = TraceBounds { spans_max, bytes_max: large_max, beyond_bytes: Beyond::Cut };
        reader.trace(id, bounds, deadline)
    }

    /// A trace, explained.
    ///
    /// # Errors
    /// The store's.
    pub fn explained(&self, id: TraceId) -> Result<Option<Explained>, ReadError> {
        let Some(trace) = self.trace(id)? else {
            return Ok(None);
        };
        self.deadline.check()?;
        Ok(Some(explain(trace)))
    }

    /// The messages that were sent or taken in a trace.
    ///
    /// # Errors
    /// The store's.
    pub(crate) fn messages(&self, id: TraceId) -> Result<Option<Messages>, ReadError> {
        let Some(trace) = self.trace(id)? else {
            return Ok(None);
        };
        let messages = find_messages(&*self.desk.reader, trace, self.deadline)?;
        self.count(&messages.completeness);
        Ok(Some(messages))
    }

    /// The traces that `search` asks for, with verdicts.
    ///
    /// # Errors
    /// The store's, for the search itself. A verdict that cannot be had is no error:
    /// it is missing, and the completeness says so.
    pub fn search(&self, search: &Search) -> Result<Found, ReadError> {
        let page = self.desk.reader.search(search, self.deadline)?;
        let found = self.with_verdicts(page);
        self.count(&found.completeness);
        Ok(found)
    }

    /// Those of them in which `pipeline` finds something, which is what matched.
    ///
    /// # Errors
    /// The store's, for the search itself, and what the query has no answer for.
    pub(crate) fn search_by(
        &self,
        search: &Search,
        pipeline: &Pipeline,
    ) -> Result<Found, CannotFind> {
        Ok(self.with_verdicts(self.page_by(search, pipeline)?))
    }

    /// The same without verdicts.
    fn page_by(&self, search: &Search, pipeline: &Pipeline) -> Result<SearchPage, CannotFind> {
        let asked = Asked {
            pipeline,
            scan: Scan { needs: Vec::new(), ..Scan::of(search) },
            span: &search.span,
            limit: search.limit,
        };
        let FoundBy { traces, next, completeness } = self.find(&asked, by_query::found_trace)?;
        Ok(SearchPage { traces, next, completeness })
    }

    /// The traces that `search` asks for, without verdicts.
    ///
    /// # Errors
    /// The store's.
    pub(crate) fn summaries(&self, search: &Search) -> Result<SearchPage, ReadError> {
        let page = self.desk.reader.search(search, self.deadline)?;
        self.count(&page.completeness);
        Ok(page)
    }

    /// Shows `visitor` the traces that `scan` asks for.
    ///
    /// # Errors
    /// The store's.
    pub(crate) fn scan(
        &self,
        scan: &Scan,
        visitor: &mut dyn Visitor,
    ) -> Result<Completeness, ReadError> {
        let completeness = self.desk.reader.scan(scan, self.deadline, visitor)?;
        self.count(&completeness);
        Ok(completeness)
    }

    /// Adds up all traces that `scan` asks for, in no order: each in one of those that `make`
    /// makes, one for each thread that has time.
    ///
    /// # Errors
    /// The store's.
    pub(crate) fn sweep<A: Adding>(
        &self,
        scan: &Scan,
        make: impl Fn() -> A + Send + Sync + 'static,
    ) -> Result<(Vec<A>, Completeness), ReadError> {
        let sweep: Arc<dyn Sweep> = self.desk.reader.sweep(scan, self.deadline)?.into();
        let pieces = Arc::clone(&sweep);
        let span = tracing::Span::current();
        let work = move |go_on: &GoOn| {
            span.in_scope(|| {
                let mut adding = make();
                while !adding.has_failed()
                    && go_on.is_wanted()
                    && pieces.next(&mut |shown| adding.add(shown))?
                {}
                adding.settle();
                Ok(adding)
            })
        };
        let parts = self.pool.share(helpers_max(), work);
        let parts = parts.into_iter().collect::<Result<Vec<A>, ReadError>>()?;
        let completeness = sweep.completeness();
        self.count(&completeness);
        Ok((parts, completeness))
    }

    /// The first traces that a query finds something in, each as `make` tells it.
    ///
    /// # Errors
    /// The store's, and what the query has no answer for.
    pub(crate) fn find<T>(
        &self,
        asked: &Asked<'_>,
        make: impl FnMut(&Shown<'_>, &Answer<'_>) -> T,
    ) -> Result<FoundBy<T>, CannotFind> {
        asked.find(|scan, visitor| self.scan(scan, visitor), make)
    }

    /// How much of the time for an answer is left.
    pub(crate) fn time_left(&self) -> Duration {
        self.deadline.left()
    }

    /// Names that occur.
    ///
    /// # Errors
    /// The store's.
    pub fn catalog(&self, question: &CatalogQuestion) -> Result<CatalogPage, ReadError> {
        let page = self.desk.reader.catalog(question, self.deadline)?;
        self.count(&page.completeness);
        Ok(page)
    }

    /// What hops add up to of the traces that began within `range`.
    ///
    /// # Errors
    /// The store's.
    pub(crate) fn chains(&self, range: TimeRange) -> Result<Chains, ReadError> {
        self.settled_chains(range, Duration::ZERO)
    }

    /// The same of those traces of which nothing came for `settled`.
    ///
    /// # Errors
    /// The store's.
    pub(crate) fn settled_chains(
        &self,
        range: TimeRange,
        settled: Duration,
    ) -> Result<Chains, ReadError> {
        let question = ChainsQuestion { range, settled };
        let chains = self.desk.reader.chains(&question, self.deadline)?;
        self.count(&chains.completeness);
        Ok(chains)
    }

    /// The answers to `questions`, in their order, by all threads that have time.
    fn chains_of_each(&self, questions: Vec<ChainsQuestion>) -> Result<Vec<Chains>, ReadError> {
        let (reader, deadline) = (Arc::clone(&self.desk.reader), self.deadline);
        let next = AtomicUsize::new(0);
        let work = move |go_on: &GoOn| {
            let mut answers = Vec::new();
            while go_on.is_wanted() {
                let place = next.fetch_add(1, Ordering::Relaxed);
                let Some(question) = questions.get(place) else { break };
                answers.push((place, reader.chains(question, deadline)));
            }
            answers
        };
        let mut answers: Vec<_> =
            self.pool.share(helpers_max(), work).into_iter().flatten().collect();
        answers.sort_unstable_by_key(|(place, _)| *place);
        answers.into_iter().map(|(_, answer)| answer).collect()
    }

    /// What hops add up to of the newest traces that `picked` asks for.
    ///
    /// # Errors
    /// The store's, and what the query has no answer for.
    pub(crate) fn picked_chains(&self, picked: &Picked) -> Result<PickedChains, CannotFind> {
        let read = |id| self.trace(id);
        let search = |search: &Search, query: Option<&Pipeline>| match query {
            None => Ok(self.desk.reader.search(search, self.deadline)?),
            Some(pipeline) => self.page_by(search, pipeline),
        };
        selection::picked_chains(picked, &search, &read)
    }

    /// What some hops add up to, time after time.
    ///
    /// # Errors
    /// The store's.
    pub(crate) fn series(&self, question: &SeriesQuestion) -> Result<Series, ReadError> {
        let series = self.desk.reader.series(question, self.deadline)?;
        self.count(&series.completeness);
        Ok(series)
    }

    /// Traces of `range` in which `hop` was slow, failed, and was as usual.
    ///
    /// # Errors
    /// The store's.
    pub(crate) fn hop_examples(
        &self,
        hop: &HopTotal,
        range: TimeRange,
    ) -> Result<HopExamples, ReadError> {
        findings::hop_examples(&*self.desk.reader, hop, range, self.deadline)
    }

    /// What is wrong now, and was lately.
    pub(crate) fn seen(&self) -> Seen {
        self.desk.watch.seen()
    }

    /// Two times, held against each other, with examples of the most harmful findings.
    ///
    /// # Errors
    /// The store's.
    pub(crate) fn compare(&self, times: Times) -> Result<Compared, ReadError> {
        let ask = |questions| self.chains_of_each(questions);
        let mut compared = findings::compare_by(times, self.deadline, ask)?;
        findings::add_examples(&*self.desk.reader, &mut compared, self.deadline)?;
        self.count(&compared.completeness);
        Ok(compared)
    }

    /// Figures about the store.
    pub fn stats(&self) -> Stats {
        self.desk.reader.stats()
    }

    fn count(&self, completeness: &Completeness) {
        if *completeness != Completeness::Complete {
            self.desk.metrics.incomplete_answers.inc();
        }
    }
}
