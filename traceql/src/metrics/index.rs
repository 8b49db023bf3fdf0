//! Which of many things belongs to some values, by the values themselves: a text of them would
//! be an allocation for each span.

use std::cmp::Ordering;
use std::hash::{BuildHasher, Hash, Hasher};

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::Static;

/// Places of things, in the order in which their values came first.
#[derive(Debug, Default)]
pub(super) struct Index {
    places: HashTable<usize>,
    values: Vec<Box<[Static<'static>]>>,
    hasher: DefaultHashBuilder,
}

impl Index {
    /// The place of `values`, if they came before.
    pub(super) fn get(&self, values: &[Static<'_>]) -> Option<usize> {
        let is_it = |place: &usize| are_same(&self.values[*place], values);
        self.places.find(self.hash(values), is_it).copied()
    }

    /// Adds `values`, which did not come before, behind all others.
    pub(super) fn add(&mut self, values: &[Static<'_>]) -> usize {
        let place = self.values.len();
        let owned = values.iter().map(|one| one.clone().into_owned()).collect();
        self.values.push(owned);
        let hash = self.hash(values);
        let Self { places, values, hasher } = self;
        places.insert_unique(hash, place, |place| hash_of(hasher, &values[*place]));
        place
    }

    /// Puts `values`, which did not come before, in the place of others.
    pub(super) fn replace(&mut self, place: usize, values: &[Static<'_>]) {
        let before = self.hash(&self.values[place]);
        if let Ok(entry) = self.places.find_entry(before, |one| *one == place) {
            entry.remove();
        }
        self.values[place] = values.iter().map(|one| one.clone().into_owned()).collect();
        let hash = self.hash(values);
        let Self { places, values, hasher } = self;
        places.insert_unique(hash, place, |place| hash_of(hasher, &values[*place]));
    }

    /// The values at `place`.
    pub(super) fn values(&self, place: usize) -> &[Static<'static>] {
        &self.values[place]
    }

    /// Leaves those whose places `keep` wants, which get new places, in the same order.
    pub(super) fn retain(&mut self, keep: impl Fn(usize) -> bool) {
        let values = std::mem::take(&mut self.values).into_iter().enumerate();
        let kept = values.filter(|(place, _)| keep(*place)).map(|(_, values)| values).collect();
        let Self { places, values, hasher } = self;
        *values = kept;
        places.clear();
        for (place, one) in values.iter().enumerate() {
            let rehash = |place: &usize| hash_of(hasher, &values[*place]);
            places.insert_unique(hash_of(hasher, one), place, rehash);
        }
    }

    /// All values, by their places.
    pub(super) fn into_values(self) -> impl Iterator<Item = Box<[Static<'static>]>> {
        self.values.into_iter()
    }

    fn hash(&self, values: &[Static<'_>]) -> u64 {
        hash_of(&self.hasher, values)
    }
}

fn hash_of(hasher: &DefaultHashBuilder, values: &[Static<'_>]) -> u64 {
    let mut state = hasher.build_hasher();
    values.iter().for_each(|value| hash_into(value, &mut state));
    state.finish()
}

fn hash_into(value: &Static<'_>, state: &mut impl Hasher) {
    value.kind_of().hash(state);
    match value {
        Static::Nil => {}
        Static::Int(value) | Static::Duration(value) => value.hash(state),
        Static::Float(value) => bits(*value).hash(state),
        Static::Text(text) => text.hash(state),
        Static::Bool(value) => value.hash(state),
        Static::Status(status) => status.hash(state),
        Static::Kind(kind) => kind.hash(state),
        Static::Array(array) => array.elements().for_each(|one| hash_into(&one, state)),
    }
}

/// Whether they are written alike, and of the same types: NaN is itself, and -0 is not 0.
fn are_same(left: &[Static<'_>], right: &[Static<'_>]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(one, other)| is_same(one, other))
}

/// An order of values, in which those that are the same are equal.
pub(super) fn order(left: &[Static<'_>], right: &[Static<'_>]) -> Ordering {
    let pairs = left.iter().zip(right).map(|(left, right)| order_of(left, right));
    pairs.fold(Ordering::Equal, Ordering::then).then(left.len().cmp(&right.len()))
}

fn order_of(left: &Static<'_>, right: &Static<'_>) -> Ordering {
    match (left, right) {
        (Static::Int(left), Static::Int(right)) => left.cmp(right),
        (Static::Duration(left), Static::Duration(right)) => left.cmp(right),
        (Static::Float(left), Static::Float(right)) => {
            f64::from_bits(bits(*left)).total_cmp(&f64::from_bits(bits(*right)))
        }
        (Static::Text(left), Static::Text(right)) => left.cmp(right),
        (Static::Bool(left), Static::Bool(right)) => left.cmp(right),
        (Static::Status(left), Static::Status(right)) => left.cmp(right),
        (Static::Kind(left), Static::Kind(right)) => left.cmp(right),
        (Static::Array(left), Static::Array(right)) => {
            let (mut left, mut right) = (left.elements(), right.elements());
            loop {
                match (left.next(), right.next()) {
                    (Some(one), Some(other)) => match order_of(&one, &other) {
                        Ordering::Equal => {}
                        decided => return decided,
                    },
                    (one, other) => return one.is_some().cmp(&other.is_some()),
                }
            }
        }
        (left, right) => left.kind_of().cmp(&right.kind_of()),
    }
}

fn is_same(left: &Static<'_>, right: &Static<'_>) -> bool {
    match (left, right) {
        (Static::Float(left), Static::Float(right)) => bits(*left) == bits(*right),
        (Static::Array(left), Static::Array(right)) => {
            let (mut left, mut right) = (left.elements(), right.elements());
            loop {
                match (left.next(), right.next()) {
                    (Some(one), Some(other)) if is_same(&one, &other) => {}
                    (None, None) => return true,
                    _ => return false,
                }
            }
        }
        (left, right) => left == right,
    }
}

/// The bits of a number, the same of every NaN.
fn bits(value: f64) -> u64 {
    if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proto::Value;
    use proto::testing::value_strategy;

    use super::*;

    #[test]
    fn each_has_its_place() {
        let mut index = Index::default();
        let nan = Value::Array(vec![Value::Double(f64::NAN)]);
        let values = [
            vec![],
            vec![Static::Nil],
            vec![Static::Int(1)],
            vec![Static::Float(1.0)],
            vec![Static::Float(0.0)],
            vec![Static::Float(-0.0)],
            vec![Static::Float(f64::NAN)],
            vec![Static::Text("1".into()), Static::Nil],
            vec![Static::of_value(&nan)],
        ];
        for (place, one) in values.iter().enumerate() {
            assert_eq!((index.get(one), index.add(one)), (None, place));
        }
        for (place, one) in values.iter().enumerate() {
            assert_eq!(index.get(one), Some(place));
        }
        index.replace(1, &[Static::Int(2)]);
        assert_eq!((index.get(&values[1]), index.get(&[Static::Int(2)])), (None, Some(1)));
        index.replace(1, &values[1]);
        index.retain(|place| place % 2 == 1);
        for (place, one) in values.iter().enumerate() {
            assert_eq!(index.get(one), (place % 2 == 1).then_some(place / 2));
        }
    }

    proptest! {
        #[test]
        fn what_is_written_alike_is_the_same(left in value_strategy(), right in value_strategy()) {
            let (left, right) = (Static::of_value(&left), Static::of_value(&right));
            prop_assert_eq!(is_same(&left, &right), left.to_string() == right.to_string());
            let order = order_of(&left, &right);
            prop_assert_eq!(order == Ordering::Equal, is_same(&left, &right));
            prop_assert_eq!(order, order_of(&right, &left).reverse());
            let mut index = Index::default();
            index.add(std::slice::from_ref(&left));
            prop_assert_eq!(index.get(&[left]), Some(0));
        }
    }
}
