"""Fugue on Ray: the processes and the table of `systems/ray.py`, the questions of `systems/fugue.py`."""

import fugue.api as fa

from systems import ray
from systems.fugue import *  # noqa: F403
from systems.ray import read, stop  # noqa: F401


def start(threads):
    ray.start(threads)
    fa.set_global_engine("ray", {"fugue.duckdb.pragma.threads": threads})
