//! Summaries: one line for each trace, as columns, so that lists and orders never
//! read spans.
//!
//! ```text
//! ids:            16 bytes each
//! summaries:      count of texts · each text    services and names, once each
//!                 starts, zigzag since the one before
//!                 durations · span counts · error counts          varints
//!                 root services · root names                      numbers of texts
//!                 services: for each trace count · each: text, spans, errors
//!                 longest spans: of each of those services, in their order, coarse
//! ```
//!
//! Both are cut into chunks of [`CHUNK_TRACES`]. The summary of a split trace is both in
//! one: the id, then the summary.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use hashbrown::HashMap;
use proto::TraceId;

use crate::contract::coarse::CoarseDuration;
use crate::contract::summary::{ServiceCount, TraceSummary};
use proto::codec::{Malformed, Reader, Writer};

/// Traces in a chunk.
pub(crate) const CHUNK_TRACES: u32 = 1_024;

/// The ids of `summaries`.
pub(super) fn encode_ids(summaries: &[TraceSummary]) -> Vec<u8> {
    summaries.iter().flat_map(|summary| *summary.trace_id.as_bytes()).collect()
}

/// The id and the summary of one trace.
pub(crate) fn encode_one(summary: TraceSummary) -> Vec<u8> {
    let summaries = [summary];
    [encode_ids(&summaries), encode(&summaries)].concat()
}

/// The summary that [`encode_one`] wrote.
pub(crate) fn decode_one(record: &[u8]) -> Result<TraceSummary, Malformed> {
    let (id, rest) = record.split_at_checked(ID_BYTES).ok_or(Malformed("trace id"))?;
    Summaries::decode(id, rest)?.summary(0).ok_or(Malformed("summary"))
}

/// The trace at `place` among `ids`.
pub(super) fn id_at(ids: &[u8], place: u32) -> Option<TraceId> {
    let start = (place as usize).checked_mul(ID_BYTES)?;
    ids.get(start..)?.first_chunk().map(|id| TraceId::new(*id))
}

const ID_BYTES: usize = 16;

/// The record of `summaries`, in their order.
pub(super) fn encode(summaries: &[TraceSummary]) -> Vec<u8> {
    let mut texts = Texts::default();
    let mut columns = Writer::new();
    let mut before = 0;
    for summary in summaries {
        columns.zigzag(summary.start_unix_nano.wrapping_sub(before).cast_signed());
        before = summary.start_unix_nano;
    }
    summaries.iter().for_each(|summary| columns.varint(summary.duration_nano));
    summaries.iter().for_each(|summary| columns.varint(summary.span_count.into()));
    summaries.iter().for_each(|summary| columns.varint(summary.error_count.into()));
    summaries.iter().for_each(|summary| columns.varint(texts.number(&summary.root_service)));
    summaries.iter().for_each(|summary| columns.varint(texts.number(&summary.root_name)));
    for summary in summaries {
        columns.size(summary.services.len());
        for service in &summary.services {
            columns.varint(texts.number(&service.name));
            columns.varint(service.spans.into());
            columns.varint(service.errors.into());
        }
    }
    for service in summaries.iter().flat_map(|summary| &summary.services) {
        columns.varint(service.longest.code().into());
    }
    let mut record = Writer::new();
    record.size(texts.texts.len());
    texts.texts.iter().for_each(|text| record.bytes(text.as_bytes()));
    record.raw(&columns.into_bytes());
    record.into_bytes()
}

#[derive(Default)]
struct Texts<'a> {
    texts: Vec<&'a str>,
    numbers: HashMap<&'a str, u64>,
}

impl<'a> Texts<'a> {
    fn number(&mut self, text: &'a str) -> u64 {
        let next = self.texts.len() as u64;
        let number = *self.numbers.entry(text).or_insert(next);
        if number == next {
            self.texts.push(text);
        }
        number
    }
}

/// A chunk of summaries that was read, by place in it.
#[derive(Debug)]
pub(crate) struct Summaries {
    texts: Vec<Box<str>>,
    rows: Vec<Row>,
    services: Vec<Service>,
    bytes: usize,
}

#[derive(Debug, Clone, Copy)]
struct Row {
    trace_id: TraceId,
    start_unix_nano: u64,
    duration_nano: u64,
    span_count: u32,
    error_count: u32,
    root_service: u32,
    root_name: u32,
    /// Where its services end in the list of all; they begin where those of the
    /// trace before end.
    services_end: usize,
}

/// What a search needs of one service in a trace, as far as a summary can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServiceNeed {
    pub(crate) service: String,
    /// A span that says it failed.
    pub(crate) error: bool,
    /// A span that is at least as long.
    pub(crate) longest_min: CoarseDuration,
}

/// How much of a trace a service is, its name by number.
#[derive(Debug, Clone, Copy)]
struct Service {
    name: u32,
    spans: u32,
    errors: u32,
    longest: CoarseDuration,
}

