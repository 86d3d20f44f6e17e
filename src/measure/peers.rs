//! The real systems, as contenders: a script in `peers/` for each, run like a mode of ours.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use serde::Deserialize;

use super::{Flights, Plan};
use crate::error::{Error, Result};
use crate::flights::home;

/// Every system that has a script, in the order in which they are told: one core, all cores of one machine, and those that
/// also run on many.
pub const PEERS: [Peer; 14] = [
    Peer("pandas"),
    Peer("joblib"),
    Peer("polars"),
    Peer("duckdb"),
    Peer("modin"),
    Peer("dask"),
    Peer("ray"),
    Peer("pyspark"),
    Peer("pandas-on-spark"),
    Peer("fugue-pandas"),
    Peer("fugue-duckdb"),
    Peer("fugue-dask"),
    Peer("fugue-ray"),
    Peer("fugue-spark"),
];

/// A real system, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(&'static str);

impl std::fmt::Display for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl Peer {
    /// The system of this name.
    ///
    /// # Errors
    /// [`Error::Input`] that lists them.
    pub fn named(name: &str) -> Result<Self> {
        let listed = || PEERS.map(|peer| peer.0).join(", ");
        let found = PEERS.into_iter().find(|peer| peer.0 == name);
        found.ok_or_else(|| Error::input(format!("`{name}` has no script in peers/. There are: {}; or all.", listed())))
    }

    /// The command that answers the plan, `runs` times in one process; `folder` takes what it has to tell.
    ///
    /// # Errors
    /// When the flights cannot be opened.
    pub(super) fn command(self, plan: &Plan, runs: usize, folder: &std::path::Path) -> Result<Command> {
        let mut command = Command::new(python());
        command.arg(home().join("peers/run.py")).args([self.0, plan.workload.name]);
        command.args(plan.flights.open(|_, _| ())?.paths());
        command.args(["--threads", &plan.threads.to_string(), "--runs", &runs.to_string()]);
        if let Flights::MadeUp { cost, .. } = plan.flights {
            command.args(["--cost", &cost.to_string()]);
        }
        command.arg("--answer").arg(folder.join("answer.parquet")).arg("--report").arg(folder.join("report.json"));
        Ok(command)
    }
}

/// The Python that has the systems: that of `peers/.venv`, or the one named by `OUTGROW_PEERS_PYTHON`.
fn python() -> PathBuf {
    std::env::var_os("OUTGROW_PEERS_PYTHON").map_or_else(|| home().join("peers/.venv/bin/python"), PathBuf::from)
}

/// Why no system at all can be run here; `None` when they can.
pub fn not_set_up() -> Option<String> {
    let python = python();
    (!python.exists()).then(|| format!("{} is not there. Make it with peers/setup.sh.", python.display()))
}

/// The exit code of `peers/run.py` for a system that is not installed.
pub(super) const NOT_INSTALLED: i32 = 3;
/// Its exit code for a system that has no way to answer the question.
pub(super) const UNABLE: i32 = 4;

/// What `peers/run.py` tells of a process.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Report {
    /// Each run in it.
    pub runs: Vec<PeerRun>,
    /// The version of each library that it stands on.
    pub versions: BTreeMap<String, String>,
}

/// A run in a process of a system. Times are seconds since 1970.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct PeerRun {
    /// Before reading.
    pub begin: f64,
    /// What the system calls a table was there; of one that reads when it is asked, that is at once.
    pub read: f64,
    /// The whole answer was there.
    pub end: f64,
    /// Seconds that all its processes worked from begin to end.
    pub cpu_s: f64,
}
