//! What is the median delay of each route?
//!
//! The claim: a median is an aggregation like any other. It does not combine: the median of medians is another number.
//!
//! Why the modes differ: little. Every row must go to where the whole group is, whoever writes it; the drop-in moves the
//! columns it needs, as the partitioned mode does. Here the interface is nearly free.

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
