//! Who hangs below whom (`SpanNode.java`).

use std::collections::HashMap;

use proto::SpanId;
use proto::zipkin::Endpoint;

use super::merge::Part;

/// The parts of a trace as a tree, by their places in a list.
#[derive(Debug)]
pub(super) struct Tree {
    parents: Vec<Option<usize>>,
    children: Vec<Vec<usize>>,
    roots: Vec<usize>,
    /// Whether there is one span that all others hang below.
    has_root: bool,
}

/// What finds a part: its id, or its id and where it comes from where the id is shared,
/// since several may answer one call.
type Shared<'a> = (SpanId, &'a Endpoint);

impl Tree {
    /// The tree of `parts`. The first without a parent is the root; what has no parent
    /// among the others hangs below it, or stands alone where there is no root.
    pub(super) fn of(parts: &[Part]) -> Self {
        let mut plain: HashMap<SpanId, usize> = HashMap::new();
        let mut shared: HashMap<Shared<'_>, usize> = HashMap::new();
        for (place, part) in parts.iter().enumerate() {
            if part.shared {
                shared.insert((part.id, &part.local), place);
            } else {
                // Of several with one id the last stands for all, as with Zipkin.
                plain.insert(part.id, place);
            }
        }
        // The answering side on the same machine is nearer than the asking one, for all
        // that have the id.
        let mut nearer: HashMap<SpanId, usize> = HashMap::new();
        for part in parts.iter().filter(|part| !part.shared) {
            let here = part.parent_id.and_then(|id| shared.get(&(id, &part.local)));
            nearer.extend(here.map(|here| (part.id, *here)));
        }
        let root = parts.iter().enumerate().find(|(_, part)| {
            let has_client = part.shared && plain.contains_key(&part.id);
            part.parent_id.is_none() && !has_client
        });
        let root = root.map(|(place, _)| place);
        let mut tree = Self {
            parents: vec![None; parts.len()],
            children: vec![Vec::new(); parts.len()],
            roots: Vec::new(),
            has_root: root.is_some(),
        };
        for (place, part) in parts.iter().enumerate() {
            let above = if part.shared {
                plain.get(&part.id)
            } else if plain.get(&part.id) != Some(&place) && Some(place) != root {
                continue;
            } else {
                nearer.get(&part.id).or_else(|| plain.get(&part.parent_id?))
            };
            let parent = above.copied().or(root).filter(|parent| *parent != place);
            match parent.filter(|_| Some(place) != root) {
                Some(parent) => tree.hang(place, parent),
                None => tree.roots.push(place),
            }
        }
        tree
    }

    fn hang(&mut self, place: usize, parent: usize) {
        if let Some(slot) = self.parents.get_mut(place) {
            *slot = Some(parent);
        }
        if let Some(children) = self.children.get_mut(parent) {
            children.push(place);
        }
    }

    /// Where walks begin.
    pub(super) fn roots(&self) -> &[usize] {
        &self.roots
    }

    /// Whether it is the one root.
    pub(super) fn is_root(&self, place: usize) -> bool {
        self.has_root && self.roots.first() == Some(&place)
    }

    pub(super) fn parent(&self, place: usize) -> Option<usize> {
        self.parents.get(place).copied().flatten()
    }

    pub(super) fn children(&self, place: usize) -> &[usize] {
        self.children.get(place).map_or(&[], Vec::as_slice)
    }
}
