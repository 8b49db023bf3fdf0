//! The calls that requests of each kind make, as one tree.

use std::cmp::Reverse;

use chain::{Cell, PathId, RollUp, Step, StepKind, name_key, span_name_key};
use hashbrown::{HashMap, HashSet};
use storage::Chains;

use super::service_chain::{Call, ServiceChains};
use crate::hop_id::HopId;
use crate::places::Places;

/// What of it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Only requests that this service takes.
    pub service: Option<String>,
    /// Only requests of this span name.
    pub span_name: Option<String>,
    /// How many nodes at most. Those with the most time below them are kept.
    pub nodes_max: usize,
}

/// The trees of all kinds of requests.
#[derive(Debug, Clone, PartialEq)]
pub struct Forest<'a> {
    /// Those that take the most time first.
    pub entries: Vec<Entry<'a>>,
    /// The kinds there was no room for.
    pub left_out: LeftOut,
}

/// One kind of request.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry<'a> {
    /// The calls, in pre-order; the first is the request itself.
    pub nodes: Vec<Node<'a>>,
    /// Which services wait for which.
    pub chains: ServiceChains,
}

/// The spans that one path of calls leads to.
#[derive(Debug, Clone, PartialEq)]
pub struct Node<'a> {
    /// How many nodes are above it.
    pub depth: usize,
    /// The service.
    pub service: String,
    /// The span name. Ids in it are `*`.
    pub span_name: String,
    /// What it is to its caller.
    pub kind: StepKind,
    /// The hop that it belongs to; of a call that is answered, its answer's.
    pub hop: Option<HopId>,
    /// Its figures.
    pub now: Figures<'a>,
    /// Those of the reference, where there is one.
    pub reference: Option<Figures<'a>>,
    /// The children there was no room for, with what is below them.
    pub left_out: LeftOut,
}

/// Figures of a node.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Figures<'a> {
    /// What its spans add up to; `None` where none came.
    pub cell: Option<&'a Cell>,
    /// How many there are for each span of the node above.
    pub calls_per_parent: f64,
    /// Its part of the time of all requests that are asked for: self time and gap. All
    /// nodes, and what is left out, add up to 1.
    pub share: f64,
    /// Its part and those of all nodes below it.
    pub subtree_share: f64,
}

/// What there was no room for.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LeftOut {
    /// How many nodes.
    pub nodes: usize,
    /// Their part of the time.
    pub share: f64,
    /// Their part of the time of the reference.
    pub reference_share: f64,
    /// Their time, in nanoseconds.
    pub nano: u64,
    /// Their time in the reference, likewise.
    pub reference_nano: u64,
}

/// The trees of `chains`, and beside each node its figures in `reference`: a node is there
/// that is in either.
pub fn forest<'a>(chains: &'a Chains, reference: Option<&'a Chains>, asked: &Asked) -> Forest<'a> {
    let mut steps = chains.steps.clone();
    steps
        .extend(reference.iter().flat_map(|it| it.steps.iter()).map(|(path, step)| (*path, *step)));
    let mut names = chains.names.clone();
    names.extend(reference.iter().flat_map(|it| it.names.clone()));
    let hops = Places::of_parts(&steps, &names, &chains.roll_up);
    let tree = Tree::of(hops, asked);
    let now = Times::of(&tree, &chains.roll_up);
    let before = reference.map(|reference| Times::of(&tree, &reference.roll_up));
    let kept = tree.kept(&now, before.as_ref(), asked.nodes_max);
    let name = |number: u64| match reference {
        Some(reference) if !chains.names.contains_key(&number) => reference.name(number),
        _ => chains.name(number),
    };
    let grower =
        Grower { tree: &tree, now: &now, before: before.as_ref(), kept: &kept, name: &name };
    let mut entries = Vec::new();
    let mut left_out = LeftOut::default();
    for root in grower.in_order(&tree.roots) {
        match kept.contains(&root) {
            true => entries.push(grower.entry(root)),
            false => grower.leave_out(root, &mut left_out),
        }
    }
    Forest { entries, left_out }
}

