//! What every end-to-end test needs: the real program on ports of its own
//! ([`Server`]), senders of OTLP ([`otlp`]), a reader of the web listener
//! ([`web`]) and a way to wait for something ([`until`]).
//!
//! ```ignore
//! let server = Server::start();                       // port 0, a fresh folder
//! let request = otlp::request("shop", otlp::spans(10));
//! assert_eq!(otlp::send_http(&server, &request).status(), 200);
//! otlp::Grpc::to(server.grpc().port()).send(&request).unwrap();
//! until("the trace is there", || web::trace(&server, &id));
//! let status = server.stop();                         // SIGTERM, waits
//! ```

pub(crate) mod otlp;
mod ports;
mod server;
mod small_disk;
mod wait;
pub(crate) mod web;

pub(crate) use ports::Ports;
pub(crate) use server::{Command, Server, memory_peak_bytes};
pub(crate) use small_disk::SmallDisk;
pub(crate) use wait::{until, until_within};
