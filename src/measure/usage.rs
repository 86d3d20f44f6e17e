//! What this process has used so far, as its operating system counts.

/// Processor time and peak memory of this process.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// User and system time of all threads, in seconds.
    pub cpu_s: f64,
    /// The most memory that was resident at once, in bytes; 0 where the system does not say.
    pub peak_rss_bytes: u64,
}

impl Usage {
    /// Asks the system.
    #[cfg(unix)]
    pub fn now() -> Self {
        use nix::sys::resource::{UsageWho, getrusage};
        use nix::sys::time::TimeValLike;

        let Ok(usage) = getrusage(UsageWho::RUSAGE_SELF) else {
            return Self::default();
        };
        let cpu = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
        // `ru_maxrss` is in bytes on macOS and in KiB elsewhere.
        let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
        let peak = high_water_mark(std::process::id()).unwrap_or(usage.max_rss() as u64 * unit);
        Self { cpu_s: cpu as f64 / 1e6, peak_rss_bytes: peak }
    }

    /// Asks the system: not known how on this one.
    #[cfg(not(unix))]
    pub fn now() -> Self {
        Self::default()
    }
}

/// `VmHWM` of a process under Linux. Unlike `ru_maxrss` it starts anew with the program: a child does not inherit its
/// parent's peak.
pub(super) fn high_water_mark(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn memory_that_was_touched_is_in_the_peak() {
        let before = Usage::now();
        let touched = vec![1u8; 200 << 20];
        let after = Usage::now();
        assert!(std::hint::black_box(&touched).iter().step_by(4096).all(|byte| *byte == 1));
        assert!(after.peak_rss_bytes >= 200 << 20, "{after:?}");
        assert!(after.cpu_s >= before.cpu_s);
    }
}
