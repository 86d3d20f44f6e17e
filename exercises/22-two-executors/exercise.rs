//! On two executors: exercises/22-two-executors/README.md

use outgrow::ParquetFiles;
use outgrow::partitioned::{Threads, by, transform};
use polars::prelude::*;

/// The flights of one carrier -> how many came later than the limit, in minutes, and one of these, drawn by lot.
fn late(flights: DataFrame, limit: i16) -> PolarsResult<DataFrame> {
    // The check ends an executor while it is here: leave this line.
    outgrow_exercises::at_work();
    let late = flights.clone().lazy().filter(col("arr_delay").gt(lit(limit))).collect()?;
    let drawn = late.sample_n_literal(late.height().min(1), false, None, None)?;
    let drawn = drawn.column("id")?.i32()?.get(0);
    df!("carrier" => [flights.column("carrier")?.str()?.get(0)], "late" => [late.height() as u32], "drawn" => [drawn])
}

/// All flights, the limit, and where the scheduler is -> a row per carrier. As yet it runs on threads.
fn on_the_cluster(flights: &ParquetFiles, limit: i16, address: &str) -> outgrow::Result<DataFrame> {
    transform((flights, ["id", "carrier", "arr_delay"]), move |flights: DataFrame| late(flights, limit))
        .schema("carrier: str, late: u32, drawn: i32")
        .partition(by(["carrier"]))
        .run(&Threads::new(2))
}

// Hands your function to the check, and makes this program a cluster, too.
outgrow_exercises::answer!(two_executors { on_the_cluster } in outgrow_cluster);
