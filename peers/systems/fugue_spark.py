"""Fugue on Spark: the session and the table of `systems/pyspark.py`, the questions of `systems/fugue.py`."""

import fugue.api as fa

from systems import pyspark
from systems.fugue import *  # noqa: F403
from systems.pyspark import read, stop  # noqa: F401


def start(threads):
    session = pyspark.start(threads)
    fa.set_global_engine(session)
    return session
