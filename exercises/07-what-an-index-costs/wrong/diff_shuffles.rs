//! expect: one row per border
//!
//! "A difference looks at other rows, and those may lie anywhere": they lie beside it.

outgrow_exercises::answer!(what_an_index_costs {
    first_rows: Some(0),
    largest_delay: Some(80),
    difference: Some(336_776),
    sorted: Some(336_776),
    worst_flights: Some(336_856),
});
