//! Shown in the book's chapter of the same name.

use std::path::{Path, PathBuf};

use outgrow::ledger;
use outgrow::partitioned::{Frames, Serial, Structs, Table, Threads, by, transform};
use polars::prelude::*;
use serde::Deserialize;

/// Flights of three carriers, of which one has three in five.
fn flights(folder: &Path) -> PathBuf {
    flights_of(folder, &["B6", "B6", "B6", "UA", "AA"])
}

/// Flights of these carriers in turn.
fn flights_of(folder: &Path, carriers: &[&str]) -> PathBuf {
    let rows = 400_000i64;
    let carrier: Vec<&str> = carriers.iter().copied().cycle().take(rows as usize).collect();
    let delays: Vec<i16> = (0..rows).map(|row| (row * 7_919 % 90) as i16 - 20).collect();
    let flights = df!("carrier" => carrier, "id" => (0..rows).collect::<Vec<_>>(), "arr_delay" => delays).unwrap();
    let path = folder.join("flights.parquet");
    Table::from(flights).save_as(&path, &Serial).unwrap();
    path
}

// ANCHOR: late
/// Some flights -> those that were more than an hour late.
fn late(flights: DataFrame) -> PolarsResult<DataFrame> {
    flights.filter(&flights.column("arr_delay")?.i16()?.gt(60))
}
// ANCHOR_END: late

#[test]
fn slices_come_and_go() -> outgrow::Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let (flights, answer) = (flights(folder.path()), folder.path().join("late.parquet"));
    let flights = flights.to_str().unwrap();
    // ANCHOR: stream
    transform((flights, ["id", "carrier", "arr_delay"]), late)
        .schema("id: i64, carrier: str, arr_delay: i16")
        .save_as(&answer, &Threads::default())?;
    // ANCHOR_END: stream
    let late = Table::from(&answer).run(&Serial)?;
    assert!(late.height() > 10_000 && late.column("arr_delay")?.i16()?.min() == Some(61));
    Ok(())
}

// ANCHOR: median
/// One carrier's flights -> the delay that half of them stay below.
fn median(flights: DataFrame) -> PolarsResult<DataFrame> {
    let delays = flights.column("arr_delay")?.as_materialized_series();
    let carrier = flights.column("carrier")?.str()?.get(0);
    df!("carrier" => [carrier], "median" => [delays.median()])
}
// ANCHOR_END: median

#[test]
fn rows_beyond_the_budget_are_spilled() -> outgrow::Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let carriers = ["9E", "AA", "AS", "B6", "DL", "EV", "F9", "FL", "HA", "MQ", "OO", "UA", "US", "VX", "WN", "YV"];
    let (flights, fast_disk) = (flights_of(folder.path(), &carriers), tempfile::tempdir().unwrap());
    // ANCHOR: budget
    let call = transform(&flights, median)
        .schema("carrier: str, median: f64")
        .partition(by(["carrier"]))
        .memory_budget("4MiB")
        .spill_to(fast_disk.path());
    let (medians, ledger) = ledger::record(|| call.run(&Threads::new(2)));
    let spilled: u64 = ledger.steps.iter().map(|step| step.bytes_spilled).sum();
    // ANCHOR_END: budget
    let medians = medians?.sort(["carrier"], SortMultipleOptions::default())?;
    assert!(spilled > 1 << 20, "{ledger:?}");
    assert_eq!(fast_disk.path().read_dir().unwrap().count(), 0);
    let call = transform(&flights, median).schema("carrier: str, median: f64").partition(by(["carrier"]));
    let (in_memory, ledger) = ledger::record(|| call.memory_budget("1GiB").run(&Threads::new(2)));
    assert!(in_memory?.sort(["carrier"], SortMultipleOptions::default())?.equals(&medians));
    assert_eq!(ledger.steps.iter().map(|step| step.bytes_spilled).sum::<u64>(), 0);
    Ok(())
}

