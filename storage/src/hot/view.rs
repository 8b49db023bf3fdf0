//! The hot traces, so that a reader can keep all of them as they are at one moment:
//! what changes afterwards is copied, the rest shared.

use std::sync::Arc;

use hashbrown::DefaultHashBuilder;
use imbl::{GenericHashMap, OrdMap, shared_ptr::DefaultSharedPtr};
use proto::TraceId;

use super::HotTrace;
use super::chunk::Chunk;

/// Hot traces at one moment. Cloning takes no time.
#[derive(Debug, Clone, Default)]
pub(crate) struct HotView {
    places: GenericHashMap<TraceId, Place, DefaultHashBuilder, DefaultSharedPtr>,
    chunks: OrdMap<u32, Arc<Chunk>>,
    /// The chunk that new traces go to.
    open: u32,
}

/// Where a trace is: in which chunk, and where there.
#[derive(Debug, Clone, Copy)]
struct Place {
    chunk: u32,
    place: u32,
}

impl HotView {
    pub(crate) fn get(&self, id: TraceId) -> Option<&Arc<HotTrace>> {
        let Place { chunk, place } = self.places.get(&id)?;
        self.chunks.get(chunk)?.get(*place as usize)
    }

    pub(crate) fn contains(&self, id: TraceId) -> bool {
        self.places.contains_key(&id)
    }

    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    /// All traces, in the order they came, some hundreds together.
    pub(crate) fn chunks(&self) -> impl Iterator<Item = &Arc<Chunk>> {
        self.chunks.values()
    }

    /// All traces.
    pub(crate) fn traces(&self) -> impl Iterator<Item = &Arc<HotTrace>> {
        self.chunks.values().flat_map(|chunk| chunk.traces())
    }

    /// Calls `change` with the trace, a new one where there is none; whether it was new.
    pub(super) fn change(&mut self, id: TraceId, change: impl FnOnce(&mut HotTrace)) -> bool {
        if let Some(Place { chunk, place }) = self.places.get(&id).copied() {
            let chunk = self.chunks.get_mut(&chunk).map(Arc::make_mut);
            let trace = chunk.and_then(|chunk| chunk.change(place as usize)?.as_mut());
            if let Some(trace) = trace {
                change(Arc::make_mut(trace));
                return false;
            }
        }
        let mut trace = HotTrace::new(id);
        change(&mut trace);
        if self.chunks.get(&self.open).is_some_and(|chunk| chunk.is_full()) {
            self.open = self.open.wrapping_add(1);
        }
        let chunk = self.chunks.entry(self.open).or_default();
        let place = Arc::make_mut(chunk).push(Arc::new(trace));
        let place = u32::try_from(place).unwrap_or(u32::MAX);
        self.places.insert(id, Place { chunk: self.open, place });
        true
    }

    /// Puts `left` in the place of a trace, or nothing; the trace that was there.
    pub(super) fn replace(
        &mut self,
        id: TraceId,
        left: impl FnOnce(&HotTrace) -> Option<HotTrace>,
    ) -> Option<Arc<HotTrace>> {
        let Place { chunk: number, place } = self.places.get(&id).copied()?;
        let chunk = Arc::make_mut(self.chunks.get_mut(&number)?);
        let trace = chunk.change(place as usize)?;
        let before = trace.take()?;
        *trace = left(&before).map(Arc::new);
        if trace.is_none() {
            self.places.remove(&id);
            if chunk.is_empty() {
                self.chunks.remove(&number);
            }
        }
        Some(before)
    }
}
