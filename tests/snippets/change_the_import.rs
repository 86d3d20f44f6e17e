//! Shown in the book's chapter of the same name.

use outgrow::dropin::{self as pd, DefaultIndex, Fallback, with_fallback};
use outgrow::ledger::{Ledger, record};
use outgrow::{Error, ParquetFiles, Result, flights};
use polars::prelude as pl;
use polars::prelude::col;

fn ledger_of<T>(work: impl FnOnce() -> Result<T>) -> Result<Ledger> {
    let (outcome, ledger) = record(work);
    outcome.map(|_| ledger)
}

fn read(columns: &[&str]) -> Result<pd::DataFrame> {
    pd::read_parquet(&flights::shipped()?, columns)
}

// ANCHOR: kinds
/// The same file under three kinds of index.
fn read_three_times(files: &ParquetFiles) -> Result<[pd::DataFrame; 3]> {
    let read = |index| pd::read_parquet_indexed(files, &["id", "carrier"], index);
    let sequence = read(DefaultIndex::Sequence)?; //           0, 1, 2, ..., in one place
    let counted = read(DefaultIndex::DistributedSequence)?; // 0, 1, 2, ..., where they lie
    let own = read(DefaultIndex::Distributed)?; //             unique, and no more
    Ok([sequence, counted, own])
}
// ANCHOR_END: kinds

#[test]
fn three_kinds_of_index() -> Result<()> {
    let files = flights::shipped()?;
    let (frames, ledger) = record(|| read_three_times(&files));
    let [sequence, counted, own] = frames?;
    let last = |frame: &pd::DataFrame| Ok::<_, Error>(frame.tail(1).index()?.columns()[0].i64()?.get(0));
    let rows = files.rows() as i64;
    assert_eq!((last(&sequence)?, last(&counted)?), (Some(rows - 1), Some(rows - 1)));
    assert!(last(&own)? > Some(4 << 33), "the fifth partition begins at four times 2^33");
    // One of the three brought all rows to one place.
    assert_eq!((ledger.rows_gathered(), ledger.barriers()), (rows as u64, 1));
    Ok(())
}

#[test]
fn places_are_free_until_they_have_to_be_counted() -> Result<()> {
    let flights = read(&["id", "carrier", "arr_delay"])?;
    let flights = &flights;
    // ANCHOR: places
    let last = flights.tail(10);
    let middle = flights.iloc_range(168_383, 168_393);
    // ANCHOR_END: places
    assert_eq!((last.len(), middle.len()), (10, 10));
    let free = ledger_of(|| Ok([flights.tail(10), flights.iloc_range(168_383, 168_393)]))?;
    assert_eq!((free.rows_moved(), free.barriers(), free.bytes_materialised()), (0, 0, 0));
    // ANCHOR: barrier
    let late = flights.query(col("arr_delay").gt(pl::lit(60)))?;
    let late = late.drop_index(); // 0, 1, 2, ... again: where does each partition begin?
    // ANCHOR_END: barrier
    assert!(late.len() > 20_000);
    let counted = ledger_of(|| Ok(flights.query(col("arr_delay").gt(pl::lit(60)))?.drop_index()))?;
    assert_eq!((counted.rows_moved(), counted.barriers()), (0, 1));
    Ok(())
}

#[test]
fn looking_back_moves_what_is_at_the_borders() -> Result<()> {
    let flights = read(&["carrier", "distance", "arr_delay"])?;
    let flights = &flights;
    let borders = 4;
    let look_back = || -> Result<()> {
        // ANCHOR: look-back
        let change = flights.col("arr_delay")?.diff(1)?; //         one row back
        let smooth = flights.col("arr_delay")?.rolling_mean(7)?; // six rows back
        let miles = flights.col("distance")?.cumsum()?; //          to the beginning
        let known = flights.col("arr_delay")?.ffill()?; //          to the last known one
        // ANCHOR_END: look-back
        assert_eq!([change.len(), smooth.len(), miles.len(), known.len()], [flights.len(); 4]);
        Ok(())
    };
    let ledger = ledger_of(look_back)?;
    let moved: Vec<u64> = ledger.steps.iter().map(|step| step.rows_moved).filter(|rows| *rows > 0).collect();
    assert_eq!(moved, [borders, 6 * borders, borders, borders]);
    assert_eq!((ledger.exchanges(), ledger.barriers()), (0, 2), "the two that look back to the beginning wait");
    Ok(())
}

