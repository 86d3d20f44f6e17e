//! `outgrow run`: one run in this process.

use std::path::PathBuf;

use indicatif::HumanCount;

use super::print::print;
use super::report::count;
use super::setting::{OneRun, open_with_progress};
use super::{Engines, progress, report};
use crate::error::{Error, Result};
use crate::measure;
use crate::timeline;
use crate::workloads::{self, Mode};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  outgrow run aggregation --mode eager\n  \
                        outgrow run grid-search --mode partitioned --engine serial --json\n  \
                        outgrow run aggregation --mode dropin --input 'flights10m/*.parquet'")]
pub struct Args {
    /// Which question: aggregation, grid-search, largest-per-group, ...; any other word lists them
    workload: String,
    /// How it is written and run
    #[arg(long)]
    mode: Mode,
    /// Write the answer to this file, replacing it
    #[arg(long, value_name = "FILE.parquet|.csv")]
    answer: Option<PathBuf>,
    /// Print the summary of the run, as one line of JSON, and nothing else
    #[arg(long)]
    json: bool,
    /// For `compare`: where to write what it wants to know beside the summary
    #[arg(long, hide = true)]
    trace: Option<PathBuf>,
    /// For `compare`: run it so many times more in this process, and tell the last one in the trace
    #[arg(long, hide = true, requires = "trace", default_value = "0")]
    again: usize,
    #[command(flatten)]
    pub one: OneRun,
}

pub fn run(args: &Args, engines: &Engines) -> Result<()> {
    let workload = workloads::find(&args.workload)?;
    args.one.check_engine(args.mode)?;
    if let Some(path) = &args.answer {
        measure::check_name(path)?;
    }
    let engine = engines.make(args.one.engine.as_deref(), args.one.threads())?;
    let flights = args.one.flights(workload)?;
    open_with_progress(&flights)?;
    if let Some(bytes) = args.one.setting.memory_limit {
        measure::limit_memory(bytes)?;
    }
    let alive = progress::alive(&format!("{}, {}", workload.name, args.mode));
    let run = measure::run_here(workload, args.mode, &*engine, &flights);
    if let Some(alive) = alive {
        alive.finish_and_clear();
    }
    let run = run?;
    if flights == measure::Flights::SHIPPED {
        measure::agree_with_expected(workload, &run.summary.mode, &run.answer)?;
    }
    if let Some(path) = &args.answer {
        measure::write(&run.answer, path)?;
    }
    if let Some(path) = &args.trace {
        let reads = timeline::reads();
        let again = (0..args.again).map(|_| measure::run_here(workload, args.mode, &*engine, &flights));
        let again = again.collect::<Result<Vec<_>>>()?;
        if let Some(other) = again.iter().find(|again| again.summary.digest != run.summary.digest) {
            return Err(Error::Disagreement(format!(
                "{}: run again in the same process it gives {} in place of {}. This is a bug worth reporting.",
                workload.name, other.summary.digest, run.summary.digest
            )));
        }
        run.write_trace(path, reads, again.last())?;
    }
    if args.json {
        let line = serde_json::to_string(&run.summary).expect("a summary has only text and finite numbers");
        return print(&format!("{line}\n"));
    }
    let summary = &run.summary;
    let mut text = format!("{}\n\n{}\n", workload.question, report::answer(&run.answer, 40));
    for step in &run.ledger.steps {
        text += &format!(
            "{}: {}, the largest of {}; {} moved\n",
            step.what,
            count(step.tasks, "task"),
            count(step.largest_task_rows as usize, "row"),
            count(step.rows_moved as usize, "row"),
        );
    }
    text += &format!(
        "\n{} of {} {}: {} on {}, {} of CPU, {} at most in memory, {} ({}) moved\n",
        summary.mode,
        HumanCount(summary.rows),
        workload.rows_are(),
        report::seconds(summary.wall_s),
        count(summary.threads, "thread"),
        report::seconds(summary.cpu_s),
        report::mebibytes(summary.peak_rss_bytes),
        count(summary.rows_moved as usize, "row"),
        report::mebibytes(summary.bytes_moved),
    );
    if let Some(spent) = &summary.spent {
        text += &format!("of it {}\n", report::spent(spent));
    }
    print(&text)
}
