"""Fugue on pandas: the table of `systems/pandas.py`, the questions of `systems/fugue.py`."""

import fugue.api as fa

from systems.fugue import *  # noqa: F403
from systems.pandas import read  # noqa: F401


def start(threads):
    fa.set_global_engine("pandas")
