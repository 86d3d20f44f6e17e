//! How late do flights arrive, by carrier and airport of departure?
//!
//! Per (carrier, origin): flights with a known arrival delay, the mean, sample standard deviation, minimum and maximum
//! of `arr_delay` in minutes, and the miles flown. Every part of the answer combines from partial results, so nothing
//! forces a row to move: the cheapest thing to divide that there is.
//!
//! Why the modes differ: `eager` holds the whole table and goes through it once per reduction; `dropin` divides both
//! among the cores and still holds the table; `partitioned` reads a slice, reduces it while it is in the cache, and
//! forgets it. The price: a mean does not combine, so the function had to be written anew, in two parts.

pub mod dropin;
pub mod eager;
pub mod partitioned;

use super::Workload;

/// Answer: `carrier: str, origin: str, flights: i64, mean: f64, std: f64, min: i16, max: i16, distance: i64`; delays in
/// minutes, distance in miles.
pub static WORKLOAD: Workload = Workload {
    name: "aggregation",
    question: "How late do flights arrive, by carrier and airport of departure?",
    claim: "A group-by is what a dataframe library is for: leave it to the library.",
    keys: &["carrier", "origin"],
    tolerance: 1e-9,
    eager: eager::answer,
    dropin: dropin::answer,
    partitioned: partitioned::answer,
};
