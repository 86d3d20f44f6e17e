//! One run in a process of its own: `outgrow run ... --json`, and what became of it.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use polars::prelude::DataFrame;

use super::{Flights, Plan, Record, read};
use crate::error::{Error, Result};
use crate::scratch;
use crate::workloads::Mode;

/// What became of a run.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It gave an answer.
    Finished(Record),
    /// It died of its memory limit: a result too.
    OutOfMemory {
        /// Seconds from its start to its end.
        after_s: f64,
    },
}

impl Outcome {
    /// The record, if there is one.
    pub fn record(&self) -> Option<&Record> {
        match self {
            Outcome::Finished(record) => Some(record),
            Outcome::OutOfMemory { .. } => None,
        }
    }
}

/// Runs one mode of the plan in a child process; the answer comes back through a file in `folder`.
pub fn run(program: &Path, plan: &Plan, mode: Mode, folder: &Path) -> Result<(Outcome, Option<DataFrame>)> {
    let answer = folder.join("answer.parquet");
    let mut command = Command::new(program);
    command.args(["run", plan.workload.name, "--mode", &mode.to_string(), "--json", "--answer"]).arg(&answer);
    command.args(["--threads", &plan.threads.to_string()]);
    match &plan.flights {
        Flights::Rows(rows) => command.args(["--rows", &rows.to_string()]),
        Flights::Files(files) => command.args(["--input", files]),
    };
    if let (Some(engine), Mode::Partitioned) = (&plan.engine, mode) {
        command.args(["--engine", engine]);
    }
    if let Some(bytes) = plan.memory_limit {
        command.args(["--memory-limit", &bytes.to_string()]);
    }
    // A backtrace needs memory: see `Setting::prepare_environment`.
    command.env("RUST_BACKTRACE", "0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());

    let start = Instant::now();
    let cannot =
        |cause: std::io::Error| Error::Failure(format!("cannot start {}: {cause}. Build it again.", program.display()));
    let (child, _listed) = scratch::spawn(&mut command).map_err(cannot)?;
    let output = child.wait_with_output().map_err(cannot)?;
    let after_s = start.elapsed().as_secs_f64();
    if output.status.success() {
        let line = String::from_utf8_lossy(&output.stdout);
        let line = line.lines().last().unwrap_or_default();
        let record = serde_json::from_str(line).map_err(|cause| {
            Error::Failure(format!(
                "the run of {mode} printed no record ({cause}) but `{line}`. Build the program again."
            ))
        })?;
        return Ok((Outcome::Finished(record), Some(read(&answer)?)));
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    if killed(&output.status) || ran_out_of_memory(&complaint) {
        return match plan.memory_limit {
            Some(_) => Ok((Outcome::OutOfMemory { after_s }, None)),
            None => Err(Error::Failure(format!(
                "the run of {mode} was stopped by the system after {after_s:.1} s, most likely for want of memory. Ask \
                 for fewer --rows, or make it a result with --memory-limit."
            ))),
        };
    }
    // Of what libraries say around it, the line that says what was wrong.
    let lines = || complaint.lines().map(str::trim).filter(|line| !line.is_empty());
    let line = lines().find(|line| line.starts_with("error: ")).or(lines().next()).unwrap_or("it said nothing.");
    Err(Error::Failure(format!(
        "the run of {mode} ended with {}: {}",
        output.status,
        line.trim_start_matches("error: ")
    )))
}

#[cfg(unix)]
fn killed(status: &std::process::ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    status.signal() == Some(nix::sys::signal::Signal::SIGKILL as i32)
}

#[cfg(not(unix))]
fn killed(_status: &std::process::ExitStatus) -> bool {
    false
}

/// What is said when memory is refused: by Rust's allocator, and by the system (no room for data, or for the stack of a
/// thread).
fn ran_out_of_memory(complaint: &str) -> bool {
    ["memory allocation of", "Cannot allocate memory", "Resource temporarily unavailable"]
        .iter()
        .any(|phrase| complaint.contains(phrase))
}
