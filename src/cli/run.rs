//! `outgrow run`: one run in this process.

use std::path::PathBuf;

use indicatif::HumanCount;

use super::print::print;
use super::report::count;
use super::setting::{Setting, open_with_progress};
use super::{Engines, progress, report, values};
use crate::error::Result;
use crate::measure;
use crate::workers::cores;
use crate::workloads::{self, Mode};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  outgrow run aggregation --mode eager\n  \
                        outgrow run grid-search --mode partitioned --engine serial --json\n  \
                        outgrow run aggregation --mode dropin --input 'flights10m/*.parquet' --answer delays.parquet")]
pub struct Args {
    /// aggregation or grid-search
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
    /// How many flights: up to 336776 the first ones of 2013, beyond that grown once and kept under data/
    #[arg(long, value_name = "N", value_parser = values::rows)]
    rows: Option<u64>,
    /// Threads of the drop-in and the partitioned mode [default: all cores]
    #[arg(long, value_name = "T", value_parser = values::threads)]
    threads: Option<usize>,
    /// many-groups: how many groups [default: 1000]
    #[arg(long, value_name = "G", value_parser = values::number)]
    groups: Option<u64>,
    /// many-groups: operations per row of the function [default: 100]
    #[arg(long, value_name = "OPS", value_parser = values::number)]
    cost: Option<u64>,
    /// For `compare`: where to write what it wants to know beside the summary
    #[arg(long, hide = true)]
    trace: Option<PathBuf>,
    #[command(flatten)]
    setting: Setting,
}

impl Args {
    /// See [`Setting::prepare_environment`].
    pub fn prepare_environment(&self) {
        self.setting.prepare_environment(self.threads);
    }
}

pub fn run(args: &Args, engines: &Engines) -> Result<()> {
    let workload = workloads::find(&args.workload)?;
    args.setting.check_engine(&[args.mode])?;
    if let Some(path) = &args.answer {
        measure::check_name(path)?;
    }
    let engine = engines.make(args.setting.engine.as_deref(), args.threads.unwrap_or_else(cores))?;
    let flights = args.setting.flights(workload, args.rows, args.groups, args.cost)?;
    open_with_progress(&flights)?;
    if let Some(bytes) = args.setting.memory_limit {
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
        run.write_trace(path)?;
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
        "\n{} of {} flights: {} on {}, {} of CPU, {} at most in memory, {} ({}) moved\n",
        summary.mode,
        HumanCount(summary.rows),
        report::seconds(summary.wall_s),
        count(summary.threads, "thread"),
        report::seconds(summary.cpu_s),
        report::mebibytes(summary.peak_rss_bytes),
        count(summary.rows_moved as usize, "row"),
        report::mebibytes(summary.bytes_moved),
    );
    print(&text)
}
