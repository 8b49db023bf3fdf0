//! What one listener was told, kept for a while after it has gone, so that it can come back.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use parking_lot::Mutex;
use proto::TraceId;

/// How many traces are known to have been told: more than one look finds.
const TOLD_MAX: usize = 4_096;
/// How many events are kept for who comes back.
const KEPT_MAX: usize = 200;
/// How many listeners are remembered, those who are there included: the last to come.
const STREAMS_MAX: usize = 32;

/// What was told, and what is still to be told.
#[derive(Debug)]
pub(super) struct Stream {
    /// Tells it from others, over restarts, too: about when it began.
    id: u64,
    /// What was asked for.
    question: u64,
    /// Only traces that begin here or later are told, nanoseconds since the Unix epoch.
    pub(super) from_unix_nano: u64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The number of the last event.
    last: u64,
    kept: VecDeque<Kept>,
    order: VecDeque<TraceId>,
    told: HashSet<TraceId>,
}

/// An event as it was sent.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub(super) number: u64,
    pub(super) kind: &'static str,
    pub(super) data: Arc<str>,
}

impl Stream {
    /// What an event of this number is called.
    pub(super) fn revision(&self, number: u64) -> String {
        format!("{}-{number}", self.id)
    }

    /// Whether the trace was told before.
    pub(super) fn knows(&self, trace: TraceId) -> bool {
        self.state.lock().told.contains(&trace)
    }

    /// Takes an event in that is about no trace, and answers its number.
    pub(super) fn add(&self, kind: &'static str, data: String) -> u64 {
        self.state.lock().add(kind, data)
    }

    /// Takes a trace in, unless it was told before.
    pub(super) fn add_trace(&self, trace: TraceId, data: String) {
        let mut state = self.state.lock();
        if !state.told.insert(trace) {
            return;
        }
        state.order.push_back(trace);
        if state.order.len() > TOLD_MAX
            && let Some(gone) = state.order.pop_front()
        {
            state.told.remove(&gone);
        }
        state.add("trace", data);
    }

    /// The events after `number`; `None` where they are not all kept.
    pub(super) fn since(&self, number: u64) -> Option<Vec<Kept>> {
        let state = self.state.lock();
        let first = state.kept.front().map_or(0, |event| event.number);
        if number > state.last || number.saturating_add(1) < first {
            return None;
        }
        Some(state.kept.iter().filter(|event| event.number > number).cloned().collect())
    }
}

impl State {
    fn add(&mut self, kind: &'static str, data: String) -> u64 {
        self.last = self.last.saturating_add(1);
        self.kept.push_back(Kept { number: self.last, kind, data: data.into() });
        if self.kept.len() > KEPT_MAX {
            self.kept.pop_front();
        }
        self.last
    }
}

/// The listeners of late.
#[derive(Debug, Default)]
pub(super) struct Streams(Mutex<VecDeque<Arc<Stream>>>);

impl Streams {
    /// A new one, which is told of traces that begin at `from_unix_nano` or later: now.
    pub(super) fn begin(&self, question: u64, from_unix_nano: u64) -> Arc<Stream> {
        let mut streams = self.0.lock();
        let newest = streams.iter().map(|stream| stream.id).max().unwrap_or_default();
        let id = from_unix_nano.max(newest.saturating_add(1));
        let stream = Arc::new(Stream { id, question, from_unix_nano, state: Mutex::default() });
        streams.push_back(Arc::clone(&stream));
        if streams.len() > STREAMS_MAX {
            streams.pop_front();
        }
        stream
    }

    /// The one that an event of this `revision` is of, if it is remembered and asked the same,
    /// and the event's number.
    pub(super) fn find(
        &self,
        question: u64,
        (id, number): (u64, u64),
    ) -> Option<(Arc<Stream>, u64)> {
        let mut streams = self.0.lock();
        let place = streams.iter().position(|it| it.id == id && it.question == question)?;
        let stream = streams.remove(place)?;
        streams.push_back(Arc::clone(&stream));
        Some((stream, number))
    }
}

/// The stream and the number that a revision names.
pub(super) fn parse_revision(text: &str) -> Option<(u64, u64)> {
    let (id, number) = text.split_once('-')?;
    Some((id.parse().ok()?, number.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace(number: u64) -> TraceId {
        TraceId::new(u128::from(number + 1).to_be_bytes())
    }

    fn numbers(stream: &Stream, after: u64) -> Option<Vec<u64>> {
        Some(stream.since(after)?.iter().map(|event| event.number).collect())
    }

    #[test]
    fn who_comes_back_gets_what_came_since() {
        let streams = Streams::default();
        let stream = streams.begin(7, 1_000);
        for number in 0..3 {
            stream.add_trace(trace(number), number.to_string());
        }
        let revision = parse_revision(&stream.revision(1)).unwrap();
        let (found, number) = streams.find(7, revision).unwrap();
        assert_eq!(numbers(&found, number), Some(vec![2, 3]));
        // Of two who look for the same stream the second has nothing new.
        stream.add_trace(trace(2), String::new());
        assert_eq!(numbers(&found, 3), Some(vec![]));
        // Another question, another stream, and what never was.
        assert!(streams.find(8, revision).is_none());
        assert!(streams.find(7, (999, 1)).is_none());
        assert_eq!(numbers(&found, 4), None);
        assert_eq!([parse_revision("x-1"), parse_revision("1")], [None, None]);
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let streams = Streams::default();
        let stream = streams.begin(7, 1_000);
        for number in 0..5_000 {
            stream.add_trace(trace(number), String::new());
        }
        assert_eq!(numbers(&stream, 4_799), None);
        assert_eq!(numbers(&stream, 4_800).unwrap().len(), KEPT_MAX);
        assert!(!stream.knows(trace(5_000 - TOLD_MAX as u64 - 1)));
        assert!(stream.knows(trace(5_000 - TOLD_MAX as u64)));
        let first = parse_revision(&stream.revision(5_000)).unwrap();
        for _ in 0..STREAMS_MAX {
            streams.begin(7, 1_000);
        }
        assert!(streams.find(7, first).is_none());
    }
}
