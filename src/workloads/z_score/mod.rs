//! Which carriers have flights that are late beyond their own measure?
//!
//! The claim: a value per row from the row's group needs the whole group in one place. Not a z-score: it needs the mean
//! and standard deviation of the group, which combine, and can be sent to all.
//!
//! Why the modes differ: the drop-in knows that a z-score is made of two reductions, and moves no row. It still holds the
//! table, and the scores beside it. Partitioned goes through the files twice and holds neither.

pub mod dropin;
pub mod eager;
pub mod partitioned;

use super::Workload;

/// Answer: `carrier: str, flights: i64, highest: f64, mean: f64`; of flights more than three standard deviations above
/// their carrier's mean: how many, the highest score, and their mean delay in minutes.
pub static WORKLOAD: Workload = Workload {
    name: "z-score",
    question: "Which carriers have flights that are late beyond their own measure?",
    claim: "A value per row from its group needs the whole group in one place.",
    keys: &["carrier"],
    tolerance: 1e-9,
    eager: eager::answer,
    dropin: dropin::answer,
    partitioned: partitioned::answer,
};
