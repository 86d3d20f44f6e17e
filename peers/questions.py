"""The questions: what each reads, and what an answer looks like."""

from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True)
class Question:
    """The columns that it needs, the columns of the answer, and those by which the answer is sorted."""

    reads: list[str]
    answer: pa.Schema
    keys: list[str]


def question(reads: str, answer: dict[str, str], keys: str) -> Question:
    types = {"str": pa.string(), "i64": pa.int64(), "i32": pa.int32(), "i16": pa.int16(), "f64": pa.float64()}
    return Question(reads.split(), pa.schema([(name, types[of]) for name, of in answer.items()]), keys.split())


QUESTIONS = {
    "aggregation": question(
        "carrier origin arr_delay distance",
        {"carrier": "str", "origin": "str", "flights": "i64", "mean": "f64", "std": "f64", "min": "i16", "max": "i16",
         "distance": "i64"},
        "carrier origin",
    ),
    "median": question(
        "origin dest arr_delay",
        {"origin": "str", "dest": "str", "flights": "i64", "median": "f64", "p90": "f64"},
        "origin dest",
    ),
    "grid-search": question(
        "id carrier arr_delay dep_delay distance hour month minute",
        {"carrier": "str", "n": "i64", "penalty": "f64", "l1_ratio": "f64", "rmse": "f64"},
        "carrier",
    ),
    "largest-per-group": question(
        "id dest arr_delay carrier",
        {"dest": "str", "arr_delay": "i16", "id": "i32", "carrier": "str"},
        "dest",
    ),
    "day-over-day": question(
        "origin dest month day arr_delay",
        {"origin": "str", "dest": "str", "days": "i64", "rise": "f64", "fall": "f64"},
        "origin dest",
    ),
    "middle-rows": question(
        "id carrier arr_delay time_hour",
        {"place": "i64", "id": "i32", "carrier": "str", "arr_delay": "i16"},
        "place",
    ),
    "running-total": question(
        "id month day time_hour distance arr_delay",
        {"month": "i16", "day": "i16", "flights": "i64", "miles": "i64", "delay": "i16"},
        "month day",
    ),
    "many-groups": question(
        "group value",
        {"group": "i32", "n": "i64", "burnt": "i64"},
        "group",
    ),
}
