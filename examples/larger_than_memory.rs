//! Ever more flights than memory: a model per carrier and destination, from files to a file.
//!
//! ```text
//! outgrow data grow --rows 5e7 --out data/fifty
//! cargo build --example larger_than_memory
//! prlimit --data=1073741824 target/debug/examples/larger_than_memory data/fifty/ answer.parquet
//! ```
//!
//! With a third argument, a memory budget such as `256MiB`. The default is half of what the limit leaves.

use anyhow::Context;
use outgrow::ledger;
use outgrow::memory::show_bytes;
use outgrow::partitioned::{Threads, by, transform};
use outgrow::scratch;
use serde::{Deserialize, Serialize};

/// What the business logic knows of a flight.
#[derive(Deserialize)]
struct Flight {
    carrier: Option<String>,
    dest: Option<String>,
    dep_delay: Option<i16>,
    arr_delay: Option<i16>,
}

/// How a delay on departure becomes one on arrival.
#[derive(Serialize)]
struct Fit {
    carrier: Option<String>,
    dest: Option<String>,
    flights: u32,
    shrink: f64,
    rmse: Option<f64>,
}

/// Tries a hundred factors by which a delay shrinks in the air and keeps the one with the least squared error.
fn best_shrink(flights: &[Flight]) -> Vec<Fit> {
    let known: Vec<(f64, f64)> =
        flights.iter().filter_map(|flight| Some((flight.dep_delay?.into(), flight.arr_delay?.into()))).collect();
    let error = |factor: f64| known.iter().map(|(dep, arr)| (arr - factor * dep).powi(2)).sum::<f64>();
    let factors = (0..100).map(|n| f64::from(n) / 50.0);
    let (shrink, least) =
        factors.map(|factor| (factor, error(factor))).reduce(|a, b| if b.1 < a.1 { b } else { a }).unwrap_or_default();
    let rmse = (!known.is_empty()).then(|| (least / known.len() as f64).sqrt());
    let Flight { carrier, dest, .. } = &flights[0];
    vec![Fit { carrier: carrier.clone(), dest: dest.clone(), flights: flights.len() as u32, shrink, rmse }]
}

fn main() -> anyhow::Result<()> {
    // An answer that is not complete goes with Ctrl-C, as it does with an error. Spilled rows need nothing said.
    scratch::clean_up_on_ctrl_c();
    let mut arguments = std::env::args().skip(1);
    let input = arguments.next().context("name Parquet files of flights, and a file for the answer")?;
    let output = arguments.next().context("name a file for the answer")?;
    // ANCHOR: call
    let mut call = transform(input.as_str(), best_shrink)
        .schema("carrier: str, dest: str, flights: u32, shrink: f64, rmse: f64")
        .partition(by(["carrier", "dest"]));
    if let Some(budget) = arguments.next() {
        call = call.memory_budget(&budget);
    }
    let (saved, ledger) = ledger::record(|| call.save_as(&output, &Threads::default()));
    // ANCHOR_END: call
    println!("{} is written.", saved?.display());
    for step in ledger.steps {
        println!("{}: {} rows, {} spilled", step.what, step.rows, show_bytes(step.bytes_spilled));
    }
    Ok(())
}
