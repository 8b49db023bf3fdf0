//! OTLP, read and written.
