//! One run in a process of its own: `outgrow run ... --json`, watched, and what became of it.

use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};

use polars::prelude::DataFrame;
use serde::{Deserialize, Serialize};

use super::memory_limit::{ran_out_of_memory, unlimited};
use super::peers::{Peer, PeerRun};
use super::process::{Ended, Watch, watch};
use super::record::{Beside, CURVE_POINTS, Case, Load, Outcome, Phases, Record, State, Step, TaskStage, VERSION, thin};
use super::{Contender, Flights, MemoryCap, Plan, Summary, WARM, Who, digest, machine, peers, read};
use crate::error::{Error, Result};
use crate::partitioned::LOCAL_ENGINES;
use crate::timeline;
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
    /// The last of further runs in the same process, if there were any.
    pub again: Option<Again>,
}

/// A run that was not the first in its process.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Again {
    /// Seconds since 1970 when it began, had read the last rows, and had its answer.
    pub unix_s: [f64; 3],
    /// Seconds from before reading to the answer.
    pub wall_s: f64,
    /// User and system time of all threads in these seconds.
    pub cpu_s: f64,
}

/// Runs one contender of the plan in a child process; the answer comes back through a file in `folder`. A record for the
/// first run in it, and where the plan asks for it one for the last.
///
/// The records that are returned know nothing yet of sweep, plan, round, machine and program.
pub fn run(
    program: &Path,
    plan: &Plan,
    contender: &Contender,
    folder: &Path,
) -> Result<(Vec<Record>, Option<DataFrame>)> {
    match contender.who {
        Who::Mode(mode) => of_mode(program, plan, mode, contender, folder),
        Who::Peer(peer) => of_peer(plan, peer, contender, folder),
    }
}

