//! Sizes of memory, how much of it a call may use, and how a program gets it.

use crate::error::{Error, Result};

/// Bytes as a person writes them: `2GiB`, `500MB`, `1073741824`.
///
/// ```
/// use outgrow::memory::parse_bytes;
/// assert_eq!(parse_bytes("2GiB"), Ok(2 << 30));
/// assert_eq!(parse_bytes("500MB"), Ok(500_000_000));
/// assert!(parse_bytes("half of it").is_err());
/// ```
///
/// # Errors
/// In words, for what is no whole number with a unit.
pub fn parse_bytes(text: &str) -> Result<u64, String> {
    let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let unit: u64 = match text[end..].trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "tb" => 1_000_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        "tib" => 1 << 40,
        _ => return Err("give a whole number and a unit: 500MB, 2GiB".to_string()),
    };
    let number: u64 = text[..end].parse().map_err(|_| "give a whole number and a unit: 500MB, 2GiB".to_string())?;
    number.checked_mul(unit).ok_or("that is more than any machine has".to_string())
}

/// Bytes for a person: `1.5 GiB`.
///
/// ```
/// use outgrow::memory::show_bytes;
/// assert_eq!(show_bytes(3 << 29), "1.5 GiB");
/// assert_eq!(show_bytes(500_000_000), "477 MiB");
/// ```
pub fn show_bytes(bytes: u64) -> String {
    let (mut size, mut unit) = (bytes as f64, "B");
    for larger in ["KiB", "MiB", "GiB", "TiB"] {
        if size < 1024.0 {
            break;
        }
        (size, unit) = (size / 1024.0, larger);
    }
    if unit == "B" || size >= 100.0 { format!("{size:.0} {unit}") } else { format!("{size:.1} {unit}") }
}

/// What a call may hold in memory while it exchanges rows and works on partitions.
///
/// It covers the rows that wait between the stages of an exchange and the partitions that are being worked on. Beside it
/// each worker holds the slice (row group) that it reads, and what the function needs for itself; and a result that is
/// collected is held whole (`save_as` streams it instead).
///
/// ```
/// use outgrow::memory::MemoryBudget;
/// let budget = MemoryBudget { bytes: 512 << 20, spill_to: Some("/scratch".into()) };
/// assert_eq!(budget.folder(), std::path::Path::new("/scratch"));
/// ```
#[derive(Clone, Debug)]
pub struct MemoryBudget {
    /// The most bytes that are held.
    pub bytes: u64,
    /// Where rows go that do not fit; the system's folder for temporary files when `None`.
    pub spill_to: Option<std::path::PathBuf>,
}

impl MemoryBudget {
    /// So much, as in `"1GiB"`; the least is 1 MiB.
    ///
    /// ```
    /// use outgrow::memory::MemoryBudget;
    /// assert_eq!(MemoryBudget::of("1GiB")?.bytes, 1 << 30);
    /// assert!(MemoryBudget::of("4kB").unwrap_err().to_string().contains("give at least 1MiB"));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Input`] for what is no size or too small a one.
    pub fn of(text: &str) -> Result<Self> {
        match parse_bytes(text) {
            Ok(bytes) if bytes >= 1 << 20 => Ok(Self { bytes, spill_to: None }),
            Ok(_) => Err(Error::input(format!("memory budget `{text}`: give at least 1MiB."))),
            Err(why) => Err(Error::input(format!("memory budget `{text}`: {why}."))),
        }
    }

    /// Half of what this process can still get.
    ///
    /// ```
    /// use outgrow::memory::{MemoryBudget, show_bytes};
    /// println!("a call may hold {}", show_bytes(MemoryBudget::of_this_machine().bytes));
    /// ```
    pub fn of_this_machine() -> Self {
        Self { bytes: (available() / 2).max(1 << 20), spill_to: None }
    }

    /// Where rows go that do not fit.
    ///
    /// ```
    /// use outgrow::memory::MemoryBudget;
    /// assert_eq!(MemoryBudget::of("1GiB")?.folder(), std::env::temp_dir());
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn folder(&self) -> std::path::PathBuf {
        self.spill_to.clone().unwrap_or_else(std::env::temp_dir)
    }
}

/// Bytes that this process can still get: free memory of the machine, or what a limit leaves of it.
///
/// ```
/// use outgrow::memory::{available, show_bytes};
/// println!("{} left", show_bytes(available()));
/// ```
pub fn available() -> u64 {
    let free = sysinfo::System::new().map_or(0, |mut system| {
        system.refresh_memory();
        system.available_memory()
    });
    // A system that does not say: enough to work, and little enough for any machine.
    let free = if free == 0 { 1 << 30 } else { free };
    limits::left().map_or(free, |left| left.min(free))
}

