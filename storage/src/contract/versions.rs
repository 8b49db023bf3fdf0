//! Which versions of services sent spans, and when.

use std::collections::BTreeMap;

use super::{Completeness, TimeRange};

/// How many services are told apart. Of those that come later nothing is known.
pub const SERVICES_MAX: usize = 1_000;
/// How many versions of a service are told apart: more than a service that is deployed every
/// few minutes has in an hour.
pub const VERSIONS_MAX: usize = 16;

/// A question for the versions of services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VersionsQuestion {
    /// When the spans began that count. It is widened to whole minutes.
    pub range: TimeRange,
}

/// Which versions of services sent spans within some time, and in which minutes.
///
/// A span's version is the `service.version` of its resource; spans without one are not among
/// them, nor are those that were sealed by earlier builds, or longer than about a day ago.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Versions {
    /// By the service's name: up to [`SERVICES_MAX`].
    pub services: BTreeMap<String, ServiceVersions>,
    /// Whether there were further services.
    pub has_further: bool,
    /// Whether anything is missing.
    pub completeness: Completeness,
}

/// The versions of one service.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ServiceVersions {
    /// How many spans of each began in a minute, by the version and the minute, counted from
    /// the Unix epoch: up to [`VERSIONS_MAX`]. One that came again after it was sealed counts
    /// twice until that is sealed, too.
    pub spans: BTreeMap<String, Minutes>,
    /// Whether there were further versions, or minutes.
    pub has_further: bool,
}

/// Spans by the minute in which they began, counted from the Unix epoch.
pub type Minutes = BTreeMap<u32, u64>;
