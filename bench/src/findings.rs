//! What an experiment finds out.

use serde_json::Value;

use crate::{completeness, load, query};

/// All that was found out.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Findings {
    pub(crate) load: load::Report,
    /// How many cores others than the server and this program used meanwhile.
    pub(crate) others_cores_while_loaded: f64,
    /// Space that was allocated on disk when the last answer came.
    pub(crate) disk_bytes_at_last_answer: u64,
    pub(crate) at_rest: AtRest,
    /// What a Hopline said about itself when it was at rest.
    pub(crate) status: Option<Value>,
    pub(crate) completeness: completeness::Report,
    pub(crate) idle: Option<Asked>,
    pub(crate) under_ingest: Option<UnderIngest>,
}

/// Questions about what was sent first.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Asked {
    pub(crate) query: query::Report,
    /// How many cores others than the server and this program used meanwhile.
    pub(crate) others_cores: f64,
}

/// The same while a further load comes as fast as it is taken.
#[derive(Debug, serde::Serialize)]
pub(crate) struct UnderIngest {
    pub(crate) load: load::Report,
    #[serde(flatten)]
    pub(crate) asked: Asked,
}

/// The server when the load was over and it had come to rest.
#[derive(Debug, serde::Serialize)]
pub(crate) struct AtRest {
    /// All CPU time since the load began, over the spans acknowledged.
    pub(crate) cpu_micros_per_span: f64,
    pub(crate) resident_bytes: u64,
    pub(crate) resident_bytes_max: u64,
    /// Space that is allocated on disk, by file system blocks.
    pub(crate) disk_bytes: u64,
    pub(crate) disk_bytes_per_span: f64,
    /// All that it had written to disk since the load began; none where that cannot
    /// be seen.
    pub(crate) disk_write_bytes: Option<u64>,
    pub(crate) disk_write_bytes_per_span: Option<f64>,
}
