//! expect: may belong into any partition
//!
//! "Change the import, and it runs on all cores as it is."

outgrow_exercises::answer!(what_an_index_costs {
    first_rows: Some(0),
    largest_delay: Some(80),
    difference: Some(4),
    sorted: Some(0),
    worst_flights: Some(80),
});
