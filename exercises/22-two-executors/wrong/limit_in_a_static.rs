//! expect: the limit did not come to the executors
//!
//! "The function takes rows only, so the limit is put where it can see it."

use std::sync::atomic::{AtomicI16, Ordering};

use outgrow::ParquetFiles;
use outgrow::partitioned::{by, transform};
use outgrow_cluster::Ballista;
use polars::prelude::*;

static LIMIT: AtomicI16 = AtomicI16::new(0);

fn late(flights: DataFrame) -> PolarsResult<DataFrame> {
    outgrow_exercises::at_work();
    let limit = LIMIT.load(Ordering::Relaxed);
    let late = flights.clone().lazy().filter(col("arr_delay").gt(lit(limit))).collect()?;
    let drawn = late.sample_n_literal(late.height().min(1), false, None, Some(22))?;
    let drawn = drawn.column("id")?.i32()?.get(0);
    df!("carrier" => [flights.column("carrier")?.str()?.get(0)], "late" => [late.height() as u32], "drawn" => [drawn])
}
outgrow::register!(late, name = "late, by a static");

fn on_the_cluster(flights: &ParquetFiles, limit: i16, address: &str) -> outgrow::Result<DataFrame> {
    LIMIT.store(limit, Ordering::Relaxed);
    transform((flights, ["id", "carrier", "arr_delay"]), late)
        .schema("carrier: str, late: u32, drawn: i32")
        .partition(by(["carrier"]))
        .run(&Ballista::connect(address)?)
}

outgrow_exercises::answer!(two_executors { on_the_cluster } in outgrow_cluster);
