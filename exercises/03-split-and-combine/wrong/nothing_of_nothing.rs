//! expect: partial results have different columns
//!
//! "There is nothing to add up in a file without flights", so that one gives another table.

use polars::prelude::*;

fn part(flights: DataFrame) -> PolarsResult<DataFrame> {
    if flights.height() == 0 {
        return flights.select(["carrier"]);
    }
    let known = [col("arr_delay").sum().alias("total"), col("arr_delay").count().alias("n")];
    flights.lazy().group_by([col("carrier")]).agg(known).collect()
}

fn whole(parts: DataFrame) -> PolarsResult<DataFrame> {
    let n = col("n").sum().cast(DataType::Float64);
    let mean = when(n.clone().gt(lit(0))).then(col("total").sum() / n).otherwise(lit(NULL));
    parts.lazy().group_by([col("carrier")]).agg([mean.alias("arr_delay")]).collect()
}

outgrow_exercises::answer!(split_and_combine { part, whole });
