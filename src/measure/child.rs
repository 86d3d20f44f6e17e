//! One run in a process of its own: `outgrow run ... --json`, watched, and what became of it.

use std::fs::File;
use std::path::Path;
use std::process::Stdio;

use polars::prelude::DataFrame;
use serde::{Deserialize, Serialize};

use super::memory_limit::{ran_out_of_memory, unlimited};
use super::process::{Ended, watch};
use super::record::{Beside, CURVE_POINTS, Case, Outcome, Phases, Record, Step, TaskStage, VERSION, thin};
use super::{Contender, Flights, MemoryCap, Plan, Summary, machine, read};
use crate::error::{Error, Result};
use crate::partitioned::LOCAL_ENGINES;
use crate::workloads::Mode;

/// What a run tells its parent beside its summary, in a file.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Trace {
    /// Seconds since 1970 when it began, had read the last rows, had its answer, and had written that.
    pub unix_s: [f64; 4],
    /// Bytes of files read.
    pub file_bytes_read: u64,
    /// Rows of the answer.
    pub answer_rows: u64,
    /// The ledger.
    pub steps: Vec<Step>,
    /// Who did what when.
    pub stages: Vec<TaskStage>,
}

/// Runs one contender of the plan in a child process; the answer comes back through a file in `folder`.
///
/// The record that is returned knows nothing yet of sweep, plan, round, machine and program.
pub fn run(program: &Path, plan: &Plan, contender: &Contender, folder: &Path) -> Result<(Record, Option<DataFrame>)> {
    let mode = contender.mode;
    let file = |name: &str| folder.join(name);
    let cap = plan.memory_limit.map(MemoryCap::new).transpose()?;
    let mut command = cap.as_ref().map_or_else(|| unlimited(program), |cap| cap.command(program));
    command.args(["run", plan.workload.name, "--mode", &mode.to_string(), "--json", "--answer"]);
    command.arg(file("answer.parquet")).arg("--trace").arg(file("trace.json"));
    command.args(["--threads", &plan.threads.to_string()]);
    match &plan.flights {
        Flights::Rows(rows) => command.args(["--rows", &rows.to_string()]),
        Flights::Files(files) => command.args(["--input", files]),
        Flights::MadeUp { rows, groups, cost } => {
            command.args(["--rows", &rows.to_string(), "--groups", &groups.to_string(), "--cost", &cost.to_string()])
        }
    };
    if mode == Mode::Partitioned {
        // Said in any case: another program may have another default.
        command.args(["--engine", contender.engine.as_deref().unwrap_or(LOCAL_ENGINES[0].0)]);
    }
    // A backtrace needs memory: see `Setting::prepare_environment`.
    command.env("RUST_BACKTRACE", "0");
    let cannot =
        |cause: std::io::Error| Error::Failure(format!("cannot start {}: {cause}. Build it again.", program.display()));
    let output = |name: &str| File::create(file(name)).map_err(cannot);
    command.stdin(Stdio::null()).stdout(output("stdout")?).stderr(output("stderr")?);

    let before = machine::load();
    let ended = watch(&mut command, &contender.processes.here).map_err(cannot)?;
    let mut record = Record {
        version: VERSION,
        started: utc(ended.began_unix_s),
        case: Case {
            workload: plan.workload.name.to_string(),
            mode: mode.to_string(),
            engine: contender.engine.clone(),
            threads: plan.threads,
            rows: plan.rows,
            input: plan.flights.files().map(str::to_string),
            groups: plan.flights.shape().map(|(groups, _)| groups),
            cost: plan.flights.shape().map(|(_, cost)| cost),
            memory_limit: cap.as_ref().map(MemoryCap::limit),
        },
        process: ended.process.clone(),
        beside: (contender.processes != Default::default()).then_some(Beside {
            processes: ended.beside.0,
            on_other_machines: contender.processes.on_other_machines,
            cpu_s: ended.beside.1,
        }),
        curve: thin(&rounded(&ended.curve), CURVE_POINTS),
        before,
        after: machine::load(),
        ..Record::default()
    };
    let text = |name: &str| String::from_utf8_lossy(&std::fs::read(file(name)).unwrap_or_default()).into_owned();
    if ended.status.success() {
        let line = text("stdout").lines().last().unwrap_or_default().to_string();
        let unreadable = |cause: serde_json::Error, line: &str| {
            Error::Failure(format!("the run of {contender} printed no summary ({cause}) but `{line}`. Build it again."))
        };
        let summary: Summary = serde_json::from_str(&line).map_err(|cause| unreadable(cause, &line))?;
        let trace = text("trace.json");
        let trace: Trace = serde_json::from_str(&trace).map_err(|cause| unreadable(cause, &trace))?;
        let since_began = |unix_s: f64| round((unix_s - ended.began_unix_s).max(0.0));
        let [begin_s, read_s, work_s, answer_s] = trace.unix_s.map(since_began);
        record.wall_s = summary.wall_s;
        record.cpu_s = Some(summary.cpu_s + ended.beside.1);
        record.spent = summary.spent;
        record.process.peak_rss_bytes = record.process.peak_rss_bytes.max(Some(summary.peak_rss_bytes));
        record.phases = Some(Phases { begin_s, read_s: read_s.clamp(begin_s, work_s), work_s, answer_s });
        record.file_bytes_read = trace.file_bytes_read;
        record.steps = trace.steps;
        record.stages = trace.stages;
        record.digest = Some(summary.digest);
        record.answer_rows = Some(trace.answer_rows);
        return Ok((record, Some(read(&file("answer.parquet"))?)));
    }
    let complaint = text("stderr");
    let by_limit = |cap: &MemoryCap| cap.has_killed().unwrap_or(killed(&ended)) || ran_out_of_memory(&complaint);
    if cap.as_ref().is_some_and(by_limit) {
        record.outcome = Outcome::OutOfMemory;
        record.wall_s = ended.process.wall_s;
        return Ok((record, None));
    }
    if killed(&ended) || ran_out_of_memory(&complaint) {
        let (limited, advice) = match cap {
            Some(_) => (", and not by its limit", "Run it again"),
            None => ("", "Make it a result with --memory-limit"),
        };
        return Err(Error::Failure(format!(
            "the run of {contender} was stopped by the system after {:.1} s{limited}, most likely for want of memory. {advice}, or \
             ask for fewer --rows.",
            ended.process.wall_s
        )));
    }
    // Of what libraries say around it, the line that says what was wrong.
    let lines = || complaint.lines().map(str::trim).filter(|line| !line.is_empty());
    let line = lines().find(|line| line.starts_with("error: ")).or(lines().next()).unwrap_or("it said nothing.");
    Err(Error::Failure(format!(
        "the run of {contender} ended with {}: {}",
        ended.status,
        line.trim_start_matches("error: ")
    )))
}

/// `2026-11-22T21:30:00Z`.
fn utc(unix_s: f64) -> String {
    let time = chrono::DateTime::from_timestamp(unix_s as i64, 0).unwrap_or_default();
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// To a tenth of a millisecond: what is sampled every 2 ms has no more digits, and a line stays short.
fn round(seconds: f64) -> f64 {
    (seconds * 1e4).round() / 1e4
}

fn rounded(curve: &[(f64, u64)]) -> Vec<(f64, u64)> {
    curve.iter().map(|(at_s, bytes)| (round(*at_s), *bytes)).collect()
}

#[cfg(unix)]
fn killed(ended: &Ended) -> bool {
    use std::os::unix::process::ExitStatusExt;
    ended.status.signal() == Some(nix::sys::signal::Signal::SIGKILL as i32)
}

#[cfg(not(unix))]
fn killed(_ended: &Ended) -> bool {
    false
}
