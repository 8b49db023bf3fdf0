//! The table: texts and attributes that occur more than once in a segment, so that
//! blocks need only their numbers.
//!
//! ```text
//! table:  texts:      count · each length · all texts, one after the other
//!         attributes: count · each key, a text's place · each length of a value · all values
//!         blocks:     count · each first ordinal, less the one before
//! ```
//!
//! A text or attribute elsewhere is one more than its place here, varint; or 0, and it
//! is written out among the block's values (`part.rs`). The most frequent come first
//! and have the shortest numbers. Values are as `proto::batch::value` has them.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::cmp::Reverse;
use std::sync::OnceLock;

use proto::batch::body::Keys;
use proto::batch::value;
use proto::codec::{Malformed, Reader, Writer};
use proto::numbered::Dictionary;

use super::interner::{Attribute, Interner, Text, to_u32};

/// The bytes of all texts and values together. What does not fit stays where it
/// occurs: a table is read whole for any block.
const BYTES_MAX: usize = 2 << 20;
/// What is longer stays where it occurs.
const ENTRY_BYTES_MAX: usize = 1 << 10;
/// Values of up to so many bytes are worth a place only where they are frequent.
const SHORT_VALUE_BYTES: usize = 4;
/// How often such a value occurs at least.
const SHORT_VALUE_COUNT_MIN: u32 = 8;

/// How often each text and attribute is referred to.
#[derive(Debug, Default)]
pub(super) struct Counts {
    texts: Vec<u32>,
    attributes: Vec<u32>,
}

impl Counts {
    pub(super) fn text(&mut self, text: Text, times: u32) {
        count_times(&mut self.texts, text, times);
    }

    pub(super) fn attribute(&mut self, attribute: Attribute, times: u32) {
        count_times(&mut self.attributes, attribute, times);
    }
}

fn count_times(counts: &mut Vec<u32>, number: u32, times: u32) {
    let place = number as usize;
    if counts.len() <= place {
        counts.resize(place.saturating_add(1).next_power_of_two(), 0);
    }
    if let Some(count) = counts.get_mut(place) {
        *count = count.saturating_add(times);
    }
}

/// What occurs more than once, with how often it does, the most frequent first.
fn by_count(counts: &[u32]) -> impl Iterator<Item = (u32, u32)> + use<> {
    let numbered = (0..).zip(counts).map(|(number, count)| (*count, number));
    let mut repeated: Vec<(u32, u32)> = numbered.filter(|(count, _)| *count > 1).collect();
    repeated.sort_unstable_by_key(|(count, number)| (Reverse(*count), *number));
    repeated.into_iter()
}

/// Which texts and attributes of a segment in the making are in its table, and where.
#[derive(Debug)]
pub(super) struct Places {
    texts: Vec<Text>,
    attributes: Vec<Attribute>,
    /// What stands for a text elsewhere: one more than its place, or 0.
    text_codes: Vec<u32>,
    attribute_codes: Vec<u32>,
}

impl Places {
    pub(super) fn of(interner: &Interner, mut counts: Counts) -> Self {
        let mut bytes_left = BYTES_MAX;
        let mut fits =
            |bytes: usize| bytes_left.checked_sub(bytes).map(|left| bytes_left = left).is_some();
        let is_short = |text: Text| interner.text(text).len() <= ENTRY_BYTES_MAX;
        // A text is here for its own sake, or as the key of an attribute that is.
        let mut is_key = vec![false; interner.text_count()];
        let mut attributes = Vec::new();
        for (count, number) in by_count(&counts.attributes) {
            let (key, value) = interner.attribute(number);
            if value.len() > ENTRY_BYTES_MAX
                || value.len() <= SHORT_VALUE_BYTES && count < SHORT_VALUE_COUNT_MIN
                || !is_short(key)
            {
                continue;
            }
            let Some(is_key) = is_key.get_mut(key as usize) else { continue };
            let key_bytes = if *is_key { 0 } else { interner.text(key).len() };
            if !fits(value.len().saturating_add(key_bytes)) {
                break;
            }
            *is_key = true;
            attributes.push(number);
        }
        let attribute_codes = codes(&attributes, interner.attribute_count());
        for (number, count) in (0..).zip(&counts.attributes) {
            if attribute_codes.get(number as usize) == Some(&0) {
                let (key, _) = interner.attribute(number);
                count_times(&mut counts.texts, key, *count);
            }
        }
        let is_key = |text: Text| is_key.get(text as usize) == Some(&true);
        let mut texts: Vec<Text> = by_count(&counts.texts)
            .filter(|(_, text)| !is_key(*text) && is_short(*text))
            .map(|(_, text)| text)
            .take_while(|text| fits(interner.text(*text).len()))
            .collect();
        texts.extend((0..to_u32(interner.text_count())).filter(|text| is_key(*text)));
        let times = |text: &Text| counts.texts.get(*text as usize).copied().unwrap_or(0);
        texts.sort_by_key(|text| Reverse(times(text)));
        let text_codes = codes(&texts, interner.text_count());
        Self { texts, attributes, text_codes, attribute_codes }
    }

