//! expect: without its decimals
//!
//! A whole number divided by a whole number is a whole number.

use polars::prelude::*;

fn part(flights: DataFrame) -> PolarsResult<DataFrame> {
    let known = [col("arr_delay").sum().alias("total"), col("arr_delay").count().alias("n")];
    flights.lazy().group_by([col("carrier")]).agg(known).collect()
}

fn whole(parts: DataFrame) -> PolarsResult<DataFrame> {
    let n = col("n").sum().cast(DataType::Int64);
    let mean = when(n.clone().gt(lit(0))).then(col("total").sum().floor_div(n)).otherwise(lit(NULL));
    parts.lazy().group_by([col("carrier")]).agg([mean.alias("arr_delay")]).collect()
}

outgrow_exercises::answer!(split_and_combine { part, whole });
