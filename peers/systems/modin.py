"""Modin: the methods of pandas, on all cores of a machine; a table lies in pieces, and Ray runs the work on them."""

import os

os.environ["MODIN_ENGINE"] = "ray"
# Ray listens to this machine alone. It reads this once, when it is imported.
os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"

import modin.pandas as pd
import ray


def start(threads):
    ray.init(num_cpus=threads, include_dashboard=False, _temp_dir=os.environ["HOME"])


def stop(session):
    ray.shutdown()


def read(files, columns):
    return pd.concat([pd.read_parquet(file, columns=columns) for file in files], ignore_index=True)


def aggregation(flights):
    groups = flights.groupby(["carrier", "origin"], as_index=False).agg(
        flights=("arr_delay", "count"),
        mean=("arr_delay", "mean"),
        std=("arr_delay", "std"),
        min=("arr_delay", "min"),
        max=("arr_delay", "max"),
        distance=("distance", "sum"),
    )
    return groups.modin.to_pandas()


def median(flights):
    delays = flights.groupby(["origin", "dest"])["arr_delay"]
    routes = pd.concat(
        [delays.count().rename("flights"), delays.median().rename("median"), delays.quantile(0.9).rename("p90")], axis=1
    ).reset_index()
    return routes.modin.to_pandas()


def largest_per_group(flights):
    latest = flights.sort_values(["arr_delay", "id"], ascending=[False, True]).drop_duplicates("dest")
    return latest.modin.to_pandas()


def day_over_day(flights):
    days = flights.groupby(["origin", "dest", "month", "day"])["arr_delay"].mean()
    days = days.dropna().rename("delay").reset_index()
    days["change"] = days.groupby(["origin", "dest"])["delay"].diff()
    routes = days.groupby(["origin", "dest"], as_index=False)
    return routes.agg(days=("delay", "count"), rise=("change", "max"), fall=("change", "min")).modin.to_pandas()


def middle_rows(flights):
    late = flights[flights["arr_delay"] > 60].sort_values(["time_hour", "id"], ignore_index=True)
    middle = len(late) // 2
    chosen = pd.concat([late.iloc[middle : middle + 10], late.tail(10)])
    return chosen.rename_axis("place").reset_index().modin.to_pandas()


def running_total(flights):
    flights = flights.sort_values(["time_hour", "id"])
    flights["miles"] = flights["distance"].astype("int64").cumsum()
    flights["delay"] = flights["arr_delay"].ffill()
    days = flights.groupby(["month", "day"], as_index=False)
    return days.agg(flights=("id", "count"), miles=("miles", "last"), delay=("delay", "last")).modin.to_pandas()


def per_group(rows, key, function, schema):
    return rows.groupby(key).apply(function).modin.to_pandas()
