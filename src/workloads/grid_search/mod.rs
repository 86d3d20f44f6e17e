//! Which penalty predicts a carrier's arrival delays best?
//!
//! One model per carrier, chosen among twelve by cross-validation. The [`model`] is a function of one carrier's rows,
//! which knows of no mode and is the same in all three: compute-bound work that nobody wants to rewrite. It needs all
//! rows of a carrier at once, so these have to meet somewhere.
//!
//! Why the modes differ: only by the cores. The same function runs on the same groups; moving the rows there is cheap
//! beside the work, and the drop-in's index is not asked for.

pub mod dropin;
pub mod eager;
pub mod model;
pub mod partitioned;

use super::Workload;

/// Columns that the model reads.
pub const COLUMNS: [&str; 8] = ["id", "carrier", "arr_delay", "dep_delay", "distance", "hour", "month", "minute"];

/// Answer: `carrier: str, n: i64, penalty: f64, l1_ratio: f64, rmse: f64`; `n` rows without nulls, `rmse` in minutes;
/// null where a carrier has too few rows for five folds.
pub static WORKLOAD: Workload = Workload {
    name: "grid-search",
    question: "Which elastic net predicts a carrier's arrival delays best?",
    claim: "To use all cores, the code has to be written anew.",
    keys: &["carrier"],
    tolerance: 1e-6,
    eager: eager::answer,
    dropin: dropin::answer,
    partitioned: partitioned::answer,
};
