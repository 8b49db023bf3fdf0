//! `GET /api/v1/watch/traces`: traces that meet conditions, as they come, as server-sent events.
//!
//! A listener looks again every second, and only once it has read what the look before found:
//! who reads slowly costs nothing more, and is told what it missed.

mod stream;

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream as Events;
use futures_util::stream::unfold;
use http::HeaderMap;
use proto::TraceId;
use proto::clock::now_unix_nano;
use storage::TimeRange;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::error::ApiError;
use super::json;
use super::model::search::Trace;
use super::model::watch::WatchTraceEvent;
use super::parameter::Parameters;
use super::route::Route;
use super::search::Question;
use super::search::parameter::{
    ATTRIBUTE, EVENT_NAME, KIND, LINK_SPAN_ID, LINK_TRACE_ID, MAX_DURATION, MAX_TRACE_DURATION,
    MIN_DURATION, MIN_TRACE_DURATION, QUERY, ROOT_NAME, ROOT_SERVICE, SCOPE_NAME, SCOPE_VERSION,
    SERVICE, SPAN_NAME, STATUS, STATUS_MESSAGE,
};
use super::watch::{FOR, RETRY_AFTER, REVISION, SILENCE_MAX, end};
use crate::service::{NoAnswer, QueryService};
use stream::{Kept, Stream, Streams, parse_revision};

/// How many may listen at once: each searches every second.
const LISTENERS_MAX: usize = 16;
/// How long after a look the next one comes.
const INTERVAL: Duration = Duration::from_secs(1);
/// How many traces a look finds at most, the newest: so many are told a second.
const FOUND_MAX: usize = 100;
/// How long after its start a trace may come to match and be told: the spans of one that lasts
/// long come late.
const WINDOW_NANO: u64 = 10 * 60 * 1_000_000_000;

pub(super) const ROUTE: Route = Route {
    path: "/api/v1/watch/traces",
    id: "watch_traces",
    summary: "Traces that meet conditions, each once, as they come, as server-sent events",
    in_path: &[],
    in_query: &[
        &SERVICE,
        &SPAN_NAME,
        &KIND,
        &STATUS,
        &MIN_DURATION,
        &MAX_DURATION,
        &MIN_TRACE_DURATION,
        &MAX_TRACE_DURATION,
        &ROOT_SERVICE,
        &ROOT_NAME,
        &ATTRIBUTE,
        &EVENT_NAME,
        &STATUS_MESSAGE,
        &SCOPE_NAME,
        &SCOPE_VERSION,
        &LINK_TRACE_ID,
        &LINK_SPAN_ID,
        &QUERY,
        &REVISION,
        &FOR,
    ],
    answer: Some("WatchTraceEvent"),
};

/// Who may still listen, and who did.
#[derive(Clone)]
pub(super) struct TraceListeners {
    free: Arc<Semaphore>,
    streams: Arc<Streams>,
    stopping: CancellationToken,
}

impl TraceListeners {
    /// None yet. All end once `stopping` is cancelled.
    pub(super) fn new(stopping: CancellationToken) -> Self {
        let free = Arc::new(Semaphore::new(LISTENERS_MAX));
        Self { free, streams: Arc::default(), stopping }
    }
}

pub(super) async fn watch(
    State(service): State<QueryService>,
    State(listeners): State<TraceListeners>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Sse<impl Events<Item = Result<Event, Infallible>>>, ApiError> {
    let parameters = Parameters::parse(query.as_deref(), ROUTE.in_query)?;
    let Question { mut search, pipeline, hash, before } = Question::of(&parameters)?;
    let given = headers.get("last-event-id").map(|value| value.to_str().unwrap_or("?"));
    let revision = given
        .or(parameters.text(&REVISION))
        .map(|text| {
            parse_revision(text)
                .ok_or_else(|| REVISION.refuse("no revision; give the id of an event as it came"))
        })
        .transpose()?;
    let end = end(&parameters)?;
    let TraceListeners { free, streams, stopping } = listeners;
    let Ok(permit) = free.try_acquire_owned() else {
        return Err(NoAnswer::Busy { retry_after: RETRY_AFTER }.into());
    };
    let now = now_unix_nano();
    let known = revision.and_then(|revision| streams.find(hash, revision));
    let back = known.filter(|(stream, number)| stream.since(*number).is_some());
    let (stream, told) = match back {
        Some(back) => back,
        None => {
            let stream = streams.begin(hash, now);
            let reason = revision.map(|_| "what came since that event is not known any more");
            let kind = if reason.is_some() { "missed" } else { "listening" };
            let event = WatchTraceEvent { kind, trace: None, reason };
            stream.add(kind, encode(&event));
            (stream, 0)
        }
    };
    search.limit = FOUND_MAX;
    let listener = Listener {
        service,
        question: Arc::new(Question { search, pipeline, before, hash }),
        stream,
        told,
        pending: VecDeque::new(),
        end,
        stopping,
        _permit: permit,
    };
    let events = unfold(listener, Listener::next);
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(SILENCE_MAX)))
}

