//! The OTLP receiver as its clients see it: 120 behaviours, of the specification,
//! of HTTP and gRPC, and of our own choice where those leave one. COVERAGE.md says
//! which test shows which, docs/otlp.md what was chosen.

mod errors;
mod fields;
mod hopline;
mod json;
mod logs;
mod message;
mod size;
mod spans;
mod stored;
mod transport;
mod values;
mod wire;
