//! One gRPC call with one message each way, over a plain HTTP/2 request (gRPC over
//! HTTP2, grpc/doc/PROTOCOL-HTTP2.md).

use std::time::Duration;

use axum::body::Body;
use bytes::{BufMut, Bytes, BytesMut};
use http::header::{HeaderMap, HeaderValue};
use http::{Response, header};
use http_body_util::{BodyExt, Full};

use crate::admission::{Budget, Charge};
use crate::decompress::Encoding;
use crate::receiver::body::{BodyReader, too_large};
use crate::refusal::Refusal;

/// A message's prefix: one byte that says whether it is compressed, four bytes of
/// length.
const PREFIX_BYTES: usize = 5;

/// A message as it came.
pub(super) struct Message {
    pub(super) bytes: Vec<u8>,
    pub(super) is_compressed: bool,
    pub(super) charge: Charge,
}

/// Reads the only message of a call. Its declared length is checked before anything
/// is allocated for it.
///
/// # Errors
/// Where it is too large, not alone, cut off, or the budget has no room.
pub(super) async fn read_message(
    reader: &mut BodyReader,
    bytes_max: usize,
    budget: &Budget,
) -> Result<Message, Refusal> {
    let mut charge = budget.open();
    let prefix = reader.read_exact(PREFIX_BYTES, &mut charge).await?;
    let Ok([flag, length @ ..]) = <[u8; PREFIX_BYTES]>::try_from(prefix) else {
        return Err(Refusal::malformed("the call carries no message"));
    };
    let is_compressed = match flag {
        0 => false,
        1 => true,
        other => {
            let what = format!("the message's first byte must be 0 or 1, is {other}");
            return Err(Refusal::malformed(what));
        }
    };
    let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
    if length > bytes_max {
        return Err(too_large(bytes_max));
    }
    if !budget.has_room_for(length) {
        return Err(Refusal::Overloaded);
    }
    let bytes = reader.read_exact(length, &mut charge).await?;
    if bytes.len() < length {
        let what = format!("the message is cut off: {} bytes of {length}", bytes.len());
        return Err(Refusal::malformed(what));
    }
    if !reader.is_at_end().await? {
        return Err(Refusal::malformed("the call carries more than one message"));
    }
    Ok(Message { bytes, is_compressed, charge })
}

/// The encoding that compressed messages of the call are in.
///
/// # Errors
/// [`Refusal::UnsupportedEncoding`] where it is not understood.
pub(super) fn encoding_of(headers: &HeaderMap) -> Result<Encoding, Refusal> {
    let name = headers.get("grpc-encoding").map_or("", |value| value.to_str().unwrap_or("?"));
    Encoding::named(name).ok_or_else(|| Refusal::UnsupportedEncoding { name: name.to_owned() })
}

/// How long the client waits for the answer, where it says.
pub(super) fn timeout_of(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = value.split_at_checked(value.len().checked_sub(1)?)?;
    let count: u64 = digits.parse().ok().filter(|_| digits.len() <= 8)?;
    Some(match unit {
        "H" => Duration::from_secs(count.saturating_mul(3600)),
        "M" => Duration::from_secs(count.saturating_mul(60)),
        "S" => Duration::from_secs(count),
        "m" => Duration::from_millis(count),
        "u" => Duration::from_micros(count),
        "n" => Duration::from_nanos(count),
        _ => return None,
    })
}

/// The successful answer `message`.
pub(super) fn success(message: &[u8]) -> Response<Body> {
    let mut framed = BytesMut::with_capacity(PREFIX_BYTES.saturating_add(message.len()));
    framed.put_u8(0);
    // Answers are a few kilobytes at most.
    framed.put_u32(u32::try_from(message.len()).unwrap_or(u32::MAX));
    framed.put_slice(message);
    let mut trailers = HeaderMap::new();
    trailers.insert(tonic::Status::GRPC_STATUS, HeaderValue::from_static("0"));
    let body = Full::new(framed.freeze()).with_trailers(async { Some(Ok(trailers)) });
    let mut response = Response::new(Body::new(body));
    let content_type = HeaderValue::from_static("application/grpc");
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    response
}

/// The answer to a refused call; `usual` as in [`Refusal::status`].
pub(super) fn failure(refusal: &Refusal, usual: Duration) -> Response<Body> {
    let status = refusal.status(usual);
    let details = if status.field_violations.is_empty() && status.retry_delay.is_none() {
        Bytes::new()
    } else {
        Bytes::from(status.to_protobuf())
    };
    let mut response =
        tonic::Status::with_details(refusal.grpc_code(), status.message, details).into_http();
    if let Refusal::UnsupportedEncoding { .. } = refusal {
        let accepted = HeaderValue::from_static("gzip,zstd,identity");
        response.headers_mut().insert("grpc-accept-encoding", accepted);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_are_read_in_every_unit() {
        for (text, expect) in [
            ("1H", Some(Duration::from_secs(3600))),
            ("2M", Some(Duration::from_secs(120))),
            ("3S", Some(Duration::from_secs(3))),
            ("4m", Some(Duration::from_millis(4))),
            ("5u", Some(Duration::from_micros(5))),
            ("99999999n", Some(Duration::from_nanos(99_999_999))),
            ("999999999n", None),
            ("", None),
            ("S", None),
            ("1", None),
            ("1 S", None),
            ("1ß", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("grpc-timeout", HeaderValue::from_bytes(text.as_bytes()).unwrap());
            assert_eq!(timeout_of(&headers), expect, "{text:?}");
        }
    }
}
