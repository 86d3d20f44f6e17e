"""Fugue on Dask: the processes and the table of `systems/dask.py`, the questions of `systems/fugue.py`."""

import fugue.api as fa

from systems import dask
from systems.dask import read, stop  # noqa: F401
from systems.fugue import *  # noqa: F403


def start(threads):
    client = dask.start(threads)
    fa.set_global_engine(client)
    return client
