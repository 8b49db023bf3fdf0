//! What the numbers of paths and names stand for.

use std::sync::Arc;

use chain::{PathId, RollUp, Row, Step, StepKind, name_key};
use hashbrown::{HashMap, HashSet};
use parking_lot::RwLock;
use proto::codec::{Reader, Writer};

use super::kind;
use crate::changes::Changes;
use crate::fault::{Fault, InRecord};
use crate::record::Effort;
use crate::rocks::{Family, Rocks};

/// How many paths are told apart. What comes at further ones counts at one path for each
/// service, which says so by its name: thirty times as many as a system of 28 services has
/// in twelve hours (625), and 2 MiB.
const PATHS_MAX: usize = 20_000;
/// The span name of paths that there was no room for.
const FURTHER: &str = "(further paths)";
/// How many peers are told apart: databases, queues and whatever else is called and sends no
/// spans. Those that come later are one of each kind.
const PEERS_MAX: usize = 1_000;
/// The name of peers that there was no room for.
const FURTHER_PEERS: &str = "(further peers)";
/// How much of a name is kept, in bytes.
const NAME_BYTES_MAX: usize = 512;

/// What the numbers of paths and names stand for. Grows only.
#[derive(Debug, Default)]
pub(crate) struct Dictionary(RwLock<Known>);

#[derive(Debug, Default)]
struct Known {
    steps: HashMap<PathId, Step>,
    names: HashMap<u64, Arc<str>>,
    /// The names of peers.
    peers: HashSet<u64>,
    unsaved_steps: Vec<PathId>,
    unsaved_names: Vec<u64>,
}

impl Known {
    /// Notes what `path` ends with; whether that is new.
    fn insert(&mut self, path: PathId, step: Step) -> bool {
        if step.kind.peer().is_some() {
            self.peers.insert(step.name);
        }
        self.steps.insert(path, step).is_none()
    }
}

impl Dictionary {
    /// What is written.
    pub(super) fn open(rocks: &Rocks) -> Result<Self, Fault> {
        let mut known = Known::default();
        for found in rocks.scan(Family::Chain, &[kind::PATH], &[kind::NAME + 1])? {
            let found = found?;
            let (first, number) = found.key.split_first().unwrap_or((&0, &[]));
            let number = number.try_into().map(u64::from_be_bytes);
            let number = number.map_err(|_| Fault::corrupt("a path", "its key is too short"))?;
            let record = found.payload?;
            if *first == kind::NAME {
                let name = String::from_utf8_lossy(&record);
                known.names.insert(number, Arc::from(&*name));
                continue;
            }
            let mut reader = Reader::new(&record);
            let step = (|| {
                let parent = reader.u64()?;
                Ok(Step {
                    parent: (parent != 0).then_some(PathId(parent)),
                    service: reader.u64()?,
                    name: reader.u64()?,
                    kind: StepKind(reader.zigzag32()?),
                })
            })();
            known.insert(PathId(number), step.in_record("a path")?);
        }
        Ok(Self(RwLock::new(known)))
    }

    /// Adds to `changes` what is not written yet.
    pub(super) fn put_unsaved(&self, changes: &mut Changes) {
        let mut known = self.0.write();
        let known = &mut *known;
        for path in known.unsaved_steps.drain(..) {
            let Some(step) = known.steps.get(&path) else { continue };
            let mut record = Writer::new();
            record.u64(step.parent.map_or(0, |parent| parent.0));
            record.u64(step.service);
            record.u64(step.name);
            record.zigzag(step.kind.0.into());
            let key = key(kind::PATH, path.0);
            changes.put(Family::Chain, key, record.as_bytes(), Effort::None);
        }
        for number in known.unsaved_names.drain(..) {
            let Some(name) = known.names.get(&number) else { continue };
            changes.put(Family::Chain, key(kind::NAME, number), name.as_bytes(), Effort::None);
        }
    }

    /// Notes that `number` stands for `name`.
    pub(super) fn add_name(&self, number: u64, name: impl FnOnce() -> String) {
        if self.0.read().names.contains_key(&number) {
            return;
        }
        let mut name = name();
        name.truncate(name.floor_char_boundary(NAME_BYTES_MAX));
        let mut known = self.0.write();
        if known.names.insert(number, Arc::from(name)).is_none() {
            known.unsaved_names.push(number);
        }
    }