/// Paths by place, in pre-order: a path stands before those that go on from it.
struct Tree<'a> {
    places: Vec<Place<'a>>,
    /// Where kinds of requests begin.
    roots: Vec<usize>,
    hops: Places<'a>,
}

struct Place<'a> {
    path: PathId,
    step: &'a Step,
    parent: Option<usize>,
    depth: usize,
    children: Vec<usize>,
    /// It and all below it, which are the places that follow.
    subtree: usize,
}

impl<'a> Tree<'a> {
    /// Of the requests that are asked for. Events are no calls.
    fn of(hops: Places<'a>, asked: &Asked) -> Self {
        let steps = hops.steps;
        let mut below: HashMap<PathId, Vec<PathId>> = HashMap::new();
        let mut first = Vec::new();
        let is_entry = |step: &Step| {
            let is_it = |asked: &Option<String>, number, key: fn(&str) -> u64| {
                asked.as_ref().is_none_or(|text| key(text) == number)
            };
            is_it(&asked.service, step.service, name_key)
                && is_it(&asked.span_name, step.name, span_name_key)
        };
        for (path, step) in steps.iter().filter(|(_, step)| step.kind.is_span()) {
            match step.parent.filter(|parent| steps.contains_key(parent)) {
                Some(parent) => below.entry(parent).or_default().push(*path),
                None if is_entry(step) => first.push(*path),
                None => {}
            }
        }
        let mut tree = Self { places: Vec::new(), roots: Vec::new(), hops };
        let mut waiting: Vec<(PathId, Option<usize>)> =
            first.into_iter().map(|path| (path, None)).collect();
        while let Some((path, parent)) = waiting.pop() {
            let Some(step) = steps.get(&path) else { continue };
            let place = tree.places.len();
            match parent {
                Some(parent) => tree.places[parent].children.push(place),
                None => tree.roots.push(place),
            }
            let depth = parent.map_or(0, |parent| tree.places[parent].depth + 1);
            tree.places.push(Place { path, step, parent, depth, children: Vec::new(), subtree: 1 });
            let children = below.remove(&path).unwrap_or_default();
            waiting.extend(children.into_iter().map(|child| (child, Some(place))));
        }
        for place in (0..tree.places.len()).rev() {
            if let Some(parent) = tree.places[place].parent {
                tree.places[parent].subtree += tree.places[place].subtree;
            }
        }
        tree
    }

    /// The places there is room for: those with the most time, their own and below them.
    /// What is above a place has at least as much, and wins where it has as much.
    fn kept(&self, now: &Times, before: Option<&Times>, nodes_max: usize) -> HashSet<usize> {
        let mut ranked: Vec<usize> = (0..self.places.len()).collect();
        let share = |place: usize| {
            now.subtree_share(place) + before.map_or(0.0, |before| before.subtree_share(place))
        };
        ranked.sort_by(|one, other| {
            let by_depth = || self.places[*one].depth.cmp(&self.places[*other].depth);
            let by_path = || self.places[*one].path.cmp(&self.places[*other].path);
            let by_share = share(*other).total_cmp(&share(*one));
            by_share.then_with(by_depth).then_with(by_path)
        });
        ranked.into_iter().take(nodes_max).collect()
    }
}

/// Figures by place.
struct Times<'a> {
    cells: Vec<Option<&'a Cell>>,
    own_nano: Vec<u64>,
    subtree_nano: Vec<u64>,
    whole_nano: u64,
}

