//! Call chains: which calls requests make, how often, and where their time goes.
//!
//! [`forest`] adds up the requests of each kind to one tree of calls, from the figures that
//! the store keeps by path; [`ServiceChains`] say which services wait for which there, and
//! what shape that has. [`Difference`] holds the
//! trees of some traces against those of others, trace by trace.

mod difference;
pub(crate) mod selection;
mod service_chain;
mod tree;

pub use difference::{Difference, DifferenceNode, PerTrace, Side};
pub use service_chain::{Hop, ServiceChain, ServiceChains, Shape};
pub use tree::{Asked, Entry, Figures, Forest, LeftOut, Node, forest};
