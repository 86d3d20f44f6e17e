//! Shown in the book's chapter of the same name.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use outgrow::flights::shipped;
use outgrow::ledger;
use outgrow::partitioned::{Cursor, Serial, Threads, by, per_row, transform};
use polars::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// The first flights of the year that arrived: enough for what is shown.
fn flights() -> outgrow::Result<DataFrame> {
    let flights = shipped()?.head(10_000).read_all(&["id", "carrier", "dep_delay", "arr_delay"])?;
    Ok(flights.drop_nulls::<String>(None)?)
}

fn sorted(rows: DataFrame, by: &str) -> DataFrame {
    rows.sort([by], SortMultipleOptions::default()).unwrap()
}

// ANCHOR: guess
/// A row of the grid: a flight arrives with `left` of its delay, less `gain` minutes.
#[derive(Clone, Deserialize, Serialize)]
struct Guess {
    left: f64,
    gain: f64,
}

/// By how much a guess misses, in minutes: root of the mean squared error.
fn rmse(guess: &Guess, delays: impl Iterator<Item = (i16, i16)>) -> f64 {
    let missed = delays.map(|(departure, arrival)| {
        let guessed = guess.left * f64::from(departure) - guess.gain;
        guessed - f64::from(arrival)
    });
    let add = |(n, squares), miss| (n + 1.0, squares + miss * miss);
    let (n, squares): (f64, f64) = missed.fold((0.0, 0.0), add);
    (squares / n).sqrt()
}
// ANCHOR_END: guess

fn grid() -> Vec<Guess> {
    let left = [0.9, 0.95, 1.0, 1.05];
    left.iter().flat_map(|left| [0.0, 3.0, 6.0].map(|gain| Guess { left: *left, gain })).collect()
}

// ANCHOR: by_group
#[derive(Deserialize)]
struct Flight {
    carrier: String,
    dep_delay: i16,
    arr_delay: i16,
}

#[derive(Serialize)]
struct Best {
    carrier: String,
    left: f64,
    gain: f64,
    rmse: f64,
}

/// One carrier's flights, and the whole grid -> the best guess for this carrier.
fn best_guess(flights: &[Flight], grid: &[Guess]) -> Vec<Best> {
    let carrier = &flights[0].carrier;
    let delays = || flights.iter().map(|flight| (flight.dep_delay, flight.arr_delay));
    let tried = grid.iter().map(|guess| {
        let Guess { left, gain } = *guess;
        Best { carrier: carrier.clone(), left, gain, rmse: rmse(guess, delays()) }
    });
    tried.min_by(|this, that| this.rmse.total_cmp(&that.rmse)).into_iter().collect()
}
// ANCHOR_END: by_group

// ANCHOR: by_row
#[derive(Serialize)]
struct Tried {
    left: f64,
    gain: f64,
    rmse: f64,
}

/// One row of the grid, and all flights -> the error of this guess.
fn try_one(guess: &[Guess], flights: &DataFrame) -> PolarsResult<Vec<Tried>> {
    let departures = flights.column("dep_delay")?.i16()?.into_no_null_iter();
    let arrivals = flights.column("arr_delay")?.i16()?.into_no_null_iter();
    let rmse = rmse(&guess[0], departures.zip(arrivals));
    Ok(vec![Tried { left: guess[0].left, gain: guess[0].gain, rmse }])
}
// ANCHOR_END: by_row

