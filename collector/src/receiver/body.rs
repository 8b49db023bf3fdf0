//! Reading a request's body: not too much of it, not too slowly, and nothing that
//! the budget has no room for.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http_body_util::BodyExt;
use tokio::time::Instant;

use crate::Config;
use crate::admission::Charge;
use crate::refusal::Refusal;

/// The first allocation for a body, in bytes, where its length is not known.
const FIRST_BYTES: usize = 16 * 1024;

/// What is thrown away, at most, of a body that is not wanted any more, in bytes.
const LINGER_BYTES_MAX: usize = 64 * 1024 * 1024;

/// How long it is thrown away, at most.
const LINGER_TIME_MAX: Duration = Duration::from_secs(2);

/// A body that is being read.
pub(crate) struct BodyReader {
    body: Body,
    /// What has come but was not asked for yet.
    ahead: Bytes,
    /// How much has come.
    received: usize,
    started: Instant,
    grace: Duration,
    bytes_per_second_min: usize,
}

impl BodyReader {
    /// A reader of `body`, whose time starts now.
    pub(crate) fn new(body: Body, config: &Config) -> Self {
        Self {
            body,
            ahead: Bytes::new(),
            received: 0,
            started: Instant::now(),
            grace: config.body_grace,
            bytes_per_second_min: config.body_bytes_per_second_min.max(1),
        }
    }

    /// How many bytes have come so far.
    pub(crate) fn received(&self) -> usize {
        self.received
    }

    /// The whole body, at most `bytes_max` long. `declared` is how long the sender
    /// says that it is.
    ///
    /// # Errors
    /// As soon as it is clear that the body is too large, the budget has no room,
    /// the pace is too slow or the client is gone.
    pub(crate) async fn read_all(
        &mut self,
        declared: Option<usize>,
        bytes_max: usize,
        charge: &mut Charge,
    ) -> Result<Vec<u8>, Refusal> {
        let room = declared.unwrap_or(bytes_max).min(bytes_max);
        let mut bytes = Vec::new();
        while let Some(chunk) = self.next().await? {
            if chunk.len() > bytes_max.saturating_sub(bytes.len()) {
                return Err(too_large(bytes_max));
            }
            append(&mut bytes, &chunk, room, charge)?;
        }
        Ok(bytes)
    }

    /// The next `count` bytes, or fewer where the body ends before.
    ///
    /// # Errors
    /// As [`Self::read_all`].
    pub(crate) async fn read_exact(
        &mut self,
        count: usize,
        charge: &mut Charge,
    ) -> Result<Vec<u8>, Refusal> {
        let mut bytes = Vec::new();
        while bytes.len() < count {
            let Some(mut chunk) = self.next().await? else {
                break;
            };
            let missing = count.saturating_sub(bytes.len());
            if chunk.len() > missing {
                self.ahead = chunk.split_off(missing);
            }
            append(&mut bytes, &chunk, count, charge)?;
        }
        Ok(bytes)
    }

    /// Whether the body has ended.
    ///
    /// # Errors
    /// As [`Self::read_all`].
    pub(crate) async fn is_at_end(&mut self) -> Result<bool, Refusal> {
        match self.next().await? {
            Some(chunk) => {
                self.ahead = chunk;
                Ok(false)
            }
            None => Ok(true),
        }
    }

    /// The next bytes, never empty; `None` at the end.
    async fn next(&mut self) -> Result<Option<Bytes>, Refusal> {
        if !self.ahead.is_empty() {
            return Ok(Some(std::mem::take(&mut self.ahead)));
        }
        loop {
            let seconds = self.received.checked_div(self.bytes_per_second_min).unwrap_or(0);
            let allowed = self.grace.saturating_add(Duration::from_secs(seconds as u64));
            let deadline = self.started.checked_add(allowed).unwrap_or(self.started);
            let frame = tokio::time::timeout_at(deadline, self.body.frame())
                .await
                .map_err(|_| Refusal::TooSlow)?;
            match frame {
                None => return Ok(None),
                Some(Err(_)) => return Err(Refusal::ClientGone),
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data()
                        && !data.is_empty()
                    {
                        self.received = self.received.saturating_add(data.len());
                        return Ok(Some(data));
                    }
                }
            }
        }
    }

    /// Throws the rest of the body away, for a moment, while the answer is already
    /// on its way. A client that still sends would otherwise find its connection
    /// reset, miss the answer and send the same again.
    pub(crate) fn linger(self) {
        let mut body = self.body;
        let discard = async move {
            let mut discarded = 0usize;
            while let Some(Ok(frame)) = body.frame().await {
                discarded =
                    discarded.saturating_add(frame.data_ref().map_or(0, bytes::Buf::remaining));
                if discarded > LINGER_BYTES_MAX {
                    break;
                }
            }
        };
        tokio::spawn(tokio::time::timeout(LINGER_TIME_MAX, discard));
    }
}

/// The refusal of a body longer than `bytes_max`.
pub(crate) fn too_large(bytes_max: usize) -> Refusal {
    Refusal::TooLarge {
        what: format!(
            "the request is larger than the {bytes_max} bytes allowed; send smaller batches"
        ),
    }
}

/// Appends `chunk`, growing in steps that double up to `room`, each charged before
/// it is allocated.
fn append(
    bytes: &mut Vec<u8>,
    chunk: &Bytes,
    room: usize,
    charge: &mut Charge,
) -> Result<(), Refusal> {
    let needed = bytes.len().saturating_add(chunk.len());
    if needed > bytes.capacity() {
        let doubled = bytes.capacity().saturating_mul(2).max(FIRST_BYTES).min(room);
        let capacity = doubled.max(needed);
        charge.try_grow(capacity.saturating_sub(bytes.capacity()))?;
        bytes.reserve_exact(capacity.saturating_sub(bytes.len()));
    }
    bytes.extend_from_slice(chunk);
    Ok(())
}
