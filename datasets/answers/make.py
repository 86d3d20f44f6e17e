"""Expected answers for all shipped flights, made without this crate: pandas and scikit-learn.

    python3 -m venv .venv && .venv/bin/pip install pandas==2.3.3 pyarrow==26.0.1 scikit-learn==1.9.1 numpy==2.4.6
    .venv/bin/python datasets/answers/make.py

Writes a file per workload beside itself. A check at the end says by how much the best model of each
carrier wins: a margin below the tolerance would make the answer a matter of luck.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.linear_model import ElasticNet
from sklearn.metrics import root_mean_squared_error
from sklearn.model_selection import KFold
from sklearn.preprocessing import StandardScaler

HERE = Path(__file__).parent
PENALTIES = [0.01, 0.1, 1.0, 10.0]
L1_RATIOS = [0.1, 0.5, 0.9]
FEATURES = ["dep_delay", "distance", "hour", "month", "minute"]
TARGET = "arr_delay"


# ANCHOR: aggregation
def aggregation(flights):
    answer = flights.groupby(["carrier", "origin"]).agg(
        flights=(TARGET, "count"),
        mean=(TARGET, "mean"),
        std=(TARGET, "std"),
        min=(TARGET, "min"),
        max=(TARGET, "max"),
        distance=("distance", "sum"),
    )
    return answer.astype({"min": "int16", "max": "int16"}).reset_index()
# ANCHOR_END: aggregation


def best_model(rows):
    """One carrier's rows -> (best penalty, best l1 ratio, its mean RMSE, margin to the second best)."""
    x, y = rows[FEATURES].to_numpy("float64"), rows[TARGET].to_numpy("float64")
    grid = [(penalty, l1_ratio) for penalty in PENALTIES for l1_ratio in L1_RATIOS]
    errors = np.zeros(len(grid))
    for train, test in KFold(5).split(x):
        scaler = StandardScaler().fit(x[train])
        for at, (penalty, l1_ratio) in enumerate(grid):
            model = ElasticNet(alpha=penalty, l1_ratio=l1_ratio, tol=1e-12, max_iter=1_000_000)
            model.fit(scaler.transform(x[train]), y[train])
            errors[at] += root_mean_squared_error(y[test], model.predict(scaler.transform(x[test]))) / 5
    best, second = np.sort(errors)[:2]
    return *grid[int(np.argmin(errors))], best, (second - best) / best


def grid_search(flights):
    answer, margins = [], []
    for carrier, rows in flights.groupby("carrier"):
        known = rows.dropna(subset=[TARGET, *FEATURES]).sort_values("id")
        *model, margin = best_model(known)
        answer.append((carrier, len(known), *model))
        margins.append((margin, carrier))
    print("smallest margin of a best model, relative:", min(margins))
    return pd.DataFrame(answer, columns=["carrier", "n", "penalty", "l1_ratio", "rmse"])


def whole(answer, *columns):
    """Columns of whole numbers, which pandas made floats of, with missing values left empty."""
    return answer.astype({column: "Int64" for column in columns})


def largest_per_group(flights):
    latest = flights.sort_values(["arr_delay", "id"], ascending=[False, True]).drop_duplicates("dest")
    return whole(latest.sort_values("dest")[["dest", "arr_delay", "id", "carrier"]], "arr_delay")


def median(flights):
    routes = flights.groupby(["origin", "dest"])[TARGET]
    answer = routes.agg(flights="count", median="median", p90=lambda delays: delays.quantile(0.9))
    return answer.reset_index()


def z_score(flights):
    delays = flights.groupby("carrier")[TARGET]
    flights = flights.assign(score=(flights[TARGET] - delays.transform("mean")) / delays.transform("std"))
    unusual = flights[flights["score"] > 3].groupby("carrier")
    return unusual.agg(flights=("score", "count"), highest=("score", "max"), mean=(TARGET, "mean")).reset_index()


def day_over_day(flights):
    days = flights.groupby(["origin", "dest", "month", "day"])[TARGET].mean().dropna().rename("delay").reset_index()
    days["change"] = days.groupby(["origin", "dest"])["delay"].diff()
    routes = days.groupby(["origin", "dest"])
    return routes.agg(days=("delay", "count"), rise=("change", "max"), fall=("change", "min")).reset_index()


def middle_rows(flights):
    late = flights[flights[TARGET] > 60].sort_values(["time_hour", "id"]).reset_index(drop=True)
    middle = len(late) // 2
    chosen = pd.concat([late.iloc[middle : middle + 10], late.tail(10)]).drop_duplicates("id")
    return whole(chosen.rename_axis("place").reset_index()[["place", "id", "carrier", TARGET]], TARGET)


def running_total(flights):
    flights = flights.sort_values(["time_hour", "id"])
    flights = flights.assign(miles=flights["distance"].astype("int64").cumsum(), delay=flights[TARGET].ffill())
    days = flights.groupby(["month", "day"])
    answer = days.agg(flights=("id", "count"), miles=("miles", "last"), delay=("delay", "last")).reset_index()
    return whole(answer, "delay")


def join_weather(flights):
    weather = pd.read_parquet(HERE.parent / "weather.parquet")[["origin", "time_hour", "precip", "wind_speed"]]
    known = flights[["origin", "month", "time_hour", "dep_delay"]].merge(weather, on=["origin", "time_hour"])
    known["rain"] = (known["precip"] > 0).astype("int64")
    hours = known.groupby(["origin", "month", "rain"])
    answer = hours.agg(flights=("dep_delay", "count"), delay=("dep_delay", "mean"), wind=("wind_speed", "mean"))
    return answer.reset_index()


def busiest_route(flights):
    routes = (flights["origin"] + "-" + flights["dest"]).value_counts().rename_axis("route").reset_index()
    return routes.sort_values(["count", "route"], ascending=[False, True]).head(10)


if __name__ == "__main__":
    flights = pd.read_parquet(HERE.parent / "flights.parquet")
    for workload in [aggregation, grid_search, largest_per_group, median, z_score, day_over_day, middle_rows, running_total,
                     join_weather, busiest_route]:
        name = workload.__name__.replace("_", "-")
        workload(flights).to_csv(HERE / f"{name}.csv", index=False)
