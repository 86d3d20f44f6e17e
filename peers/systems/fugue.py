"""Fugue: a function of a pandas table, how the rows are split for it, and, last of all, an engine for the work."""

import fugue.api as fa
import pandas as pd
from fugue import Schema


def summary(group: pd.DataFrame) -> pd.DataFrame:
    delays = group["arr_delay"]
    return group[["carrier", "origin"]].head(1).assign(
        flights=delays.count(), mean=delays.mean(), std=delays.std(), min=delays.min(), max=delays.max(),
        distance=group["distance"].sum(),
    )


def aggregation(flights):
    return fa.transform(
        flights,
        summary,
        schema="carrier:str,origin:str,flights:long,mean:double,std:double,min:short,max:short,distance:long",
        partition=dict(by=["carrier", "origin"]),
        as_local=True,
    )


def quantiles(route: pd.DataFrame) -> pd.DataFrame:
    delays = route["arr_delay"]
    return route[["origin", "dest"]].head(1).assign(
        flights=delays.count(), median=delays.median(), p90=delays.quantile(0.9)
    )


def median(flights):
    return fa.transform(
        flights,
        quantiles,
        schema="origin:str,dest:str,flights:long,median:double,p90:double",
        partition=dict(by=["origin", "dest"]),
        as_local=True,
    )


def largest_per_group(flights):
    return fa.take(flights, 1, presort="arr_delay desc, id", partition=dict(by="dest"), as_local=True)


def changes(route: pd.DataFrame) -> pd.DataFrame:
    days = route.groupby(["origin", "dest", "month", "day"])["arr_delay"].mean().dropna().rename("delay").reset_index()
    days["change"] = days["delay"].diff()
    routes = days.groupby(["origin", "dest"], as_index=False)
    return routes.agg(days=("delay", "count"), rise=("change", "max"), fall=("change", "min"))


def day_over_day(flights):
    return fa.transform(
        flights,
        changes,
        schema="origin:str,dest:str,days:long,rise:double,fall:double",
        partition=dict(by=["origin", "dest"]),
        as_local=True,
    )


def middle(flights: pd.DataFrame) -> pd.DataFrame:
    late = flights[flights["arr_delay"] > 60].sort_values(["time_hour", "id"], ignore_index=True)
    at = len(late) // 2
    chosen = pd.concat([late.iloc[at : at + 10], late.tail(10)])
    return chosen.rename_axis("place").reset_index()[["place", "id", "carrier", "arr_delay"]]


def middle_rows(flights):
    # Places, and totals so far, are those of a whole table: it is not split.
    return fa.transform(
        flights,
        middle,
        schema="place:long,id:int,carrier:str,arr_delay:short",
        partition=dict(num=1),
        as_local=True,
    )


def totals(flights: pd.DataFrame) -> pd.DataFrame:
    flights = flights.sort_values(["time_hour", "id"])
    flights["miles"] = flights["distance"].astype("int64").cumsum()
    flights["delay"] = flights["arr_delay"].ffill()
    days = flights.groupby(["month", "day"], as_index=False)
    return days.agg(flights=("id", "count"), miles=("miles", "last"), delay=("delay", "last"))


def running_total(flights):
    return fa.transform(
        flights,
        totals,
        schema="month:short,day:short,flights:long,miles:long,delay:short",
        partition=dict(num=1),
        as_local=True,
    )


def per_group(rows, key, function, schema):
    return fa.transform(rows, function, schema=str(Schema(schema)), partition=dict(by=key), as_local=True)