impl Summaries {
    pub(super) fn decode(ids: &[u8], record: &[u8]) -> Result<Self, Malformed> {
        let (ids, rest) = ids.as_chunks::<ID_BYTES>();
        if !rest.is_empty() {
            return Err(Malformed("trace id"));
        }
        let mut rows: Vec<Row> = ids.iter().map(|id| Row::of(TraceId::new(*id))).collect();
        let mut reader = Reader::new(record);
        let texts: Vec<Box<str>> =
            (0..reader.count()?).map(|_| reader.text().map(Box::from)).collect::<Result<_, _>>()?;
        let mut start = 0u64;
        for row in &mut rows {
            start = start.wrapping_add(reader.zigzag()?.cast_unsigned());
            row.start_unix_nano = start;
        }
        for row in &mut rows {
            row.duration_nano = reader.varint()?;
        }
        for row in &mut rows {
            row.span_count = reader.varint32()?;
        }
        for row in &mut rows {
            row.error_count = reader.varint32()?;
        }
        for row in &mut rows {
            row.root_service = reader.varint32()?;
        }
        for row in &mut rows {
            row.root_name = reader.varint32()?;
        }
        let mut services = Vec::new();
        for row in &mut rows {
            for _ in 0..reader.count()? {
                services.push(Service {
                    name: reader.varint32()?,
                    spans: reader.varint32()?,
                    errors: reader.varint32()?,
                    longest: CoarseDuration::default(),
                });
            }
            row.services_end = services.len();
        }
        for service in &mut services {
            service.longest = CoarseDuration::of_code(reader.varint32()?);
        }
        reader.end()?;
        let bytes = texts.iter().map(|text| text.len()).fold(0, usize::saturating_add);
        let bytes = bytes
            .saturating_add(size_of_val(&*texts))
            .saturating_add(size_of_val(&*rows))
            .saturating_add(size_of_val(&*services));
        Ok(Self { texts, rows, services, bytes })
    }

    /// The line but for its names.
    pub(crate) fn figures(&self, place: u32) -> Option<TraceSummary> {
        self.row(place).map(|(_, row)| row.figures())
    }

    /// The whole line.
    pub(crate) fn summary(&self, place: u32) -> Option<TraceSummary> {
        let (position, row) = self.row(place)?;
        let service = |one: &Service| {
            Some(ServiceCount {
                name: self.text(one.name)?,
                spans: one.spans,
                errors: one.errors,
                longest: one.longest,
            })
        };
        let services = self.services_of(position, row)?;
        Some(TraceSummary {
            root_service: self.text(row.root_service)?,
            root_name: self.text(row.root_name)?,
            services: services.iter().map(service).collect::<Option<_>>()?,
            ..row.figures()
        })
    }

    /// Tells of a place whether its trace may meet `need`.
    pub(crate) fn meeting(&self, need: &ServiceNeed) -> impl Fn(u32) -> bool + use<'_> {
        let mut texts = self.texts.iter().zip(0u32..);
        let name = texts.find(|(text, _)| ***text == *need.service).map(|(_, number)| number);
        let (errors_min, longest_min) = (u32::from(need.error), need.longest_min);
        move |place| {
            let row = self.row(place);
            let services = row.and_then(|(position, row)| self.services_of(position, row));
            services.unwrap_or_default().iter().any(|one| {
                Some(one.name) == name && one.errors >= errors_min && one.longest >= longest_min
            })
        }
    }

    fn services_of(&self, position: usize, row: &Row) -> Option<&[Service]> {
        let before = position.checked_sub(1).and_then(|before| self.rows.get(before));
        self.services.get(before.map_or(0, |row| row.services_end)..row.services_end)
    }

    /// What they take in memory.
    pub(super) fn memory_bytes(&self) -> usize {
        self.bytes
    }

    fn row(&self, place: u32) -> Option<(usize, &Row)> {
        let position = usize::try_from(place).ok()?;
        self.rows.get(position).map(|row| (position, row))
    }

    fn text(&self, number: u32) -> Option<String> {
        let number = usize::try_from(number).ok()?;
        self.texts.get(number).map(|text| (**text).to_owned())
    }
}

impl Row {
    fn of(trace_id: TraceId) -> Self {
        Self {
            trace_id,
            start_unix_nano: 0,
            duration_nano: 0,
            span_count: 0,
            error_count: 0,
            root_service: 0,
            root_name: 0,
            services_end: 0,
        }
    }

    /// The summary but for its names.
    fn figures(&self) -> TraceSummary {
        TraceSummary {
            trace_id: self.trace_id,
            start_unix_nano: self.start_unix_nano,
            duration_nano: self.duration_nano,
            span_count: self.span_count,
            error_count: self.error_count,
            root_service: String::new(),
            root_name: String::new(),
            services: Vec::new(),
        }
    }
}
