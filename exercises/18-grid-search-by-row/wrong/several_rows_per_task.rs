//! expect: several rows of the grid
//!
//! Nothing says that a row is a task.

use std::collections::HashMap;

use outgrow::partitioned::{Engine, transform};
use polars::prelude::*;
use serde::{Deserialize, Serialize};

/// A row of the grid.
#[derive(Deserialize)]
struct Try {
    penalty: f64,
    seed: i64,
}

/// A row of the answer: the error of this try on the flights that it held out, in minutes.
#[derive(Serialize)]
struct Tried {
    penalty: f64,
    seed: i64,
    rmse: f64,
}

/// The grid, and all flights -> a row for each row of the grid.
fn of_the_grid(grid: DataFrame, flights: DataFrame, engine: &dyn Engine) -> outgrow::Result<DataFrame> {
    transform(grid, try_one).broadcast(flights).schema("penalty: f64, seed: i64, rmse: f64").run(engine)
}

/// A row of the grid, and all flights -> the error of this try.
fn try_one(rows: Vec<Try>, flights: &DataFrame) -> PolarsResult<Vec<Tried>> {
    let Try { penalty, seed } = rows[0];
    let ids = flights.column("id")?.i32()?;
    let dests = flights.column("dest")?.str()?;
    let delays = flights.column("arr_delay")?.i16()?;
    let known = || {
        ids.iter()
            .zip(dests.iter())
            .zip(delays.iter())
            .filter_map(|((id, dest), delay)| Some((id?, dest?, f64::from(delay?))))
    };
    let rmse = error(
        known().filter(|flight| !held_out(seed, flight.0)),
        known().filter(|flight| held_out(seed, flight.0)),
        penalty,
    );
    Ok(vec![Tried { penalty, seed, rmse }])
}

/// The error that the mean of a destination makes on flights not seen, when it is drawn towards the mean of all.
fn error<'a>(
    seen: impl Iterator<Item = (i32, &'a str, f64)>,
    unseen: impl Iterator<Item = (i32, &'a str, f64)>,
    penalty: f64,
) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    let mut of_dest: HashMap<&str, (f64, f64)> = HashMap::new();
    for (_, dest, delay) in seen {
        let of_dest = of_dest.entry(dest).or_default();
        *of_dest = (of_dest.0 + delay, of_dest.1 + 1.0);
        (sum, count) = (sum + delay, count + 1.0);
    }
    let mean = sum / count;
    let guess = |dest: &str| of_dest.get(dest).map_or(mean, |(sum, count)| (sum + penalty * mean) / (count + penalty));
    let (mut squares, mut judged) = (0.0, 0.0);
    for (_, dest, delay) in unseen {
        let missed: f64 = guess(dest) - delay;
        (squares, judged) = (squares + missed * missed, judged + 1.0);
    }
    (squares / judged).sqrt()
}

/// Whether this flight is one of the fifth that is held out: chance, and the same chance for the same seed.
fn held_out(seed: i64, id: i32) -> bool {
    let mut mixed = (seed as u64 ^ id as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31)) % 5 == 0
}

outgrow_exercises::answer!(grid_search_by_row { of_the_grid });
