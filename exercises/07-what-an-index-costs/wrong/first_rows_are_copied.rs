//! expect: the first rows lie together
//!
//! Ten rows come out, so ten rows move: but they stay where they are.

outgrow_exercises::answer!(what_an_index_costs {
    first_rows: Some(10),
    largest_delay: Some(80),
    difference: Some(4),
    sorted: Some(336_776),
    worst_flights: Some(336_856),
});
