//! Shown in the book's chapter of the same name.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use outgrow::flights::shipped;
use outgrow::partitioned::{Algo, Cursor, How, Serial, Table, Threads, Zippable, by, cotransform, transform};
use polars::prelude::*;

/// The first flights of the year: enough for what is shown.
fn flights() -> outgrow::Result<DataFrame> {
    shipped()?.head(20_000).read_all(&["carrier", "tailnum", "arr_delay"])
}

fn sorted(rows: DataFrame, by: &str) -> DataFrame {
    rows.sort([by], SortMultipleOptions::default()).unwrap()
}

// ANCHOR: by_function
/// One aircraft's flights -> how late it was at worst.
fn worst(flights: DataFrame) -> PolarsResult<DataFrame> {
    let mut worst = flights.select(["tailnum"])?.head(Some(1));
    let minutes = flights.column("arr_delay")?.i16()?.max();
    worst.with_column(Column::new("worst".into(), [minutes]))?;
    Ok(worst)
}
// ANCHOR_END: by_function

// ANCHOR: of_many
/// Many aircraft's flights -> how late each was at worst.
fn worst_of_each(flights: DataFrame) -> PolarsResult<DataFrame> {
    let worst = col("arr_delay").max().alias("worst");
    flights.lazy().group_by([col("tailnum")]).agg([worst]).collect()
}
// ANCHOR_END: of_many

#[test]
fn what_polars_knows_needs_no_function() -> outgrow::Result<()> {
    let flights = flights()?;
    let call = |split| transform(&flights, worst).schema("tailnum: str, worst: i16").partition(split);
    let by_function = call(by(["tailnum"])).run(&Threads::new(2))?;
    // ANCHOR: query
    let (rows, worst) = (flights.clone().lazy(), col("arr_delay").max().alias("worst"));
    let by_query = rows.group_by([col("tailnum")]).agg([worst]).collect()?;
    // ANCHOR_END: query
    let expected = sorted(by_query, "tailnum");
    assert!(sorted(by_function, "tailnum").equals_missing(&expected));
    // ANCHOR: table
    let worst = col("arr_delay").max().alias("worst");
    let table = Table::from(&flights).aggregate(["tailnum"], [worst]);
    let by_table = table.run(&Threads::new(2))?;
    // ANCHOR_END: table
    assert!(sorted(by_table, "tailnum").equals_missing(&expected));
    Ok(())
}

#[test]
fn coarse_calls_once_for_many_groups() -> outgrow::Result<()> {
    let flights = flights()?;
    let calls = AtomicUsize::new(0);
    let fine = |flights: DataFrame| {
        calls.fetch_add(1, Relaxed);
        worst(flights)
    };
    let call = transform(&flights, fine).schema("tailnum: str, worst: i16");
    let by_group = call.partition(by(["tailnum"])).run(&Threads::new(2))?;
    let calls_by_group = calls.swap(0, Relaxed);
    let coarse = |flights: DataFrame| {
        calls.fetch_add(1, Relaxed);
        worst_of_each(flights)
    };
    // ANCHOR: coarse
    let by_bucket = transform(&flights, coarse)
        .schema("tailnum: str, worst: i16")
        .partition(by(["tailnum"]).algo(Algo::Coarse))
        .run(&Threads::new(2))?;
    // ANCHOR_END: coarse
    assert!(sorted(by_bucket, "tailnum").equals_missing(&sorted(by_group.clone(), "tailnum")));
    assert_eq!(calls_by_group, by_group.height());
    assert!(calls_by_group > 2_000 && calls.into_inner() <= 32);
    Ok(())
}

// ANCHOR: set_up
/// Stands for a model that takes seconds to load.
fn load(path: &str) -> std::io::Result<f64> {
    Ok(path.len() as f64)
}

fn predict(flights: DataFrame, model: &f64) -> PolarsResult<DataFrame> {
    let guess = vec![*model; flights.height()];
    flights.hstack(&[Column::new("guess".into(), guess)])
}
// ANCHOR_END: set_up

