"""What each of many small groups is given to do: a loop over a few numbers, pandas on both sides."""

import os

import numpy as np
import pandas as pd


def cost() -> int:
    """Operations per row of `burn`, as `outgrow compare many-groups --cost` sets them."""
    return int(os.environ.get("OUTGROW_COST", "100"))


def burn(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of one group -> their number, and what is left of their values after so many operations on each."""
    state = rows["value"].to_numpy("int64").astype("uint64")
    for _ in range(cost()):
        state = (state ^ (state >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    burnt = state.sum(dtype="uint64").astype("int64")
    return pd.DataFrame({"group": rows["group"].iloc[:1].to_numpy("int32"), "n": [len(rows)], "burnt": [burnt]})
