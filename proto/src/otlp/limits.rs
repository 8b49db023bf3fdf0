use std::sync::Arc;

use super::DecodeError;

/// What one request may hold. Over a limit the whole request is refused, but for
/// `value_depth`, which refuses single spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the request, after decompression. 64 MiB, as OTLP recommends:
    /// some 150,000 common spans.
    pub request_bytes_max: usize,
    /// Spans of the request, refused ones included. 500,000: the spans that fit
    /// into `request_bytes_max` are far fewer unless they say next to nothing.
    pub spans_max: usize,
    /// Bytes of memory that the decoded spans may take. 192 MiB, three times
    /// `request_bytes_max`: what 64 MiB of spans with common attributes become,
    /// while the worst OTLP bodies would become a hundred times their size.
    pub decoded_bytes_max: usize,
    /// How deep arrays and maps nest in an attribute's value; a plain value has
    /// depth 0. 24, which common protobuf and JSON libraries can read back (their
    /// limits are 100 and 128 levels, and a map in a map costs 3 and 4).
    pub value_depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            request_bytes_max: 64 << 20,
            spans_max: 500_000,
            decoded_bytes_max: 192 << 20,
            value_depth: 24,
        }
    }
}

impl Limits {
    pub(crate) fn check_request(&self, body: &[u8]) -> Result<(), DecodeError> {
        let max = self.request_bytes_max;
        if body.len() > max {
            return Err(DecodeError::TooLarge { limit: "request_bytes_max", max });
        }
        Ok(())
    }
}

/// Memory that a decoder may still allocate. Asked before every allocation.
#[derive(Debug)]
pub(crate) struct Budget {
    max: usize,
    left: usize,
}

/// What a [`Budget`] stood at, to return to when a span is given up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mark(usize);

/// The budget does not reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exhausted {
    max: usize,
}

impl Budget {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { max: limits.decoded_bytes_max, left: limits.decoded_bytes_max }
    }

    /// Grants `bytes`, or nothing.
    pub(crate) fn take(&mut self, bytes: usize) -> Result<(), Exhausted> {
        let left = self.left.checked_sub(bytes).ok_or(Exhausted { max: self.max })?;
        self.left = left;
        Ok(())
    }

    /// Makes room for `more` further items: exactly that in an empty vector, at
    /// least half as much again in one that has grown before, so that many small
    /// steps stay cheap. While a vector moves, its old place exists, too: for a
    /// moment there is up to twice what is accounted for it.
    pub(crate) fn reserve<T>(&mut self, vec: &mut Vec<T>, more: usize) -> Result<(), Exhausted> {
        let free = vec.capacity().saturating_sub(vec.len());
        if more > free {
            let grow = more.saturating_sub(free).max(vec.capacity() / 2);
            self.take(grow.saturating_mul(size_of::<T>()))?;
            vec.reserve_exact(free.saturating_add(grow));
        }
        Ok(())
    }

    /// Appends `item`, making room where there is none.
    pub(crate) fn push<T>(&mut self, vec: &mut Vec<T>, item: T) -> Result<(), Exhausted> {
        self.reserve(vec, 1)?;
        vec.push(item);
        Ok(())
    }

    /// `item`, to be shared.
    pub(crate) fn share<T>(&mut self, item: T) -> Result<Arc<T>, Exhausted> {
        self.take(size_of::<T>())?;
        Ok(Arc::new(item))
    }

    /// A copy of `text`.
    pub(crate) fn text(&mut self, text: &str) -> Result<String, Exhausted> {
        self.take(text.len())?;
        Ok(text.to_owned())
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark(self.left)
    }

    /// Returns what was granted since `mark`; what it paid for must be gone.
    pub(crate) fn give_back_since(&mut self, mark: Mark) {
        self.left = mark.0;
    }

    /// What has been granted in all.
    pub(crate) fn taken(&self) -> usize {
        self.max.saturating_sub(self.left)
    }
}

impl From<Exhausted> for DecodeError {
    fn from(exhausted: Exhausted) -> Self {
        Self::TooLarge { limit: "decoded_bytes_max", max: exhausted.max }
    }
}
