//! What a client sees of a collector whose store, or whose budget, is in trouble.
//! What it sees of a healthy one is tested on the whole program, in the root
//! package's `tests/otlp`.

#[path = "../../../tests/otlp/wire/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the whole program's tests use all of it")]
mod wire;

mod fixture;
mod overload;
mod shutdown;
mod store;
