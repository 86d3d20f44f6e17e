"""One question to one system, in this process, as often as asked: `outgrow compare --peers` starts this.

    peers/.venv/bin/python peers/run.py pandas aggregation datasets/flights.parquet

prints the answer. With `--answer` and `--report` it is written to files, with times, for a program to read.
"""

import argparse
import importlib
import importlib.metadata
import json
import os
import sys
import tempfile
import time
from pathlib import Path

# Exit codes for a system that is not here, and for one that has no way to answer the question.
NOT_INSTALLED, UNABLE = 3, 4

# What it stands on, by system: the versions that its records carry.
SYSTEMS = {
    "pandas": ["pandas", "numpy"],
    "joblib": ["joblib", "pandas"],
    "polars": ["polars"],
    "duckdb": ["duckdb"],
    "modin": ["modin", "ray", "pandas"],
    "dask": ["dask", "distributed", "pandas"],
    "ray": ["ray", "pandas"],
    "pyspark": ["pyspark", "pandas"],
    "pandas-on-spark": ["pyspark", "pandas"],
    "fugue-pandas": ["fugue", "pandas"],
    "fugue-duckdb": ["fugue", "duckdb", "pandas"],
    "fugue-dask": ["fugue", "dask", "distributed", "pandas"],
    "fugue-ray": ["fugue", "ray", "pandas"],
    "fugue-spark": ["fugue", "pyspark", "pandas"],
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("system", choices=SYSTEMS)
    parser.add_argument("question", help="a workload, such as aggregation")
    parser.add_argument("files", nargs="+", help="Parquet files, all of the same columns")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--runs", type=int, default=1, help="in the same process; the first is the cold one")
    parser.add_argument("--cost", type=int, default=100, help="many-groups: operations per row")
    parser.add_argument("--answer", type=Path, help="where the answer of the last run is written, as Parquet")
    parser.add_argument("--report", type=Path, help="where times are written, as JSON")
    return parser.parse_args()


def limit(threads, cost):
    """Everybody gets so many threads; libraries for linear algebra get one, since tasks already fill the cores."""
    for name in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"]:
        os.environ[name] = "1"
    os.environ["POLARS_MAX_THREADS"] = os.environ["OUTGROW_THREADS"] = str(threads)
    os.environ["OUTGROW_COST"] = str(cost)
    # Workers import the functions by name, wherever they are started.
    here = str(Path(__file__).parent)
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH")]))


def cpu_seconds():
    """Seconds that this process and all below it have worked, those included that have ended and were waited for."""
    tick, seconds, family = os.sysconf("SC_CLK_TCK"), 0.0, [os.getpid()]
    for process in family:
        try:
            for task in Path(f"/proc/{process}/task").iterdir():
                family += [int(child) for child in (task / "children").read_text().split()]
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        except (OSError, ValueError):
            continue
        seconds += sum(map(int, fields[11:15])) / tick
    return seconds


def in_shape(answer, question):
    """The answer with the columns, types and order that all answers have."""
    import pyarrow as pa
    import pyarrow.compute

    if not isinstance(answer, pa.Table):
        answer = pa.Table.from_pandas(answer, preserve_index=False)
    answer = answer.select(question.answer.names)
    # A whole number that could be missing comes as a float, and its missing value as "not a number".
    columns = [
        pa.compute.if_else(pa.compute.is_nan(column), None, column) if pa.types.is_floating(column.type) else column
        for column in answer.columns
    ]
    answer = pa.table(columns, names=answer.column_names).cast(question.answer)
    return answer.sort_by([(key, "ascending") for key in question.keys])


def way(system, name, question):
    """The function that answers. Two questions are the same one, with another function of each group."""
    if name == "grid-search":
        from models import best_model

        return lambda rows: system.per_group(rows, "carrier", best_model, question.answer)
    if name == "many-groups":
        from burning import burn

        return lambda rows: system.per_group(rows, "group", burn, question.answer)
    try:
        return getattr(system, name.replace("-", "_"))
    except AttributeError:
        raise NotImplementedError("there is nothing in it for this question") from None


def versions(system):
    """The version of each library that it stands on; ends the program where one is missing."""
    try:
        return {name: importlib.metadata.version(name) for name in SYSTEMS[system]} | {"python": sys.version.split()[0]}
    except importlib.metadata.PackageNotFoundError as missing:
        print(f"{missing.name} is not installed: peers/setup.sh", file=sys.stderr)
        sys.exit(NOT_INSTALLED)


def main():
    asked = arguments()
    stands_on = versions(asked.system)
    limit(asked.threads, asked.cost)
    from questions import QUESTIONS

    question = QUESTIONS[asked.question]
    began = time.time()
    system = importlib.import_module("systems." + asked.system.replace("-", "_"))
    answered = way(system, asked.question, question)
    session = system.start(asked.threads) if hasattr(system, "start") else None
    runs = []
    for _ in range(asked.runs):
        cpu, begin = cpu_seconds(), time.time()
        flights = system.read(asked.files, question.reads)
        read = time.time()
        answer = answered(flights)
        end = time.time()
        runs.append({"begin": begin, "read": read, "end": end, "cpu_s": cpu_seconds() - cpu})
        del flights
    answer = in_shape(answer, question)
    if asked.report:
        asked.report.write_text(json.dumps({"began": began, "runs": runs, "versions": stands_on}))
    if asked.answer:
        import pyarrow.parquet

        pyarrow.parquet.write_table(answer, asked.answer)
    else:
        print(answer.to_pandas().to_string(index=False, max_rows=20))
    if hasattr(system, "stop"):
        system.stop(session)


if __name__ == "__main__":
    # Some write to the home of whoever runs them, and all of it goes when this ends. Its name is short, since Ray has
    # sockets there, and the path of a socket has at most 107 bytes.
    with tempfile.TemporaryDirectory(prefix="p") as home:
        os.environ["HOME"] = home
        try:
            main()
        except NotImplementedError as why:
            print(why, file=sys.stderr)
            sys.exit(UNABLE)
