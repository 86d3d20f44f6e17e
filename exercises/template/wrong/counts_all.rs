//! expect: all flights for each carrier
//!
//! Why people do this.

use polars::prelude::*;

fn count(flights: DataFrame) -> PolarsResult<DataFrame> {
    let all = flights.height() as u32;
    flights.lazy().group_by([col("carrier")]).agg([lit(all).alias("flights")]).collect()
}

outgrow_exercises::answer!(template { count });
