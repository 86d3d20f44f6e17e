//! expect: its work is not done on partitions
//!
//! The join is one of another library, on one core; "nothing moves", says the ledger, which does not see it.

use outgrow::Result;
use outgrow::dropin as pd;
use polars::prelude::*;

fn by_sort(flights: &pd::DataFrame) -> Result<pd::DataFrame> {
    let latest_first = flights.sort_values(&["arr_delay", "id"], &[false, true])?;
    latest_first.drop_duplicates(&["dest"], pd::Keep::First)
}

fn by_join(flights: &pd::DataFrame) -> Result<pd::DataFrame> {
    let flights = flights.clone().into_columns()?.lazy();
    let largest = flights.clone().group_by([col("dest")]).agg([col("arr_delay").max()]);
    let on = [col("dest"), col("arr_delay")];
    let latest = flights.join(largest, on.clone(), on.clone(), JoinArgs::new(JoinType::Inner));
    pd::DataFrame::from_columns(latest.group_by(on).agg([col("id").min()]).collect()?)
}

fn by_slice(flights: DataFrame) -> PolarsResult<DataFrame> {
    let order = SortMultipleOptions::default().with_order_descending_multi([true, false]);
    let latest_first = flights.sort(["arr_delay", "id"], order)?;
    latest_first.unique_stable(Some(&["dest".into()]), UniqueKeepStrategy::First, None)
}

outgrow_exercises::answer!(largest_per_group {
    by_sort,
    by_join,
    by_slice,
    moved_by_sort: Some(327_346),
    moved_by_join: Some(0),
    moved_by_slice: Some(104 * 5),
});
