//! A hard limit on the memory of a run, so that "it does not fit" can be seen on a large machine too.
//!
//! A process that is started gets a memory control group of its own where the system allows it ([`MemoryCap`]), version 2
//! or 1: the kernel then counts resident memory, and kills the process that goes beyond. Elsewhere, and for the running
//! process itself ([`limit_memory`]), there is `RLIMIT_DATA`: memory that was asked for, touched or not, and an
//! allocation beyond is refused. Linux only.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::record::MemoryLimit;
use crate::error::{Error, Result};
use crate::scratch;

/// From now on this process may have at most `bytes` of private memory; an allocation beyond ends it.
///
/// Uses `RLIMIT_DATA`, which counts what is allocated, touched or not.
///
/// # Errors
/// [`Error::Input`] where the system has no such limit (only Linux enforces it) or refuses it.
#[cfg(target_os = "linux")]
pub fn limit_memory(bytes: u64) -> Result<()> {
    use nix::sys::resource::{Resource, setrlimit};
    setrlimit(Resource::RLIMIT_DATA, bytes, bytes)
        .map_err(|cause| Error::input(format!("the system refuses a memory limit of {bytes} bytes: {cause}.")))
}

/// From now on this process may have at most `bytes` of private memory: not possible on this system.
///
/// # Errors
/// [`Error::Input`], always.
#[cfg(not(target_os = "linux"))]
pub fn limit_memory(_bytes: u64) -> Result<()> {
    Err(no_limit_here())
}

#[cfg(not(target_os = "linux"))]
fn no_limit_here() -> Error {
    Error::input("--memory-limit needs Linux: this system enforces no such limit. Leave it out.")
}

/// A limit for one process that is still to be started. Its control group goes when this is dropped.
#[derive(Debug)]
pub struct MemoryCap {
    bytes: u64,
    group: Option<ControlGroup>,
}

impl MemoryCap {
    /// The best limit that this system allows.
    ///
    /// # Errors
    /// [`Error::Input`] on a system without any.
    #[cfg(target_os = "linux")]
    pub fn new(bytes: u64) -> Result<Self> {
        Ok(Self { bytes, group: ControlGroup::new(bytes) })
    }

    /// The best limit that this system allows: there is none.
    ///
    /// # Errors
    /// [`Error::Input`], always.
    #[cfg(not(target_os = "linux"))]
    pub fn new(_bytes: u64) -> Result<Self> {
        Err(no_limit_here())
    }

    /// The limit that works without any right: `RLIMIT_DATA`.
    pub fn of_data(bytes: u64) -> Self {
        Self { bytes, group: None }
    }

    /// How much, and who sees to it.
    pub fn limit(&self) -> MemoryLimit {
        let by = self.group.as_ref().map_or("RLIMIT_DATA".to_string(), |group| format!("cgroup v{}", group.version));
        MemoryLimit { bytes: self.bytes, by }
    }

