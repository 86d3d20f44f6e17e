//! `outgrow compare`: modes side by side.

use indicatif::HumanCount;

use super::print::print;
use super::report::count;
use super::setting::{Setting, open_with_progress};
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
    /// Counted runs of each mode; one more of each comes first to warm up
    #[arg(long, value_name = "K", default_value = "5", value_parser = values::runs)]
    runs: usize,
    #[command(flatten)]
    setting: Setting,
}

pub fn compare(args: &Args, engines: &Engines) -> Result<()> {
    let workload = workloads::find(&args.workload)?;
    args.setting.check_engine(&args.modes)?;
    for (at, mode) in args.modes.iter().enumerate() {
        if args.modes[..at].contains(mode) {
            return Err(Error::input(format!("--modes names {mode} twice. Name each mode once.")));
        }
    }
    let threads = args.setting.threads();
    // Made here only to hear now, and not from a child, when there is no such engine.
    engines.make(args.setting.engine.as_deref(), threads)?;
    let plan = Plan {
        workload,
        modes: args.modes.clone(),
        engine: args.setting.engine.clone(),
        flights: args.setting.flights(),
        runs: args.runs,
        threads,
        memory_limit: args.setting.memory_limit,
    };
    let rows = open_with_progress(&plan.flights)?;
    let comparison = measured(&plan)?;
    print(&format!("{}\n{} flights, {}\n\n", workload.question, HumanCount(rows), count(threads, "thread")))?;
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