    /// What stands for `text`; 0 where it is written out.
    pub(super) fn text_code(&self, text: Text) -> u32 {
        self.text_codes.get(text as usize).copied().unwrap_or(0)
    }

    /// What stands for `attribute`; 0 where it is written out.
    pub(super) fn attribute_code(&self, attribute: Attribute) -> u32 {
        self.attribute_codes.get(attribute as usize).copied().unwrap_or(0)
    }

    /// The table of a segment whose blocks begin with these ordinals.
    pub(super) fn encode(
        &self,
        interner: &Interner,
        blocks: impl ExactSizeIterator<Item = u32>,
    ) -> Vec<u8> {
        let mut out = Writer::new();
        out.size(self.texts.len());
        let texts = || self.texts.iter().map(|text| interner.text(*text).as_bytes());
        texts().for_each(|text| out.size(text.len()));
        texts().for_each(|text| out.raw(text));
        out.size(self.attributes.len());
        let attributes = || self.attributes.iter().map(|number| interner.attribute(*number));
        attributes().for_each(|(key, _)| out.varint(self.text_code(key).saturating_sub(1).into()));
        attributes().for_each(|(_, value)| out.size(value.len()));
        attributes().for_each(|(_, value)| out.raw(value));
        out.size(blocks.len());
        out.ascending(blocks);
        out.into_bytes()
    }
}

/// One more than each number's place in `chosen`; 0 for those that are not.
fn codes(chosen: &[u32], count: usize) -> Vec<u32> {
    let mut codes = vec![0; count];
    for (code, number) in (1..).zip(chosen) {
        if let Some(place) = codes.get_mut(*number as usize) {
            *place = code;
        }
    }
    codes
}

/// The table of a segment that is read.
#[derive(Debug, Default)]
pub(crate) struct Table {
    texts: String,
    text_ends: Vec<u32>,
    attributes: Vec<(u32, u32)>,
    values: Vec<u8>,
    /// The places of the attributes' keys, by text.
    keys: Vec<u32>,
    /// The first ordinal of each block.
    blocks: Vec<u32>,
    /// Whether all its attributes can be read, once somebody asked.
    checked: OnceLock<Result<(), Malformed>>,
}

impl Dictionary for Table {
    fn attribute_of(&self, number: u32) -> Option<proto::Attribute> {
        self.attribute(number).ok()
    }

    fn text_of(&self, number: u32) -> Option<String> {
        self.text(number).map(str::to_owned).ok()
    }
}

impl Table {
    pub(super) fn decode(record: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(record);
        let count = reader.count()?;
        let text_ends = reader.ascending(count)?;
        let texts = reader.raw(last(&text_ends))?;
        let texts = str::from_utf8(texts).map_err(|_| Malformed("UTF-8 text"))?.to_owned();
        if !text_ends.iter().all(|end| texts.is_char_boundary(*end as usize)) {
            return Err(Malformed("UTF-8 text"));
        }
        let count = reader.count()?;
        let keys = (0..count).map(|_| reader.varint32()).collect::<Result<Vec<_>, _>>()?;
        if keys.iter().any(|key| *key as usize >= text_ends.len()) {
            return Err(Malformed("key of an attribute"));
        }
        let value_ends = reader.ascending(count)?;
        let values = reader.raw(last(&value_ends))?.to_vec();
        let count = reader.count()?;
        let blocks = reader.ascending(count)?;
        reader.end()?;
        let attributes = keys.iter().copied().zip(value_ends).collect();
        let checked = OnceLock::new();
        let mut table = Self { texts, text_ends, attributes, values, keys, blocks, checked };
        table.sort_keys();
        Ok(table)
    }

