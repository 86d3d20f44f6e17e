"""joblib: a function of a group in as many processes as there are cores. There is nothing in it for other questions."""

import os

import pandas as pd
from joblib import Parallel, delayed

from systems.pandas import read  # noqa: F401  The table is that of pandas.


def per_group(rows, key, function, schema):
    calls = (delayed(function)(group) for _, group in rows.groupby(key))
    return pd.concat(Parallel(n_jobs=int(os.environ["OUTGROW_THREADS"]))(calls))
