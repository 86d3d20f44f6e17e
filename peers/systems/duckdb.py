"""DuckDB: SQL in the process, on files as they lie, all cores of one machine."""

import duckdb
import pandas as pd


def start(threads):
    duckdb.sql(f"SET threads = {threads}")


def read(files, columns):
    return duckdb.read_parquet(files).select(*columns)


def aggregation(flights):
    return duckdb.sql("""
        SELECT carrier, origin, count(arr_delay) AS flights, avg(arr_delay) AS mean, stddev_samp(arr_delay) AS std,
               min(arr_delay) AS min, max(arr_delay) AS max, sum(distance)::BIGINT AS distance
        FROM flights GROUP BY carrier, origin
    """).to_arrow_table()


def median(flights):
    return duckdb.sql("""
        SELECT origin, dest, count(arr_delay) AS flights,
               quantile_cont(arr_delay, 0.5) AS median, quantile_cont(arr_delay, 0.9) AS p90
        FROM flights GROUP BY origin, dest
    """).to_arrow_table()



def largest_per_group(flights):
    return duckdb.sql("""
        SELECT dest, arr_delay, id, carrier FROM flights
        QUALIFY row_number() OVER (PARTITION BY dest ORDER BY arr_delay DESC NULLS LAST, id) = 1
    """).to_arrow_table()


def day_over_day(flights):
    return duckdb.sql("""
        WITH days AS (
            SELECT origin, dest, month, day, avg(arr_delay) AS delay
            FROM flights GROUP BY ALL HAVING delay IS NOT NULL
        ), changes AS (
            SELECT *, delay - lag(delay) OVER (PARTITION BY origin, dest ORDER BY month, day) AS change FROM days
        )
        SELECT origin, dest, count(*) AS days, max(change) AS rise, min(change) AS fall
        FROM changes GROUP BY origin, dest
    """).to_arrow_table()


def middle_rows(flights):
    return duckdb.sql("""
        WITH late AS (
            SELECT row_number() OVER (ORDER BY time_hour, id) - 1 AS place, count(*) OVER () AS rows, id, carrier, arr_delay
            FROM flights WHERE arr_delay > 60
        )
        SELECT place, id, carrier, arr_delay FROM late
        WHERE place - rows // 2 BETWEEN 0 AND 9 OR place >= rows - 10
    """).to_arrow_table()


def running_total(flights):
    return duckdb.sql("""
        WITH ordered AS (
            SELECT month, day, time_hour, id,
                   sum(distance) OVER (ORDER BY time_hour, id) AS miles,
                   last_value(arr_delay IGNORE NULLS) OVER (ORDER BY time_hour, id) AS delay
            FROM flights
        )
        SELECT month, day, count(*) AS flights, last(miles ORDER BY time_hour, id)::BIGINT AS miles,
               last(delay ORDER BY time_hour, id) AS delay
        FROM ordered GROUP BY month, day
    """).to_arrow_table()


def per_group(rows, key, function, schema):
    # A Python function of a whole group is not DuckDB's business: it hands the rows to pandas.
    return pd.concat([function(group) for _, group in rows.df().groupby(key)])
