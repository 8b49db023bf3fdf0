//! HTTP/1.1 and gRPC by hand: whatever a test wants on the wire, and everything
//! that came back.

mod grpc;
mod http;

use std::time::Duration;

pub(crate) use self::grpc::{Call, EXPORT, Grpc, frame};
pub(crate) use self::http::{Answer, Connection, Request};

/// How long an answer may take before the test gives up.
const PATIENCE: Duration = Duration::from_secs(60);
