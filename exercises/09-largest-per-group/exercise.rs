//! Largest of each group, three ways: exercises/09-largest-per-group/README.md

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
    flights.merge(&largest, &["dest", "arr_delay"], pd::How::Inner)
}

/// 3. Some flights, as they lie in a slice -> the latest of them to each airport. What this gives for each slice is handed
///    to it once more, in one frame.
fn by_slice(flights: DataFrame) -> PolarsResult<DataFrame> {
    todo!("keep the latest flight to each airport")
}

/// Rows that are copied from one partition to another by `by_sort`. Write `Some(10)` if you think it is ten.
const MOVED_BY_SORT: Option<u64> = None;

/// ... by `by_join`.
const MOVED_BY_JOIN: Option<u64> = None;

/// ... by `by_slice`: what it gives for all slices together.
const MOVED_BY_SLICE: Option<u64> = None;

// Hands your functions and predictions to the check.
outgrow_exercises::answer!(largest_per_group {
    by_sort,
    by_join,
    by_slice,
    moved_by_sort: MOVED_BY_SORT,
    moved_by_join: MOVED_BY_JOIN,
    moved_by_slice: MOVED_BY_SLICE,
});
