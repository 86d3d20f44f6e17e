//! By how much does the mean delay of a route change from one day to the next?
//!
//! The claim: `diff` is a difference between neighbouring rows, and rows stay neighbours. They do not: without the group
//! the first day of each route is compared with the last day of the route above it. `tests/partitions.rs` keeps the
//! answer that this gives, as a warning.
//!
//! Why the modes differ: little. The days of a route combine from partial sums, so few rows are left when their order
//! begins to matter; the drop-in brings the differences back to the rows they belong to, which are few as well.

pub mod dropin;
pub mod eager;
pub mod partitioned;

use super::Workload;

/// Answer: `origin: str, dest: str, days: i64, rise: f64, fall: f64`; the largest rise and fall of the mean delay on
/// arrival from a day with known delays to the next, in minutes; null where there is only one.
pub static WORKLOAD: Workload = Workload {
    name: "day-over-day",
    question: "By how much does the mean delay of a route change from one day to the next?",
    claim: "diff is the difference between neighbouring rows.",
    keys: &["origin", "dest"],
    tolerance: 1e-9,
    eager: eager::answer,
    dropin: dropin::answer,
    partitioned: partitioned::answer,
};