    /// Leaves each key once, by text.
    fn sort_keys(&mut self) {
        let mut keys = std::mem::take(&mut self.keys);
        keys.sort_unstable();
        keys.dedup();
        keys.sort_by_key(|place| self.text_at(*place));
        keys.shrink_to_fit();
        self.keys = keys;
    }

    /// The first ordinal of each block.
    pub(super) fn blocks(&self) -> impl Iterator<Item = u32> + '_ {
        self.blocks.iter().copied()
    }

    /// The first ordinal of the block that has the trace `ordinal`.
    pub(super) fn block_of(&self, ordinal: u32) -> Option<u32> {
        let after = self.blocks.partition_point(|first| *first <= ordinal);
        self.blocks.get(after.checked_sub(1)?).copied()
    }

    /// The text that `code` stands for, which is not 0.
    pub(super) fn text(&self, code: u32) -> Result<&str, Malformed> {
        let place = code.checked_sub(1).ok_or(Malformed("text of the table"))?;
        self.text_at(place).ok_or(Malformed("text of the table"))
    }

    /// The attribute that `code` stands for, which is not 0.
    pub(super) fn attribute(&self, code: u32) -> Result<proto::Attribute, Malformed> {
        let malformed = Malformed("attribute of the table");
        let place = code.checked_sub(1).ok_or(malformed)? as usize;
        let (key, end) = self.attributes.get(place).ok_or(malformed)?;
        let start = match place.checked_sub(1) {
            Some(before) => self.attributes.get(before).map_or(0, |(_, end)| *end),
            None => 0,
        };
        let bytes = self.values.get(start as usize..*end as usize).ok_or(malformed)?;
        let key = self.text_at(*key).ok_or(malformed)?.to_owned();
        Ok(proto::Attribute { key, value: value::read(bytes)? })
    }

    /// Fails where an attribute here can't be read: not each is, then, when it is told by its
    /// code.
    pub(super) fn check_attributes(&self) -> Result<(), Malformed> {
        *self.checked.get_or_init(|| {
            let codes = (1u32..).take(self.attributes.len());
            codes.map(|code| self.attribute(code)).try_for_each(|one| one.map(drop))
        })
    }

    /// The place of the key of the attribute with this code.
    pub(super) fn key_place(&self, code: u32) -> Result<u32, Malformed> {
        let place = code.checked_sub(1).and_then(|place| self.attributes.get(place as usize));
        place.map(|(key, _)| *key).ok_or(Malformed("attribute of the table"))
    }

    /// The places of those `keys` that an attribute here has; none where all are wanted.
    pub(super) fn places_of(&self, keys: Keys<'_>) -> Vec<u32> {
        let Keys::Only(keys) = keys else {
            return Vec::new();
        };
        let place = |key: &String| {
            let at = |place: &u32| self.text_at(*place).unwrap_or_default();
            let found = self.keys.binary_search_by(|place| at(place).cmp(key)).ok()?;
            self.keys.get(found).copied()
        };
        keys.iter().filter_map(place).collect()
    }

    fn text_at(&self, place: u32) -> Option<&str> {
        let place = place as usize;
        let start = match place.checked_sub(1) {
            Some(before) => *self.text_ends.get(before)?,
            None => 0,
        };
        self.texts.get(start as usize..*self.text_ends.get(place)? as usize)
    }

    /// What it takes in memory, in bytes.
    pub(super) fn memory_bytes(&self) -> usize {
        let lists = size_of_val(&*self.text_ends)
            .saturating_add(size_of_val(&*self.attributes))
            .saturating_add(size_of_val(&*self.keys))
            .saturating_add(size_of_val(&*self.blocks));
        lists.saturating_add(self.texts.len()).saturating_add(self.values.len())
    }
}

fn last(ends: &[u32]) -> usize {
    ends.last().map_or(0, |end| *end as usize)
}
