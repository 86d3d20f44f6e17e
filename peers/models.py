"""The grid search of one group: what every system is given as it is, pandas on both sides."""

import numpy as np
import pandas as pd
from sklearn.linear_model import ElasticNet
from sklearn.metrics import root_mean_squared_error
from sklearn.model_selection import KFold
from sklearn.preprocessing import StandardScaler

PENALTIES = [0.01, 0.1, 1.0, 10.0]
L1_RATIOS = [0.1, 0.5, 0.9]
FEATURES = ["dep_delay", "distance", "hour", "month", "minute"]
TARGET = "arr_delay"
# As strict as ours, so that both solve the same problem.
TOLERANCE, MOST_STEPS = 1e-10, 100_000


def best_model(rows: pd.DataFrame) -> pd.DataFrame:
    """One carrier's flights -> the elastic net that predicts delays best, among twelve, by five folds."""
    rows = rows.dropna(subset=[TARGET, *FEATURES]).sort_values("id")
    x, y = rows[FEATURES].to_numpy("float64"), rows[TARGET].to_numpy("float64")
    grid = [(penalty, l1_ratio) for penalty in PENALTIES for l1_ratio in L1_RATIOS]
    errors = np.zeros(len(grid))
    for train, test in KFold(5).split(x):
        scaler = StandardScaler().fit(x[train])
        train_x, test_x = scaler.transform(x[train]), scaler.transform(x[test])
        for at, (penalty, l1_ratio) in enumerate(grid):
            # Five features and many rows: their products are summed once, and a step costs nothing after that.
            model = ElasticNet(alpha=penalty, l1_ratio=l1_ratio, precompute=True, tol=TOLERANCE, max_iter=MOST_STEPS)
            model.fit(train_x, y[train])
            errors[at] += root_mean_squared_error(y[test], model.predict(test_x)) / 5
    penalty, l1_ratio = grid[int(np.argmin(errors))]
    carrier = rows["carrier"].iloc[0]
    return pd.DataFrame({"carrier": [carrier], "n": [len(rows)], "penalty": [penalty], "l1_ratio": [l1_ratio],
                         "rmse": [errors.min()]})
