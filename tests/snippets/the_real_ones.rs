//! Shown in the book's chapter of the same name.

use outgrow::dropin::{Fallback, with_fallback};
use outgrow::flights::shipped;
use outgrow::partitioned::{Serial, Table};
use outgrow::workloads::aggregation;
use outgrow::{dropin, eager};
use polars::prelude::*;

#[test]
fn a_null_key_is_no_group_in_pandas_and_one_in_sql() -> outgrow::Result<()> {
    // ANCHOR: null_keys
    let planes = df!("tail" => [Some("N1"), None, Some("N1")], "seats" => [55, 2, 55])?;

    // As pandas: the row without a tail number is in no group.
    let frame = eager::DataFrame::from_columns(planes.clone())?;
    assert_eq!(frame.groupby(&["tail"]).size()?.len(), 1);

    // As SQL's GROUP BY: it is in a group of its own.
    let counts = Table::from(planes).aggregate(["tail"], [len()]);
    assert_eq!(counts.run(&Serial)?.height(), 2);
    // ANCHOR_END: null_keys
    Ok(())
}

#[test]
fn what_cannot_be_divided_falls_back_or_is_refused() -> outgrow::Result<()> {
    // ANCHOR: fallback
    let flights = dropin::DataFrame::from_columns(df!("delay" => [1, 2, 4])?)?;
    // A row is compared with the mean of all rows: no partition knows it.
    let late = || flights.query(col("delay").gt(col("delay").mean()));

    assert_eq!(late()?.len(), 1); // all rows go to one core, and a warning says so
    let refused = with_fallback(Fallback::Refuse, late).unwrap_err().to_string();
    assert!(refused.contains("cannot be done on partitions"));
    // ANCHOR_END: fallback
    Ok(())
}

#[test]
fn three_kinds_of_default_index() -> outgrow::Result<()> {
    // ANCHOR: default_index
    use outgrow::dropin::{DefaultIndex, read_parquet_indexed};

    let files = shipped()?;
    let last_label = |kind| -> outgrow::Result<i64> {
        let flights = read_parquet_indexed(&files, &["carrier"], kind)?;
        Ok(flights.tail(1).index()?.column("index")?.i64()?.get(0).unwrap())
    };
    assert_eq!(last_label(DefaultIndex::Sequence)?, 336_775);
    assert_eq!(last_label(DefaultIndex::DistributedSequence)?, 336_775);
    assert!(last_label(DefaultIndex::Distributed)? > 1 << 33); // not its place
    // ANCHOR_END: default_index
    Ok(())
}

#[test]
fn polars_gives_the_same_answer() -> outgrow::Result<()> {
    // ANCHOR: lazy
    let flights = shipped()?.read_all(&["carrier", "origin", "arr_delay"])?;
    let groups = flights.lazy().group_by(["carrier", "origin"]);
    let plan = groups.agg([col("arr_delay").mean()]);
    let means = plan.sort(["carrier", "origin"], Default::default()).collect()?;
    // ANCHOR_END: lazy
    let ours = aggregation::eager::answer(&shipped()?)?;
    assert!(means.select(["carrier", "origin"])?.equals(&ours.select(["carrier", "origin"])?));
    let theirs = means.column("arr_delay")?.f64()?.into_no_null_iter();
    for (this, that) in theirs.zip(ours.column("mean")?.f64()?.into_no_null_iter()) {
        assert!((this - that).abs() < 1e-9, "{this} {that}");
    }
    Ok(())
}
