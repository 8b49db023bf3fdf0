//! Whether a segment is what it says: every record verifies, and index and spans say
//! the same, both ways.

use std::collections::BTreeSet;

use super::hash_index::Entries;
use super::term::{Term, Terms};
use super::{Part, Segment, SegmentReader, first_key, first_of_chunk, posting};
use crate::contract::summary::TraceSummary;
use crate::fault::{Fault, InRecord};
use crate::rocks::{Family, Found};
use proto::codec::{Malformed, Reader};

/// How many records and bytes a segment has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) records: u64,
    /// Of blocks and the table: what spans take.
    pub(crate) span_bytes: u64,
    /// Of all else: what finding them takes.
    pub(crate) index_bytes: u64,
}

/// Looks at everything in `segment`: calls `fault` with each thing that is wrong.
///
/// # Errors
/// The disk refuses.
pub(crate) fn audit(
    reader: &SegmentReader,
    segment: &Segment,
    fault: &mut dyn FnMut(Fault),
) -> Result<Size, Fault> {
    let mut size = Size::default();
    let (from, to) = (first_key(segment.id), first_key(segment.id.next()));
    let mut is_whole = true;
    for found in reader.rocks().scan(Family::Segment, &from, &to)? {
        let found = match found {
            Err(wrong @ Fault::Corrupt { .. }) => {
                is_whole = false;
                fault(wrong);
                break;
            }
            found => found?,
        };
        size.add(&found);
        if let Err(wrong) = found.payload {
            is_whole = false;
            fault(wrong);
        }
    }
    // What is built on records that do not verify would only repeat that.
    if is_whole {
        let audit = Audit { reader, segment };
        match audit.compare(fault) {
            Err(wrong @ Fault::Corrupt { .. }) => fault(wrong),
            outcome => outcome?,
        }
    }
    Ok(size)
}

impl Size {
    fn add(&mut self, found: &Found) {
        self.records += 1;
        let bytes = (found.key.len() + found.value_bytes) as u64;
        let part = found.key.get(size_of::<u32>()).copied();
        if [Part::Block, Part::Table].iter().any(|one| part == Some(*one as u8)) {
            self.span_bytes += bytes;
        } else {
            self.index_bytes += bytes;
        }
    }
}

struct Audit<'a> {
    reader: &'a SegmentReader,
    segment: &'a Segment,
}

impl Audit<'_> {
    fn compare(&self, fault: &mut dyn FnMut(Fault)) -> Result<(), Fault> {
        let id = self.segment.id;
        let mut wrong =
            |what: String, why: String| fault(Fault::corrupt(format_args!("{id}, {what}"), why));
        let mut spans = 0u64;
        let mut ordinal = 0u32;
        let mut noted: Vec<(Term, u32)> = Vec::new();
        let mut names = BTreeSet::new();
        let mut terms = Terms::default();
        self.reader.each_trace(id, |first, trace_id, trace| {
            if first != ordinal {
                wrong(format!("trace {first}"), format!("where trace {ordinal} belongs"));
                ordinal = first;
            }
            if self.reader.find(id, trace_id)? != Some(ordinal) {
                wrong(format!("trace {trace_id}"), "not in the index".to_owned());
            }
            let number = ordinal - first_of_chunk(ordinal);
            let summaries = self.reader.summaries(id, first_of_chunk(ordinal))?;
            if summaries.summary(number) != TraceSummary::of(&trace) {
                wrong(format!("trace {trace_id}"), "another than its summary".to_owned());
            }
            spans += trace.len() as u64;
            let mut of_trace = BTreeSet::new();
            for span in &trace {
                of_trace.extend(terms.of_span(span, self.segment.commit.lists));
                names.insert((span.service_name().into_owned(), span.name.clone()));
            }
            noted.extend(of_trace.into_iter().map(|term| (term, ordinal)));
            ordinal += 1;
            Ok(())
        })?;
        let commit = &self.segment.commit;
        if (spans, ordinal) != (commit.spans, commit.traces) {
            wrong(
                "commit".to_owned(),
                format!(
                    "{} spans in {} traces, but there are {spans} in {ordinal}",
                    commit.spans, commit.traces
                ),
            );
        }
        noted.sort_unstable();
        let mut indexed = self.postings()?;
        indexed.sort_unstable();
        indexed.dedup();
        if let Some(difference) = first_difference(&noted, &indexed) {
            wrong("postings".to_owned(), difference);
        }
        for (service, name) in names {
            let term = terms.service_and_name(&service, &name);
            if self.reader.posting(id, term)?.is_empty() {
                wrong("names".to_owned(), format!("{service} {name} is not found"));
            }
        }
        Ok(())
    }

    /// Every term with every ordinal that the postings have for it.
    fn postings(&self) -> Result<Vec<(Term, u32)>, Fault> {
        let id = self.segment.id;
        let entries = |record: &[u8]| -> Result<Vec<(u32, u32)>, Malformed> {
            Ok(Entries::read(record)?.iter().collect())
        };
        let mut pairs = Vec::new();
        for record in self.reader.records(id, Part::Singles)? {
            pairs.extend(entries(&record?.1).in_record(format_args!("{id}, singles"))?);
        }
        let mut lists = Vec::new();
        for record in self.reader.records(id, Part::Lists)? {
            let (first, record) = record?;
            let count = Reader::new(&record).count().in_record(format_args!("{id}, lists"))?;
            if lists.len() != first as usize {
                return Err(Fault::corrupt(format_args!("{id}, lists"), "not in a row"));
            }
            for place in 0..count {
                let list = posting::read_list(&record, place as u32);
                lists.push(list.in_record(format_args!("{id}, lists"))?);
            }
        }
        for record in self.reader.records(id, Part::Terms)? {
            for (term, number) in entries(&record?.1).in_record(format_args!("{id}, terms"))? {
                let missing = || Fault::corrupt(format_args!("{id}, list {number}"), "missing");
                let list = lists.get(number as usize).ok_or_else(missing)?;
                pairs.extend(list.iter().map(|ordinal| (term, ordinal)));
            }
        }
        Ok(pairs)
    }
}

/// Where two sorted lists of terms and traces first differ, in words.
fn first_difference(noted: &[(Term, u32)], indexed: &[(Term, u32)]) -> Option<String> {
    let same = noted.iter().zip(indexed).take_while(|(a, b)| a == b).count();
    let say =
        |pair: &(Term, u32), what: &str| format!("term {:08x} {what} trace {}", pair.0, pair.1);
    match (noted.get(same), indexed.get(same)) {
        (None, None) => None,
        (Some(pair), None) => Some(say(pair, "does not lead to")),
        (None, Some(pair)) => Some(say(pair, "leads without reason to")),
        (Some(a), Some(b)) if a < b => Some(say(a, "does not lead to")),
        (Some(_), Some(pair)) => Some(say(pair, "leads without reason to")),
    }
}
