#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::fmt;
use std::net::IpAddr;

use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess};

use super::message::{Fields, Items, List, Object};
use super::scalar::{Scalar, Token};
use crate::otlp::{self, Decoded, Limits};
use crate::zipkin::decoder::Decoder;
use crate::zipkin::id::{IdError, parse_parent_id, parse_span_id};
use crate::zipkin::{Annotation, DecodeError, Endpoint, Kind, Span, parse_trace_id};

/// How long a message gets, in characters.
const MESSAGE_CHARS_MAX: usize = 512;

/// Reads a list of spans; no bytes at all are an empty one.
///
/// # Errors
/// Where the bytes are no such list, in Zipkin's words, or over a limit; then nothing of
/// it is kept.
pub fn decode_spans(body: &[u8], limits: &Limits) -> Result<Decoded, DecodeError> {
    limits.check_request(body).map_err(DecodeError::from)?;
    let mut decoder = Decoder::new(limits);
    let content = body.trim_ascii_start();
    if content.is_empty() {
        return Ok(decoder.finish());
    }
    if content.first() != Some(&b'[') {
        return Err(DecodeError::Malformed("Expected a JSON_V2 encoded list".to_owned()));
    }
    let mut reader = Reader { decoder: &mut decoder, stopped: None, failed_in: Vec::new() };
    let mut json = serde_json::Deserializer::from_slice(body);
    match List(&mut reader, &mut Spans).deserialize(&mut json).and_then(|()| json.end()) {
        Ok(()) => Ok(decoder.finish()),
        Err(error) => Err(reader.into_error(&error)),
    }
}

/// What all parts of the reader share.
pub(super) struct Reader<'a> {
    decoder: &'a mut Decoder,
    /// Set with the error that ends the reading, where its words say all.
    stopped: Option<DecodeError>,
    /// Keys and indexes around the place of the error, the innermost first.
    failed_in: Vec<String>,
}

impl Reader<'_> {
    /// Notes where the reading ended, on the way out.
    pub(super) fn failed_in(&mut self, place: String) {
        self.failed_in.push(place);
    }

    fn stop<E: Error>(&mut self, error: DecodeError) -> E {
        self.stopped = Some(error);
        E::custom("stopped")
    }

    fn refuse<E: Error>(&mut self, words: impl fmt::Display) -> E {
        self.stop(DecodeError::Malformed(format!("{words} reading List<Span> from json")))
    }

    fn take<E: Error>(&mut self, bytes: usize) -> Result<(), E> {
        let taken = self.decoder.budget.take(bytes);
        taken.map_err(|error| self.stop(otlp::DecodeError::from(error).into()))
    }

    pub(super) fn text<E: Error>(&mut self, text: &str) -> Result<String, E> {
        self.take(text.len())?;
        Ok(text.to_owned())
    }

    fn id<T, E: Error>(&mut self, parsed: Result<T, IdError>) -> Result<T, E> {
        parsed.map_err(|error| self.refuse(error))
    }

    fn path(&self) -> String {
        let mut path = "$".to_owned();
        for place in self.failed_in.iter().rev() {
            if !place.starts_with('[') {
                path.push('.');
            }
            path.push_str(place);
        }
        path
    }

    fn into_error(self, error: &serde_json::Error) -> DecodeError {
        let path = self.path();
        if let Some(stopped) = self.stopped {
            return stopped;
        }
        let words = error.to_string();
        let what = if error.is_eof() {
            let (line, column) = (error.line(), error.column());
            format!("End of input at line {line} column {column} path {path}")
        } else if words.starts_with("Expected ") || words.starts_with("For input") {
            format!("{words} path {path}")
        } else {
            format!("Malformed: {words} path {path}")
        };
        let what: String = what.chars().take(MESSAGE_CHARS_MAX).collect();
        DecodeError::Malformed(format!("{what} reading List<Span> from json"))
    }
}

struct Spans;

