//! What a process costs, from Linux's `/proc`.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};

/// How long a process may take to come to rest.
const REST_MAX: Duration = Duration::from_secs(900);
/// It is at rest when it used less than this share of one core in one period.
const REST_CPU_SHARE: f64 = 0.02;
const REST_PERIOD: Duration = Duration::from_secs(2);

/// CPU time, memory and writing of one process at one moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    /// Time on a CPU since it started, in user and system mode, all threads.
    pub(crate) cpu: Duration,
    /// The most memory it ever had resident, in bytes.
    pub(crate) resident_bytes_max: u64,
    /// The memory it has resident, in bytes.
    pub(crate) resident_bytes: u64,
    /// What it has had written to disk since it started, in bytes (`write_bytes` of
    /// proc_pid_io(5): pages it made dirty, whether or not they were written or deleted
    /// since). None where this user may not read it.
    pub(crate) disk_write_bytes: Option<u64>,
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
        let cpu = after_name
            .split_whitespace()
            .skip(11)
            .take(2)
            .map(|field| field.parse::<u64>().unwrap_or(0))
            .sum();
        let status = read("status")?;
        let io = read("io").ok();
        let kilobytes = |key| number_after(key, &status).unwrap_or(0) * 1024;
        Ok(Self {
            cpu: ticks(cpu),
            resident_bytes_max: kilobytes("VmHWM:"),
            resident_bytes: kilobytes("VmRSS:"),
            disk_write_bytes: io.and_then(|io| number_after("write_bytes:", &io)),
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

/// So much CPU time as the kernel counts it.
pub(crate) fn ticks(count: u64) -> Duration {
    let per_second = rustix::param::clock_ticks_per_second().max(1);
    Duration::from_secs_f64(count as f64 / per_second as f64)
}

/// The number on the line of `text` that begins with `key`.
fn number_after(key: &str, text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(key))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Waits until the process does next to nothing, and at least for `least`.
///
/// # Errors
/// Where it ends, or never comes to rest.
pub(crate) async fn rest(pid: u32, least: Duration) -> anyhow::Result<()> {
    let begun = Instant::now();
    let mut before = Usage::of(pid)?.cpu;
    while begun.elapsed() < REST_MAX {
        tokio::time::sleep(REST_PERIOD).await;
        let after = Usage::of(pid)?.cpu;
        let share = after.saturating_sub(before).as_secs_f64() / REST_PERIOD.as_secs_f64();
        if share < REST_CPU_SHARE && begun.elapsed() >= least {
            return Ok(());
        }
        before = after;
    }
    bail!("process {pid} is still at work {} s after the load", REST_MAX.as_secs());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_by_the_beginning_of_their_line() {
        let io = "wchar: 7\nwrite_bytes: 4096\ncancelled_write_bytes: 12\n";
        assert_eq!(number_after("write_bytes:", io), Some(4_096));
        assert_eq!(number_after("VmHWM:", "VmPeak:\t 9 kB\nVmHWM:\t  512 kB\n"), Some(512));
        assert_eq!(number_after("VmHWM:", ""), None);
    }

    #[test]
    fn this_process_has_a_usage() {
        let usage = Usage::own().unwrap();
        assert!(usage.resident_bytes > 0);
        assert!(usage.resident_bytes_max >= usage.resident_bytes);
    }
}
