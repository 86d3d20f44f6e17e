//! Where does the index make it slow? exercises/07-what-an-index-costs/README.md

/// Rows that are copied from one partition to another by `flights.head(10)`. Write `Some(10)` if you think it is ten.
const FIRST_ROWS: Option<u64> = None;

/// ... by the largest delay of each of 16 carriers, over five partitions.
const LARGEST_DELAY: Option<u64> = None;

/// ... by the difference of each row to the row before it.
const DIFFERENCE: Option<u64> = None;

/// ... by a sort of all 336,776 flights.
const SORTED: Option<u64> = None;

/// ... by that sort, and then the last flight of each carrier.
const WORST_FLIGHTS: Option<u64> = None;

// Hands your predictions to the check.
outgrow_exercises::answer!(what_an_index_costs {
    first_rows: FIRST_ROWS,
    largest_delay: LARGEST_DELAY,
    difference: DIFFERENCE,
    sorted: SORTED,
    worst_flights: WORST_FLIGHTS,
});
