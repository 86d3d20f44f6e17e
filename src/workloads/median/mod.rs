//! What is the median delay of each route?
//!
//! The claim: a median is an aggregation like any other. It does not combine: the median of medians is another number.
//!
//! Why the modes differ: every row must go to where its whole group is, whoever writes it. The drop-in holds the table and
//! moves the key with every row; partitioned sends each key once per slice, and the delays alone.

pub mod dropin;
pub mod eager;
pub mod partitioned;

use super::Workload;

/// Answer: `origin: str, dest: str, flights: i64, median: f64, p90: f64`; delays on arrival in minutes.
pub static WORKLOAD: Workload = Workload {
    name: "median",
    question: "What is the median delay of each route?",
    claim: "A median is an aggregation like any other.",
    keys: &["origin", "dest"],
    tolerance: 1e-9,
    eager: eager::answer,
    dropin: dropin::answer,
    partitioned: partitioned::answer,
};
