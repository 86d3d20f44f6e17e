"""pandas API on Spark (once Koalas): pandas code with another import, run by Spark."""

import pandas as pd
import pyarrow as pa
import pyspark.pandas as ps

from systems.pyspark import start, stop  # noqa: F401


def read(files, columns):
    return ps.read_parquet(files, columns=columns)


def aggregation(flights):
    groups = flights.groupby(["carrier", "origin"], as_index=False).agg(
        flights=("arr_delay", "count"),
        mean=("arr_delay", "mean"),
        std=("arr_delay", "std"),
        min=("arr_delay", "min"),
        max=("arr_delay", "max"),
        distance=("distance", "sum"),
    )
    return groups.to_pandas()


def median(flights):
    # Approximate, both of them, and never between two values: what is exact here is Spark's SQL.
    delays = flights.groupby(["origin", "dest"])["arr_delay"]
    return ps.concat(
        [delays.count().rename("flights"), delays.median().rename("median"), delays.quantile(0.9).rename("p90")], axis=1
    ).reset_index().to_pandas()


def largest_per_group(flights):
    return flights.sort_values(["arr_delay", "id"], ascending=[False, True]).drop_duplicates("dest").to_pandas()


def day_over_day(flights):
    days = flights.groupby(["origin", "dest", "month", "day"])["arr_delay"].mean().dropna().rename("delay").reset_index()
    # Groups come in no order.
    days = days.sort_values(["month", "day"])
    days["change"] = days.groupby(["origin", "dest"])["delay"].diff()
    routes = days.groupby(["origin", "dest"], as_index=False)
    return routes.agg(days=("delay", "count"), rise=("change", "max"), fall=("change", "min")).to_pandas()


def middle_rows(flights):
    late = flights[flights["arr_delay"] > 60].sort_values(["time_hour", "id"], ignore_index=True)
    middle = len(late) // 2
    chosen = ps.concat([late.iloc[middle : middle + 10], late.tail(10)])
    return chosen.rename_axis("place").reset_index().to_pandas()


def running_total(flights):
    flights = flights.sort_values(["time_hour", "id"])
    miles, delay = flights["distance"].astype("int64").cumsum(), flights["arr_delay"].ffill()
    flights["miles"], flights["delay"] = miles, delay
    # These columns are joined by the index, and that forgets the order. "last" would heed none, but `tail` does.
    days = flights.sort_values(["time_hour", "id"]).groupby(["month", "day"])
    last = days.tail(1)[["month", "day", "miles", "delay"]]
    return last.merge(days["id"].count().rename("flights").reset_index(), on=["month", "day"]).to_pandas()


def per_group(rows, key, function, schema):
    answer = schema.empty_table().to_pandas(types_mapper={pa.string(): pd.StringDtype()}.get)

    # The hint saves a run of the function on some rows, to see what it returns.
    def typed(group) -> ps.DataFrame[zip(answer.columns, answer.dtypes)]:
        return function(group)

    return rows.groupby(key).apply(typed).to_pandas()
