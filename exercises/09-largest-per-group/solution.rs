//! A sort moves every flight to keep 104. The other two ways let the slices decide first, and few rows meet.

use outgrow::Result;
use outgrow::dropin as pd;
use polars::prelude::*;

/// 1. All flights -> `dest`, `arr_delay`, `id` of the latest flight to each airport.
fn by_sort(flights: &pd::DataFrame) -> Result<pd::DataFrame> {
    let latest_first = flights.sort_values(&["arr_delay", "id"], &[false, true])?;
    latest_first.drop_duplicates(&["dest"], pd::Keep::First)
}

/// 2. The same, from the largest delay of each airport.
fn by_join(flights: &pd::DataFrame) -> Result<pd::DataFrame> {
    let largest = flights.groupby(&["dest"]).agg(&[("arr_delay", "arr_delay", pd::Agg::Max)])?.reset_index()?;
    let latest = flights.merge(&largest, &["dest", "arr_delay"], pd::How::Inner)?;
    latest.groupby(&["dest", "arr_delay"]).agg(&[("id", "id", pd::Agg::Min)])?.reset_index()
}

/// 3. Some flights, as they lie in a slice -> the latest of them to each airport. What this gives for each slice is handed
///    to it once more, in one frame.
fn by_slice(flights: DataFrame) -> PolarsResult<DataFrame> {
    let order = SortMultipleOptions::default().with_order_descending_multi([true, false]);
    let latest_first = flights.sort(["arr_delay", "id"], order)?;
    latest_first.unique_stable(Some(&["dest".into()]), UniqueKeepStrategy::First, None)
}

/// Every flight has its place in the order; what each partition keeps then is little beside that.
const MOVED_BY_SORT: Option<u64> = Some(327_346);

/// The largest delay of each airport in each partition, then the table of these for all, then the few flights found.
const MOVED_BY_JOIN: Option<u64> = Some(104 * 5 + 104 + 104);

/// A flight per airport and slice.
const MOVED_BY_SLICE: Option<u64> = Some(104 * 5);

// Hands your functions and predictions to the check.
outgrow_exercises::answer!(largest_per_group {
    by_sort,
    by_join,
    by_slice,
    moved_by_sort: MOVED_BY_SORT,
    moved_by_join: MOVED_BY_JOIN,
    moved_by_slice: MOVED_BY_SLICE,
});
