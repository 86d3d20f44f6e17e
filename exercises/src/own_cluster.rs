//! A cluster for an answer: scheduler and executors are the attendee's own program, started again.
//!
//! A function that calls [`at_work`] is seen there: in which executor it is called, and how often. While the check
//! [holds](OwnCluster::hold) it, it waits; so an executor is ended in the middle of a call, however fast the machine is.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use outgrow::scratch::TempFolder;

use crate::Check;

/// The folder in which functions say that they are at work.
const AT_WORK: &str = "OUTGROW_EXERCISES_AT_WORK";

/// A file in it: while it is there, functions wait.
const HOLD: &str = "hold";

/// Says to the program whose cluster it is: it ends when that process does.
const OWNER: &str = "OUTGROW_CLUSTER_OF";

/// Between two looks.
const LOOK: Duration = Duration::from_millis(10);

/// A function waits no longer, whatever becomes of the check.
const HELD_AT_MOST: Duration = Duration::from_secs(60);

/// What a cluster may take to stop.
const STOPS: Duration = Duration::from_secs(10);

/// Says that a function is at work, and waits while the check has something in mind. Outside of a check it does nothing.
pub fn at_work() {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    let Some(folder) = std::env::var_os(AT_WORK).map(PathBuf::from) else { return };
    let note = format!("{}-{}-{}", executor(), std::process::id(), CALLS.fetch_add(1, Relaxed));
    // Where the check is over there is no folder any more, and nobody reads it.
    let _ = std::fs::write(folder.join(note), "");
    let began = Instant::now();
    while folder.join(HOLD).exists() && began.elapsed() < HELD_AT_MOST {
        std::thread::sleep(LOOK);
    }
}

/// The executor that this process is a worker of.
#[cfg(unix)]
fn executor() -> u32 {
    std::os::unix::process::parent_id()
}

#[cfg(not(unix))]
fn executor() -> u32 {
    0
}

/// A cluster of the attendee's own program. All of it ends when this is dropped, or when this process does.
#[derive(Debug)]
pub struct OwnCluster {
    /// Where its scheduler is: `df://127.0.0.1:50050`.
    pub address: String,
    /// The executors' processes.
    pub executors: Vec<u32>,
    up: Child,
    notes: PathBuf,
    // What the cluster leaves, too, goes with it.
    _folder: TempFolder,
}

impl Check {
    /// Starts this program as scheduler and executors. Where that fails it becomes a finding.
    pub fn own_cluster(&mut self, case: &str, executors: usize) -> Option<OwnCluster> {
        self.call(case, || OwnCluster::start(executors).map_err(|error| format!("{error:#}")))
    }
}

impl OwnCluster {
    fn start(executors: usize) -> Result<Self> {
        // A program that is no part of a cluster checks itself instead, and would start one more.
        let part = std::env::var_os(AT_WORK).is_none();
        anyhow::ensure!(part, "this program was started as a part of a cluster, and checked itself");
        let folder = TempFolder::new()?;
        let notes = folder.path().join("at-work");
        std::fs::create_dir(&notes)?;
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["up", "--executors", &executors.to_string(), "--port", &port.to_string()]);
        // The one that is ended stays away; the scheduler notices soon.
        command.args(["--no-restart", "--lost-after", "5"]);
        command.env(AT_WORK, &notes).env(OWNER, std::process::id().to_string()).env("TMPDIR", folder.path());
        command.env_remove("OUTGROW_TLS").env_remove("RUST_LOG");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut up = command.spawn().context("the cluster cannot be started")?;
        let said = up.stderr.take();
        let address = format!("df://127.0.0.1:{port}");
        let mut cluster = Self { address, executors: vec![], up, notes, _folder: folder };
        let mut said = BufReader::new(said.context("the cluster has no stderr")?).lines().map_while(Result::ok);
        let mut last = String::new();
        for line in said.by_ref() {
            if line.starts_with("Ready") {
                // From here on nobody reads it, and it must not wait for that.
                std::thread::spawn(move || said.for_each(drop));
                return Ok(cluster);
            }
            if line.starts_with("executor ") {
                cluster.executors.extend(process_in(&line));
            }
            if !line.trim().is_empty() {
                last = line;
            }
        }
        bail!(
            "your program, started as `up`, did not become a cluster: {last}. Its last line must be `answer!(... in \
             outgrow_cluster);`."
        )
    }

    /// The calls of functions since the last [`forget`](Self::forget), for each of the executors.
    pub fn calls(&self) -> Vec<usize> {
        let notes: Vec<u32> = std::fs::read_dir(&self.notes)
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|note| note.file_name().to_str()?.split_once('-')?.0.parse().ok())
            .collect();
        self.executors.iter().map(|executor| notes.iter().filter(|note| *note == executor).count()).collect()
    }

    /// Forgets the calls so far.
    pub fn forget(&self) {
        for note in std::fs::read_dir(&self.notes).into_iter().flatten().flatten() {
            // A function that is just called makes another.
            let _ = std::fs::remove_file(note.path());
        }
    }

    /// From now on functions wait, until the guard is dropped.
    ///
    /// # Errors
    /// For a disk without room.
    pub fn hold(&self) -> std::io::Result<impl Drop + use<>> {
        struct Held(PathBuf);
        impl Drop for Held {
            fn drop(&mut self) {
                // Gone with the cluster, it holds nobody either.
                let _ = std::fs::remove_file(&self.0);
            }
        }
        let hold = self.notes.join(HOLD);
        std::fs::write(&hold, "")?;
        Ok(Held(hold))
    }

    /// Waits until a function is called, and ends the executor that does so, at once and without a word. `None` when there
    /// is none before `over`.
    pub fn end_one_at_work(&self, over: impl Fn() -> bool) -> Option<usize> {
        loop {
            let last = over();
            if let Some(at) = self.calls().iter().position(|calls| *calls > 0) {
                kill(self.executors[at]);
                return Some(at);
            }
            if last {
                return None;
            }
            std::thread::sleep(LOOK);
        }
    }
}

impl Drop for OwnCluster {
    fn drop(&mut self) {
        stop(self.up.id());
        let began = Instant::now();
        while began.elapsed() < STOPS && matches!(self.up.try_wait(), Ok(None)) {
            std::thread::sleep(LOOK);
        }
        // It has ended, mostly.
        let _ = self.up.kill();
        let _ = self.up.wait();
    }
}

/// The number of the process in a line such as `executor 1   1 slot  (process 4711, /tmp/...)`.
fn process_in(line: &str) -> Option<u32> {
    line.split_once("(process ")?.1.split(',').next()?.parse().ok()
}

#[cfg(unix)]
fn kill(process: u32) {
    signal(process, nix::sys::signal::Signal::SIGKILL);
}

#[cfg(unix)]
fn stop(process: u32) {
    signal(process, nix::sys::signal::Signal::SIGTERM);
}

#[cfg(unix)]
fn signal(process: u32, signal: nix::sys::signal::Signal) {
    // It may be gone already.
    let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(process as i32), signal);
}

#[cfg(not(unix))]
fn kill(_process: u32) {}

#[cfg(not(unix))]
fn stop(_process: u32) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_process_of_an_executor_is_read() {
        assert_eq!(process_in("executor 2   1 slot  (process 4711, /tmp/executor-2.log)"), Some(4711));
        assert_eq!(process_in("executor 2 ended (signal: 9)."), None);
    }
}
