//! Versions as bytes: a record for each hour.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use std::collections::BTreeMap;

use proto::codec::{Malformed, Reader, Writer};

use crate::contract::versions::{Minutes, ServiceVersions, Versions};

const MINUTES_OF_HOUR: u32 = 60;
/// How long an hour is, in seconds.
pub(super) const HOUR_SECONDS: u64 = 3_600;

/// What of `versions` began in each hour, by when that begins, in seconds since the Unix epoch.
pub(super) fn by_hour(versions: &Versions) -> BTreeMap<u64, Versions> {
    let mut hours: BTreeMap<u64, Versions> = BTreeMap::new();
    for (name, service) in &versions.services {
        for (version, minutes) in &service.spans {
            for (minute, spans) in minutes {
                let begin = u64::from(minute / MINUTES_OF_HOUR).saturating_mul(HOUR_SECONDS);
                let hour = hours.entry(begin).or_default();
                let there = hour.services.entry(name.clone()).or_default();
                there.spans.entry(version.clone()).or_default().insert(*minute, *spans);
            }
        }
    }
    for hour in hours.values_mut() {
        hour.has_further = versions.has_further;
        for (name, _) in versions.services.iter().filter(|(_, service)| service.has_further) {
            hour.services.entry(name.clone()).or_default().has_further = true;
        }
    }
    hours
}

/// The record of `versions`, all of the hour that begins at `hour`, in seconds since the Unix
/// epoch.
pub(super) fn encode(versions: &Versions, hour: u64) -> Vec<u8> {
    let first = first_minute(hour);
    let mut record = Writer::new();
    record.size(versions.services.len());
    for (name, service) in &versions.services {
        record.bytes(name.as_bytes());
        record.varint(service.has_further.into());
        record.size(service.spans.len());
        for (version, minutes) in &service.spans {
            record.bytes(version.as_bytes());
            record.size(minutes.len());
            let mut before = first;
            for (minute, spans) in minutes {
                record.varint(minute.wrapping_sub(before).into());
                record.varint(*spans);
                before = *minute;
            }
        }
    }
    record.varint(versions.has_further.into());
    record.into_bytes()
}

/// What [`encode`] wrote.
pub(super) fn decode(record: &[u8], hour: u64) -> Result<Versions, Malformed> {
    let first = first_minute(hour);
    let mut reader = Reader::new(record);
    let mut versions = Versions::default();
    for _ in 0..reader.count()? {
        let name = reader.text()?.to_owned();
        let has_further = read_flag(&mut reader)?;
        let mut spans = BTreeMap::new();
        for _ in 0..reader.count()? {
            let version = reader.text()?.to_owned();
            let mut minutes = Minutes::new();
            let mut before = first;
            for _ in 0..reader.count()? {
                let minute = before.wrapping_add(reader.varint32()?);
                minutes.insert(minute, reader.varint()?);
                before = minute;
            }
            spans.insert(version, minutes);
        }
        versions.services.insert(name, ServiceVersions { spans, has_further });
    }
    versions.has_further = read_flag(&mut reader)?;
    reader.end()?;
    Ok(versions)
}

fn read_flag(reader: &mut Reader) -> Result<bool, Malformed> {
    match reader.varint()? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Malformed("whether there is more")),
    }
}

fn first_minute(hour: u64) -> u32 {
    u32::try_from(hour / 60).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::collection::{btree_map, vec};
    use proptest::prelude::*;

    use super::*;

    fn versions() -> impl Strategy<Value = Versions> {
        let minutes = btree_map(0..200_u32, 1..u64::MAX, 1..6);
        let spans = btree_map("[a-z]{0,3}", minutes, 1..4);
        let service = (spans, any::<bool>())
            .prop_map(|(spans, has_further)| ServiceVersions { spans, has_further });
        (btree_map("[a-z]{0,3}", service, 1..4), any::<bool>()).prop_map(
            |(services, has_further)| Versions { services, has_further, ..Versions::default() },
        )
    }

    proptest! {
        #[test]
        fn records_of_hours_say_what_there_is(versions in versions()) {
            let mut all = Versions::default();
            for (hour, there) in by_hour(&versions) {
                let record = encode(&there, hour);
                prop_assert_eq!(decode(&record, hour), Ok(there.clone()));
                prop_assert!(decode(record.get(1..).unwrap_or_default(), hour) != Ok(there.clone()));
                all.merge(&there, &(0..u32::MAX));
            }
            prop_assert_eq!(all, versions);
        }

        #[test]
        fn whatever_a_record_says_is_answered(record in vec(any::<u8>(), 0..200), hour: u64) {
            drop(decode(&record, hour));
        }
    }
}
