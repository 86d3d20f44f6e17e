//! A function of your own, on the real flights: `cargo run --example worst_delay`.

use outgrow::flights;
use outgrow::partitioned::{Threads, by, transform};
use polars::prelude::*;

/// The business logic: the flights of one carrier from one airport, and nothing of partitions or engines.
fn worst(flights: DataFrame) -> PolarsResult<DataFrame> {
    let mut worst = flights.select(["carrier", "origin"])?.head(Some(1));
    let delays = flights.column("arr_delay")?.i16()?;
    worst.with_column(Column::new("worst".into(), [delays.max()]))?;
    Ok(worst)
}

fn main() -> outgrow::Result<()> {
    let flights = flights::shipped()?;
    let answer = transform((&flights, ["carrier", "origin", "arr_delay"]), worst)
        .schema("carrier: str, origin: str, worst: i16")
        .partition(by(["carrier", "origin"]))
        .run(&Threads::default())?;
    println!("{answer}");
    Ok(())
}
