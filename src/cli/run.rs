//! `outgrow run`: one run in this process.

use std::path::PathBuf;

use indicatif::HumanCount;

use super::print::print;
use super::{Engines, progress, report, values};
use crate::error::{Error, Result};
use crate::measure::{self, Flights};
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
    /// Who runs the partitioned mode: threads or serial [default: threads]
    #[arg(long)]
    engine: Option<String>,
    /// How many flights: up to 336776 the first ones of 2013, beyond that grown once and kept under data/
    #[arg(long, value_name = "N", value_parser = values::rows, conflicts_with = "input")]
    rows: Option<u64>,
    /// Flights of your own: a Parquet file, a folder of them, or a glob
    #[arg(long, value_name = "FILE|DIR|GLOB")]
    input: Option<String>,
    /// Threads of the drop-in and the partitioned mode [default: all cores]
    #[arg(long, value_name = "T", value_parser = values::threads)]
    threads: Option<usize>,
    /// Write the answer to this file, replacing it
    #[arg(long, value_name = "FILE.parquet|.csv")]
    answer: Option<PathBuf>,
    /// Print the record of the run, as one line of JSON, and nothing else
    #[arg(long)]
    json: bool,
    /// A hard limit on memory, such as 2GiB (Linux)
    #[arg(long, value_name = "SIZE", value_parser = values::bytes)]
    memory_limit: Option<u64>,
}

impl Args {
    /// Sets what libraries read from the environment when they are first used. Called first thing in the program.
    pub fn prepare_environment(&self) {
        // The dataframe engine makes its thread pool once, of this size.
        let threads = self.threads.map(|threads| ("POLARS_MAX_THREADS", threads.to_string()));
        // Where memory is refused, std reports it under a lock; a backtrace needs memory itself, is refused it, and
        // waits for that lock for ever.
        let no_backtrace = self.memory_limit.map(|_| ("RUST_BACKTRACE", "0".to_string()));
        for (name, value) in threads.into_iter().chain(no_backtrace) {
            // SAFETY: no other thread exists yet that could read the environment.
            #[allow(unsafe_code)]
            unsafe {
                std::env::set_var(name, value);
            }
        }
    }
}

pub fn run(args: &Args, engines: &Engines) -> Result<()> {
    let workload = workloads::find(&args.workload)?;
    check_engine(args.engine.as_deref(), &[args.mode])?;
    if let Some(path) = &args.answer {
        measure::check_name(path)?;
    }
    let engine = engines.make(args.engine.as_deref(), args.threads.unwrap_or_else(values::cores))?;
    let flights = flights(args.rows, args.input.as_deref());
    open_with_progress(&flights)?;
    if let Some(bytes) = args.memory_limit {
        measure::limit_memory(bytes)?;
    }
    let run = measure::run_here(workload, args.mode, &*engine, &flights)?;
    if let Some(path) = &args.answer {
        measure::write(&run.answer, path)?;
    }
    if args.json {
        let line = serde_json::to_string(&run.record).expect("a record has only text and finite numbers");
        return print(&format!("{line}\n"));
    }
    let record = &run.record;
    let mut text = format!("{}\n\n{}\n", workload.question, report::answer(&run.answer, 10));
    for step in &run.ledger.steps {
        text += &format!(
            "{}: {} task(s), the largest of {} rows; {} rows moved\n",
            step.what,
            HumanCount(step.tasks as u64),
            HumanCount(step.largest_task_rows),
            HumanCount(step.rows_moved),
        );
    }
    text += &format!(
        "\n{} of {} flights: {} on {} thread(s), {} of CPU, {} at most in memory, {} rows ({}) moved\n",
        record.mode,
        HumanCount(record.rows),
        report::seconds(record.wall_s),
        record.threads,
        report::seconds(record.cpu_s),
        report::mebibytes(record.peak_rss_bytes),
        HumanCount(record.rows_moved),
        report::mebibytes(record.bytes_moved),
    );
    print(&text)
}

/// Which flights the options ask for.
pub fn flights(rows: Option<u64>, input: Option<&str>) -> Flights {
    match (rows, input) {
        (_, Some(files)) => Flights::Files(files.to_string()),
        (Some(rows), None) => Flights::Rows(rows),
        (None, None) => Flights::SHIPPED,
    }
}

/// Opens the flights, with a progress bar where they have to be grown first, and says how many there are.
pub fn open_with_progress(flights: &Flights) -> Result<u64> {
    let bar = match flights {
        Flights::Rows(rows) if flights.must_grow() => Some(progress::rows(*rows, "growing")),
        _ => None,
    };
    let files = flights.open(|done, _| {
        if let Some(bar) = &bar {
            bar.set_position(done);
        }
    });
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    let rows = files?.rows() as u64;
    if rows == 0 {
        eprintln!("note: these flights have no rows, so the answer has none either.");
    }
    Ok(rows)
}

/// An engine is something that only the partitioned mode has.
pub fn check_engine(engine: Option<&str>, modes: &[Mode]) -> Result<()> {
    match engine {
        Some(engine) if !modes.contains(&Mode::Partitioned) => Err(Error::input(format!(
            "--engine {engine} is for the partitioned mode only. Leave it out, or choose partitioned."
        ))),
        _ => Ok(()),
    }
}
