//! What HTTP says around a body, alike for every receiver.

use std::time::Duration;

use axum::body::Body;
use http::header::{self, HeaderMap, HeaderValue};
use http::{Request, Version};

use super::body::{BodyReader, too_large};
use crate::decompress::Encoding;
use crate::ingest::{Ingest, Received, Wire};
use crate::refusal::Refusal;

/// Reads the body, if it may come in at all.
pub(super) async fn receive(
    ingest: &Ingest,
    headers: &HeaderMap,
    wire: Wire,
    reader: &mut BodyReader,
) -> Result<Received, Refusal> {
    let encoding = encoding_of(headers)?;
    let bytes_max = ingest.config.limits.request_bytes_max;
    let declared = content_length(headers);
    if let Some(length) = declared {
        if length > bytes_max {
            return Err(too_large(bytes_max));
        }
        if !ingest.budget.has_room_for(length) {
            return Err(Refusal::Overloaded);
        }
    }
    let mut charge = ingest.budget.open();
    let bytes = reader.read_all(declared, bytes_max, &mut charge).await?;
    Ok(Received { wire, bytes, encoding, charge })
}

/// The one encoding of the body. Several on top of each other are refused: they
/// are only ever sent to wear a receiver out.
fn encoding_of(headers: &HeaderMap) -> Result<Encoding, Refusal> {
    let mut found = Encoding::Identity;
    for value in headers.get_all(header::CONTENT_ENCODING) {
        let unsupported = |name: &str| Refusal::UnsupportedEncoding { name: name.to_owned() };
        let value = value.to_str().map_err(|_| unsupported("?"))?;
        for name in value.split(',') {
            let encoding = Encoding::named(name.trim()).ok_or_else(|| unsupported(name.trim()))?;
            if encoding != Encoding::Identity {
                if found != Encoding::Identity {
                    return Err(unsupported(value));
                }
                found = encoding;
            }
        }
    }
    Ok(found)
}

/// The declared length; hyper has checked that it is one number.
fn content_length(headers: &HeaderMap) -> Option<usize> {
    let length = headers.get(header::CONTENT_LENGTH)?.to_str().ok()?;
    Some(length.parse().unwrap_or(usize::MAX))
}

/// Whether a body that is not wanted should be read and thrown away: not over
/// HTTP/2, which can stop a request alone, nor where the client waits for our word
/// before it sends.
pub(super) fn can_linger(request: &Request<Body>) -> bool {
    request.version() <= Version::HTTP_11 && !request.headers().contains_key(header::EXPECT)
}

/// How long to wait, in whole seconds, and never "at once".
pub(super) fn retry_after(delay: Duration) -> HeaderValue {
    let seconds = u64::try_from(delay.as_millis().div_ceil(1000)).unwrap_or(u64::MAX);
    HeaderValue::from(seconds.max(1))
}
