//! expect: a row per carrier and slice is enough
//!
//! How often each delay occurs: that is enough for any question, and far more than a mean needs.

use polars::prelude::*;

fn part(flights: DataFrame) -> PolarsResult<DataFrame> {
    flights.lazy().group_by([col("carrier"), col("arr_delay")]).agg([len().alias("n")]).collect()
}

fn whole(parts: DataFrame) -> PolarsResult<DataFrame> {
    let n = col("n").filter(col("arr_delay").is_not_null()).sum().cast(DataType::Float64);
    let total = (col("arr_delay").cast(DataType::Float64) * col("n").cast(DataType::Float64)).sum();
    let mean = when(n.clone().gt(lit(0))).then(total / n).otherwise(lit(NULL));
    parts.lazy().group_by([col("carrier")]).agg([mean.alias("arr_delay")]).collect()
}

outgrow_exercises::answer!(split_and_combine { part, whole });
