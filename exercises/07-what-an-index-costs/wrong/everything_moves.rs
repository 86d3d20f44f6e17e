//! expect: its own largest delays
//!
//! "On partitions, every operation shuffles everything."

outgrow_exercises::answer!(what_an_index_costs {
    first_rows: Some(336_776),
    largest_delay: Some(336_776),
    difference: Some(336_776),
    sorted: Some(336_776),
    worst_flights: Some(336_776),
});
