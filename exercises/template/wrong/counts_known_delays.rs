//! expect: only flights whose delay is known
//!
//! Why people do this.

use polars::prelude::*;

fn count(flights: DataFrame) -> PolarsResult<DataFrame> {
    flights.lazy().group_by([col("carrier")]).agg([col("arr_delay").count().alias("flights")]).collect()
}

outgrow_exercises::answer!(template { count });
