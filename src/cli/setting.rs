//! What `run` and `compare` have in common: which flights, and with what.

use super::{progress, values};
use crate::error::{Error, Result};
use crate::measure::Flights;
use crate::workers;
use crate::workloads::Mode;

#[derive(Debug, clap::Args)]
pub struct Setting {
    /// How many flights: up to 336776 the first ones of 2013, beyond that grown once and kept under data/
    #[arg(long, value_name = "N", value_parser = values::rows, conflicts_with = "input")]
    rows: Option<u64>,
    /// Flights of your own: a Parquet file, a folder of them, or a glob
    #[arg(long, value_name = "FILE|DIR|GLOB")]
    input: Option<String>,
    /// Who runs the partitioned mode: threads or serial [default: threads]
    #[arg(long)]
    pub engine: Option<String>,
    /// Threads of the drop-in and the partitioned mode [default: all cores]
    #[arg(long, value_name = "T", value_parser = values::threads)]
    threads: Option<usize>,
    /// A hard limit on the memory of a run, such as 2GiB (Linux)
    #[arg(long, value_name = "SIZE", value_parser = values::bytes)]
    pub memory_limit: Option<u64>,
}

impl Setting {
    /// Which flights are asked for.
    pub fn flights(&self) -> Flights {
        match (self.rows, &self.input) {
            (_, Some(files)) => Flights::Files(files.clone()),
            (Some(rows), None) => Flights::Rows(rows),
            (None, None) => Flights::SHIPPED,
        }
    }

    /// How many threads are asked for.
    pub fn threads(&self) -> usize {
        self.threads.unwrap_or_else(workers::cores)
    }

    /// An engine is something that only the partitioned mode has.
    pub fn check_engine(&self, modes: &[Mode]) -> Result<()> {
        match &self.engine {
            Some(engine) if !modes.contains(&Mode::Partitioned) => Err(Error::input(format!(
                "--engine {engine} is for the partitioned mode only. Leave it out, or choose partitioned."
            ))),
            _ => Ok(()),
        }
    }

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
