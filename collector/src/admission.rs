//! Who may come in: a budget of bytes that all requests share.
//!
//! What a request holds is charged before it is allocated, and a request that the
//! budget has no room for is refused at once with the advice to come back: clients
//! slow down, and memory stays under its cap.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::{Semaphore, SemaphorePermit};

/// A body above this size, in bytes, is decompressed and decoded one at a time, so
/// that large requests leave a worker thread to the small ones and don't multiply
/// what they need.
const LARGE_BODY_BYTES: usize = 1024 * 1024;

/// The bytes that all requests may hold together.
#[derive(Clone)]
pub(crate) struct Budget {
    shared: Arc<Shared>,
}

struct Shared {
    max: usize,
    used: AtomicUsize,
    gauge: Gauge,
    large: Semaphore,
}

/// There is no room in the budget at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exhausted;

impl Budget {
    /// A budget of `max` bytes, whose use `gauge` shows.
    pub(crate) fn new(max: usize, gauge: Gauge) -> Self {
        let large = Semaphore::new(1);
        Self { shared: Arc::new(Shared { max, used: AtomicUsize::new(0), gauge, large }) }
    }

    /// A charge of nothing yet.
    pub(crate) fn open(&self) -> Charge {
        Charge { shared: Arc::clone(&self.shared), bytes: 0 }
    }

    /// Whether `bytes` would fit now; a hint, nothing is set aside.
    pub(crate) fn has_room_for(&self, bytes: usize) -> bool {
        let used = self.shared.used.load(Ordering::Relaxed);
        used.saturating_add(bytes) <= self.shared.max
    }

    /// Waits for the turn of a body of `bytes`; one that is not large has no need
    /// to.
    pub(crate) async fn turn(&self, bytes: usize) -> Option<SemaphorePermit<'_>> {
        if bytes <= LARGE_BODY_BYTES {
            return None;
        }
        // Fails only if closed, which nobody does.
        self.shared.large.acquire().await.ok()
    }
}

/// Bytes that one request holds; given back when dropped.
pub(crate) struct Charge {
    shared: Arc<Shared>,
    bytes: usize,
}

impl Charge {
    /// Takes `more` bytes from the budget.
    ///
    /// # Errors
    /// [`Exhausted`] where they don't fit; the charge is then as before.
    pub(crate) fn try_grow(&mut self, more: usize) -> Result<(), Exhausted> {
        let max = self.shared.max;
        let take = |used: usize| used.checked_add(more).filter(|sum| *sum <= max);
        self.shared
            .used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
            .map_err(|_| Exhausted)?;
        self.bytes = self.bytes.saturating_add(more);
        self.shared.gauge.inc_by(gauge_step(more));
        Ok(())
    }

    /// Gives bytes back until no more than `bytes` are held.
    pub(crate) fn shrink_to(&mut self, bytes: usize) {
        let less = self.bytes.saturating_sub(bytes);
        self.shared.used.fetch_sub(less, Ordering::Relaxed);
        self.shared.gauge.dec_by(gauge_step(less));
        self.bytes = self.bytes.min(bytes);
    }

    /// The bytes held.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.shrink_to(0);
    }
}

fn gauge_step(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charges_share_the_budget_and_give_it_back() {
        let gauge = Gauge::default();
        let budget = Budget::new(100, gauge.clone());
        let (mut first, mut second) = (budget.open(), budget.open());
        assert_eq!(first.try_grow(60), Ok(()));
        assert_eq!(second.try_grow(41), Err(Exhausted));
        assert_eq!(second.try_grow(40), Ok(()));
        assert_eq!(second.try_grow(usize::MAX), Err(Exhausted));
        assert!(!budget.has_room_for(1));
        first.shrink_to(10);
        assert_eq!((first.bytes(), gauge.get()), (10, 50));
        first.shrink_to(30);
        assert_eq!(first.bytes(), 10);
        drop((first, second));
        assert!(budget.has_room_for(100));
        assert_eq!(gauge.get(), 0);
    }
}
