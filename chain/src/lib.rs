//! Call chains: what each trace adds to the figures of its hops, and what stands out in
//! them.
//!
//! Pure: lines of spans in, figures and findings out. No clock, no store, no names but
//! as numbers.

mod cell;
mod compare;
mod event;
mod key;
mod opportunity;
mod path;
mod peer;
mod roll_up;
mod self_time;
mod sketch;
#[cfg(test)]
mod tests;
mod trace;
mod tree;

pub use cell::{Cell, Counts};
pub use compare::{Comparison, Entry, Figures, Finding, Harmed, Suspect, What};
pub use event::{event_text, is_error, is_event_key};
pub use key::{name_key, normal, span_name_key};
pub use opportunity::{Opportunity, opportunities};
pub use path::{PathId, Step, StepKind};
pub use peer::{Peer, PeerKind, Said, has_peer, peer, said_place};
pub use roll_up::RollUp;
pub use self_time::{Sweep, Timed};
pub use sketch::Sketch;
pub use trace::{Analyst, Event, Marks, Row};
pub use tree::Line;
