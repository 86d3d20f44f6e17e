//! expect: the id of the first flight
//!
//! A number that each carrier has of its own, and that depends on the order of rows.

use std::collections::HashMap;

use outgrow::partitioned::{Engine, by, transform};
use polars::prelude::DataFrame;
use serde::{Deserialize, Serialize};

/// Penalties that are tried.
const GRID: [f64; 6] = [0.0, 1.0, 10.0, 30.0, 100.0, 1000.0];

#[derive(Deserialize)]
struct Flight {
    id: i32,
    carrier: String,
    dest: String,
    arr_delay: Option<i16>,
}

/// A carrier's best penalty, and the error of its model on flights that it has not seen, in minutes.
#[derive(Serialize)]
struct Model {
    carrier: String,
    penalty: f64,
    rmse: f64,
}

/// All flights of one carrier -> its best model; none where there are too few flights.
fn best_model(flights: Vec<Flight>) -> Vec<Model> {
    let carrier = flights[0].carrier.clone();
    let seed = flights[0].id as u64;
    let known = flights.into_iter().filter(|flight| flight.arr_delay.is_some());
    let (unseen, seen): (Vec<Flight>, Vec<Flight>) = known.partition(|flight| held_out(seed, flight.id));
    if unseen.is_empty() || seen.is_empty() {
        return vec![];
    }
    let mut best: Option<Model> = None;
    for penalty in GRID {
        let model = Model { carrier: carrier.clone(), penalty, rmse: rmse(&fit(&seen, penalty), &unseen) };
        if best.as_ref().is_none_or(|best| model.rmse < best.rmse) {
            best = Some(model);
        }
    }
    best.into_iter().collect()
}

/// All flights -> a row per carrier.
fn of_all_carriers(flights: DataFrame, engine: &dyn Engine) -> outgrow::Result<DataFrame> {
    transform(flights, best_model)
        .schema("carrier: str, penalty: f64, rmse: f64")
        .partition(by(["carrier"]))
        .run(engine)
}

/// Delays by destination, drawn towards the mean of all.
struct Delays {
    mean: f64,
    of_dest: HashMap<String, f64>,
}

/// Learns from some flights.
fn fit(flights: &[Flight], penalty: f64) -> Delays {
    let delay = |flight: &Flight| f64::from(flight.arr_delay.unwrap_or_default());
    let mean = flights.iter().map(delay).sum::<f64>() / flights.len() as f64;
    let mut sums: HashMap<&str, (f64, f64)> = HashMap::new();
    for flight in flights {
        let (sum, count) = sums.entry(&flight.dest).or_default();
        *sum += delay(flight);
        *count += 1.0;
    }
    let drawn =
        |(dest, (sum, count)): (&str, (f64, f64))| (dest.to_string(), (sum + penalty * mean) / (count + penalty));
    Delays { mean, of_dest: sums.into_iter().map(drawn).collect() }
}

/// Root of the mean squared error on some flights, in minutes, to six decimals.
fn rmse(model: &Delays, flights: &[Flight]) -> f64 {
    let guess = |flight: &Flight| model.of_dest.get(&flight.dest).copied().unwrap_or(model.mean);
    let missed = flights.iter().map(|flight| guess(flight) - f64::from(flight.arr_delay.unwrap_or_default()));
    let rmse = (missed.map(|minutes| minutes * minutes).sum::<f64>() / flights.len() as f64).sqrt();
    (rmse * 1e6).round() / 1e6
}

/// Whether this flight is one of the fifth that is held out: chance, and the same chance for the same seed.
fn held_out(seed: u64, id: i32) -> bool {
    let mut mixed = (seed ^ id as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31)) % 5 == 0
}

/// A seed that depends on this name alone.
fn seed_of(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |seed, byte| (seed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

outgrow_exercises::answer!(grid_search_by_group { of_all_carriers });