    /// A command that runs `program` under this limit, from its first instruction on; arguments can be added.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("/bin/sh");
        match &self.group {
            // The shell enters the group, and becomes the program.
            Some(group) => {
                command.args(["-c", r#"echo $$ > "$0" && exec "$@""#]).arg(group.folder.join("cgroup.procs"))
            }
            None => command.args(["-c", r#"ulimit -d "$0" && exec "$@""#]).arg((self.bytes / 1024).to_string()),
        };
        command.arg(program);
        command
    }

    /// Whether the kernel has killed a process for going beyond; none where it keeps no count of that. `RLIMIT_DATA`
    /// refuses and kills nobody.
    pub fn has_killed(&self) -> Option<bool> {
        self.group.as_ref().map_or(Some(false), |group| group.kills().map(|kills| kills > 0))
    }
}

/// A memory control group below the one that this process is in.
#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
#[derive(Debug)]
struct ControlGroup {
    folder: PathBuf,
    version: u8,
    /// Gone when the program is interrupted, too.
    _listed: Box<dyn std::any::Any + Send>,
}

#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
impl ControlGroup {
    /// `None` where no group can be made, limited and entered.
    fn new(bytes: u64) -> Option<Self> {
        let own = std::fs::read_to_string("/proc/self/cgroup").ok()?;
        let mounts = std::fs::read_to_string("/proc/self/mounts").ok()?;
        parents(&own, &mounts).into_iter().find_map(|(version, parent)| Self::below(&parent, version, bytes))
    }

    fn below(parent: &Path, version: u8, bytes: u64) -> Option<Self> {
        static NUMBER: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        remove_stale(parent);
        let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let folder = parent.join(format!("{PREFIX}{}-{number}", std::process::id()));
        let listed = Box::new(scratch::listed(&folder));
        std::fs::create_dir(&folder).ok()?;
        // From here on it is removed on every way out.
        let group = Self { folder, version, _listed: listed };
        let set = |file: &str, value: &str| std::fs::write(group.folder.join(file), value);
        match version {
            2 => {
                set("memory.max", &bytes.to_string()).ok()?;
                // Where there is no swap there is no such file.
                let _ = set("memory.swap.max", "0");
            }
            _ => {
                set("memory.limit_in_bytes", &bytes.to_string()).ok()?;
                let _ = set("memory.memsw.limit_in_bytes", &bytes.to_string());
            }
        }
        // Whether a process may enter shows only when one does.
        let mut enter = Command::new("/bin/sh");
        enter.args(["-c", r#"echo $$ > "$0""#]).arg(group.folder.join("cgroup.procs"));
        enter.stderr(std::process::Stdio::null()).status().ok()?.success().then_some(group)
    }

    /// How many processes were killed in here; version 1 tells since Linux 4.13.
    fn kills(&self) -> Option<u64> {
        let file = if self.version == 2 { "memory.events" } else { "memory.oom_control" };
        let text = std::fs::read_to_string(self.folder.join(file)).unwrap_or_default();
        text.lines().find_map(|line| line.strip_prefix("oom_kill ")?.trim().parse().ok())
    }
}

impl Drop for ControlGroup {
    fn drop(&mut self) {
        // The last process may still be on its way out.
        for _ in 0..50 {
            if std::fs::remove_dir(&self.folder).is_ok() || !self.folder.exists() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    }
}

#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
const PREFIX: &str = "outgrow-";

/// Removes groups of programs that were killed before they could.
#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
fn remove_stale(parent: &Path) {
    for entry in parent.read_dir().into_iter().flatten().flatten() {
        let name = entry.file_name();
        let process = name.to_str().and_then(|name| name.strip_prefix(PREFIX)?.split_once('-')?.0.parse::<u32>().ok());
        if process.is_some_and(|id| !Path::new(&format!("/proc/{id}")).exists()) {
            let _ = std::fs::remove_dir(entry.path());
        }
    }
}

/// Folders in which a group can be tried, the best first, and the version of each: with version 1 the group that this
/// process is in; with version 2 also those above it, since there a group with processes can have none below.
///
/// `own` is `/proc/self/cgroup` (`4:memory:/user.slice`, `0::/user.slice`), `mounts` is `/proc/self/mounts`.
#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
fn parents(own: &str, mounts: &str) -> Vec<(u8, PathBuf)> {
    let mount = |kind: &str, option: Option<&str>| {
        mounts.lines().map(|line| line.split(' ').collect::<Vec<_>>()).find_map(|fields| match fields[..] {
            [_, place, found, options, ..] => (found == kind
                && option.is_none_or(|wanted| options.split(',').any(|option| option == wanted)))
            .then(|| PathBuf::from(place)),
            _ => None,
        })
    };
    let path = |controller: &str| {
        own.lines().find_map(|line| {
            let mut parts = line.splitn(3, ':').skip(1);
            let (controllers, path) = (parts.next()?, parts.next()?);
            controllers.split(',').any(|found| found == controller).then(|| path.trim_start_matches('/').to_string())
        })
    };
    let mut found = Vec::new();
    if let (Some(mount), Some(path)) = (mount("cgroup2", None), path("")) {
        for folder in mount.join(path).ancestors().take_while(|folder| folder.starts_with(&mount)) {
            let handed_down = std::fs::read_to_string(folder.join("cgroup.subtree_control")).unwrap_or_default();
            if handed_down.split_whitespace().any(|controller| controller == "memory") {
                found.push((2, folder.to_path_buf()));
            }
        }
    }
    if let (Some(mount), Some(path)) = (mount("cgroup", Some("memory")), path("memory")) {
        // In a container the path may be that of the host, which cannot be seen.
        let inside = mount.join(path);
        found.push((1, if inside.is_dir() { inside } else { mount }));
    }
    found
}

/// Whether a program's last words are those of one that was refused memory: by Rust's allocator, or by the system (no
/// room for data, or for the stack of a thread).
pub(super) fn ran_out_of_memory(complaint: &str) -> bool {
    ["memory allocation of", "Cannot allocate memory", "Resource temporarily unavailable"]
        .iter()
        .any(|phrase| complaint.contains(phrase))
}

/// A command without a limit.
pub(super) fn unlimited(program: &Path) -> Command {
    Command::new::<&OsStr>(program.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_words_of_one_that_was_refused_memory_are_known() {
        for words in [
            "memory allocation of 4096 bytes failed",
            "error: cannot read x: Cannot allocate memory (os error 12)",
            "thread 'main' panicked: failed to spawn thread: Resource temporarily unavailable",
        ] {
            assert!(ran_out_of_memory(words), "{words}");
        }
        for words in ["", "error: no workload `memory`. Choose one of aggregation.", "thread 'main' panicked: 1"] {
            assert!(!ran_out_of_memory(words), "{words}");
        }
    }

    #[test]
    fn the_group_of_this_process_is_found_in_version_1() {
        let folder = scratch::TempFolder::new().unwrap();
        let mount = folder.path().display();
        let mounts = format!("tmpfs /sys/fs/cgroup tmpfs rw 0 0\ncgroup {mount} cgroup rw,relatime,cpu,memory 0 0\n");
        std::fs::create_dir(folder.path().join("job")).unwrap();
        assert_eq!(parents("4:memory,cpu:/job\n0::/\n", &mounts), [(1, folder.path().join("job"))]);
        assert_eq!(parents("4:memory:/of/the/host\n", &mounts), [(1, folder.path().to_path_buf())]);
        assert_eq!(parents("3:cpu:/job\n", &mounts), []);
    }

    #[test]
    fn in_version_2_a_group_above_that_hands_memory_down_is_found() {
        let folder = scratch::TempFolder::new().unwrap();
        let (user, session) = (folder.path().join("user"), folder.path().join("user/session"));
        std::fs::create_dir_all(&session).unwrap();
        std::fs::write(user.join("cgroup.subtree_control"), "cpu memory pids\n").unwrap();
        std::fs::write(session.join("cgroup.subtree_control"), "\n").unwrap();
        let mounts = format!("cgroup2 {} cgroup2 rw 0 0\n", folder.path().display());
        assert_eq!(parents("0::/user/session\n", &mounts), [(2, user)]);
        assert_eq!(parents("0::/user/session\n", ""), []);
    }
}
