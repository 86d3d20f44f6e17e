//! One run in this process.

use std::path::Path;
use std::time::Instant;

use polars::prelude::*;

use super::child::{Again, Trace};
use super::{Summary, Usage, digest};
use crate::error::{Error, Result};
use crate::flights::{self, SHIPPED_ROWS};
use crate::ledger::{self, Ledger};
use crate::parquet::ParquetFiles;
use crate::partitioned::Engine;
use crate::timeline::{self, TaskStage};
use crate::workloads::{Mode, Workload, many_groups};

/// Which flights a run is about.
#[derive(Clone, Debug, PartialEq)]
pub enum Flights {
    /// So many: the first ones of the shipped table, or a grown one.
    Rows(u64),
    /// Those in a file, a folder or the matches of a glob.
    Files(String),
    /// No flights: rows made up for [`many_groups`], in so many groups of one size.
    MadeUp {
        /// How many rows.
        rows: u64,
        /// How many groups.
        groups: u64,
        /// Operations per row of the function.
        cost: u64,
    },
}

impl Flights {
    /// All flights that are shipped.
    pub const SHIPPED: Self = Flights::Rows(SHIPPED_ROWS as u64);

    /// The files that were named, if any.
    pub fn files(&self) -> Option<&str> {
        match self {
            Flights::Files(files) => Some(files),
            _ => None,
        }
    }

    /// Groups and cost of made-up rows.
    pub fn shape(&self) -> Option<(u64, u64)> {
        match self {
            Flights::MadeUp { groups, cost, .. } => Some((*groups, *cost)),
            _ => None,
        }
    }

    /// How many rows have to be grown or made up before they can be opened.
    pub fn must_grow(&self) -> Option<u64> {
        match self {
            Flights::Rows(rows) => {
                (*rows > SHIPPED_ROWS as u64 && !flights::grown_folder(*rows).is_dir()).then_some(*rows)
            }
            Flights::MadeUp { rows, groups, .. } => (!many_groups::folder(*rows, *groups).is_dir()).then_some(*rows),
            Flights::Files(_) => None,
        }
    }

    /// Opens the files; `progress` is told rows written and rows in all when flights have to be grown first.
    ///
    /// # Errors
    /// [`Error::Input`] for files that are not flights, [`Error::Io`] for a disk
    /// that is too small to grow them.
    pub fn open(&self, progress: impl Fn(u64, u64) + Sync) -> Result<ParquetFiles> {
        match self {
            Flights::Rows(rows) => flights::with_rows(*rows, progress),
            Flights::Files(files) => flights::open(files),
            Flights::MadeUp { rows, groups, .. } => many_groups::with_rows(*rows, *groups, progress),
        }
    }
}

/// A run that is done.
pub struct Run {
    /// Its figures.
    pub summary: Summary,
    /// Its answer.
    pub answer: DataFrame,
    /// What it moved.
    pub ledger: Ledger,
    /// Who did what when.
    pub stages: Vec<TaskStage>,
    /// When it began and when it had its answer, in seconds since 1970.
    pub unix_s: (f64, f64),
}

/// Runs a workload in one mode, here and now, on flights that are there already.
///
/// `engine` is for the partitioned mode; the drop-in runs in the dataframe engine's pool, whatever `engine` is.
///
/// # Errors
/// What the workload reports.
pub fn run_here(workload: &Workload, mode: Mode, engine: &dyn Engine, input: &Flights) -> Result<Run> {
    if let Flights::MadeUp { cost, .. } = input {
        many_groups::set_cost(*cost);
    }
    let (before, spent_before) = (Usage::now(), engine.spent());
    let began_unix_s = timeline::unix_s();
    let start = Instant::now();
    let files = input.open(|_, _| ())?;
    let ((answer, stages), ledger) = ledger::record(|| {
        timeline::record(|| match mode {
            Mode::Eager => (workload.eager)(&files),
            Mode::Dropin => (workload.dropin)(&files),
            Mode::Partitioned => (workload.partitioned)(&files, engine),
        })
    });
    let answer = answer?;
    let wall_s = start.elapsed().as_secs_f64();
    let after = Usage::now();
    let summary = Summary {
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
        spent: match mode {
            Mode::Partitioned => engine.spent().zip(spent_before).map(|(after, before)| after.since(&before)),
            _ => None,
        },
        digest: digest(&answer),
    };
    Ok(Run { summary, answer, ledger, stages, unix_s: (began_unix_s, began_unix_s + wall_s) })
}

impl Run {
    /// Writes what the parent of a measured run wants to know beside the summary; `reads` are those of
    /// [`timeline::reads`] after it, `again` the last of further runs.
    ///
    /// # Errors
    /// [`Error::Io`] when the file cannot be written.
    pub fn write_trace(&self, path: &Path, reads: (f64, u64), again: Option<&Run>) -> Result<()> {
        let (last_read_unix_s, file_bytes_read) = reads;
        let again = again.map(|run| Again {
            unix_s: [run.unix_s.0, timeline::reads().0, run.unix_s.1],
            wall_s: run.summary.wall_s,
            cpu_s: run.summary.cpu_s,
        });
        let steps = serde_json::to_value(&self.ledger.steps).and_then(serde_json::from_value);
        let trace = Trace {
            unix_s: [self.unix_s.0, last_read_unix_s, self.unix_s.1, timeline::unix_s()],
            file_bytes_read,
            answer_rows: self.answer.height() as u64,
            steps: steps.expect("a step of a record has the fields of a step of the ledger"),
            stages: self.stages.clone(),
            again,
        };
        let json = serde_json::to_vec(&trace).expect("a trace has only text and finite numbers");
        std::fs::write(path, json).map_err(Error::io("cannot write", path, "Choose a place that can be written."))
    }
}
