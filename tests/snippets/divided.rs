//! Shown in the book's chapter of the same name.

use std::collections::HashMap;

use outgrow::exchange::split;
use outgrow::kernels::Moments;
use outgrow::ledger::record;
use outgrow::partitioned::{Algo, Partition, Serial, Table, Threads, by, num, transform};
use outgrow::{Result, flights};
use polars::prelude::*;

#[test]
fn a_mean_of_means_is_another_number() -> Result<()> {
    let files = flights::shipped()?;
    let files = &files;
    // ANCHOR: mean-of-means
    // Three workers have an airport each. The mean of their means is wrong.
    let mean = |rows: DataFrame| df!("mean" => [rows.column("arr_delay")?.i16()?.mean()]);
    let of_airports = transform((files, ["origin", "arr_delay"]), mean)
        .schema("mean: f64")
        .partition(by(["origin"]))
        .run(&Threads::default())?;
    let wrong = of_airports.column("mean")?.f64()?.mean();
    // ANCHOR_END: mean-of-means
    let all = files.read_all(&["arr_delay"])?;
    let right = all.column("arr_delay")?.i16()?.mean();
    assert_eq!(of_airports.height(), 3);
    assert!((wrong.unwrap() - right.unwrap()).abs() > 0.05, "{wrong:?} {right:?}");
    Ok(())
}

#[test]
fn what_is_kept_for_a_mean_combines() {
    // ANCHOR: moments
    // What a worker keeps: how many delays, their mean, and the squared deviations.
    let here = Moments { n: 3, mean: 10.0, m2: 50.0 }; // 5, 10, 15
    let there = Moments { n: 1, mean: 70.0, m2: 0.0 }; // 70
    let all = here.merge(there);
    assert_eq!((all.n, all.mean()), (4, Some(25.0)));
    // ANCHOR_END: moments
    let spread = [5.0, 10.0, 15.0, 70.0f64].map(|delay| (delay - 25.0).powi(2)).iter().sum::<f64>();
    assert!((all.std().unwrap() - (spread / 3.0).sqrt()).abs() < 1e-12);
}

#[test]
fn without_a_key_the_function_sees_a_slice() -> Result<()> {
    let files = flights::shipped()?;
    let files = &files;
    // ANCHOR: slices
    let count = |slice: DataFrame| df!("rows" => [slice.height() as u32]);
    let slices = transform((files, ["carrier"]), count)
        .schema("rows: u32")
        // No `.partition(...)`: a call for each piece of the file.
        .run(&Threads::default())?;
    // ANCHOR_END: slices
    let rows = slices.column("rows")?.u32()?;
    assert_eq!((rows.len(), rows.sum()), (files.row_groups(), Some(files.rows() as u32)));
    assert!(rows.min() > Some(50_000), "slices of a file are about equal");
    Ok(())
}

// ANCHOR: exchange
/// Slices of flights -> buckets, so that all flights of a carrier are in one bucket.
fn exchange_by_carrier(slices: &[DataFrame], buckets: usize) -> Result<Vec<DataFrame>> {
    let mut gathered = vec![slices[0].clear(); buckets];
    for slice in slices {
        // Each slice on its own: a hash of the carrier says which bucket a row is for.
        let pieces = split(slice, &["carrier"], buckets)?;
        for (bucket, piece) in gathered.iter_mut().zip(pieces) {
            bucket.vstack_mut(&piece)?; // over a network this is where rows travel
        }
    }
    Ok(gathered)
}
// ANCHOR_END: exchange

#[test]
fn an_exchange_brings_rows_of_a_key_together() -> Result<()> {
    let files = flights::shipped()?;
    let slices: Vec<DataFrame> = (0..files.row_groups())
        .map(|number| files.read_row_group(number, &["id", "carrier"]))
        .collect::<Result<_>>()?;
    let buckets = exchange_by_carrier(&slices, 8)?;
    let mut seen: HashMap<String, usize> = HashMap::new();
    for (number, bucket) in buckets.iter().enumerate() {
        for carrier in bucket.column("carrier")?.unique()?.str()?.iter().flatten() {
            assert_eq!(*seen.entry(carrier.to_string()).or_insert(number), number, "{carrier} is in one bucket");
        }
    }
    assert_eq!(seen.len(), 16);
    assert_eq!(buckets.iter().map(DataFrame::height).sum::<usize>(), files.rows());
    // A hash does not know how large a carrier is.
    let rows = || buckets.iter().map(DataFrame::height);
    assert!(rows().max().unwrap() > 2 * files.rows() / 8, "{:?}", rows().collect::<Vec<_>>());
    Ok(())
}

#[test]
fn four_ways_to_deal_rows_out() -> Result<()> {
    let files = flights::shipped()?;
    // ANCHOR: four-ways
    let hash = by(["carrier"]); //                     a call per carrier
    let even = num(4).algo(Algo::Even); //             four slices of one size
    let rand = num(4).algo(Algo::Rand { seed: 1 }); // four lots, drawn by chance
    let coarse = by(["carrier"]).algo(Algo::Coarse); // a call for many carriers
    // ANCHOR_END: four-ways
    let rows = |split: Partition| -> Result<Vec<u32>> {
        let count = |rows: DataFrame| df!("rows" => [rows.height() as u32]);
        let counts =
            transform((&files, ["carrier"]), count).schema("rows: u32").partition(split).run(&Threads::default())?;
        Ok(counts.column("rows")?.u32()?.into_no_null_iter().collect())
    };
    let spread = |rows: &[u32]| rows.iter().max().unwrap() - rows.iter().min().unwrap();
    let (hash, even, rand, coarse) = (rows(hash)?, rows(even)?, rows(rand)?, rows(coarse)?);
    assert_eq!((hash.len(), even.len(), rand.len()), (16, 4, 4));
    assert!(coarse.len() < 16, "{coarse:?}");
    assert!(spread(&even) <= 1 && spread(&rand) < 10_000, "{even:?} {rand:?}");
    assert!(spread(&hash) > 50_000 && spread(&coarse) > 50_000, "{hash:?} {coarse:?}");
    for rows in [hash, even, rand, coarse] {
        assert_eq!(rows.iter().sum::<u32>() as usize, files.rows());
    }
    Ok(())
}

#[test]
fn a_plan_is_computed_each_time() -> Result<()> {
    let files = flights::shipped()?;
    let files = &files;
    let exchanges = |work: &dyn Fn() -> Result<DataFrame>| {
        let (outcome, ledger) = record(work);
        outcome.map(|_| ledger.exchanges())
    };
    // ANCHOR: a-plan
    // Nothing is read here: this is a plan, not a table.
    let flights = Table::from((files, ["dest", "arr_delay"]));
    let worst = flights.aggregate(["dest"], [col("arr_delay").max()]);

    let far_too_late = worst.filter(col("arr_delay").gt(lit(600)));
    let never_late = worst.filter(col("arr_delay").lt(lit(15)));
    // ANCHOR_END: a-plan
    let both = |first: &Table, second: &Table| {
        exchanges(&|| {
            first.run(&Serial)?;
            second.run(&Serial)
        })
    };
    assert_eq!(both(&far_too_late, &never_late)?, 2, "read and exchanged twice");
    // ANCHOR: persist
    let worst = worst.persist();
    // ANCHOR_END: persist
    let far_too_late = worst.filter(col("arr_delay").gt(lit(600)));
    let never_late = worst.filter(col("arr_delay").lt(lit(15)));
    assert_eq!(both(&far_too_late, &never_late)?, 1, "and once, where it is kept");
    Ok(())
}
