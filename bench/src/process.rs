//! What a process costs, from Linux's `/proc`.

use std::time::Duration;

use anyhow::Context;

/// CPU time and memory of one process at one moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    /// Time on a CPU since it started, in user and system mode, all threads.
    pub(crate) cpu: Duration,
    /// The most memory it ever had resident, in bytes.
    pub(crate) resident_bytes_max: u64,
    /// The memory it has resident, in bytes.
    pub(crate) resident_bytes: u64,
}

impl Usage {
    /// Of the process with this id.
    ///
    /// # Errors
    /// Where there is none, or this is no Linux.
    pub(crate) fn of(pid: u32) -> anyhow::Result<Self> {
        let read = |file: &str| {
            let path = format!("/proc/{pid}/{file}");
            std::fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))
        };
        let stat = read("stat")?;
        // The name, in parentheses, may hold anything (proc_pid_stat(5)).
        let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        let ticks: u64 = after_name
            .split_whitespace()
            .skip(11)
            .take(2)
            .map(|field| field.parse::<u64>().unwrap_or(0))
            .sum();
        let per_second = rustix::param::clock_ticks_per_second().max(1);
        let status = read("status")?;
        let kilobytes = |key: &str| -> u64 {
            let line = status.lines().find_map(|line| line.strip_prefix(key));
            let value = line.and_then(|line| line.split_whitespace().next());
            value.and_then(|value| value.parse().ok()).unwrap_or(0)
        };
        Ok(Self {
            cpu: Duration::from_secs_f64(ticks as f64 / per_second as f64),
            resident_bytes_max: kilobytes("VmHWM:") * 1024,
            resident_bytes: kilobytes("VmRSS:") * 1024,
        })
    }

    /// Of this process.
    ///
    /// # Errors
    /// As [`Usage::of`].
    pub(crate) fn own() -> anyhow::Result<Self> {
        Self::of(std::process::id())
    }
}