impl<'a> Times<'a> {
    fn of(tree: &Tree<'_>, figures: &'a RollUp) -> Self {
        let cells: Vec<Option<&Cell>> =
            tree.places.iter().map(|place| figures.cells.get(&place.path)).collect();
        let own = |cell: &Cell| cell.self_time.sum_nano().saturating_add(cell.gap.sum_nano());
        let own_nano: Vec<u64> = cells.iter().map(|cell| cell.map_or(0, own)).collect();
        let mut subtree_nano = own_nano.clone();
        for (place, at) in tree.places.iter().enumerate().rev() {
            if let Some(parent) = at.parent {
                subtree_nano[parent] = subtree_nano[parent].saturating_add(subtree_nano[place]);
            }
        }
        let whole_nano =
            tree.roots.iter().fold(0u64, |whole, root| whole.saturating_add(subtree_nano[*root]));
        Self { cells, own_nano, subtree_nano, whole_nano }
    }

    fn share(&self, place: usize) -> f64 {
        self.own_nano[place] as f64 / self.whole_nano.max(1) as f64
    }

    fn subtree_share(&self, place: usize) -> f64 {
        self.subtree_nano[place] as f64 / self.whole_nano.max(1) as f64
    }

    fn calls(&self, place: usize) -> f64 {
        self.cells[place].map_or(0.0, Cell::calls)
    }

    fn figures(&self, place: usize, parent: Option<usize>) -> Figures<'a> {
        let calls = self.calls(place);
        Figures {
            cell: self.cells[place],
            calls_per_parent: parent.map_or(1.0, |parent| calls / self.calls(parent).max(1.0)),
            share: self.share(place),
            subtree_share: self.subtree_share(place),
        }
    }
}

/// Makes entries of what is kept.
struct Grower<'t, 'a> {
    tree: &'t Tree<'t>,
    now: &'t Times<'a>,
    before: Option<&'t Times<'a>>,
    kept: &'t HashSet<usize>,
    name: &'t dyn Fn(u64) -> String,
}

impl<'a> Grower<'_, 'a> {
    /// `places`, those with the most time first.
    fn in_order(&self, places: &[usize]) -> Vec<usize> {
        let mut places = places.to_vec();
        places.sort_by_key(|place| {
            let before = self.before.map_or(0, |before| before.subtree_nano[*place]);
            let nano = self.now.subtree_nano[*place];
            (Reverse(nano), Reverse(before), self.tree.places[*place].path)
        });
        places
    }

    fn entry(&self, root: usize) -> Entry<'a> {
        let mut nodes = Vec::new();
        let mut waiting = vec![root];
        while let Some(place) = waiting.pop() {
            let mut node = self.node(place);
            for child in self.in_order(&self.tree.places[place].children).into_iter().rev() {
                match self.kept.contains(&child) {
                    true => waiting.push(child),
                    false => self.leave_out(child, &mut node.left_out),
                }
            }
            nodes.push(node);
        }
        let calls = (root..root + self.tree.places[root].subtree).map(|place| {
            let Place { step, parent, .. } = &self.tree.places[place];
            let parent = parent.and_then(|parent| parent.checked_sub(root));
            Call { parent, step, cell: self.now.cells[place] }
        });
        Entry { nodes, chains: ServiceChains::of(calls, self.name) }
    }

    fn node(&self, place: usize) -> Node<'a> {
        let Place { step, parent, depth, .. } = &self.tree.places[place];
        let step = *step;
        Node {
            depth: *depth,
            service: (self.name)(step.service),
            span_name: (self.name)(step.name),
            kind: step.kind,
            hop: self.tree.hops.hop_id(self.tree.places[place].path),
            now: self.now.figures(place, *parent),
            reference: self.before.map(|before| before.figures(place, *parent)),
            left_out: LeftOut::default(),
        }
    }

    fn leave_out(&self, place: usize, left_out: &mut LeftOut) {
        left_out.nodes += self.tree.places[place].subtree;
        left_out.share += self.now.subtree_share(place);
        left_out.reference_share += self.before.map_or(0.0, |it| it.subtree_share(place));
        left_out.nano = left_out.nano.saturating_add(self.now.subtree_nano[place]);
        let before = self.before.map_or(0, |it| it.subtree_nano[place]);
        left_out.reference_nano = left_out.reference_nano.saturating_add(before);
    }
}