#[test]
fn set_up_is_once_per_physical_partition() -> outgrow::Result<()> {
    let flights = flights()?;
    let loaded = AtomicUsize::new(0);
    let load = |path: &str| {
        loaded.fetch_add(1, Relaxed);
        load(path)
    };
    // ANCHOR: on_init
    let guesses = transform(&flights, predict)
        .on_init(load)
        .params("delays.model".to_string())
        .schema("*, guess: f64")
        .partition(by(["tailnum"]).num(4))
        .run(&Threads::new(2))?;
    // ANCHOR_END: on_init
    assert_eq!(guesses.height(), flights.height());
    assert_eq!(loaded.into_inner(), 4);
    Ok(())
}

#[test]
fn a_table_that_is_used_twice_is_computed_twice() -> outgrow::Result<()> {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    fn costly(flights: DataFrame) -> PolarsResult<DataFrame> {
        CALLS.fetch_add(1, Relaxed);
        flights.filter(&flights.column("arr_delay")?.i16()?.gt(15))
    }
    let flights = flights()?;
    let engine = &Serial;
    // ANCHOR: twice
    let late = Table::from(transform(&flights, costly).schema("*"));
    let count = |by: &str| late.aggregate([by], [len().alias("flights")]).run(engine);
    let (by_carrier, by_aircraft) = (count("carrier")?, count("tailnum")?);
    // ANCHOR_END: twice
    assert_eq!(CALLS.swap(0, Relaxed), 2);
    // ANCHOR: persist
    let late = late.persist();
    // ANCHOR_END: persist
    let count = |by: &str| late.aggregate([by], [len().alias("flights")]).run(engine);
    assert!(sorted(count("carrier")?, "carrier").equals(&sorted(by_carrier, "carrier")));
    assert_eq!(count("tailnum")?.height(), by_aircraft.height());
    assert_eq!(CALLS.swap(0, Relaxed), 1);
    Ok(())
}

#[test]
fn a_null_key_is_a_group_and_matches_nothing() -> outgrow::Result<()> {
    let engine = &Serial;
    // ANCHOR: nulls
    let flights = df!("tailnum" => [Some("N1"), None, None], "delay" => [4, 33, 0])?;
    let planes = df!("tailnum" => [Some("N1"), None], "seats" => [55, 2])?;

    let first = |rows: DataFrame| rows.head(Some(1));
    let call = transform(&flights, first).schema("*").partition(by(["tailnum"]));
    assert_eq!(call.run(engine)?.height(), 2); // N1, and those without a tailnum

    let joined = Table::from(&flights).join(&planes, How::Inner).run(engine)?;
    assert_eq!(joined.height(), 1); // N1 alone

    let pair = |flights: DataFrame, _planes: DataFrame| flights.head(Some(1));
    let zipped = flights.zip(&planes).by(["tailnum"]);
    let call = cotransform(zipped, pair).schema("tailnum: str, delay: i32");
    assert_eq!(call.run(engine)?.height(), 1); // N1 alone
    // ANCHOR_END: nulls
    Ok(())
}

#[test]
fn even_makes_a_task_of_each_group() -> outgrow::Result<()> {
    let flights = flights()?;
    let tasks = |algo| {
        let seen = Mutex::new(BTreeSet::new());
        let note = |_: DataFrame, cursor: Cursor<'_>| {
            seen.lock().unwrap().insert(cursor.physical_partition());
        };
        let call = transform(&flights, note).partition(by(["carrier"]).algo(algo));
        call.for_each(&Threads::new(2))?;
        Ok::<_, outgrow::Error>(seen.into_inner().unwrap().len())
    };
    let groups = flights.column("carrier")?.n_unique()?;
    assert!(tasks(Algo::Hash)? < groups);
    assert_eq!(tasks(Algo::Even)?, groups);
    let first = |flights: DataFrame| flights.head(Some(1));
    // ANCHOR: even
    let call = transform(&flights, first).schema("*");
    let firsts = call.partition(by(["carrier"]).algo(Algo::Even)).run(&Threads::new(2))?;
    // ANCHOR_END: even
    assert_eq!(firsts.height(), groups);
    Ok(())
}
