//! What `run`, `explain` and `compare` have in common: which flights, and with what.

use super::progress;
use super::values;
use crate::error::{Error, Result};
use crate::flights::SHIPPED_ROWS;
use crate::measure::Flights;
use crate::workers::cores;
use crate::workloads::many_groups::{self, DEFAULT_COST, DEFAULT_GROUPS};
use crate::workloads::{Mode, Workload};

#[derive(Debug, clap::Args)]
pub struct Setting {
    /// Flights of your own: a Parquet file, a folder of them, or a glob
    #[arg(long, value_name = "FILE|DIR|GLOB", conflicts_with = "rows")]
    pub input: Option<String>,
    /// A hard limit on the memory of a run, such as 2GiB (Linux)
    #[arg(long, value_name = "SIZE", value_parser = values::bytes)]
    pub memory_limit: Option<u64>,
}

/// What one run in this process can be told.
#[derive(Debug, clap::Args)]
pub struct OneRun {
    /// How many flights: up to 336776 the first ones of 2013, beyond that grown once and kept under data/
    #[arg(long, value_name = "N", value_parser = values::rows)]
    pub rows: Option<u64>,
    /// Threads of the drop-in and the partitioned mode [default: all cores]
    #[arg(long, value_name = "T", value_parser = values::threads)]
    pub threads: Option<usize>,
    /// many-groups: how many groups [default: 1000]
    #[arg(long, value_name = "G", value_parser = values::number)]
    pub groups: Option<u64>,
    /// many-groups: operations per row of the function [default: 100]
    #[arg(long, value_name = "OPS", value_parser = values::number)]
    pub cost: Option<u64>,
    /// Who runs the partitioned mode: threads or serial [default: threads]
    #[arg(long)]
    pub engine: Option<String>,
    #[command(flatten)]
    pub setting: Setting,
}

impl OneRun {
    /// An engine is something that only the partitioned mode has.
    pub fn check_engine(&self, mode: Mode) -> Result<()> {
        check_engine(self.engine.as_deref(), &[mode])
    }

    /// How many threads.
    pub fn threads(&self) -> usize {
        self.threads.unwrap_or_else(cores)
    }

    /// See [`Setting::flights`].
    pub fn flights(&self, workload: &Workload) -> Result<Flights> {
        self.setting.flights(workload, self.rows, self.groups, self.cost)
    }

    /// See [`Setting::prepare_environment`].
    pub fn prepare_environment(&self) {
        self.setting.prepare_environment(self.threads);
    }
}

impl Setting {
    /// Which flights are asked for; `groups` and `cost` are for rows that are made up.
    pub fn flights(
        &self,
        workload: &Workload,
        rows: Option<u64>,
        groups: Option<u64>,
        cost: Option<u64>,
    ) -> Result<Flights> {
        let made_up = workload.name == many_groups::WORKLOAD.name;
        match (&self.input, groups.or(cost)) {
            (Some(_), _) if made_up => Err(Error::input(format!(
                "{} makes its rows up. Leave --input out, and choose --rows, --groups and --cost.",
                workload.name
            ))),
            (_, Some(_)) if !made_up => Err(Error::input(format!(
                "--groups and --cost are for {}: flights have the groups they have. Leave them out of {}.",
                many_groups::WORKLOAD.name,
                workload.name
            ))),
            (Some(files), _) => Ok(Flights::Files(files.clone())),
            (None, _) if made_up => Ok(Flights::MadeUp {
                rows: rows.unwrap_or(100_000),
                groups: groups.unwrap_or(DEFAULT_GROUPS),
                cost: cost.unwrap_or(DEFAULT_COST),
            }),
            (None, _) => Ok(Flights::Rows(rows.unwrap_or(SHIPPED_ROWS as u64))),
        }
    }

    /// Sets what libraries read from the environment when they are first used. Called first thing in the program.
    pub fn prepare_environment(&self, threads: Option<usize>) {
        // The dataframe engine makes its thread pool once, of this size.
        let threads = threads.map(|threads| ("POLARS_MAX_THREADS", threads.to_string()));
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

/// An engine is something that only the partitioned mode has.
pub fn check_engine(engine: Option<&str>, modes: &[Mode]) -> Result<()> {
    match engine {
        Some(engine) if !modes.contains(&Mode::Partitioned) => Err(Error::input(format!(
            "--engine {engine} is for the partitioned mode only. Leave it out, or choose partitioned."
        ))),
        _ => Ok(()),
    }
}

/// Opens the flights, with a progress bar where they have to be grown first, and says how many there are.
pub fn open_with_progress(flights: &Flights) -> Result<u64> {
    let bar = flights.must_grow().map(|rows| progress::rows(rows, "growing"));
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
