//! `outgrow compare`: modes side by side.

use indicatif::HumanCount;

use super::print::print;
use super::run::{check_engine, flights, open_with_progress};
use super::{Engines, progress, report, values};
use crate::error::{Error, Result};
use crate::measure::{self, Comparison, Plan};
use crate::workloads::{self, Mode};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  outgrow compare aggregation --rows 1e7\n  \
                        outgrow compare grid-search --modes eager,partitioned --runs 3\n  \
                        outgrow compare aggregation --rows 1e7 --memory-limit 256MiB")]
pub struct Args {
    /// aggregation or grid-search
    workload: String,
    /// The modes to compare, with commas between them
    #[arg(long, value_delimiter = ',', default_value = "eager,dropin,partitioned")]
    modes: Vec<Mode>,
    /// Who runs the partitioned mode: threads or serial [default: threads]
    #[arg(long)]
    engine: Option<String>,
    /// How many flights: up to 336776 the first ones of 2013, beyond that grown once and kept under data/
    #[arg(long, value_name = "N", value_parser = values::rows, conflicts_with = "input")]
    rows: Option<u64>,
    /// Flights of your own: a Parquet file, a folder of them, or a glob
    #[arg(long, value_name = "FILE|DIR|GLOB")]
    input: Option<String>,
    /// Counted runs of each mode; one more of each comes first to warm up
    #[arg(long, value_name = "K", default_value = "5", value_parser = values::runs)]
    runs: usize,
    /// Threads of the drop-in and the partitioned mode [default: all cores]
    #[arg(long, value_name = "T", value_parser = values::threads)]
    threads: Option<usize>,
    /// A hard limit on the memory of each run, such as 2GiB (Linux); a run that dies of it is a result
    #[arg(long, value_name = "SIZE", value_parser = values::bytes)]
    memory_limit: Option<u64>,
}

pub fn compare(args: &Args, engines: &Engines) -> Result<()> {
    let workload = workloads::find(&args.workload)?;
    check_engine(args.engine.as_deref(), &args.modes)?;
    for (at, mode) in args.modes.iter().enumerate() {
        if args.modes[..at].contains(mode) {
            return Err(Error::input(format!("--modes names {mode} twice. Name each mode once.")));
        }
    }
    let threads = args.threads.unwrap_or_else(values::cores);
    // Made here only to hear now, and not from a child, when there is no such engine.
    engines.make(args.engine.as_deref(), threads)?;
    let plan = Plan {
        workload,
        modes: args.modes.clone(),
        engine: args.engine.clone(),
        flights: flights(args.rows, args.input.as_deref()),
        runs: args.runs,
        threads,
        memory_limit: args.memory_limit,
    };
    let rows = open_with_progress(&plan.flights)?;
    let comparison = measured(&plan)?;
    print(&format!("{}\n{} flights, {threads} thread(s)\n\n", workload.question, HumanCount(rows)))?;
    print(&report::comparison(&plan, &comparison))
}

/// Runs the plan with a progress bar.
pub fn measured(plan: &Plan) -> Result<Comparison> {
    let program = std::env::current_exe()
        .map_err(|cause| Error::input(format!("cannot tell where this program is, to start it again: {cause}.")))?;
    let bar = progress::steps(plan.processes(), plan.workload.name);
    let comparison = measure::compare(&program, plan, |done, mode| {
        bar.set_position(done as u64);
        bar.set_message(mode.to_string());
    });
    bar.finish_and_clear();
    comparison
}
