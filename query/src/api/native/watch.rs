//! `GET /api/v1/watch`: findings as they open, change and resolve, as server-sent events
//! (HTML standard, §9.2). Nothing is kept for a listener but where it is: one that does not
//! read is told anew what is open.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{RawQuery, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::Stream;
use futures_util::stream::unfold;
use http::HeaderMap;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::error::ApiError;
use super::json;
use super::model::finding::{OpenFinding, WatchEvent};
use super::parameter::duration::parse_duration;
use super::parameter::{Parameter, Parameters, Shape};
use super::route::Route;
use crate::findings::Turn;
use crate::service::{NoAnswer, QueryService};

/// How many may listen at once. Each holds a connection, and next to nothing else.
const LISTENERS_MAX: usize = 256;
/// How often one that there is nothing to tell gets a comment, so that proxies keep the
/// connection: most close one that was silent for a minute.
pub(super) const SILENCE_MAX: Duration = Duration::from_secs(15);
/// How long someone is asked to wait where there are too many.
pub(super) const RETRY_AFTER: Duration = Duration::from_secs(10);

pub(super) const REVISION: Parameter = Parameter::new(
    "revision",
    Shape::Text,
    "The last event that was seen: what came since is told first. The header Last-Event-ID \
     counts before it.",
);
pub(super) const FOR: Parameter = Parameter::new(
    "for",
    Shape::Duration,
    "How long to listen at most; without it, until one of both sides ends it.",
);

pub(super) const ROUTE: Route = Route {
    path: "/api/v1/watch",
    id: "watch",
    summary: "Findings as they open, change and resolve, as server-sent events",
    in_path: &[],
    in_query: &[&REVISION, &FOR],
    answer: Some("WatchEvent"),
};

/// Who may still listen, and for how long.
#[derive(Clone)]
pub(super) struct Listeners {
    free: Arc<Semaphore>,
    stopping: CancellationToken,
}

impl Listeners {
    /// None yet. All end once `stopping` is cancelled.
    pub(super) fn new(stopping: CancellationToken) -> Self {
        Self { free: Arc::new(Semaphore::new(LISTENERS_MAX)), stopping }
    }
}

pub(super) async fn watch(
    State(service): State<QueryService>,
    State(listeners): State<Listeners>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let parameters = Parameters::parse(query.as_deref(), ROUTE.in_query)?;
    let given = headers.get("last-event-id").map(|value| value.to_str().unwrap_or("?"));
    let revision = given.or(parameters.text(&REVISION)).map(parse_revision).transpose()?;
    let end = end(&parameters)?;
    let Listeners { free, stopping } = listeners;
    let Ok(permit) = free.try_acquire_owned() else {
        return Err(NoAnswer::Busy { retry_after: RETRY_AFTER }.into());
    };
    let newest = service.feed().listen();
    let listener = Listener {
        service,
        revision,
        newest,
        pending: VecDeque::new(),
        end,
        stopping,
        _permit: permit,
    };
    let events = unfold(listener, Listener::next);
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(SILENCE_MAX)))
}

/// When it is over; `None` where it goes on.
///
/// # Errors
/// Where it is no duration.
pub(super) fn end(parameters: &Parameters<'_>) -> Result<Option<Instant>, ApiError> {
    let Some(text) = parameters.text(&FOR) else { return Ok(None) };
    let nanos = parse_duration(text).map_err(|error| FOR.refuse(error))?;
    Ok(Instant::now().checked_add(Duration::from_nanos(nanos)))
}

fn parse_revision(text: &str) -> Result<u64, ApiError> {
    text.parse().map_err(|_| REVISION.refuse("no revision; give the id of an event as it came"))
}

/// One that listens.
struct Listener {
    service: QueryService,
    /// What it has been told; `None` where that is nothing.
    revision: Option<u64>,
    newest: watch::Receiver<u64>,
    pending: VecDeque<Event>,
    end: Option<Instant>,
    stopping: CancellationToken,
    _permit: OwnedSemaphorePermit,
}

impl Listener {
    /// The next event; `None` at the end.
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        loop {
            if let Some(event) = self.pending.pop_front() {
                return Some((Ok(event), self));
            }
            // Noted before it is looked, so that no change is missed.
            let newest = *self.newest.borrow_and_update();
            self.look(newest);
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
                changed = self.newest.changed() => changed.ok()?,
                () = self.stopping.cancelled() => return None,
                () = is_over => return None,
            }
        }
    }

    /// Puts what there is to tell into `pending`.
    fn look(&mut self, newest: u64) {
        let changes = self.revision.and_then(|revision| self.service.feed().since(revision));
        let Some(changes) = changes else {
            let seen = self.service.seen();
            let open = seen.book.open().into_iter().map(OpenFinding::of).collect();
            let event = WatchEvent { kind: "snapshot", open: Some(open), finding: None };
            self.pending.push_back(encode(newest, &event));
            self.revision = Some(newest);
            return;
        };
        for change in changes {
            let kind = match change.turn {
                Turn::Opened => "opened",
                Turn::Changed => "changed",
                Turn::Resolved => "resolved",
            };
            let finding = Some(OpenFinding::of(&change.entry));
            let event = WatchEvent { kind, open: None, finding };
            self.pending.push_back(encode(change.revision, &event));
            self.revision = Some(change.revision);
        }
    }
}

fn encode(revision: u64, event: &WatchEvent) -> Event {
    let data = json::encode(event).0;
    let sent = Event::default().id(revision.to_string()).event(event.kind);
    // JSON is UTF-8, and has no line breaks as it is written here.
    sent.data(String::from_utf8_lossy(&data))
}
