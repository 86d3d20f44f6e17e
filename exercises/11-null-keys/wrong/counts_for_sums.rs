//! expect: counts what is not null
//!
//! "Count how often it is null": `count` is another word.

use outgrow::Result;
use outgrow::partitioned::{Serial, Table};
use polars::prelude::*;

/// All flights -> `tailnum`, how many `flights` it has, and how many of them were `cancelled`.
fn by_aircraft(flights: DataFrame) -> Result<DataFrame> {
    let cancelled = col("dep_time").is_null().count().alias("cancelled");
    Table::from(flights).aggregate(["tailnum"], [len().alias("flights"), cancelled]).run(&Serial)
}

outgrow_exercises::answer!(null_keys { by_aircraft });
