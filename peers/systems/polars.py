"""polars: lazy tables, an optimiser, all cores of one machine."""

import polars as pl
from polars import col


def read(files, columns):
    return pl.scan_parquet(files).select(columns)


def aggregation(flights):
    delay = col("arr_delay")
    groups = flights.group_by("carrier", "origin").agg(
        flights=delay.count(),
        mean=delay.mean(),
        std=delay.std(),
        min=delay.min(),
        max=delay.max(),
        distance=col("distance").cast(pl.Int64).sum(),
    )
    return groups.collect().to_arrow()


def median(flights):
    delay = col("arr_delay")
    routes = flights.group_by("origin", "dest").agg(
        flights=delay.count(), median=delay.median(), p90=delay.quantile(0.9, interpolation="linear")
    )
    return routes.collect().to_arrow()



def largest_per_group(flights):
    order = [col("arr_delay"), col("id")]
    latest = flights.group_by("dest").agg(
        col("arr_delay", "id", "carrier").sort_by(order, descending=[True, False], nulls_last=True).first()
    )
    return latest.collect().to_arrow()


def day_over_day(flights):
    days = flights.group_by("origin", "dest", "month", "day").agg(delay=col("arr_delay").mean()).drop_nulls("delay")
    days = days.sort("month", "day").with_columns(change=col("delay").diff().over("origin", "dest"))
    routes = days.group_by("origin", "dest").agg(days=pl.len(), rise=col("change").max(), fall=col("change").min())
    return routes.collect().to_arrow()


def middle_rows(flights):
    late = flights.filter(col("arr_delay") > 60).sort("time_hour", "id").with_row_index("place").collect()
    return pl.concat([late.slice(late.height // 2, 10), late.tail(10)]).to_arrow()


def running_total(flights):
    flights = flights.sort("time_hour", "id").with_columns(
        miles=col("distance").cast(pl.Int64).cum_sum(), delay=col("arr_delay").forward_fill()
    )
    days = flights.group_by("month", "day", maintain_order=True).agg(
        flights=col("id").count(), miles=col("miles").last(), delay=col("delay").last()
    )
    return days.collect().to_arrow()


def per_group(rows, key, function, schema):
    groups = rows.collect().group_by(key)
    return groups.map_groups(lambda group: pl.from_pandas(function(group.to_pandas()))).to_arrow()
