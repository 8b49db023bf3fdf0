//! The wire forms, as their users see them.

#![expect(clippy::unwrap_used, reason = "these are tests, also outside `#[test]` functions")]

extern crate hopline_proto as proto;

mod amplification;
mod checklist;
mod descriptor;
mod json;
mod json_value;
mod logs;
mod mutation;
mod notation;
mod oracle;
mod response;
mod round_trip;
mod wire;
