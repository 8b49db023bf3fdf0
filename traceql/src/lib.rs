//! TraceQL: the query language of Grafana Tempo, over Hopline's own spans.
//!
//! [`compile`] makes a [`Query`] of a text and checks it, [`evaluate()`] finds
//! what it asks for in one trace. Everything
//! is pure and bounded: no store, no I/O, no clock, and a text from a stranger can cost
//! no more than its length allows ([`TEXT_BYTES_MAX`], [`DEPTH_MAX`]).

pub mod ast;
mod duration;
mod error;
pub mod evaluate;
mod keys;
mod lexer;
pub mod metrics;
mod number;
pub mod operate;
mod parser;
mod push_down;
mod regular;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod trace;
mod tree;
mod validate;
pub mod value;

pub use ast::Query;
pub use error::{ParseError, Position};
pub use evaluate::{Answer, EvaluateError, Spanset, evaluate};
pub use keys::LooksAt;
pub use lexer::{Symbol, Token, TokenKind, lex};
pub use parser::{parse, parse_lenient};
pub use push_down::{Comparison, Condition, PushDown, Requirement};
pub use regular::Pattern;
pub use trace::{ServiceStats, Trace};
pub use validate::{compile, validate};
pub use value::Static;

/// The longest query text that is read at all: 128 KiB, which no editor comes near.
pub const TEXT_BYTES_MAX: usize = 128 * 1024;

/// How deep expressions may nest, chains of operators included (`a || b || c` is two
/// deep). Beyond it a query is refused, so that no walk over one runs out of stack.
pub const DEPTH_MAX: u32 = 500;
