//! What the events of a batch's spans say, found out once for all that say the same.

use chain::{Event, is_event_key};
use hashbrown::HashMap;
use proto::batch::{Head, body};
use proto::{Batch, Event as SpanEvent};

use super::Dictionary;
use super::tally::known_event;

/// What is known of a batch so far.
pub(super) struct Events {
    /// By the number of a key: whether it matters, once somebody asked.
    matters: Vec<Option<bool>>,
    /// By the numbers of an event's name and of those of its attributes that matter.
    found: HashMap<Vec<u32>, Event>,
    /// Such numbers, of the event that is looked at.
    said: Vec<u32>,
}

impl Events {
    pub(super) fn of(batch: &Batch) -> Self {
        let matters = vec![None; batch.text_count()];
        Self { matters, found: HashMap::new(), said: Vec::new() }
    }

    /// Hands on what the first `count_max` events of the span of `head` say.
    pub(super) fn find(
        &mut self,
        batch: &Batch,
        head: &Head,
        count_max: usize,
        dictionary: &Dictionary,
        mut take: impl FnMut(Event),
    ) {
        let mut left = count_max;
        body::each_event(batch.body(head), |name, attributes| {
            if left == 0 {
                return;
            }
            left -= 1;
            self.said.clear();
            self.said.push(name);
            for number in attributes {
                if self.matters(batch, batch.attribute_key(*number)) {
                    self.said.push(*number);
                }
            }
            let known = self.found.get(self.said.as_slice()).copied();
            take(known.unwrap_or_else(|| self.read(batch, dictionary)));
        });
    }

    fn matters(&mut self, batch: &Batch, key: u32) -> bool {
        let Some(known) = self.matters.get_mut(key as usize) else { return false };
        *known.get_or_insert_with(|| is_event_key(batch.text(key)))
    }

    /// What an event says of which nobody asked before.
    fn read(&mut self, batch: &Batch, dictionary: &Dictionary) -> Event {
        let (name, attributes) = self.said.split_first().unwrap_or((&0, &[]));
        let event = known_event(
            dictionary,
            &SpanEvent {
                name: batch.text(*name).to_owned(),
                attributes: attributes.iter().map(|number| batch.read_attribute(*number)).collect(),
                ..SpanEvent::default()
            },
        );
        self.found.insert(self.said.clone(), event);
        event
    }
}
