//! Zipkin v2 as protobuf (`zipkin.proto`): a `ListOfSpans`.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::net::IpAddr;

use super::decoder::Decoder;
use super::id::padded;
use super::{Annotation, DecodeError, Endpoint, Kind, Span};
use crate::otlp::protobuf::chunk::{Chunk, Field};
use crate::otlp::{self, Decoded, Limits};
use crate::{SpanId, TraceId};

/// Reads a list of spans; no bytes at all are an empty one.
///
/// # Errors
/// Where the bytes are no such list, in Zipkin's words, or over a limit; then nothing of
/// it is kept.
pub fn decode_spans(body: &[u8], limits: &Limits) -> Result<Decoded, DecodeError> {
    limits.check_request(body)?;
    let mut decoder = Decoder::new(limits);
    let mut fields = Chunk::new(body);
    while let Some((number, field)) = next(&mut fields)? {
        if number == 1 {
            let span = read_span(field.chunk("spans")?, &mut decoder)?;
            decoder.push(span)?;
        }
    }
    Ok(decoder.finish())
}

fn next<'a>(fields: &mut Chunk<'a>) -> Result<Option<(u32, Field<'a>)>, DecodeError> {
    fields.next_field().map_err(|broken| otlp::DecodeError::from(broken).into())
}

fn text(field: Field<'_>, name: &'static str, of: &mut Decoder) -> Result<String, DecodeError> {
    of.budget.text(field.text(name)?).map_err(|error| otlp::DecodeError::from(error).into())
}

fn read_span(mut fields: Chunk<'_>, decoder: &mut Decoder) -> Result<Span, DecodeError> {
    let mut span = Span::default();
    while let Some((number, field)) = next(&mut fields)? {
        match number {
            1 => span.trace_id = TraceId::new(padded("traceId", field.chunk("trace_id")?.bytes())?),
            2 => {
                // Zeros, as no bytes, are no parent.
                let bytes = field.chunk("parent_id")?.bytes();
                let is_none = bytes.iter().all(|byte| *byte == 0);
                let id = || padded("parentId", bytes).map(SpanId::new);
                span.parent_id = if is_none { None } else { Some(id()?) };
            }
            3 => span.id = SpanId::new(padded("id", field.chunk("id")?.bytes())?),
            4 => span.kind = kind(field.varint("kind")?),
            5 => span.name = text(field, "name", decoder)?,
            6 => span.timestamp = signed(field.fixed64("timestamp")?),
            7 => span.duration = signed(field.varint("duration")?),
            8 => span.local_endpoint = endpoint(field.chunk("local_endpoint")?, decoder)?,
            9 => span.remote_endpoint = endpoint(field.chunk("remote_endpoint")?, decoder)?,
            10 => {
                let annotation = annotation(field.chunk("annotations")?, decoder)?;
                let pushed = decoder.budget.push(&mut span.annotations, annotation);
                pushed.map_err(otlp::DecodeError::from)?;
            }
            11 => {
                let tag = tag(field.chunk("tags")?, decoder)?;
                let pushed = decoder.budget.push(&mut span.tags, tag);
                pushed.map_err(otlp::DecodeError::from)?;
            }
            12 => span.debug = field.varint("debug")? != 0,
            13 => span.shared = field.varint("shared")? != 0,
            _ => {}
        }
    }
    for (is_there, name) in [(span.trace_id.is_valid(), "traceId"), (span.id.is_valid(), "id")] {
        if !is_there {
            let words = format!("Missing : {name} reading List<Span> from proto3");
            return Err(DecodeError::Malformed(words));
        }
    }
    Ok(span)
}

/// Zipkin's numbers have a sign, and what is below zero is absent.
fn signed(number: u64) -> u64 {
    u64::try_from(number.cast_signed()).unwrap_or(0)
}

fn kind(number: u64) -> Option<Kind> {
    match number {
        1 => Some(Kind::Client),
        2 => Some(Kind::Server),
        3 => Some(Kind::Producer),
        4 => Some(Kind::Consumer),
        _ => None,
    }
}

fn endpoint(mut fields: Chunk<'_>, decoder: &mut Decoder) -> Result<Endpoint, DecodeError> {
    let mut endpoint = Endpoint::default();
    while let Some((number, field)) = next(&mut fields)? {
        match number {
            1 => endpoint.service_name = text(field, "service_name", decoder)?,
            2 | 3 => {
                let bytes = field.chunk("ip")?.bytes();
                let ip = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
                let ip = ip.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from));
                // What is no address is not known, and no reason to lose the span.
                if let Ok(ip) = ip {
                    endpoint.set_ip(ip);
                }
            }
            4 => {
                let port = field.varint("port")? as u32 as i32;
                endpoint.port = u16::try_from(port.max(0)).map_err(|_| {
                    let words = format!("invalid port {port} reading List<Span> from proto3");
                    DecodeError::Malformed(words)
                })?;
            }
            _ => {}
        }
    }
    Ok(endpoint)
}

fn annotation(mut fields: Chunk<'_>, decoder: &mut Decoder) -> Result<Annotation, DecodeError> {
    let mut annotation = Annotation::default();
    while let Some((number, field)) = next(&mut fields)? {
        match number {
            1 => annotation.timestamp = signed(field.fixed64("timestamp")?),
            2 => annotation.value = text(field, "value", decoder)?,
            _ => {}
        }
    }
    Ok(annotation)
}

fn tag(mut fields: Chunk<'_>, decoder: &mut Decoder) -> Result<(String, String), DecodeError> {
    let mut tag = (String::new(), String::new());
    while let Some((number, field)) = next(&mut fields)? {
        match number {
            1 => tag.0 = text(field, "key", decoder)?,
            2 => tag.1 = text(field, "value", decoder)?,
            _ => {}
        }
    }
    Ok(tag)
}