fn of_mode(
    program: &Path,
    plan: &Plan,
    mode: Mode,
    contender: &Contender,
    folder: &Path,
) -> Result<(Vec<Record>, Option<DataFrame>)> {
    let file = |name: &str| folder.join(name);
    let cap = plan.memory_limit.map(MemoryCap::new).transpose()?;
    let mut command = cap.as_ref().map_or_else(|| unlimited(program), |cap| cap.command(program));
    command.args(["run", plan.workload.name, "--mode", &mode.to_string(), "--json", "--answer"]);
    command.arg(file("answer.parquet")).arg("--trace").arg(file("trace.json"));
    command.args(["--threads", &plan.threads.to_string()]);
    if plan.warm {
        command.args(["--again", &(WARM - 1).to_string()]);
    }
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
    let how = Watch { beside: contender.processes.here.clone(), ..Watch::default() };
    let before = machine::load();
    let ended = watched(&mut command, &how, folder)?;
    let mut record = begun(plan, contender, &ended, before);
    record.case.memory_limit = cap.as_ref().map(MemoryCap::limit);
    record.beside = (contender.processes != Default::default()).then_some(Beside {
        processes: ended.beside.0,
        on_other_machines: contender.processes.on_other_machines,
        cpu_s: ended.beside.1,
    });
    if ended.status.success() {
        let line = text(folder, "stdout").lines().last().unwrap_or_default().to_string();
        let unreadable = |cause: serde_json::Error, line: &str| {
            Error::Failure(format!("the run of {contender} printed no summary ({cause}) but `{line}`. Build it again."))
        };
        let summary: Summary = serde_json::from_str(&line).map_err(|cause| unreadable(cause, &line))?;
        let trace = text(folder, "trace.json");
        let trace: Trace = serde_json::from_str(&trace).map_err(|cause| unreadable(cause, &trace))?;
        record.digest = Some(summary.digest);
        record.answer_rows = Some(trace.answer_rows);
        let warm = trace.again.map(|again| {
            let of_run = (again.wall_s, again.cpu_s);
            one_of_several(
                &record,
                &ended,
                of_run,
                [again.unix_s[0], again.unix_s[1], again.unix_s[2], again.unix_s[2]],
            )
        });
        record.wall_s = summary.wall_s;
        record.cpu_s = Some(summary.cpu_s + ended.beside.1);
        record.spent = summary.spent;
        record.process.peak_rss_bytes = record.process.peak_rss_bytes.max(Some(summary.peak_rss_bytes));
        record.phases = Some(phases(&ended, trace.unix_s));
        record.file_bytes_read = trace.file_bytes_read;
        record.steps = trace.steps;
        record.stages = trace.stages;
        if let Some(warm) = warm {
            let until_s = record.phases.map_or(0.0, |phases| phases.work_s);
            cut(&mut record, &ended, (0.0, until_s));
            let warm = Record { case: Case { state: Some(State::Warm), ..warm.case }, ..warm };
            return Ok((vec![record, warm], Some(read(&file("answer.parquet"))?)));
        }
        return Ok((vec![record], Some(read(&file("answer.parquet"))?)));
    }
    let complaint = text(folder, "stderr");
    let by_limit = |cap: &MemoryCap| cap.has_killed().unwrap_or(killed(&ended)) || ran_out_of_memory(&complaint);
    if cap.as_ref().is_some_and(by_limit) {
        record.outcome = Outcome::OutOfMemory;
        return Ok((vec![record], None));
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

/// A real system. That it is not there, dies or takes too long is a result, and no error.
fn of_peer(plan: &Plan, peer: Peer, contender: &Contender, folder: &Path) -> Result<(Vec<Record>, Option<DataFrame>)> {
    let without_answer =
        |record: Record, outcome: Outcome, why: String| Ok((vec![Record { outcome, why: Some(why), ..record }], None));
    if let Some(why) = peers::not_set_up() {
        let now = Ended { began_unix_s: timeline::unix_s(), ..Ended::default() };
        return without_answer(begun(plan, contender, &now, machine::load()), Outcome::NotInstalled, why);
    }
    // What it leaves in its home and elsewhere goes with it.
    let home = tempfile::Builder::new().prefix("peer-").tempdir_in(folder);
    let home = home.map_err(Error::io("cannot write", folder, "Set TMPDIR to a folder that can be written."))?;
    let runs = if plan.warm { WARM } else { 1 };
    let mut command = peer.command(plan, runs, home.path())?;
    command.env("TMPDIR", home.path());
    let before = machine::load();
    let ended =
        watched(&mut command, &Watch { family: true, time_limit: plan.time_limit, ..Watch::default() }, home.path())?;
    let mut record = begun(plan, contender, &ended, before);
    // Nobody waits for some of its processes, so that the kernel does not say what they used.
    (record.process.user_s, record.process.system_s) = (None, None);
    if ended.timed_out {
        return without_answer(
            record,
            Outcome::TimedOut,
            format!("no answer within {:.0} s", plan.time_limit.unwrap_or_default().as_secs_f64()),
        );
    }
    let complaint = text(home.path(), "stderr");
    let last = complaint.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("it said nothing").to_string();
    match ended.status.code() {
        Some(peers::NOT_INSTALLED) => return without_answer(record, Outcome::NotInstalled, last),
        Some(peers::UNABLE) => return without_answer(record, Outcome::Unable, last),
        _ => {}
    }
    let report = std::fs::read(home.path().join("report.json")).ok();
    let report = report.and_then(|report| serde_json::from_slice::<peers::Report>(&report).ok());
    let Some(report) = report.filter(|report| ended.status.success() && report.runs.len() == runs) else {
        return without_answer(record, Outcome::Died, format!("{}: {last}", ended.status));
    };
    let answer = read(&home.path().join("answer.parquet"))?;
    record.versions = report.versions;
    record.digest = Some(digest(&answer));
    record.answer_rows = Some(answer.height() as u64);
    let of_run = |run: &PeerRun| {
        one_of_several(&record, &ended, (run.end - run.begin, run.cpu_s), [run.begin, run.read, run.end, run.end])
    };
    let mut cold = of_run(&report.runs[0]);
    // The memory that it had before it began is its own as well.
    let until_s = cold.phases.map_or(0.0, |phases| phases.work_s);
    cut(&mut cold, &ended, (0.0, until_s));
    let warm = plan.warm.then(|| {
        let warm = of_run(&report.runs[runs - 1]);
        Record { case: Case { state: Some(State::Warm), ..warm.case }, ..warm }
    });
    Ok(([Some(cold), warm].into_iter().flatten().collect(), Some(answer)))
}

/// Starts the command with its output in files of the folder, and watches it.
fn watched(command: &mut Command, how: &Watch, folder: &Path) -> Result<Ended> {
    let program = Path::new(command.get_program()).to_path_buf();
    let cannot =
        |cause: std::io::Error| Error::Failure(format!("cannot start {}: {cause}. Build it again.", program.display()));
    let output = |name: &str| File::create(folder.join(name)).map_err(cannot);
    command.stdin(Stdio::null()).stdout(output("stdout")?).stderr(output("stderr")?);
    watch(command, how).map_err(cannot)
}

fn text(folder: &Path, name: &str) -> String {
    String::from_utf8_lossy(&std::fs::read(folder.join(name)).unwrap_or_default()).into_owned()
}

/// What is known of a process that has ended, whatever it answered.
fn begun(plan: &Plan, contender: &Contender, ended: &Ended, before: Load) -> Record {
    Record {
        version: VERSION,
        started: utc(ended.began_unix_s),
        case: Case {
            workload: plan.workload.name.to_string(),
            mode: contender.who.to_string(),
            engine: contender.engine.clone(),
            threads: plan.threads,
            rows: plan.rows,
            input: plan.flights.files().map(str::to_string),
            groups: plan.flights.shape().map(|(groups, _)| groups),
            cost: plan.flights.shape().map(|(_, cost)| cost),
            memory_limit: None,
            state: plan.warm.then_some(State::Cold),
        },
        wall_s: ended.process.wall_s,
        process: ended.process.clone(),
        curve: thin(&rounded(&ended.curve), CURVE_POINTS),
        before,
        after: machine::load(),
        ..Record::default()
    }
}

/// One of the runs of a process that had several: its wall and CPU time, its phases, and the memory meanwhile.
fn one_of_several(record: &Record, ended: &Ended, (wall_s, cpu_s): (f64, f64), unix_s: [f64; 4]) -> Record {
    let phases = phases(ended, unix_s);
    let mut one = Record { wall_s, cpu_s: Some(cpu_s), phases: Some(phases), ..record.clone() };
    cut(&mut one, ended, (phases.begin_s, phases.work_s));
    one
}

/// Leaves the memory of a part of the process.
fn cut(record: &mut Record, ended: &Ended, (from_s, to_s): (f64, f64)) {
    let inside = |point: &&(f64, u64)| (from_s..=to_s).contains(&point.0);
    let part: Vec<_> = ended.curve.iter().filter(inside).copied().collect();
    record.process.peak_rss_bytes = part.iter().map(|point| point.1).max().or(record.process.peak_rss_bytes);
    record.curve = thin(&rounded(&part), CURVE_POINTS);
}

fn phases(ended: &Ended, unix_s: [f64; 4]) -> Phases {
    let [begin_s, read_s, work_s, answer_s] = unix_s.map(|unix_s| round((unix_s - ended.began_unix_s).max(0.0)));
    Phases { begin_s, read_s: read_s.clamp(begin_s, work_s), work_s, answer_s }
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