impl Items for Spans {
    const EXPECTED: &'static str = "a list of spans";

    fn read_item<'de, A: SeqAccess<'de>>(
        &mut self,
        items: &mut A,
        _place: usize,
        reader: &mut Reader<'_>,
    ) -> Result<bool, A::Error> {
        let mut span = Span::default();
        if items.next_element_seed(Fields(reader, &mut span, false))?.is_none() {
            return Ok(false);
        }
        if !span.trace_id.is_valid() {
            return Err(reader.refuse("Missing : traceId"));
        }
        if !span.id.is_valid() {
            return Err(reader.refuse("Missing : id"));
        }
        reader.decoder.push(span).map_err(|error| reader.stop(error))?;
        Ok(true)
    }
}

impl Object for Span {
    const EXPECTED: &'static str = "a span";

    fn read_field<'de, A: MapAccess<'de>>(
        &mut self,
        key: &str,
        values: &mut A,
        reader: &mut Reader<'_>,
    ) -> Result<(), A::Error> {
        match key {
            "traceId" => {
                let text: String = values.next_value_seed(Scalar(reader, TEXT))?.into_text()?;
                self.trace_id = reader.id(parse_trace_id(&text))?;
            }
            "id" => {
                let text: String = values.next_value_seed(Scalar(reader, TEXT))?.into_text()?;
                self.id = reader.id(parse_span_id(&text))?;
            }
            "localEndpoint" => {
                values.next_value_seed(Fields(reader, &mut self.local_endpoint, true))?;
            }
            "remoteEndpoint" => {
                values.next_value_seed(Fields(reader, &mut self.remote_endpoint, true))?;
            }
            "annotations" => values.next_value_seed(List(reader, &mut self.annotations))?,
            "tags" => values.next_value_seed(Fields(reader, &mut Tags(&mut self.tags), true))?,
            "binaryAnnotations" => return Err(reader.stop(is_v1())),
            "parentId" | "kind" | "name" | "timestamp" | "duration" | "debug" | "shared" => {
                match values.next_value_seed(Scalar(reader, expected(key)))? {
                    Token::Null => {}
                    token => self.read_scalar(key, token, reader)?,
                }
            }
            _ => {
                values.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

const TEXT: &str = "a string";

fn expected(key: &str) -> &'static str {
    match key {
        "timestamp" | "duration" => "a long",
        "debug" | "shared" => "a boolean",
        _ => TEXT,
    }
}

/// The word for a body that Zipkin's first version had.
fn is_v1() -> DecodeError {
    let words = "Expected a JSON_V2 encoded list, but received: JSON_V1";
    DecodeError::Malformed(words.to_owned())
}

impl Span {
    fn read_scalar<E: Error>(
        &mut self,
        key: &str,
        token: Token,
        reader: &mut Reader<'_>,
    ) -> Result<(), E> {
        let positive = |number: i64| u64::try_from(number).unwrap_or(0);
        match key {
            "parentId" => {
                let text: String = token.into_text()?;
                self.parent_id = reader.id(parse_parent_id(&text))?;
            }
            "kind" => {
                let text: String = token.into_text()?;
                let kind = Kind::named(&text);
                let shown = || text.chars().take(64).collect::<String>();
                let none = || format!("No enum constant zipkin2.Span.Kind.{}", shown());
                self.kind = Some(kind.ok_or_else(|| reader.refuse(none()))?);
            }
            "name" => self.name = token.into_text()?,
            "timestamp" => self.timestamp = token.into_long().map(positive)?,
            "duration" => self.duration = token.into_long().map(positive)?,
            "debug" => self.debug = token.into_bool()?,
            _ => self.shared = token.into_bool()?,
        }
        Ok(())
    }
}

impl Object for Endpoint {
    const EXPECTED: &'static str = "an endpoint";

    fn read_field<'de, A: MapAccess<'de>>(
        &mut self,
        key: &str,
        values: &mut A,
        reader: &mut Reader<'_>,
    ) -> Result<(), A::Error> {
        if !matches!(key, "serviceName" | "ipv4" | "ipv6" | "port") {
            return values.next_value::<IgnoredAny>().map(|_| ());
        }
        let expected = if key == "port" { "an int" } else { TEXT };
        let token = match values.next_value_seed(Scalar(reader, expected))? {
            Token::Null => return Ok(()),
            token => token,
        };
        match key {
            "serviceName" => self.service_name = token.into_text()?,
            "port" => {
                let port = token.into_long()?.max(0);
                let invalid = |_| reader.refuse(format_args!("invalid port {port}"));
                self.port = port.try_into().map_err(invalid)?;
            }
            _ => {
                let text: String = token.into_text()?;
                // What is no address is not known, and no reason to lose the span.
                if let Some(ip) = parse_ip(&text) {
                    self.set_ip(ip);
                }
            }
        }
        Ok(())
    }
}

/// An address; numbers of version 4 may begin with zeros, as Zipkin takes them.
fn parse_ip(text: &str) -> Option<IpAddr> {
    if let Ok(ip) = text.parse() {
        return Some(ip);
    }
    let numbers: Option<Vec<u8>> = text.split('.').take(5).map(|text| text.parse().ok()).collect();
    <[u8; 4]>::try_from(numbers?).ok().map(IpAddr::from)
}

impl Items for Vec<Annotation> {
    const EXPECTED: &'static str = "a list of annotations";

    fn read_item<'de, A: SeqAccess<'de>>(
        &mut self,
        items: &mut A,
        place: usize,
        reader: &mut Reader<'_>,
    ) -> Result<bool, A::Error> {
        let mut read = ReadAnnotation::default();
        if items.next_element_seed(Fields(reader, &mut read, false))?.is_none() {
            return Ok(false);
        }
        let ReadAnnotation { timestamp, value: Some(value) } = read else {
            return Err(reader.refuse(format_args!("Incomplete annotation at [{place}]")));
        };
        if timestamp == 0 {
            return Err(reader.refuse(format_args!("Incomplete annotation at [{place}]")));
        }
        reader.take(size_of::<Annotation>())?;
        self.push(Annotation { timestamp, value });
        Ok(true)
    }
}

#[derive(Default)]
struct ReadAnnotation {
    timestamp: u64,
    value: Option<String>,
}

impl Object for ReadAnnotation {
    const EXPECTED: &'static str = "an annotation";

    fn read_field<'de, A: MapAccess<'de>>(
        &mut self,
        key: &str,
        values: &mut A,
        reader: &mut Reader<'_>,
    ) -> Result<(), A::Error> {
        match key {
            "timestamp" => {
                let number = values.next_value_seed(Scalar(reader, "a long"))?.into_long()?;
                self.timestamp = u64::try_from(number).unwrap_or(0);
            }
            "value" => {
                self.value = Some(values.next_value_seed(Scalar(reader, TEXT))?.into_text()?);
            }
            "endpoint" => return Err(reader.stop(is_v1())),
            _ => {
                values.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

struct Tags<'a>(&'a mut Vec<(String, String)>);

impl Object for Tags<'_> {
    const EXPECTED: &'static str = "an object of tags";

    fn read_field<'de, A: MapAccess<'de>>(
        &mut self,
        key: &str,
        values: &mut A,
        reader: &mut Reader<'_>,
    ) -> Result<(), A::Error> {
        let value = match values.next_value_seed(Scalar(reader, TEXT))? {
            Token::Null => {
                let shown: String = key.chars().take(64).collect();
                return Err(reader.refuse(format_args!("No value at $.tags.{shown}")));
            }
            token => token.into_text()?,
        };
        let key = reader.text(key)?;
        reader.take(size_of::<(String, String)>())?;
        self.0.push((key, value));
        Ok(())
    }
}
