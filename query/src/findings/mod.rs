//! What is wrong now: hops that are slower or fail more often than they did.
//!
//! `compare` holds two times against each other and names what differs, in words and with
//! example traces. `watch` does so every few seconds for the last minutes, and keeps what
//! it found in a [`Book`]: a finding opens, persists and resolves. Hops of a service that runs
//! another version than before are also held against the time before that (`by_version`).

mod baseline;
mod book;
mod by_version;
mod compare;
mod difference;
mod example;
mod feed;
mod history;
mod ids;
mod opportunity;
mod sentence;
mod since;
mod version_change;
mod watch;

pub use baseline::{Baseline, Rates};
pub use book::{Book, Entry};
pub use by_version::ByVersion;
pub use compare::{Compared, Times};
pub use difference::Difference;
pub(crate) use feed::{Feed, Turn};
pub use opportunity::Opportunity;
pub use version_change::VersionChange;
pub use watch::{Look, Notice, NoticeFn, look};
pub(crate) use watch::{Seen, Watch};

use chain::What;
use proto::TraceId;
use serde::{Deserialize, Serialize};

use crate::hop_id::HopId;
use crate::peers::Peer;

pub(crate) use compare::{both, compare, compare_by};
pub(crate) use example::{HopExamples, add_examples, hop_examples};

const MINUTE_NANO: u64 = 60 * 1_000_000_000;

/// One finding, in names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What it is.
    pub what: What,
    /// The service to blame.
    pub service: String,
    /// The other end of the hop: who calls it, or whom it calls less or more often.
    pub other: Option<String>,
    /// What the hop that it is about is called by.
    #[serde(default)]
    pub hop: Option<HopId>,
    /// The span name, or what the event says. Ids in it are `*`.
    pub name: String,
    /// Of errors that are swallowed: who gets them and does not fail.
    #[serde(default)]
    pub absorbed_by: Option<String>,
    /// Of calls that nobody answers: whom they are mostly to, as they say.
    #[serde(default)]
    pub peer: Option<Peer>,
    /// The change of version since which it is so, where it is known to be due to one.
    #[serde(default)]
    pub version: Option<VersionChange>,
    /// In one sentence, without a full stop.
    pub sentence: String,
    /// By how much a request is worse, as a part: of its time, or of all requests.
    pub harm: f64,
    /// How much longer a request takes on average, in seconds.
    pub seconds: f64,
    /// How often it happened, or is missing, for each request.
    pub per_request: f64,
    /// At how many paths it is so.
    pub paths: usize,
    /// How it is now, where it does most harm.
    pub now: chain::Figures,
    /// How it was there before.
    pub before: chain::Figures,
    /// The services and span names that lead there, from the root on.
    pub chain: Vec<(String, String)>,
    /// The requests that it harms, the most harmed first.
    #[serde(default)]
    pub entries: Vec<Harmed>,
    /// Traces to look at.
    pub examples: Examples,
    /// What is different about the bad ones.
    pub differences: Vec<Difference>,
}

/// What a finding does to requests that enter the system.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Harmed {
    /// The service that takes them.
    pub service: String,
    /// Their span name.
    pub span_name: String,
    /// The part of the finding's harm that is theirs.
    pub harm: f64,
    /// The part of what they got slower that the finding explains; `None` where they did not.
    pub share_of_slowdown: Option<f64>,
    /// The part of the further errors below them that began here; `None` where there are none
    /// that got through.
    pub share_of_failures: Option<f64>,
}

/// How requests of one kind, that enter the system, changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Entrance {
    /// The service that takes them.
    pub service: String,
    /// Their span name.
    pub span_name: String,
    /// How many there are.
    pub requests: u64,
    /// How many there were in the time before.
    pub reference_requests: u64,
    /// How long one takes on average, in seconds.
    pub seconds: f64,
    /// How long one took before.
    pub reference_seconds: f64,
    /// Of what it takes longer: what no finding explains.
    pub not_explained_seconds: f64,
}

/// Traces to look at.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Examples {
    /// Where it happened.
    #[serde(with = "ids")]
    pub bad: Vec<TraceId>,
    /// Of the time before.
    #[serde(with = "ids")]
    pub normal: Vec<TraceId>,
}

/// The API's word for what a finding is.
pub fn word(what: What) -> &'static str {
    match what {
        What::SlowCode => "slow_code",
        What::SlowGap => "slow_gap",
        What::Failing => "failing",
        What::Swallowed => "swallowed",
        What::Silent => "silent",
        What::ErrorEvents => "error_events",
        What::Stopped => "stopped",
        What::Appeared => "appeared",
        What::Multiplied => "multiplied",
        What::Retried => "retried",
    }
}
