"""Ray Data: lazy tables in blocks, and tasks on them, on all cores of one machine or of a cluster."""

import os

# Ray listens to this machine alone. It reads this once, when it is imported.
os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import ray
from ray.data.aggregate import Count, Max, Mean, Min, Quantile, Std, Sum
from ray.data.expressions import col


def start(threads):
    ray.init(num_cpus=threads, include_dashboard=False, _temp_dir=os.environ["HOME"])
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    # The default, 200, is meant for a cluster.
    context.default_hash_shuffle_parallelism = 4


def stop(session):
    ray.shutdown()


def read(files, columns):
    # Ray Data cannot shuffle Arrow's string views, so they are read as plain strings.
    text = {pa.string_view(): pa.string()}
    schema = pa.schema([(field.name, text.get(field.type, field.type)) for field in pq.read_schema(files[0])])
    return ray.data.read_parquet(files, schema=schema).select_columns(columns)


def aggregation(flights):
    groups = flights.groupby(["carrier", "origin"]).aggregate(
        Count("arr_delay", ignore_nulls=True, alias_name="flights"),
        Mean("arr_delay", alias_name="mean"),
        Std("arr_delay", alias_name="std"),
        Min("arr_delay", alias_name="min"),
        Max("arr_delay", alias_name="max"),
        Sum("distance", alias_name="distance"),
    )
    return groups.to_pandas()


def median(flights):
    routes = flights.groupby(["origin", "dest"]).aggregate(
        Count("arr_delay", ignore_nulls=True, alias_name="flights"),
        Quantile("arr_delay", q=0.5, alias_name="median"),
        Quantile("arr_delay", q=0.9, alias_name="p90"),
    )
    return routes.to_pandas()


def largest_per_group(flights):
    def latest(group):
        return group.sort_values(["arr_delay", "id"], ascending=[False, True]).head(1)

    return flights.groupby("dest").map_groups(latest, batch_format="pandas").to_pandas()


def day_over_day(flights):
    def changes(route):
        route = route.sort_values(["month", "day"])
        route["change"] = route["delay"].diff()
        routes = route.groupby(["origin", "dest"], as_index=False)
        return routes.agg(days=("delay", "count"), rise=("change", "max"), fall=("change", "min"))

    days = flights.groupby(["origin", "dest", "month", "day"]).aggregate(Mean("arr_delay", alias_name="delay"))
    days = days.filter(expr=col("delay").is_not_null())
    return days.groupby(["origin", "dest"]).map_groups(changes, batch_format="pandas").to_pandas()


def middle_rows(flights):
    late = flights.filter(expr=col("arr_delay") > 60).sort(["time_hour", "id"]).materialize()
    rows = late.count()
    middle = rows // 2
    _, chosen, _, last = late.split_at_indices([middle, middle + 10, rows - 10])
    chosen = chosen.to_pandas().assign(place=range(middle, middle + 10))
    return pd.concat([chosen, last.to_pandas().assign(place=range(rows - 10, rows))])


def running_total(flights):
    # There is no running total in Ray Data: it sorts, and pandas does the rest in one piece.
    flights = flights.sort(["time_hour", "id"]).to_pandas()
    flights["miles"] = flights["distance"].astype("int64").cumsum()
    flights["delay"] = flights["arr_delay"].ffill()
    days = flights.groupby(["month", "day"], as_index=False)
    return days.agg(flights=("id", "count"), miles=("miles", "last"), delay=("delay", "last"))


def per_group(rows, key, function, schema):
    return rows.groupby(key).map_groups(function, batch_format="pandas").to_pandas()
