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
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());

    let start = Instant::now();
    let cannot = |cause: std::io::Error| Error::input(format!("cannot start {}: {cause}.", program.display()));
    let (child, _listed) = scratch::spawn(&mut command).map_err(cannot)?;
    let output = child.wait_with_output().map_err(cannot)?;
    let after_s = start.elapsed().as_secs_f64();
    if output.status.success() {
        let line = String::from_utf8_lossy(&output.stdout);
        let record = serde_json::from_str(line.lines().last().unwrap_or_default())
            .map_err(|cause| Error::input(format!("the run of {mode} printed no record ({cause}): {}", line.trim())))?;
        return Ok((Outcome::Finished(record), Some(read(&answer)?)));
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    if plan.memory_limit.is_some() && ran_out_of_memory(&complaint) {
        return Ok((Outcome::OutOfMemory { after_s }, None));
    }
    let complaint = complaint.trim().trim_start_matches("error: ");
    Err(Error::input(format!("the run of {mode} ended with {}: {complaint}", output.status)))
}

/// What is said when memory is refused: by Rust's allocator, and by the system (no room for data, or for the stack of a
/// thread).
fn ran_out_of_memory(complaint: &str) -> bool {
    ["memory allocation of", "Cannot allocate memory", "Resource temporarily unavailable"]
        .iter()
        .any(|phrase| complaint.contains(phrase))
}