#[test]
fn a_grid_search_has_two_ways_to_be_divided() -> outgrow::Result<()> {
    let (flights, grid) = (flights()?, grid());
    let engine = &Threads::new(2);
    let (best, by_group) = ledger::record(|| {
        // ANCHOR: call_by_group
        transform(&flights, best_guess)
            .params(grid.clone())
            .schema("carrier: str, left: f64, gain: f64, rmse: f64")
            .partition(by(["carrier"]))
            .run(engine)
        // ANCHOR_END: call_by_group
    });
    let left: Vec<f64> = grid.iter().map(|guess| guess.left).collect();
    let gain: Vec<f64> = grid.iter().map(|guess| guess.gain).collect();
    let rows = grid.len();
    let grid = df!("left" => left, "gain" => gain)?;
    let (tried, by_row) = ledger::record(|| {
        // ANCHOR: call_by_row
        transform(grid, try_one)
            .broadcast(flights.clone())
            .schema("left: f64, gain: f64, rmse: f64")
            .partition(per_row())
            .run(engine)
        // ANCHOR_END: call_by_row
    });
    let (best, tried) = (best?, tried?);
    assert_eq!(best.height(), flights.column("carrier")?.n_unique()?);
    assert_eq!((tried.height(), by_row.rows_moved()), (rows, 0));
    assert_eq!(by_group.rows_moved() as usize, flights.height());
    // What is best for each carrier is at least as good for it as one guess for all.
    let of_all = tried.column("rmse")?.f64()?.min().unwrap();
    assert!(best.column("rmse")?.f64()?.min().unwrap() < of_all);
    Ok(())
}

// ANCHOR: chance
/// Whether this flight is in a sample of one in ten: the same chance for the same seed.
fn drawn(seed: u64, id: i32) -> bool {
    ChaCha8Rng::seed_from_u64(seed ^ id as u64).random_range(0..10) == 0
}

/// A seed that depends on a name, and on nothing else.
fn seed_of(name: &str) -> u64 {
    let hash = blake3::hash(name.as_bytes());
    u64::from_le_bytes(*hash.as_bytes().first_chunk().expect("a hash has 32 bytes"))
}
// ANCHOR_END: chance

fn sample(flights: DataFrame, seed: u64) -> outgrow::Result<DataFrame> {
    let ids = flights.column("id")?.i32()?.into_no_null_iter();
    let drawn: BooleanChunked = ids.map(|id| Some(drawn(seed, id))).collect();
    Ok(flights.filter(&drawn)?)
}

// ANCHOR: wrong_seed
fn by_place(flights: DataFrame, cursor: Cursor) -> outgrow::Result<DataFrame> {
    sample(flights, cursor.physical_partition() as u64)
}
// ANCHOR_END: wrong_seed

// ANCHOR: right_seed
fn by_name(flights: DataFrame, cursor: Cursor) -> outgrow::Result<DataFrame> {
    sample(flights, seed_of(&cursor.key("carrier")?.to_string()))
}
// ANCHOR_END: right_seed

#[test]
fn a_seed_belongs_to_the_group_and_not_to_its_place() -> outgrow::Result<()> {
    let flights = flights()?;
    let run = |right: bool, num: u32| {
        let split = by(["carrier"]).num(num);
        let drawn = match right {
            true => transform(&flights, by_name).schema("*").partition(split).run(&Threads::new(2)),
            false => transform(&flights, by_place).schema("*").partition(split).run(&Serial),
        };
        drawn.map(|drawn| sorted(drawn, "id"))
    };
    assert!(run(true, 1)?.equals(&run(true, 8)?));
    assert!(!run(false, 1)?.equals(&run(false, 8)?));
    let share = run(true, 1)?.height() as f64 / flights.height() as f64;
    assert!((share - 0.1).abs() < 0.02, "{share}");
    Ok(())
}

#[test]
fn no_more_tasks_are_at_work_than_the_engine_has_threads() -> outgrow::Result<()> {
    let flights = flights()?;
    // ANCHOR: at_once
    let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let counted = |flights: DataFrame| {
        most.fetch_max(now.fetch_add(1, Relaxed) + 1, Relaxed);
        let mean = flights.lazy().select([col("arr_delay").mean()]).collect();
        now.fetch_sub(1, Relaxed);
        mean
    };
    let call = transform(&flights, counted).schema("arr_delay: f64");
    call.partition(by(["carrier"])).run(&Threads::new(2))?;
    assert!(most.into_inner() <= 2);
    // ANCHOR_END: at_once
    Ok(())
}
