//! Shown in the book's chapter of the same name.

use outgrow::eager as pd;
use outgrow::ledger::record;
use outgrow::{ParquetFiles, Result, flights};
use polars::prelude as pl;
use polars::prelude::col;

// ANCHOR: a-table-per-line
/// The flights of more than 1,000 miles, the latest first, with their delay in hours.
fn far_and_late(files: &ParquetFiles) -> Result<pd::DataFrame> {
    let flights = pd::read_parquet(files, &["carrier", "distance", "arr_delay"])?;
    let far = flights.query(col("distance").gt(pl::lit(1000)))?;
    let latest = far.sort_values(&["arr_delay"], &[false])?;
    latest.assign("hours", col("arr_delay") / pl::lit(60.0))
}
// ANCHOR_END: a-table-per-line

#[test]
fn every_line_makes_its_table_at_once_on_one_core() {
    let files = flights::shipped().unwrap();
    let (late, ledger) = record(|| far_and_late(&files).unwrap());
    assert!(late.len() > 100_000 && late.columns() == ["carrier", "distance", "arr_delay", "hours"]);
    assert!(ledger.steps.len() >= 4 && ledger.steps.iter().all(|step| step.tasks == 1), "{ledger:?}");
    // Reading makes a table, and so does each line that chooses rows or puts them in order.
    let made: Vec<u64> = ledger.steps.iter().map(|step| step.bytes_materialised).collect();
    assert!(made[0] > 0 && ledger.bytes_materialised() > 2 * made[0], "{made:?}");
    assert_eq!((ledger.rows_moved(), ledger.barriers()), (0, 0));
}

#[test]
fn a_row_has_a_place_and_a_label() -> Result<()> {
    let files = &flights::shipped()?;
    // ANCHOR: place-and-label
    let flights = pd::read_parquet(files, &["carrier", "dest", "arr_delay"])?;
    let latest = flights.sort_values(&["arr_delay"], &[false])?;

    let worst = latest.iloc(0)?; //    by place: the first row of this table
    let label = worst.index()?; //     its label: what it was called before
    let again = flights.loc(7072)?; // by label: the same flight, as it was read
    // ANCHOR_END: place-and-label
    assert_eq!(label.columns()[0].i64()?.get(0), Some(7072));
    assert!(worst.into_columns()?.equals(&again.into_columns()?));
    Ok(())
}
