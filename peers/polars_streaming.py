"""The aggregation on polars' streaming engine, for benches/workloads.rs to compare with.

Usage: python polars_streaming.py FILE_OR_GLOB     (pip install polars==2.1.0)

A number on stdin runs the query so many times and prints the seconds; `answer` prints the path of the last answer.
"""

import sys
import tempfile
import time

import polars as pl


def delays(flights: pl.LazyFrame) -> pl.LazyFrame:
    delay = pl.col("arr_delay")
    return (
        flights.group_by("carrier", "origin")
        .agg(
            flights=delay.count(),
            mean=delay.mean(),
            std=delay.std(),
            min=delay.min(),
            max=delay.max(),
            distance=pl.col("distance").cast(pl.Int64).sum(),
        )
        .sort("carrier", "origin")
    )


query = delays(pl.scan_parquet(sys.argv[1]))
with tempfile.NamedTemporaryFile(suffix=".parquet") as file:
    answer = None
    for line in sys.stdin:
        if line.strip() == "answer":
            answer.write_parquet(file.name)
            print(file.name, flush=True)
        else:
            start = time.perf_counter()
            for _ in range(int(line)):
                answer = query.collect(engine="streaming")
            print(time.perf_counter() - start, flush=True)