fn encode(event: &WatchTraceEvent<'_>) -> String {
    // JSON is UTF-8, and has no line breaks as it is written here.
    String::from_utf8_lossy(&json::encode(event).0).into_owned()
}

/// One that listens.
struct Listener {
    service: QueryService,
    question: Arc<Question>,
    /// May have another listener, too: one whose connection is gone, unnoticed so far.
    stream: Arc<Stream>,
    /// The number of the last event that it was told.
    told: u64,
    pending: VecDeque<Kept>,
    end: Option<Instant>,
    stopping: CancellationToken,
    _permit: OwnedSemaphorePermit,
}

/// What a look has found.
struct Looked {
    /// The newest first, each with its event where it was not told yet.
    found: Vec<(TraceId, Option<String>)>,
    /// Whether there are older ones.
    more: bool,
}

impl Listener {
    /// The next event; `None` at the end.
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        loop {
            if let Some(Kept { number, kind, data }) = self.pending.pop_front() {
                self.told = number;
                let event = Event::default().id(self.stream.revision(number)).event(kind);
                return Some((Ok(event.data(&*data)), self));
            }
            match self.stream.since(self.told) {
                Some(events) => self.pending.extend(events),
                None => {
                    let missed = missed("more came than are kept for who reads slowly");
                    self.told = self.stream.add("missed", missed).saturating_sub(1);
                    continue;
                }
            }
            if !self.pending.is_empty() {
                continue;
            }
            let is_over = async {
                match self.end {
                    Some(end) => sleep_until(end).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = sleep(INTERVAL) => {}
                () = self.stopping.cancelled() => return None,
                () = is_over => return None,
            }
            // A look that fails, as the server is busy, is made up for by the next.
            match self.look().await {
                Ok(looked) => looked.add_to(&self.stream),
                Err(error) => tracing::debug!(?error, "no look at new traces"),
            }
        }
    }

    async fn look(&self) -> Result<Looked, ApiError> {
        let question = Arc::clone(&self.question);
        let stream = Arc::clone(&self.stream);
        self.service
            .ask(move |questions| {
                let begin = now_unix_nano().saturating_sub(WINDOW_NANO);
                let from_unix_nano = begin.max(stream.from_unix_nano);
                let mut search = question.search.clone();
                search.range = TimeRange { from_unix_nano, ..TimeRange::ALL };
                let found = match &question.pipeline {
                    None => questions.search(&search)?,
                    Some(pipeline) => questions.search_by(&search, pipeline)?,
                };
                let mut looked = Looked { found: Vec::new(), more: found.next.is_some() };
                for (trace, verdict) in &found.traces {
                    let id = trace.summary.trace_id;
                    let event = (!stream.knows(id)).then(|| {
                        let trace = Some(Trace::of(trace, verdict.as_ref()));
                        encode(&WatchTraceEvent { kind: "trace", trace, reason: None })
                    });
                    looked.found.push((id, event));
                }
                Ok(looked)
            })
            .await
    }
}

impl Looked {
    /// Tells what is new, the oldest first.
    fn add_to(self, stream: &Stream) {
        // Where even the oldest is new, there may be others between it and what was told.
        if self.more && self.found.last().is_some_and(|(_, event)| event.is_some()) {
            stream.add("missed", missed("more traces match than are told at once"));
        }
        for (id, event) in self.found.into_iter().rev() {
            if let Some(event) = event {
                stream.add_trace(id, event);
            }
        }
    }
}

fn missed(reason: &'static str) -> String {
    encode(&WatchTraceEvent { kind: "missed", trace: None, reason: Some(reason) })
}
