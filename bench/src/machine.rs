//! The machine that figures were made on.

use std::fs::read_to_string;

/// What a reader needs to know to compare.
#[derive(Debug, Clone, serde::Serialize)]
pub(crate) struct Machine {
    pub(crate) cpu: String,
    pub(crate) cores: usize,
    pub(crate) memory_bytes: u64,
    /// Its version, without what those who built it added.
    pub(crate) kernel: String,
    /// Mean number of threads that wanted a core in the minute before the run, by
    /// others than the run.
    pub(crate) load_average_before: f64,
}

impl Machine {
    /// This one, as far as Linux tells.
    pub(crate) fn this() -> Self {
        let cpuinfo = read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model =
            cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
        let meminfo = read_to_string("/proc/meminfo").unwrap_or_default();
        let total = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"));
        let kilobytes = total.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        let release = read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        let loadavg = read_to_string("/proc/loadavg").unwrap_or_default();
        let load_average = loadavg.split_whitespace().next().and_then(|text| text.parse().ok());
        Self {
            cpu: model.map_or("unknown", |(_, model)| model.trim()).to_owned(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            memory_bytes: kilobytes.unwrap_or(0) * 1024,
            kernel: release.trim().split('-').next().unwrap_or_default().to_owned(),
            load_average_before: load_average.unwrap_or(0.0),
        }
    }
}
