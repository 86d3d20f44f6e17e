"""Expected answers for all shipped flights, made without this crate: pandas and scikit-learn.

    python3 -m venv .venv && .venv/bin/pip install pandas==2.3.3 pyarrow==26.0.1 scikit-learn==1.9.1 numpy==2.4.6
    .venv/bin/python datasets/answers/make.py

Writes aggregation.csv and grid-search.csv beside itself. A check at the end says by how much the best model of each
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


if __name__ == "__main__":
    flights = pd.read_parquet(HERE.parent / "flights.parquet")
    aggregation(flights).to_csv(HERE / "aggregation.csv", index=False)
    grid_search(flights).to_csv(HERE / "grid-search.csv", index=False)