/// From now on memory that is freed is kept, to be given out again. To be called first thing in a program.
///
/// Memory that is new from the system costs a page fault per 4 KiB when it is first touched: for a column of numbers
/// that is more than most of what is done with it. The GNU C library gives large blocks back to the system at once, until
/// it has seen some of their size come and go, so that what a run pays depends on which block is freed first. This sets
/// from the start what it arrives at by itself in the end: blocks of up to 32 MiB are kept, and 64 MiB at the end of the
/// heap. No address space is reserved for it, so a limit on memory counts what it counted before.
///
/// The program and the benchmarks do it, for all modes alike. A library cannot choose for the programs that use it: call
/// it in `main`, or bring an allocator of your own. Where there is another C library this does nothing.
///
/// ```
/// outgrow::memory::keep_freed();
/// ```
pub fn keep_freed() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        use nix::libc::{M_MMAP_THRESHOLD, M_TRIM_THRESHOLD, mallopt};
        // SAFETY: both change numbers that the allocator reads; it refuses those that it cannot use.
        #[allow(unsafe_code)]
        unsafe {
            mallopt(M_MMAP_THRESHOLD, 32 << 20);
            mallopt(M_TRIM_THRESHOLD, 64 << 20);
        }
    }
}

#[cfg(target_os = "linux")]
mod limits {
    //! Limits from outside: of the process (`RLIMIT_DATA`, `RLIMIT_AS`) and of its memory cgroup, version 1 or 2.

    use nix::sys::resource::{Resource, getrlimit};

    /// What the narrowest limit leaves; `None` without a limit.
    pub fn left() -> Option<u64> {
        let used = |field: &str| {
            let status = std::fs::read_to_string("/proc/self/status").ok()?;
            let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
            line.trim().trim_end_matches(" kB").parse::<u64>().ok().map(|kib| kib << 10)
        };
        let of_process =
            [(Resource::RLIMIT_DATA, "VmData"), (Resource::RLIMIT_AS, "VmSize")].map(|(resource, field)| {
                let (limit, _) = getrlimit(resource).ok()?;
                (limit != nix::libc::RLIM_INFINITY).then(|| limit.saturating_sub(used(field).unwrap_or(0)))
            });
        of_process.into_iter().chain([of_cgroup()]).flatten().min()
    }

    /// The cgroup's limit and use, of the group itself or the nearest one above that has a limit.
    fn of_cgroup() -> Option<u64> {
        let groups = std::fs::read_to_string("/proc/self/cgroup").ok()?;
        let left = groups.lines().filter_map(|line| {
            let mut parts = line.splitn(3, ':');
            let (_, controllers, path) = (parts.next()?, parts.next()?, parts.next()?);
            let (root, limit, usage) = match controllers {
                "" => ("/sys/fs/cgroup", "memory.max", "memory.current"),
                _ if controllers.split(',').any(|name| name == "memory") => {
                    ("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes")
                }
                _ => return None,
            };
            let of = std::path::Path::new(path.trim_start_matches('/')).ancestors().filter_map(|group| {
                let read = |file: &str| {
                    let text = std::fs::read_to_string(std::path::Path::new(root).join(group).join(file)).ok()?;
                    text.trim().parse::<u64>().ok()
                };
                // Version 1 says "no limit" with a number that no machine reaches.
                let limit = read(limit).filter(|limit| *limit < 1 << 60)?;
                // Pages of files that were read are given back when somebody needs them.
                let stat = std::fs::read_to_string(std::path::Path::new(root).join(group).join("memory.stat"));
                let cached = stat.unwrap_or_default().lines().find_map(|line| {
                    line.strip_prefix("inactive_file ").or(line.strip_prefix("total_inactive_file "))?.parse().ok()
                });
                let used = read(usage).unwrap_or(0).saturating_sub(cached.unwrap_or(0));
                Some(limit.saturating_sub(used))
            });
            of.min()
        });
        left.min()
    }
}

#[cfg(not(target_os = "linux"))]
mod limits {
    pub fn left() -> Option<u64> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_and_shown() {
        for (text, bytes, shown) in [
            ("1073741824", 1 << 30, "1.0 GiB"),
            ("500MB", 500_000_000, "477 MiB"),
            ("2 KiB", 2048, "2.0 KiB"),
            ("17b", 17, "17 B"),
        ] {
            assert_eq!(parse_bytes(text), Ok(bytes));
            assert_eq!(show_bytes(bytes), shown);
        }
        assert_eq!(parse_bytes("much").unwrap_err(), "give a whole number and a unit: 500MB, 2GiB");
        assert_eq!(parse_bytes("99999999999GiB").unwrap_err(), "that is more than any machine has");
        assert!(MemoryBudget::of("10kb").unwrap_err().to_string().contains("at least 1MiB"));
        assert!(MemoryBudget::of("1.5GiB").unwrap_err().to_string().contains("whole number"));
    }

    #[test]
    fn there_is_memory_left() {
        assert!(available() > 1 << 20);
    }

    /// In a process of its own: a limit cannot be taken back.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_limit_from_outside_is_seen() {
        const INSIDE: &str = "OUTGROW_TEST_OF_LIMIT";
        if std::env::var_os(INSIDE).is_some() {
            assert!(available() < 512 << 20, "{}", available());
            return;
        }
        assert!(available() >= 512 << 20, "this machine has too little memory for this test");
        let limited = std::process::Command::new("sh")
            .args(["-c", "ulimit -d 524288; exec \"$0\" --exact memory::tests::a_limit_from_outside_is_seen"])
            .arg(std::env::current_exe().unwrap())
            .env(INSIDE, "1")
            .output()
            .unwrap();
        assert!(limited.status.success(), "{limited:?}");
    }
}
