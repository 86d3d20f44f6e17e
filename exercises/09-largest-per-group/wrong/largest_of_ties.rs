//! expect: the one with the largest id
//!
//! One direction for both columns: the latest first, and of ties the largest id.

use outgrow::Result;
use outgrow::dropin as pd;
use polars::prelude::*;

fn by_sort(flights: &pd::DataFrame) -> Result<pd::DataFrame> {
    let latest_first = flights.sort_values(&["arr_delay", "id"], &[false, true])?;
    latest_first.drop_duplicates(&["dest"], pd::Keep::First)
}

fn by_join(flights: &pd::DataFrame) -> Result<pd::DataFrame> {
    let largest = flights.groupby(&["dest"]).agg(&[("arr_delay", "arr_delay", pd::Agg::Max)])?.reset_index()?;
    let latest = flights.merge(&largest, &["dest", "arr_delay"], pd::How::Inner)?;
    latest.groupby(&["dest", "arr_delay"]).agg(&[("id", "id", pd::Agg::Min)])?.reset_index()
}

fn by_slice(flights: DataFrame) -> PolarsResult<DataFrame> {
    let order = SortMultipleOptions::default().with_order_descending(true);
    let latest_first = flights.sort(["arr_delay", "id"], order)?;
    latest_first.unique_stable(Some(&["dest".into()]), UniqueKeepStrategy::First, None)
}

outgrow_exercises::answer!(largest_per_group {
    by_sort,
    by_join,
    by_slice,
    moved_by_sort: Some(327_346),
    moved_by_join: Some(104 * 5 + 104 + 104),
    moved_by_slice: Some(104 * 5),
});
