//! Which versions of services sent spans, minute by minute.
//!
//! What hops add up to knows no versions: a path is the same whichever version runs, so that
//! figures from before a deployment compare with those after it. When a version came is kept
//! beside them, in the family `chain`: written with the segment whose spans it counts, in the
//! same commit. What is hot is counted when somebody asks.
//!
//! ```text
//! 4 · hour, u64 · written, u32 · segment, u32    count of services, each: name, text ·
//!                                                  1 where there were further versions, else 0 ·
//!                                                  count of versions, each: version, text ·
//!                                                    count of minutes, each: since the one
//!                                                    before, varint · spans, varint
//!                                                1 where there were further services, else 0
//! ```
//!
//! Numbers in keys are big-endian; `hour` is when it begins, in seconds since the Unix epoch,
//! and the first minute of a version counts from there. `written` and `segment` are as those of
//! figures, and so is the rule of how a record gets older ([`crate::chains`]). Those of an hour
//! add up; `fold` makes one of several, and deletes what is older than minutes of figures are.

mod count;
mod fold;
mod read;
mod record;
mod sealed;

pub(crate) use count::{Counts, Run, count_hot};
pub(crate) use read::minutes_of;
pub(crate) use sealed::{Hours, SealedVersions, put, read_record};
