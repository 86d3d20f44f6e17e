"""Operations of the pandas-shaped surface on real pandas, for benches/surface.rs to compare with.

Usage: python pandas_surface.py FILE_OR_FOLDER WEATHER     (pip install pandas==2.3.3 pyarrow==26.0.1)

A line `NAME TIMES` on stdin runs an operation so many times and prints the seconds.
"""

import sys
import time

import pandas as pd

COLUMNS = ["id", "carrier", "origin", "dest", "arr_delay", "distance", "time_hour"]


def z_score(flights):
    delays = flights.groupby("carrier")["arr_delay"]
    return (flights["arr_delay"] - delays.transform("mean")) / delays.transform("std")


OPERATIONS = {
    "filter": lambda f, _: f[f["arr_delay"] > 60],
    "assign": lambda f, _: f.assign(hours=f["distance"] / 60.0),
    "sort_values": lambda f, _: f.sort_values(["arr_delay", "id"], ascending=[False, True], kind="stable"),
    "drop_duplicates": lambda f, _: f.drop_duplicates(["carrier", "dest"], keep="last"),
    "value_counts": lambda f, _: f["dest"].value_counts(),
    "groupby.agg": lambda f, _: f.groupby(["carrier", "origin"]).agg(
        flights=("arr_delay", "count"), mean=("arr_delay", "mean"), std=("arr_delay", "std"), far=("distance", "max")),
    "groupby median": lambda f, _: f.groupby(["origin", "dest"]).agg(median=("arr_delay", "median")),
    "groupby z-score": lambda f, _: z_score(f),
    "groupby diff": lambda f, _: f.groupby(["origin", "dest"])["arr_delay"].diff(),
    # ANCHOR: some
    "cumsum": lambda f, _: f["distance"].cumsum(),
    "ffill": lambda f, _: f["arr_delay"].ffill(),
    "diff": lambda f, _: f["distance"].diff(),
    "rolling mean": lambda f, _: f["distance"].rolling(24).mean(),
    # ANCHOR_END: some
    "rank": lambda f, _: f["arr_delay"].rank(),
    "merge": lambda f, w: f.merge(w, on=["origin", "time_hour"]),
    "add aligned": lambda f, _: f["arr_delay"] + f["distance"],
    "describe": lambda f, _: f[["arr_delay", "distance"]].describe(),
    "iloc": lambda f, _: f.iloc[len(f) // 2 : len(f) // 2 + 1000],
}

if __name__ == "__main__":
    flights = pd.read_parquet(sys.argv[1], columns=COLUMNS)
    weather = pd.read_parquet(sys.argv[2], columns=["origin", "time_hour", "precip"])
    for line in sys.stdin:
        name, times = line.rsplit(" ", 1)
        start = time.perf_counter()
        for _ in range(int(times)):
            OPERATIONS[name](flights, weather)
        print(time.perf_counter() - start, flush=True)
