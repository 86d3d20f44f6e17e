//! Scheduler and executors as processes of this machine, watched over by this one.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use outgrow::scratch;
use outgrow::{Error, Result};

use crate::client::{Address, SCHEDULER_PORT, rest};
use crate::session;

/// Starts scheduler and executors as processes of this machine, and stops them on Ctrl-C or `down`
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:\n  outgrow-cluster up\n  outgrow-cluster up --executors 4 --port 50100")]
pub struct UpArgs {
    /// How many executors
    #[arg(long, default_value_t = 2)]
    pub executors: usize,
    /// How many tasks each works on at a time
    #[arg(long, default_value_t = 1)]
    pub slots: usize,
    /// The scheduler's port on 127.0.0.1
    #[arg(long, default_value_t = SCHEDULER_PORT)]
    pub port: u16,
    /// Keep the logs in this folder; else they go with the cluster
    #[arg(long, value_name = "DIR")]
    pub logs: Option<PathBuf>,
    /// An executor that is silent for so many seconds is lost; 8 at least
    #[arg(long, value_name = "SECONDS", default_value_t = super::LOST_AFTER_S)]
    pub lost_after: u64,
    /// Do not start an executor again that ended
    #[arg(long)]
    pub no_restart: bool,
    /// Call functions in the executors themselves, not in workers of theirs
    #[arg(long)]
    pub no_workers: bool,
}

/// Stops what `up` started
#[derive(Clone, Debug, clap::Args)]
pub struct DownArgs {
    /// The scheduler's port on 127.0.0.1
    #[arg(long, default_value_t = SCHEDULER_PORT)]
    pub port: u16,
}

/// Says something on stderr, to nobody if nobody reads it any more: the cluster goes on.
macro_rules! say {
    ($($what:tt)*) => {
        let _ = writeln!(std::io::stderr(), $($what)*);
    };
}

/// How long the first sign of all processes may take.
const READY: Duration = Duration::from_secs(60);

/// Runs the cluster until it is told to stop.
///
/// # Errors
/// When a process cannot be started, or the scheduler ends.
pub fn up(args: &UpArgs) -> Result<()> {
    let address = Address { host: "127.0.0.1".into(), port: args.port };
    let folder = place(args.port);
    claim(&folder, args.port)?;
    let _gone = scratch::listed(&folder);
    let _removed = Removed(&folder);
    let logs = args.logs.clone().unwrap_or_else(|| folder.clone());
    std::fs::create_dir_all(&logs).map_err(io("cannot make the folder for logs", &logs))?;
    let lost_after = args.lost_after.to_string();
    let bind = address.to_string();
    let mut scheduler =
        Member::start("scheduler", &logs, None, &["scheduler", "--bind", &bind, "--lost-after", &lost_after])?;
    let mut executors = Vec::new();
    for number in 1..=args.executors.max(1) {
        executors.push(start_executor(args, number, &address, &folder, &logs)?);
    }
    ready(args, &address, &mut scheduler, &mut executors)?;
    say!("scheduler    df://{address}  (process {}, {})", scheduler.process.id(), scheduler.log.display());
    for executor in &executors {
        let slots = args.slots;
        say!(
            "{}   {slots} {}  (process {}, {})",
            executor.name,
            if slots == 1 { "slot" } else { "slots" },
            executor.process.id(),
            executor.log.display()
        );
    }
    say!(
        "\nReady. In another terminal:\n  outgrow-cluster run grid-search --mode partitioned --engine ballista={address}\n  \
         outgrow-cluster top --scheduler {address}\nCtrl-C here, or `outgrow-cluster down --port {}`, stops it.",
        args.port
    );
    scratch::set_last_words("stopped: no process and no file of the cluster is left.");
    loop {
        std::thread::sleep(Duration::from_millis(100));
        if let Some(how) = scheduler.ended() {
            return Err(Error::Failure(format!("the scheduler ended ({how}): {}", scheduler.last_words())));
        }
        for (at, executor) in executors.iter_mut().enumerate() {
            let Some(how) = executor.ended() else { continue };
            executor.remove_rows();
            if args.no_restart {
                if !std::mem::replace(&mut executor.told, true) {
                    say!("{} ended ({how}).", executor.name);
                }
                continue;
            }
            // One that ends at once would otherwise do so a hundred times a second.
            if executor.started.elapsed() < Duration::from_secs(2) {
                std::thread::sleep(Duration::from_secs(1));
            }
            *executor = start_executor(args, at + 1, &address, &folder, &logs)?;
            say!("{} ended ({how}); started again as process {}.", executor.name, executor.process.id());
        }
    }
}