#[test]
fn a_group_larger_than_the_budget_is_refused_by_name() -> outgrow::Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let flights = flights(folder.path());
    // ANCHOR: refused
    let told = transform(&flights, median)
        .schema("carrier: str, median: f64")
        .partition(by(["carrier"]))
        .memory_budget("2MiB")
        .run(&Threads::new(2))
        .unwrap_err()
        .to_string();
    assert!(told.starts_with("function `median` failed for carrier = \"B6\": its rows "));
    assert!(told.ends_with(
        "at once, and the memory budget is 2.0 MiB. Take the rows piece by piece \
         (fn(Frames), no presort), split by more keys, or raise .memory_budget()"
    ));
    // ANCHOR_END: refused
    Ok(())
}

// ANCHOR: pieces
/// One carrier's flights, piece by piece -> the delay that half of them stay below.
fn median_of_pieces(pieces: Frames) -> anyhow::Result<DataFrame> {
    let mut carrier = None;
    let mut flights_of_delay = vec![0u64; 1 << 16];
    for piece in pieces {
        carrier = piece.column("carrier")?.str()?.get(0).map(str::to_string);
        for delay in piece.column("arr_delay")?.i16()?.iter().flatten() {
            flights_of_delay[(i32::from(delay) + (1 << 15)) as usize] += 1;
        }
    }
    let delay_of_rank = |rank: u64| {
        let mut seen = 0;
        let reached = |flights: &u64| {
            seen += flights;
            seen > rank
        };
        flights_of_delay.iter().position(reached).map(|at| at as f64 - f64::from(1 << 15))
    };
    let known: u64 = flights_of_delay.iter().sum();
    let middle = delay_of_rank(known.saturating_sub(1) / 2).zip(delay_of_rank(known / 2));
    let median = middle.map(|(below, above)| (below + above) / 2.0);
    Ok(df!("carrier" => [carrier], "median" => [median])?)
}
// ANCHOR_END: pieces

#[test]
fn a_function_of_pieces_needs_no_group_in_memory() -> outgrow::Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let flights = flights(folder.path());
    let sorted = |rows: DataFrame| rows.sort(["carrier"], SortMultipleOptions::default());
    // ANCHOR: by_pieces
    let medians = transform(&flights, median_of_pieces)
        .schema("carrier: str, median: f64")
        .partition(by(["carrier"]))
        .memory_budget("2MiB")
        .run(&Threads::new(2))?;
    // ANCHOR_END: by_pieces
    let whole = transform(&flights, median).schema("carrier: str, median: f64").partition(by(["carrier"]));
    assert!(sorted(medians)?.equals(&sorted(whole.run(&Serial)?)?));
    Ok(())
}

// ANCHOR: structs
#[derive(Deserialize)]
struct Flight {
    carrier: String,
    arr_delay: Option<i16>,
}

/// One carrier's flights, one after the other -> how many are known, and their mean.
fn mean(flights: Structs<Flight>) -> PolarsResult<DataFrame> {
    let (mut carrier, mut known, mut minutes) = (String::new(), 0u32, 0i64);
    for flight in flights {
        carrier = flight.carrier;
        known += u32::from(flight.arr_delay.is_some());
        minutes += i64::from(flight.arr_delay.unwrap_or(0));
    }
    let mean = minutes as f64 / f64::from(known);
    df!("carrier" => [carrier], "known" => [known], "mean" => [mean])
}
// ANCHOR_END: structs

#[test]
fn structs_come_one_after_the_other_too() -> outgrow::Result<()> {
    let folder = tempfile::tempdir().unwrap();
    let flights = flights(folder.path());
    let call = transform(&flights, mean).schema("carrier: str, known: u32, mean: f64").partition(by(["carrier"]));
    let means = call.memory_budget("2MiB").run(&Threads::new(2))?;
    assert_eq!((means.height(), means.column("known")?.u32()?.sum()), (3, Some(400_000)));
    Ok(())
}
