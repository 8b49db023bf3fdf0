//! The APIs as their clients see them, over a store in memory: the native one, and in a
//! folder each the dialects.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

// As every other crate calls it.
extern crate hopline_query as query;

mod baseline;
mod beside;
mod by_query;
mod by_version;
mod catalog;
mod chains;
mod difference;
mod errors;
mod findings;
mod grpc;
mod hop;
mod jaeger;
mod listener;
mod messages;
mod openapi;
mod paging;
mod peers;
mod pin;
mod random;
mod search;
mod selection;
mod span;
mod support;
mod tempo;
mod trace;
mod trouble;
mod watch;
