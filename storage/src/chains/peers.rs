//! Whom the spans of a batch say that they call, found out once for all that say the same.

use chain::{Peer, Said, has_peer, said_place};
use hashbrown::HashMap;
use proto::Batch;
use proto::batch::{Head, body, value};

/// What is known of a batch so far.
pub(super) struct Peers {
    /// By the number of a key.
    places: Vec<Place>,
    /// By what spans say, as numbers of attributes.
    found: HashMap<(i32, Said<u32>), Option<Peer>>,
}

/// Which of a [`Said`] an attribute is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Nobody asked yet.
    Unknown,
    /// None.
    None,
    At(u8),
}

impl Peers {
    pub(super) fn of(batch: &Batch) -> Self {
        Self { places: vec![Place::Unknown; batch.text_count()], found: HashMap::new() }
    }

    /// Whom the span of `head` says that it calls: what [`chain::peer`] says of it. Notes in
    /// `names` what it is called.
    pub(super) fn find(
        &mut self,
        batch: &Batch,
        head: &Head,
        names: &mut HashMap<u64, String>,
    ) -> Option<Peer> {
        if !has_peer(head.kind) {
            return None;
        }
        let mut said = Said::<u32>::default();
        for number in body::own_attributes(batch.body(head)) {
            if let Some(place) = self.place(batch, batch.attribute_key(number))
                && text_of(batch, number).is_some()
            {
                said.note(place, number);
            }
        }
        if said.is_empty() {
            return None;
        }
        let said = said.telling(head.kind);
        *self.found.entry((head.kind.0, said)).or_insert_with(|| {
            let named = said.map(|number| text_of(batch, number).unwrap_or_default());
            let named = named.peer(head.kind)?;
            let peer = Peer::of(&named);
            names.entry(peer.name).or_insert(named.1);
            Some(peer)
        })
    }

    fn place(&mut self, batch: &Batch, key: u32) -> Option<usize> {
        let known = self.places.get_mut(key as usize)?;
        if *known == Place::Unknown {
            let place = said_place(batch.text(key)).and_then(|place| u8::try_from(place).ok());
            *known = place.map_or(Place::None, Place::At);
        }
        match *known {
            Place::At(place) => Some(place.into()),
            Place::Unknown | Place::None => None,
        }
    }
}

/// The value of an attribute as it counts: a text that is not empty, or a flag that is set.
fn text_of(batch: &Batch, number: u32) -> Option<&str> {
    let (_, encoded) = batch.attribute(number);
    if encoded == [value::tag::TRUE] {
        return Some("true");
    }
    let text = str::from_utf8(value::as_text(encoded)?).ok()?;
    (!text.is_empty()).then_some(text)
}
