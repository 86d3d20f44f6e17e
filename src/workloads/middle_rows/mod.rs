//! Of the flights that were more than an hour late, which are in the middle of the year, and which at its end?
//!
//! The claim: a row by its place is an offset, and costs nothing. On one core it is so. Over partitions a place is known
//! when the rows before are sorted and counted.
//!
//! Why the modes differ: `iloc` needs an order over all partitions, so the late flights are exchanged by time. A slice
//! is then cheap. Partitioned knows no places: it collects the late flights, and one core sorts them at the end.

pub mod dropin;
pub mod eager;
pub mod partitioned;

use super::Workload;

/// Answer: `place: i64, id: i32, carrier: str, arr_delay: i16`; ten flights from the middle on and the last ten, by time
/// of departure and id; `place` among the late flights, from 0.
pub static WORKLOAD: Workload = Workload {
    name: "middle-rows",
    question: "Of the flights more than an hour late, which are in the middle of the year, and which at its end?",
    claim: "A row by its place is an offset: it costs nothing.",
    keys: &["place"],
    tolerance: 1e-9,
    eager: eager::answer,
    dropin: dropin::answer,
    partitioned: partitioned::answer,
};
