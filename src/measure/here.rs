//! One run in this process.

use std::time::Instant;

use polars::prelude::*;

use super::{Record, Usage, digest};
use crate::error::Result;
use crate::flights::{self, SHIPPED_ROWS};
use crate::ledger::{self, Ledger};
use crate::parquet::ParquetFiles;
use crate::partitioned::Engine;
use crate::workloads::{Mode, Workload};

/// Which flights a run is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Flights {
    /// So many: the first ones of the shipped table, or a grown one.
    Rows(u64),
    /// Those in a file, a folder or the matches of a glob.
    Files(String),
}

impl Flights {
    /// All flights that are shipped.
    pub const SHIPPED: Self = Flights::Rows(SHIPPED_ROWS as u64);

    /// Whether flights have to be grown before they can be opened.
    pub fn must_grow(&self) -> bool {
        matches!(self, Flights::Rows(rows) if *rows > SHIPPED_ROWS as u64 && !flights::grown_folder(*rows).is_dir())
    }

    /// Opens the files; `progress` is told rows written and rows in all when flights have to be grown first.
    ///
    /// # Errors
    /// [`Error::Input`](crate::Error::Input) for files that are not flights, [`Error::Io`](crate::Error::Io) for a disk
    /// that is too small to grow them.
    pub fn open(&self, progress: impl Fn(u64, u64) + Sync) -> Result<ParquetFiles> {
        match self {
            Flights::Rows(rows) => flights::with_rows(*rows, progress),
            Flights::Files(files) => flights::open(files),
        }
    }
}

/// A run that is done.
pub struct Run {
    /// Its figures.
    pub record: Record,
    /// Its answer.
    pub answer: DataFrame,
    /// What it moved.
    pub ledger: Ledger,
}

/// Runs a workload in one mode, here and now, on flights that are there already.
///
/// `engine` is for the partitioned mode; the drop-in runs in the dataframe engine's pool, whatever `engine` is.
///
/// # Errors
/// What the workload reports.
pub fn run_here(workload: &Workload, mode: Mode, engine: &dyn Engine, input: &Flights) -> Result<Run> {
    let before = Usage::now();
    let start = Instant::now();
    let files = input.open(|_, _| ())?;
    let (answer, ledger) = ledger::record(|| match mode {
        Mode::Eager => (workload.eager)(&files),
        Mode::Dropin => (workload.dropin)(&files),
        Mode::Partitioned => (workload.partitioned)(&files, engine),
    });
    let answer = answer?;
    let wall_s = start.elapsed().as_secs_f64();
    let after = Usage::now();
    let record = Record {
        workload: workload.name.to_string(),
        mode: mode.to_string(),
        engine: (mode == Mode::Partitioned).then(|| engine.name().to_string()),
        threads: match mode {
            Mode::Eager => 1,
            Mode::Dropin => polars_core::runtime::THREAD_POOL.current_num_threads(),
            Mode::Partitioned => engine.concurrency(),
        },
        rows: files.rows() as u64,
        wall_s,
        cpu_s: after.cpu_s - before.cpu_s,
        peak_rss_bytes: after.peak_rss_bytes,
        rows_moved: ledger.rows_moved(),
        bytes_moved: ledger.bytes_moved(),
        digest: digest(&answer),
    };
    Ok(Run { record, answer, ledger })
}