#[test]
fn a_function_of_groups_moves_every_row() -> Result<()> {
    let flights = read(&["carrier", "distance", "arr_delay"])?;
    let flights = &flights;
    let rows = flights.len() as u64;
    // ANCHOR: group-apply
    let first = |of_carrier: pl::DataFrame| Ok(of_carrier.head(Some(1)));
    let firsts = flights.groupby(&["carrier"]).apply(first)?;
    // ANCHOR_END: group-apply
    assert_eq!(firsts.len(), 16);
    let apply = ledger_of(|| flights.groupby(&["carrier"]).apply(first))?;
    assert_eq!((apply.exchanges(), apply.rows_moved()), (1, rows));
    // ANCHOR: there-and-back
    let diff = pd::Transform::Window(pd::Window::Diff(1));
    let change = flights.groupby(&["carrier"]).transform("arr_delay", diff)?;
    // ANCHOR_END: there-and-back
    assert_eq!(change.len() as u64, rows);
    let transform = ledger_of(|| flights.groupby(&["carrier"]).transform("arr_delay", diff))?;
    assert_eq!((transform.exchanges(), transform.rows_moved()), (2, 2 * rows));
    // A mean is sent to all instead.
    let mean = pd::Transform::Each(pd::Agg::Mean);
    let sent = ledger_of(|| flights.groupby(&["carrier"]).transform("arr_delay", mean))?;
    assert!(sent.exchanges() == 0 && sent.rows_moved() <= 16 * 5, "{sent:?}");
    Ok(())
}

#[test]
fn alignment_is_free_where_labels_are_the_same() -> Result<()> {
    let flights = read(&["dep_delay", "arr_delay"])?;
    let flights = &flights;
    let rows = flights.len() as u64;
    // ANCHOR: alignment
    let made_up = flights.col("dep_delay")?.sub(&flights.col("arr_delay")?)?;

    let latest = flights.sort_values(&["arr_delay"], &[false])?;
    let the_same = flights.col("dep_delay")?.sub(&latest.col("arr_delay")?)?;
    // ANCHOR_END: alignment
    let column = |series: &pd::Series| series.clone().to_frame("n").and_then(pd::DataFrame::into_columns);
    assert!(column(&made_up)?.equals_missing(&column(&the_same)?), "labels, not places, decide what meets");
    let free = ledger_of(|| flights.col("dep_delay")?.sub(&flights.col("arr_delay")?))?;
    assert_eq!((free.exchanges(), free.rows_moved()), (0, 0));
    let aligned = ledger_of(|| flights.col("dep_delay")?.sub(&latest.col("arr_delay")?))?;
    assert_eq!((aligned.exchanges(), aligned.rows_moved()), (2, 2 * rows), "both sides go to where their labels are");
    Ok(())
}

#[test]
fn what_needs_other_rows_falls_back_to_one_core() -> Result<()> {
    let flights = read(&["id", "distance"])?;
    let flights = &flights;
    // ANCHOR: fallback
    // Is this flight longer than the mean? No partition knows the mean.
    let far = || flights.query(col("distance").gt(col("distance").mean()));
    let on_one_core = far()?; // a warning on stderr says so
    let refused = with_fallback(Fallback::Refuse, far);
    // ANCHOR_END: fallback
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("cannot be done on partitions"), "{refused}");
    assert_eq!(ledger_of(far)?.rows_gathered(), flights.len() as u64);
    // ANCHOR: way-out
    let all = flights.assign("all", pl::lit(true))?;
    let mean = pd::Transform::Each(pd::Agg::Mean);
    let mean = all.groupby(&["all"]).transform("distance", mean)?;
    let on_partitions = flights.filter(&flights.col("distance")?.gt(&mean)?)?;
    // ANCHOR_END: way-out
    assert!(on_one_core.into_columns()?.equals(&on_partitions.into_columns()?));
    let (_, ledger) = record(|| -> Result<pd::DataFrame> {
        let mean = all.groupby(&["all"]).transform("distance", pd::Transform::Each(pd::Agg::Mean))?;
        flights.filter(&flights.col("distance")?.gt(&mean)?)
    });
    assert!(ledger.rows_moved() <= 5, "{ledger:?}");
    Ok(())
}
