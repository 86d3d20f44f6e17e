#!/usr/bin/env bash
# Puts the real systems into peers/.venv: all of them, or those that are named. It can be run again.
#
#   peers/setup.sh                      everything, about 2 GB
#   peers/setup.sh pandas polars duckdb fugue
set -euo pipefail
cd "$(dirname "$0")"

python=${PYTHON:-python3.11}
command -v "$python" >/dev/null || {
  echo "error: $python is not there. The pinned versions are known to work on Python 3.11: install it, or name one with PYTHON=..." >&2
  exit 1
}
[ -x .venv/bin/pip ] || "$python" -m venv .venv
wanted=requirements.txt
if [ $# -gt 0 ]; then
  wanted=$(mktemp)
  trap 'rm -f "$wanted"' EXIT
  # What all scripts stand on, and what was asked for.
  for name in numpy pandas pyarrow scikit-learn "$@"; do
    grep -E "^$name==" requirements.txt >>"$wanted" || { echo "error: $name is not in peers/requirements.txt" >&2; exit 1; }
  done
  sort -u -o "$wanted" "$wanted"
fi
# PySpark comes as a source archive alone; all else must not be compiled here.
.venv/bin/pip install --quiet --only-binary :all: --no-binary pyspark -r "$wanted"
# Spark runs on Java, and says so late.
if .venv/bin/python -c 'import pyspark' 2>/dev/null && ! command -v java >/dev/null; then
  echo "note: no java here, so Spark cannot start. Install a Java 17 runtime (openjdk-17-jre-headless)." >&2
fi
.venv/bin/pip list --format=freeze | grep -iE '^(dask|dask-sql|distributed|duckdb|fugue|joblib|modin|numpy|pandas|polars|pyarrow|pyspark|ray|scikit-learn)=='
