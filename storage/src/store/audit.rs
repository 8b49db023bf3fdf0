//! Looking at everything that is sealed: whether it verifies, and whether index and
//! spans say the same.

use proto::TraceId;

use super::{MaintainError, Store};
use crate::chains;
use crate::fault::Fault;
use crate::rocks::Family;
use crate::segment::{self, Segment, decode_one};
use crate::versions;
use crate::view::SealedView;

/// How many faults an audit names; of further ones it says how many.
const FAULTS_NAMED_MAX: usize = 100;

/// What [`Store::audit`] found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Audit {
    /// Segments that were looked at.
    pub segments: u64,
    /// How many there are.
    pub segments_all: u64,
    /// The spans in them, by their commits.
    pub spans: u64,
    /// Their traces, one that lies in several segments counted in each.
    pub traces: u64,
    /// Their records.
    pub records: u64,
    /// The bytes of spans, packed.
    pub span_bytes: u64,
    /// The bytes of what finds them, packed.
    pub index_bytes: u64,
    /// Pins.
    pub pins: u64,
    /// What is wrong, the first of it.
    pub faults: Vec<String>,
    /// How much more is wrong.
    pub faults_unnamed: u64,
}

impl Audit {
    /// Whether nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.faults.is_empty()
    }

    fn add(&mut self, fault: impl ToString) {
        if self.faults.len() < FAULTS_NAMED_MAX {
            self.faults.push(fault.to_string());
        } else {
            self.faults_unnamed = self.faults_unnamed.saturating_add(1);
        }
    }
}

impl Store {
    /// Reads all that is sealed and compares it with itself: each record with its
    /// checksum, each trace with its summary and with every index entry that leads to
    /// it, each index entry with the spans it leads to, the figures of hops, and pins. Calls `progress` after each
    /// segment. What is only in the log was verified when the store was opened.
    ///
    /// # Errors
    /// The disk refuses. What is wrong with the data is in the answer.
    pub fn audit(&self, mut progress: impl FnMut(&Audit)) -> Result<Audit, MaintainError> {
        let view = self.shared.sealed_view(&self.shared.state.read());
        let mut audit = Audit { segments_all: view.segments.len() as u64, ..Audit::default() };
        if let Err(fault) = view.rocks.verify_files() {
            audit.add(fault);
        }
        for segment in view.segments.values() {
            let size = segment::audit(&view.reader, segment, &mut |fault| audit.add(fault))?;
            audit_splits(&view, segment, &mut audit)?;
            audit.segments += 1;
            audit.spans += segment.commit.spans;
            audit.traces += u64::from(segment.commit.traces);
            audit.records += size.records;
            audit.span_bytes += size.span_bytes;
            audit.index_bytes += size.index_bytes;
            progress(&audit);
        }
        self.audit_chains(&view, &mut audit)?;
        for pin in self.shared.pins.all() {
            audit.pins += 1;
            match self.shared.check_pin(&pin) {
                Ok(()) => {}
                Err(fault @ Fault::Corrupt { .. }) => audit.add(fault),
                Err(fault) => return Err(fault.into()),
            }
        }
        Ok(audit)
    }

    /// Whether all figures of hops and versions of services can be read, and what their paths
    /// stand for is known.
    fn audit_chains(&self, view: &SealedView, audit: &mut Audit) -> Result<(), MaintainError> {
        let sealed = &self.shared.chains;
        for place in &*sealed.places() {
            match chains::read_record(&view.rocks, *place) {
                Ok(Some(figures)) => {
                    audit.records += 1;
                    let unknown = sealed.dictionary.unknown_paths(&figures);
                    if unknown > 0 {
                        audit.add(format_args!(
                            "{place}: {unknown} paths of which nothing is known"
                        ));
                    }
                }
                Ok(None) => audit.add(format_args!("{place}: missing")),
                Err(fault @ Fault::Corrupt { .. }) => audit.add(fault),
                Err(fault) => return Err(fault.into()),
            }
        }
        for hour in &*self.shared.versions.hours() {
            match versions::read_record(&view.rocks, *hour) {
                Ok(Some(_)) => audit.records += 1,
                Ok(None) => audit.add(format_args!("{hour}: missing")),
                Err(fault @ Fault::Corrupt { .. }) => audit.add(fault),
                Err(fault) => return Err(fault.into()),
            }
        }
        Ok(())
    }
}

/// Whether traces that lie in several segments are known to, and as a whole.
fn audit_splits(
    view: &SealedView,
    segment: &Segment,
    audit: &mut Audit,
) -> Result<(), MaintainError> {
    let id = segment.id;
    let ids = (0..segment.commit.traces).map(|ordinal| view.reader.trace_id(id, ordinal));
    let ids: Vec<TraceId> = match ids.collect() {
        // It was named already.
        Err(Fault::Corrupt { .. }) => return Ok(()),
        ids => ids?,
    };
    for ((ordinal, trace), parts) in (0..).zip(&ids).zip(view.parts_of(&ids)?) {
        let is_split = segment.splits.ordinals.contains(ordinal);
        if parts.found.len() > 1 && !is_split {
            audit.add(format_args!("{id}, trace {trace}: has parts elsewhere, but is not said to"));
        }
        if !is_split {
            continue;
        }
        let record = view.rocks.get(Family::Split, trace.as_bytes());
        let known = match record {
            Ok(record) => record.map(|record| decode_one(&record)),
            Err(fault @ Fault::Corrupt { .. }) => {
                audit.add(fault);
                continue;
            }
            Err(fault) => return Err(fault.into()),
        };
        let outlined = view.outline_of_parts(*trace, parts, None)?;
        let is_readable = outlined.missing.is_empty();
        if is_readable && known != outlined.outline.summary(*trace).map(Ok) {
            audit.add(format_args!("{id}, trace {trace}: another than its summary as a whole"));
        }
    }
    Ok(())
}
