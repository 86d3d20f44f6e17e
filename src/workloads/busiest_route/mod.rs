//! Which ten routes have the most flights?
//!
//! The claim: `value_counts` is one line, and as fast as a line looks. It counts values of one column, so a route is
//! first written out for every flight.
//!
//! Why the modes differ: counts combine, so the drop-in moves a row per route and partition, as partitioned does. What
//! the interface costs is the text per flight, in eager as in drop-in; partitioned writes ten.

pub mod dropin;
pub mod eager;
pub mod partitioned;

use super::Workload;

/// Answer: `route: str, count: i64`; the most frequent first, and equally frequent ones by name.
pub static WORKLOAD: Workload = Workload {
    name: "busiest-route",
    question: "Which ten routes have the most flights?",
    claim: "value_counts is one line, and as fast as it looks.",
    keys: &["route"],
    tolerance: 1e-9,
    eager: eager::answer,
    dropin: dropin::answer,
    partitioned: partitioned::answer,
};
