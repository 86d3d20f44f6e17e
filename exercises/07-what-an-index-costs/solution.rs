//! What combines moves a row per group and partition, what looks back a row per border; an order moves everything.

const FIRST_ROWS: Option<u64> = Some(0);

/// A row per carrier and partition.
const LARGEST_DELAY: Option<u64> = Some(16 * 5);

/// Five partitions have four borders.
const DIFFERENCE: Option<u64> = Some(4);

const SORTED: Option<u64> = Some(336_776);

/// The sort, and then a row per carrier and partition.
const WORST_FLIGHTS: Option<u64> = Some(336_776 + 16 * 5);

outgrow_exercises::answer!(what_an_index_costs {
    first_rows: FIRST_ROWS,
    largest_delay: LARGEST_DELAY,
    difference: DIFFERENCE,
    sorted: SORTED,
    worst_flights: WORST_FLIGHTS,
});
