//! How late do flights leave in the rain?
//!
//! The claim: a join is a shuffle. Not of a small table: the weather of a year has 26,000 rows, and a copy of it for
//! everybody costs less than moving the flights.
//!
//! Why the modes differ: the drop-in sends the weather to all, but merges every flight with it before it reduces, and
//! holds what comes of it. Partitioned has the weather at hand in a function that reduces a slice at once.

pub mod dropin;
pub mod eager;
pub mod partitioned;

use super::Workload;

/// Answer: `origin: str, month: i16, rain: i64, flights: i64, delay: f64, wind: f64`; `rain` 1 for an hour with rain or
/// snow; `flights` with a known delay, `delay` on departure in minutes and `wind` in miles per hour are means over them.
pub static WORKLOAD: Workload = Workload {
    name: "join-weather",
    question: "How late do flights leave in the rain?",
    claim: "A join is a shuffle.",
    keys: &["origin", "month", "rain"],
    tolerance: 1e-9,
    eager: eager::answer,
    dropin: dropin::answer,
    partitioned: partitioned::answer,
};
