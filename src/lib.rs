//! What happens to dataframe code that outgrows one core, one memory, one machine.
//!
//! The map, in reading order:
//!
//! 1. [`flights`]: the data. Its files are read by [`parquet`], a row group at a time, also where they are [`objects`]
//!    under a URL.
//! 2. [`workloads`]: a question per folder, and its answers in three modes, side by side. Start with
//!    [`workloads::aggregation`], then [`workloads::grid_search`], then [`workloads::largest_per_group`] and what is
//!    beside it: what an index costs.
//! 3. The modes: [`eager`] (one core, every step materialised), [`dropin`] (the same surface over partitions), and
//!    [`partitioned`] (a function, a split, and an engine that is chosen last). They never import each other.
//! 4. What modes share: [`kernels`] are what is done to rows, from groups to joins; [`exchange`] brings rows of one key
//!    together; [`workers`] are threads with a list of tasks; [`labels`] are rows with their index; [`memory`] says how
//!    much there is; [`ledger`] is the account of what was moved, gathered and waited for, which `outgrow explain`
//!    tells, and [`timeline`] that of who did what when.
//! 5. [`measure`]: a child process per run, the answer checked before a time is shown, a record kept of each run.
//! 6. [`charts`]: records drawn, and a page of all of them; nothing is run for it.
//! 7. [`exercises`]: the runner of the exercises, and what it shares with their checks, which are a member of their own.
//! 8. [`book`]: pages with directives, and the records that answer them.
//! 9. [`cli`]: the command line. [`scratch`] keeps half-written files and stray processes away, [`Error`] says what went
//!    wrong.
//!
//! Imports point one way: flights, then modes, then workloads, then measuring, then charts of its records, then the
//! command line. The checks of the exercises are in the member `exercises/`, which uses this crate as anybody would.

#![deny(unsafe_code, missing_docs)]
// `surface/series.rs` is compiled for the eager and for the drop-in frame.
#![allow(clippy::duplicate_mod)]

pub mod book;
pub mod charts;
pub mod cli;
pub mod dropin;
pub mod eager;
mod error;
pub mod exchange;
pub mod exercises;
pub mod flights;
pub mod kernels;
pub mod labels;
pub mod ledger;
pub mod measure;
pub mod memory;
pub mod objects;
pub mod parquet;
pub mod partitioned;
pub mod scratch;
mod spill;
pub mod timeline;
pub mod workers;
pub mod workloads;

pub use error::{Error, Result};
pub use parquet::ParquetFiles;
