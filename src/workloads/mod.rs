//! The workloads: each folder holds a question and its three answers, side by side.
//!
//! `mod.rs` asks; `eager.rs` and `dropin.rs` answer with the same lines but for the import; `partitioned.rs` answers
//! with a function and a split. An answer has rows in a stated order, mostly one per key and sorted by key, so that answers can be compared. Flights
//! with a null in a key are in no row: pandas leaves them out, and `by` makes a group of them that is dropped at the end.

pub mod aggregation;
pub mod busiest_route;
pub mod day_over_day;
pub mod grid_search;
pub mod join_weather;
pub mod largest_per_group;
pub mod many_groups;
pub mod median;
pub mod middle_rows;
pub mod running_total;
pub mod z_score;

use polars::prelude::*;

use crate::error::{Error, Result};
use crate::parquet::ParquetFiles;
use crate::partitioned::Engine;

/// A question about flights, with an answer in each mode.
#[derive(Debug)]
pub struct Workload {
    /// Its name on the command line.
    pub name: &'static str,
    /// What is asked, in a sentence.
    pub question: &'static str,
    /// What people say about it, which the figures confirm or refute.
    pub claim: &'static str,
    /// Columns that identify a row of the answer.
    pub keys: &'static [&'static str],
    /// How far two answers may differ, relative to the larger value: the last digits of a sum depend on its order.
    pub tolerance: f64,
    /// The answer on one core.
    pub eager: fn(&ParquetFiles) -> Result<DataFrame>,
    /// The answer of the same code over partitions.
    pub dropin: fn(&ParquetFiles) -> Result<DataFrame>,
    /// The answer of a function and a split, on an engine.
    pub partitioned: fn(&ParquetFiles, &dyn Engine) -> Result<DataFrame>,
}

impl Workload {
    /// What its rows are called: `flights`, or `rows` that are made up.
    pub fn rows_are(&self) -> &'static str {
        if MADE_UP.iter().any(|made_up| made_up.name == self.name) { "rows" } else { "flights" }
    }
}

/// The three ways to write and run a workload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Mode {
    /// pandas-shaped, one core
    Eager,
    /// the same code, import changed: partitions with a global index
    Dropin,
    /// your function, a split, an engine
    Partitioned,
}

impl std::fmt::Display for Mode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Mode::Eager => "eager",
            Mode::Dropin => "dropin",
            Mode::Partitioned => "partitioned",
        })
    }
}

/// All workloads: the two of the [tour](TOUR), then those about what an index costs.
pub static ALL: [&Workload; 10] = [
    &aggregation::WORKLOAD,
    &grid_search::WORKLOAD,
    &largest_per_group::WORKLOAD,
    &median::WORKLOAD,
    &z_score::WORKLOAD,
    &day_over_day::WORKLOAD,
    &middle_rows::WORKLOAD,
    &running_total::WORKLOAD,
    &join_weather::WORKLOAD,
    &busiest_route::WORKLOAD,
];

/// The workloads of the tour, in its order.
pub static TOUR: [&Workload; 2] = [&aggregation::WORKLOAD, &grid_search::WORKLOAD];

/// Workloads on made-up rows: to measure the modes themselves with. They are no part of the tour.
pub static MADE_UP: [&Workload; 1] = [&many_groups::WORKLOAD];

/// The workload of this name.
///
/// # Errors
/// [`Error::Input`] that lists the names there are.
pub fn find(name: &str) -> Result<&'static Workload> {
    let known = || ALL.into_iter().chain(MADE_UP);
    known().find(|workload| workload.name == name).ok_or_else(|| {
        let names: Vec<&str> = known().map(|workload| workload.name).collect();
        Error::input(format!("no workload `{name}`. Choose one of {}.", names.join(", ")))
    })
}
