//! How busy the machine is with what is not measured, from Linux's `/proc/stat`.

use std::time::{Duration, Instant};

use crate::process::{self, Usage};

/// Between two moments.
pub(crate) struct Others {
    begun: Instant,
    cpu: Duration,
    server: u32,
}

impl Others {
    /// Everybody but this process and `server`, from now on.
    ///
    /// # Errors
    /// Where the server is gone, or this is no Linux.
    pub(crate) fn than(server: u32) -> anyhow::Result<Self> {
        Ok(Self { begun: Instant::now(), cpu: others_cpu(server)?, server })
    }

    /// How many cores they used on average.
    ///
    /// # Errors
    /// As [`Others::than`].
    pub(crate) fn cores(&self) -> anyhow::Result<f64> {
        let cpu = others_cpu(self.server)?.saturating_sub(self.cpu);
        Ok(cpu.as_secs_f64() / self.begun.elapsed().as_secs_f64().max(f64::EPSILON))
    }
}

/// All CPU time since the machine started that neither this process nor `server` had.
fn others_cpu(server: u32) -> anyhow::Result<Duration> {
    let stat = std::fs::read_to_string("/proc/stat")?;
    let ours = Usage::own()?.cpu + Usage::of(server)?.cpu;
    Ok(process::ticks(busy_ticks(&stat)).saturating_sub(ours))
}

/// Of the line about all cores (proc_stat(5)): user, nice, system, idle, iowait, irq,
/// softirq, steal. The guests after them are in user and nice already.
fn busy_ticks(stat: &str) -> u64 {
    let all = stat.lines().find_map(|line| line.strip_prefix("cpu ")).unwrap_or_default();
    let fields = all.split_whitespace().map(|field| field.parse::<u64>().unwrap_or(0));
    let busy = fields.take(8).enumerate().filter(|(place, _)| !matches!(place, 3 | 4));
    busy.map(|(_, ticks)| ticks).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idle_time_and_guests_do_not_count() {
        let stat = "cpu  1 2 4 100 200 8 16 32 400 800\ncpu0 9 9 9 9 9 9 9 9 9 9\nintr 5\n";
        assert_eq!(busy_ticks(stat), 63);
    }
}
