//! expect: weighed by their flights
//!
//! What mends a mean does not mend a median.

use outgrow_exercises::what_does_not_combine::medians;
use polars::prelude::*;

fn part(flights: DataFrame) -> PolarsResult<DataFrame> {
    let kept = [col("arr_delay").median(), col("arr_delay").count().alias("n")];
    flights.lazy().group_by([col("carrier")]).agg(kept).collect()
}

fn whole(parts: DataFrame) -> PolarsResult<DataFrame> {
    let n = col("n").cast(DataType::Float64);
    let total = n.clone().filter(col("arr_delay").is_not_null()).sum();
    let mean = (col("arr_delay") * n).sum() / total.clone();
    let mean = when(total.gt(lit(0.0))).then(mean).otherwise(lit(NULL));
    parts.lazy().group_by([col("carrier")]).agg([mean.alias("arr_delay")]).collect()
}

outgrow_exercises::answer!(what_does_not_combine { part, whole });
