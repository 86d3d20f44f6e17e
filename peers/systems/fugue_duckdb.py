"""Fugue on DuckDB: the table of `systems/duckdb.py`, the questions of `systems/fugue.py`."""

import duckdb
import fugue.api as fa

from systems import duckdb as table
from systems.fugue import *  # noqa: F403


def start(threads):
    table.start(threads)
    fa.set_global_engine(duckdb.default_connection())


def read(files, columns):
    rows = table.read(files, columns)
    # Fugue knows no times with a zone in DuckDB. All of ours are UTC.
    return rows.select("* REPLACE (time_hour AT TIME ZONE 'UTC' AS time_hour)") if "time_hour" in columns else rows
