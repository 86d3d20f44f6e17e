"""Dask: a lazy table made of many pandas tables, and a scheduler that has processes work on them."""

import os

import dask
import dask.dataframe as dd
import pandas as pd
from dask.distributed import Client


def start(threads):
    folder = os.environ["HOME"]
    return Client(n_workers=threads, threads_per_worker=1, dashboard_address=None, local_directory=folder)


def stop(session):
    session.close()


def read(files, columns):
    return dd.read_parquet(files, columns=columns, split_row_groups=True)


def aggregation(flights):
    groups = flights.groupby(["carrier", "origin"]).agg(
        flights=("arr_delay", "count"),
        mean=("arr_delay", "mean"),
        std=("arr_delay", "std"),
        min=("arr_delay", "min"),
        max=("arr_delay", "max"),
        distance=("distance", "sum"),
    )
    return groups.reset_index().compute()


def median(flights):
    delays = flights.groupby(["origin", "dest"])["arr_delay"]
    # Groups have a median, but no other quantile: that of pandas is applied to each.
    p90 = delays.apply(pd.Series.quantile, 0.9, meta=("p90", "float64"))
    routes = dask.compute(delays.count().rename("flights"), delays.median().rename("median"), p90)
    return pd.concat(routes, axis=1).reset_index()


def largest_per_group(flights):
    return flights.sort_values(["arr_delay", "id"], ascending=[False, True]).drop_duplicates("dest").compute()


def day_over_day(flights):
    days = flights.groupby(["origin", "dest", "month", "day"])["arr_delay"].mean()
    days = days.dropna().rename("delay").reset_index()
    # Groups have no `diff`. The days are few enough for pandas.
    days = days.compute().sort_values(["month", "day"])
    days["change"] = days.groupby(["origin", "dest"])["delay"].diff()
    routes = days.groupby(["origin", "dest"], as_index=False)
    return routes.agg(days=("delay", "count"), rise=("change", "max"), fall=("change", "min"))


def middle_rows(flights):
    # Rows have no places: there is no `iloc` of them. Those that are late are few enough for pandas.
    late = flights[flights["arr_delay"] > 60].compute().sort_values(["time_hour", "id"], ignore_index=True)
    middle = len(late) // 2
    chosen = pd.concat([late.iloc[middle : middle + 10], late.tail(10)])
    return chosen.rename_axis("place").reset_index()


def running_total(flights):
    flights = flights.sort_values(["time_hour", "id"])
    flights["miles"] = flights["distance"].astype("int64").cumsum()
    flights["delay"] = flights["arr_delay"].ffill()
    days = flights.groupby(["month", "day"])
    days = days.agg(flights=("id", "count"), miles=("miles", "last"), delay=("delay", "last"))
    return days.reset_index().compute()


def per_group(rows, key, function, schema):
    return rows.groupby(key).apply(function, meta=schema.empty_table().to_pandas()).compute()
