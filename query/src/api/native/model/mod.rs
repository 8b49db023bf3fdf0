//! The answers, as they are written: one struct for each object of docs/api.md. They
//! borrow from what the service found, and the description of the API is derived
//! from them.

pub(super) mod call_chains;
pub(super) mod catalog;
pub(super) mod chains;
pub(super) mod completeness;
pub(super) mod difference;
pub(super) mod error;
pub(super) mod finding;
pub(super) mod hop;
pub(super) mod hop_detail;
pub(super) mod message;
pub(super) mod pin;
pub(super) mod red;
pub(super) mod search;
pub(super) mod span;
pub(super) mod status;
pub(super) mod trace;
pub(super) mod value;
pub(super) mod watch;

use std::fmt::Display;

use serde::{Serialize, Serializer};

/// Something written as its text: an id as hexadecimal, a time as a string because it
/// exceeds what a JSON number holds exactly.
#[derive(Debug, Clone, Copy)]
pub(super) struct AsText<T>(pub(super) T);

impl<T: Display> Serialize for AsText<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}
