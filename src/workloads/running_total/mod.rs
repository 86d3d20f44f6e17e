//! How many miles had been flown by the end of each day, and how late was the last flight known to have arrived?
//!
//! The claim: a running total needs every row before it, so it cannot be divided. It can: each part is added up on its
//! own, and one number is carried on.
//!
//! Why the modes differ: not by the running total, which costs the drop-in a number per partition, but by the order it
//! is taken in: all rows are exchanged by time first. Partitioned asks which totals are needed, one per day, and these
//! combine without an order.

pub mod dropin;
pub mod eager;
pub mod partitioned;

use super::Workload;

/// Answer: `month: i16, day: i16, flights: i64, miles: i64, delay: i16`; `miles` flown since the beginning of the year
/// at the end of the day, `delay` on arrival in minutes of the last flight that has one, in order of departure and id.
/// A flight without day, time or id has no place in that order, and is left out.
pub static WORKLOAD: Workload = Workload {
    name: "running-total",
    question: "How many miles had been flown by the end of each day, and how late was the last known flight?",
    claim: "A running total needs every row before it, so it cannot be divided.",
    keys: &["month", "day"],
    tolerance: 1e-9,
    eager: eager::answer,
    dropin: dropin::answer,
    partitioned: partitioned::answer,
};
