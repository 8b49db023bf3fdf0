//! The web viewer, embedded.
