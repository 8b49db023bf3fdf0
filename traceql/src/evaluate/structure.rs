//! Structural operators, in time linear in the number of the trace's spans.

use std::collections::HashMap;

use crate::ast::SpansetOp;
use crate::tree::Tree;

/// The spans among `right` that stand in a relation to one of `left`; for `!` forms those
/// that do not, for `&` forms also those of `left` that one of `right` stands to. In the
/// order of the trace, each once.
pub(super) fn related(op: SpansetOp, left: &[usize], right: &[usize], tree: &Tree) -> Vec<usize> {
    use SpansetOp as Op;
    let (relation, is_negated, is_union) = match op {
        Op::Child => (Relation::Child, false, false),
        Op::Descendant => (Relation::Descendant, false, false),
        Op::Parent => (Relation::Parent, false, false),
        Op::Ancestor => (Relation::Ancestor, false, false),
        Op::Sibling => (Relation::Sibling, false, false),
        Op::NotChild => (Relation::Child, true, false),
        Op::NotDescendant => (Relation::Descendant, true, false),
        Op::NotParent => (Relation::Parent, true, false),
        Op::NotAncestor => (Relation::Ancestor, true, false),
        Op::NotSibling => (Relation::Sibling, true, false),
        Op::UnionChild => (Relation::Child, false, true),
        Op::UnionDescendant => (Relation::Descendant, false, true),
        Op::UnionParent => (Relation::Parent, false, true),
        Op::UnionAncestor => (Relation::Ancestor, false, true),
        Op::UnionSibling => (Relation::Sibling, false, true),
        Op::And | Op::Or => return Vec::new(),
    };
    let stands = relation.to(left, tree);
    let mut spans: Vec<usize> =
        right.iter().copied().filter(|&span| stands.holds(span, tree) != is_negated).collect();
    if is_union {
        let stands = relation.inverse().to(right, tree);
        spans.extend(left.iter().copied().filter(|&span| stands.holds(span, tree)));
        spans.sort_unstable();
        spans.dedup();
    }
    spans
}

#[derive(Clone, Copy)]
enum Relation {
    Child,
    Descendant,
    Parent,
    Ancestor,
    Sibling,
}

/// Which spans stand in a relation to a set.
enum Standing {
    Flags(Vec<bool>),
    /// How many of the set each family has, and the set.
    Families(HashMap<Family, usize>, Vec<bool>),
}

/// What siblings share: a parent, or that they are roots.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Family {
    Of(usize),
    Roots,
}

impl Relation {
    fn inverse(self) -> Self {
        match self {
            Self::Child => Self::Parent,
            Self::Descendant => Self::Ancestor,
            Self::Parent => Self::Child,
            Self::Ancestor => Self::Descendant,
            Self::Sibling => Self::Sibling,
        }
    }

    fn to(self, set: &[usize], tree: &Tree) -> Standing {
        let mut is_in = vec![false; tree.parent.len()];
        set.iter().for_each(|&span| is_in[span] = true);
        let mut flags = vec![false; tree.parent.len()];
        match self {
            Self::Child => {
                for (span, parent) in tree.parent.iter().enumerate() {
                    flags[span] = parent.is_some_and(|parent| is_in[parent]);
                }
            }
            Self::Descendant => {
                for &span in &tree.order {
                    flags[span] =
                        tree.parent[span].is_some_and(|parent| is_in[parent] || flags[parent]);
                }
            }
            Self::Parent => {
                for parent in set.iter().filter_map(|&span| tree.parent[span]) {
                    flags[parent] = true;
                }
            }
            Self::Ancestor => {
                for &span in tree.order.iter().rev() {
                    if let Some(parent) = tree.parent[span] {
                        flags[parent] |= is_in[span] || flags[span];
                    }
                }
            }
            Self::Sibling => {
                let mut families = HashMap::new();
                for family in set.iter().filter_map(|&span| family(span, tree)) {
                    *families.entry(family).or_insert(0) += 1;
                }
                return Standing::Families(families, is_in);
            }
        }
        Standing::Flags(flags)
    }
}

impl Standing {
    fn holds(&self, span: usize, tree: &Tree) -> bool {
        match self {
            Self::Flags(flags) => flags[span],
            Self::Families(families, is_in) => {
                let count = family(span, tree).and_then(|family| families.get(&family));
                // A span is no sibling of its own.
                count.is_some_and(|&count| count > usize::from(is_in[span]))
            }
        }
    }
}

/// The family of a span; `None` where its parent did not arrive.
fn family(span: usize, tree: &Tree) -> Option<Family> {
    match tree.parent[span] {
        Some(parent) => Some(Family::Of(parent)),
        None => (tree.parent_number(span) == -1).then_some(Family::Roots),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proto::testing::trace_strategy;

    use super::*;

    /// Whether `span` stands in the relation to `other`, by walking up from one of them.
    fn stands(relation: Relation, span: usize, other: usize, tree: &Tree) -> bool {
        let ancestors = |from: usize| {
            std::iter::successors(tree.parent[from], |span| tree.parent[*span])
                .take(tree.parent.len())
        };
        match relation {
            Relation::Child => tree.parent[span] == Some(other),
            Relation::Parent => tree.parent[other] == Some(span),
            Relation::Descendant => ancestors(span).any(|one| one == other),
            Relation::Ancestor => ancestors(other).any(|one| one == span),
            Relation::Sibling => {
                let (one, two) = (family(span, tree), family(other, tree));
                span != other && one.is_some() && one == two
            }
        }
    }

    proptest! {
        #[test]
        fn relations_are_those_of_walking_up(spans in trace_strategy(12), chosen in any::<u16>()) {
            let tree = Tree::of(&spans);
            // Spans that are their own ancestors stand in no relation that means anything.
            let mut sound = tree.order.clone();
            sound.sort_unstable();
            let left: Vec<usize> =
                sound.iter().copied().filter(|span| chosen >> (span % 16) & 1 == 1).collect();
            for (op, relation) in [
                (SpansetOp::Child, Relation::Child),
                (SpansetOp::Parent, Relation::Parent),
                (SpansetOp::Descendant, Relation::Descendant),
                (SpansetOp::Ancestor, Relation::Ancestor),
                (SpansetOp::Sibling, Relation::Sibling),
            ] {
                let related_to_left =
                    |span: usize| left.iter().any(|&other| stands(relation, span, other, &tree));
                let expect: Vec<usize> =
                    sound.iter().copied().filter(|&span| related_to_left(span)).collect();
                prop_assert_eq!(related(op, &left, &sound, &tree), expect);
            }
        }
    }
}
