//! Which flight arrived latest at each airport?
//!
//! The claim: "sort, then drop duplicates" is how one gets the largest of each group. Of equally late flights the one
//! with the smaller `id` counts, so that there is one answer.
//!
//! Why the modes differ: the way of writing it asks for a sort of the whole table, of which a row per group is kept. On
//! one core that is a waste of time; over partitions every row moves for it. Partitioned keeps the latest of each group
//! where the rows lie, and moves only these.

pub mod dropin;
pub mod eager;
pub mod partitioned;

use super::Workload;

/// Answer: `dest: str, arr_delay: i16, id: i32, carrier: str`; `arr_delay` in minutes, null where none is known.
pub static WORKLOAD: Workload = Workload {
    name: "largest-per-group",
    question: "Which flight arrived latest at each airport?",
    claim: "To get the largest of each group, sort and drop duplicates.",
    keys: &["dest"],
    tolerance: 1e-9,
    eager: eager::answer,
    dropin: dropin::answer,
    partitioned: partitioned::answer,
};