    /// Notes the path of `row`; where there is no room for it, `row` goes elsewhere. What a
    /// peer is called is asked of `peer_name`.
    pub(super) fn admit(&self, row: &mut Row, peer_name: impl FnOnce() -> String) {
        {
            let known = self.0.read();
            if known.steps.contains_key(&row.path) {
                return;
            }
            let is_further_peer = row.step.kind.peer().is_some()
                && known.peers.len() >= PEERS_MAX
                && !known.peers.contains(&row.step.name);
            if is_further_peer {
                row.step.name = name_key(FURTHER_PEERS);
                row.path = row.step.path();
                if known.steps.contains_key(&row.path) {
                    return;
                }
            }
            if known.steps.len() >= PATHS_MAX {
                let name = name_key(FURTHER);
                // Its parent is no path: what is left of a trace is no request.
                row.step = Step { parent: Some(PathId(name)), name, ..row.step };
                row.path = row.step.path();
                if known.steps.contains_key(&row.path) {
                    return;
                }
            }
        }
        for further in [FURTHER, FURTHER_PEERS] {
            if row.step.name == name_key(further) {
                self.add_name(row.step.name, || further.to_owned());
            }
        }
        if row.step.kind.peer().is_some() {
            self.add_name(row.step.name, peer_name);
        }
        let mut known = self.0.write();
        if known.insert(row.path, row.step) {
            known.unsaved_steps.push(row.path);
        }
    }

    /// How many paths in `figures` nobody knows.
    pub(crate) fn unknown_paths(&self, figures: &RollUp) -> usize {
        let known = self.0.read();
        figures.cells.keys().filter(|path| !known.steps.contains_key(*path)).count()
    }

    /// What the numbers in `figures` stand for, and those of all paths above.
    pub(crate) fn describe(
        &self,
        figures: &RollUp,
    ) -> (HashMap<PathId, Step>, HashMap<u64, Arc<str>>) {
        let known = self.0.read();
        let mut steps = HashMap::new();
        let mut names = HashMap::new();
        for path in figures.cells.keys() {
            let mut next = Some(*path);
            while let Some(path) = next
                && !steps.contains_key(&path)
                && let Some(step) = known.steps.get(&path)
            {
                steps.insert(path, *step);
                for number in [step.service, step.name] {
                    if let Some(name) = known.names.get(&number) {
                        names.entry(number).or_insert_with(|| Arc::clone(name));
                    }
                }
                next = step.parent;
            }
        }
        (steps, names)
    }
}

fn key(kind: u8, number: u64) -> Vec<u8> {
    [&[kind][..], &number.to_be_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use chain::{Marks, PeerKind};

    use super::*;

    #[test]
    fn further_peers_are_one_of_each_kind_and_known_ones_stay() {
        let dictionary = Dictionary::default();
        let admitted = |number: u64, kind| {
            let name = format!("host-{number}");
            let kind = StepKind::of_peer(kind);
            let step = Step { parent: Some(PathId(1)), service: 2, name: name_key(&name), kind };
            let mut row = Row {
                path: step.path(),
                step,
                self_nano: 0,
                gap_nano: None,
                duration_nano: 0,
                savable_nano: 0,
                root_nano: 0,
                trace_start_unix_nano: 0,
                marks: Marks::default(),
            };
            dictionary.admit(&mut row, || name.clone());
            let known = dictionary.0.read();
            assert_eq!(known.steps[&row.path], row.step);
            known.names[&row.step.name].to_string()
        };
        let max = PEERS_MAX as u64;
        for number in 0..max {
            assert_eq!(admitted(number, PeerKind::External), format!("host-{number}"));
        }
        assert_eq!(admitted(max, PeerKind::External), FURTHER_PEERS);
        assert_eq!(admitted(max + 1, PeerKind::Database), FURTHER_PEERS);
        assert_eq!(admitted(7, PeerKind::Database), "host-7");
        assert_eq!(dictionary.0.read().peers.len(), PEERS_MAX + 1);
    }
}
