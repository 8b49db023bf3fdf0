//! Semantic-convention keys, named after the convention, and the one place where
//! old and new spellings of a key meet (OpenTelemetry semantic conventions 1.44).

use crate::{Span, Value};

/// The service's name, a resource attribute.
pub const SERVICE_NAME: &str = "service.name";
/// What `service.name` is taken to be where it is missing.
pub const UNKNOWN_SERVICE: &str = "unknown_service";
/// The service's version, a resource attribute.
pub const SERVICE_VERSION: &str = "service.version";

/// One meaning and its spellings, the newest first.
pub type Spellings = &'static [&'static str];

/// The name of the service that is called.
pub const SERVICE_PEER_NAME: Spellings = &["service.peer.name", "peer.service"];
/// The logical address that is called.
pub const SERVER_ADDRESS: Spellings = &["server.address", "net.peer.name"];
/// The database product.
pub const DB_SYSTEM_NAME: Spellings = &["db.system.name", "db.system"];
/// The database's name within the product.
pub const DB_NAMESPACE: Spellings = &["db.namespace", "db.name"];
/// The query text.
pub const DB_QUERY_TEXT: Spellings = &["db.query.text", "db.statement"];
/// The HTTP method.
pub const HTTP_REQUEST_METHOD: Spellings = &["http.request.method", "http.method"];
/// The HTTP status code.
pub const HTTP_RESPONSE_STATUS_CODE: Spellings = &["http.response.status_code", "http.status_code"];
/// How often an HTTP request was sent again.
pub const HTTP_REQUEST_RESEND_COUNT: Spellings = &["http.request.resend_count"];
/// The messaging destination.
pub const MESSAGING_DESTINATION_NAME: Spellings =
    &["messaging.destination.name", "messaging.destination"];
/// The class of an error.
pub const ERROR_TYPE: Spellings = &["error.type"];
/// The RPC status code.
pub const RPC_STATUS_CODE: Spellings = &["rpc.response.status_code", "rpc.grpc.status_code"];

/// What tells one clock from another: resource attributes that name the machine
/// or the container a span was timed on, the most specific first.
pub const CLOCK_DOMAIN: Spellings =
    &["host.id", "k8s.pod.uid", "k8s.pod.name", "host.name", "container.id", "service.instance.id"];

/// The value of the first spelling that `span` carries.
pub fn find(span: &Span, spellings: Spellings) -> Option<&Value> {
    spellings.iter().find_map(|key| span.attribute(key))
}
