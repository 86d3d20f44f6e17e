//! A function of your own on a cluster of your own: this program is client, scheduler and executor.
//!
//! ```text
//! cargo run -p outgrow-cluster --example your_own -- up --executors 2      in one terminal
//! cargo run -p outgrow-cluster --example your_own                          in another
//! ```

use std::process::ExitCode;

use outgrow::flights;
use outgrow::partitioned::{by, transform};
use outgrow_cluster::{Ballista, cli};
use polars::prelude::*;

/// The business logic: the flights of one carrier from one airport, and nothing of partitions or machines.
fn worst(flights: DataFrame) -> PolarsResult<DataFrame> {
    let mut worst = flights.select(["carrier", "origin"])?.head(Some(1));
    let delays = flights.column("arr_delay")?.i16()?;
    worst.with_column(Column::new("worst".into(), [delays.max()]))?;
    Ok(worst)
}
// By this name executors find it.
outgrow::register!(worst);

fn main() -> ExitCode {
    // Started as `your_own up`, `scheduler` or `executor`, this program is that.
    if let Some(ended) = cli::part_of_a_cluster() {
        return ended;
    }
    match ask() {
        Ok(answer) => println!("{answer}"),
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn ask() -> outgrow::Result<DataFrame> {
    let flights = flights::shipped()?;
    transform((&flights, ["carrier", "origin", "arr_delay"]), worst)
        .schema("carrier: str, origin: str, worst: i16")
        .partition(by(["carrier", "origin"]))
        .run(&Ballista::connect("df://127.0.0.1:50050")?)
}
