//! The program as a user sees it: one binary, so that RocksDB is linked once.

#![expect(clippy::print_stdout, reason = "a test says what it saw")]

mod cli;
mod demo;
mod disk;
mod durability;
mod fsck;
mod hops;
mod jaeger;
mod layering;
mod licences;
mod limits;
mod messages;
mod otlp;
mod pin;
mod sdk;
mod support;
mod tempo;
mod versions;
mod watch;
mod zipkin;
