"""PySpark: Spark's DataFrames, lazy, planned and run by a Java engine, on the cores of a machine or of a cluster."""

import os
import sys

from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import from_arrow_schema


def start(threads):
    home = os.environ["HOME"]
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    # Workers run this Python, not the first one on the path.
    os.environ["PYSPARK_PYTHON"] = sys.executable
    return (
        SparkSession.builder.master(f"local[{threads}]")
        .config("spark.ui.enabled", False)
        .config("spark.ui.showConsoleProgress", False)
        .config("spark.log.level", "ERROR")
        .config("spark.local.dir", home)
        .config("spark.sql.warehouse.dir", home)
        .config("spark.sql.shuffle.partitions", 4)
        .config("spark.sql.execution.arrow.pyspark.enabled", True)
        .getOrCreate()
    )


def stop(session):
    session.stop()


def read(files, columns):
    return SparkSession.active().read.parquet(*files).select(columns)


def aggregation(flights):
    groups = flights.groupBy("carrier", "origin").agg(
        F.count("arr_delay").alias("flights"),
        F.mean("arr_delay").alias("mean"),
        F.stddev("arr_delay").alias("std"),
        F.min("arr_delay").alias("min"),
        F.max("arr_delay").alias("max"),
        F.sum("distance").alias("distance"),
    )
    return groups.toPandas()


def median(flights):
    routes = flights.groupBy("origin", "dest").agg(
        F.count("arr_delay").alias("flights"),
        F.median("arr_delay").alias("median"),
        F.percentile("arr_delay", 0.9).alias("p90"),
    )
    return routes.toPandas()


def largest_per_group(flights):
    latest_first = Window.partitionBy("dest").orderBy(F.desc_nulls_last("arr_delay"), "id")
    return flights.withColumn("rank", F.row_number().over(latest_first)).where("rank = 1").toPandas()


def day_over_day(flights):
    days = flights.groupBy("origin", "dest", "month", "day").agg(F.mean("arr_delay").alias("delay")).dropna()
    before = F.lag("delay").over(Window.partitionBy("origin", "dest").orderBy("month", "day"))
    routes = days.withColumn("change", F.col("delay") - before).groupBy("origin", "dest").agg(
        F.count("delay").alias("days"), F.max("change").alias("rise"), F.min("change").alias("fall")
    )
    return routes.toPandas()


def middle_rows(flights):
    late = flights.where("arr_delay > 60")
    rows = late.count()
    place = F.row_number().over(Window.orderBy("time_hour", "id")) - 1
    middle = F.col("place").between(rows // 2, rows // 2 + 9)
    return late.withColumn("place", place).where(middle | (F.col("place") >= rows - 10)).toPandas()


def running_total(flights):
    so_far = Window.orderBy("time_hour", "id").rowsBetween(Window.unboundedPreceding, Window.currentRow)
    flights = flights.withColumns({
        "miles": F.sum("distance").over(so_far),
        "delay": F.last("arr_delay", ignorenulls=True).over(so_far),
    })
    last = F.struct("time_hour", "id")
    days = flights.groupBy("month", "day").agg(
        F.count("id").alias("flights"), F.max_by("miles", last).alias("miles"), F.max_by("delay", last).alias("delay")
    )
    return days.toPandas()


def per_group(rows, key, function, schema):
    return rows.groupBy(key).applyInPandas(function, from_arrow_schema(schema)).toPandas()
