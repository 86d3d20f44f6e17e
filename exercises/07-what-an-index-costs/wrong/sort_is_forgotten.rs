//! expect: the sort has moved every row already
//!
//! Only the last step is counted, not what it stands on.

outgrow_exercises::answer!(what_an_index_costs {
    first_rows: Some(0),
    largest_delay: Some(80),
    difference: Some(4),
    sorted: Some(336_776),
    worst_flights: Some(80),
});