/// Stops the cluster that `up` started on this port, and waits until nothing of it is left.
///
/// # Errors
/// When there is none, or it does not stop.
pub fn down(args: &DownArgs) -> Result<()> {
    let folder = place(args.port);
    let Some(process) = owner(&folder) else {
        return Err(Error::input(format!(
            "no cluster was started by `outgrow-cluster up` on port {}. Name its port: --port.",
            args.port
        )));
    };
    let pid = nix::unistd::Pid::from_raw(process as i32);
    // It may just be ending by itself.
    let _ = nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM);
    let began = Instant::now();
    while folder.exists() {
        if began.elapsed() > Duration::from_secs(15) {
            return Err(Error::Failure(format!("process {process} does not stop. End it with: kill -9 {process}")));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    say!("stopped: no process and no file of the cluster on port {} is left.", args.port);
    Ok(())
}

fn start_executor(args: &UpArgs, number: usize, scheduler: &Address, folder: &Path, logs: &Path) -> Result<Member> {
    let (name, slots) = (format!("executor {number}"), args.slots.max(1).to_string());
    let rows = folder.join(format!("rows-{number}"));
    let (scheduler, work_dir) = (scheduler.to_string(), rows.display().to_string());
    let mut given = vec!["executor", "--scheduler", &scheduler, "--slots", &slots, "--work-dir", &work_dir];
    given.extend(args.no_workers.then_some("--no-workers"));
    Member::start(&name, logs, Some(rows.clone()), &given)
}

/// Waits until the scheduler has as many executors as were started.
fn ready(args: &UpArgs, address: &Address, scheduler: &mut Member, executors: &mut [Member]) -> Result<()> {
    let runtime = session::runtime()?;
    let began = Instant::now();
    loop {
        for member in std::iter::once(&mut *scheduler).chain(executors.iter_mut()) {
            if let Some(how) = member.ended() {
                return Err(Error::Failure(format!("{} ended ({how}): {}", member.name, member.last_words())));
            }
        }
        let there = runtime.block_on(rest::executors(address)).map_or(0, |executors| executors.len());
        if there >= args.executors.max(1) {
            return Ok(());
        }
        if began.elapsed() > READY {
            return Err(Error::Failure(format!(
                "{there} of {} executors came within {} s. Their logs: {}",
                args.executors,
                READY.as_secs(),
                executors.iter().map(|executor| executor.log.display().to_string()).collect::<Vec<_>>().join(", ")
            )));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A process of the cluster.
struct Member {
    name: String,
    process: Child,
    log: PathBuf,
    rows: Option<PathBuf>,
    started: Instant,
    told: bool,
    _listed: Box<dyn Send>,
}

impl Member {
    fn start(name: &str, logs: &Path, rows: Option<PathBuf>, given: &[&str]) -> Result<Self> {
        let log = logs.join(format!("{}.log", name.replace(' ', "-")));
        let file = File::options().create(true).append(true).open(&log).map_err(io("cannot write the log", &log))?;
        let program = std::env::current_exe().map_err(io("cannot find this program", &log))?;
        let also = file.try_clone().map_err(io("cannot write the log", &log))?;
        let mut command = Command::new(&program);
        command.args(given).env(PARENT, std::process::id().to_string());
        command.stdin(Stdio::null()).stdout(file).stderr(also);
        let (process, listed) = scratch::spawn(&mut command).map_err(io("cannot start", &program))?;
        let (name, started) = (name.to_string(), Instant::now());
        Ok(Self { name, process, log, rows, started, told: false, _listed: Box::new(listed) })
    }

    /// How it ended, if it has.
    fn ended(&mut self) -> Option<String> {
        self.process.try_wait().ok().flatten().map(|status| status.to_string())
    }

    /// The end of its log.
    fn last_words(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        log.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing").to_string()
    }

    /// What it kept for others: nobody can fetch it from a process that is gone.
    fn remove_rows(&self) {
        if let Some(rows) = &self.rows {
            // There may be none yet.
            let _ = std::fs::remove_dir_all(rows);
        }
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
        self.remove_rows();
    }
}

/// Says which process a member of the cluster belongs to: when that is gone, it ends.
pub const PARENT: &str = "OUTGROW_CLUSTER_OF";

/// Ends this process when the one that started it by [`up`] is gone, however that ended.
pub fn leave_with_parent() {
    let Some(parent) = std::env::var(PARENT).ok().and_then(|parent| parent.parse::<u32>().ok()) else { return };
    std::thread::spawn(move || {
        while std::os::unix::process::parent_id() == parent {
            std::thread::sleep(Duration::from_millis(300));
        }
        std::process::exit(1);
    });
}

/// The folder of the cluster with this port: logs, rows between stages, and the number of the process that owns it.
fn place(port: u16) -> PathBuf {
    std::env::temp_dir().join(format!("outgrow-cluster-{port}"))
}

const OWNER: &str = "process";

fn owner(folder: &Path) -> Option<u32> {
    std::fs::read_to_string(folder.join(OWNER)).ok()?.trim().parse().ok().filter(|process| alive(*process))
}

fn alive(process: u32) -> bool {
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(process as i32), None).is_ok()
}

/// Takes the folder for this process, from one that is gone if need be.
fn claim(folder: &Path, port: u16) -> Result<()> {
    if let Some(process) = owner(folder) {
        return Err(Error::input(format!(
            "a cluster is up on port {port} already (process {process}). Choose another --port, or stop it: \
             outgrow-cluster down --port {port}."
        )));
    }
    // What a process that was killed left behind.
    let _ = std::fs::remove_dir_all(folder);
    std::fs::create_dir(folder).map_err(io("cannot make the folder of the cluster", folder))?;
    let owner = folder.join(OWNER);
    std::fs::write(&owner, std::process::id().to_string()).map_err(io("cannot write", &owner))
}

struct Removed<'a>(&'a Path);

impl Drop for Removed<'_> {
    fn drop(&mut self) {
        // Processes that are just being stopped may still write.
        for _ in 0..20 {
            if std::fs::remove_dir_all(self.0).is_ok() || !self.0.exists() {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

fn io<'a>(what: &'static str, path: &'a Path) -> impl FnOnce(std::io::Error) -> Error + use<'a> {
    let path = path.to_path_buf();
    move |source| Error::Io { what, path, source, next: "Look at its permissions and at the room on the disk" }
}
