"""What real pandas answers, for tests/goldens.rs to hold both pandas-shaped modes to.

    python3 -m venv .venv && .venv/bin/pip install pandas==2.3.3 numpy==2.4.6 pyarrow==26.0.1
    .venv/bin/python peers/pandas_goldens.py

Writes tests/goldens/pandas.json: the tables and CSV texts that the cases begin with, and for each case values, types, labels and row
order of the answer, or that pandas refuses. The same cases in Rust: tests/goldens/cases.rs.

Columns have pandas' nullable types, so that a whole number stays one beside a missing value.
"""

import io
import json
import warnings
from pathlib import Path

import pandas as pd

warnings.simplefilter("ignore")
pd.set_option("display.width", 1000, "display.max_columns", None)

N = None
FLIGHTS = pd.DataFrame({
    "carrier": ["UA", "AA", N, "UA", "DL", "AA", "UA", "DL", N, "AA", "B6", "UA"],
    "origin": ["EWR", "JFK", "JFK", "LGA", "LGA", "JFK", "EWR", "LGA", "EWR", "JFK", "JFK", "EWR"],
    "delay": [5, -3, 7, N, 12, -3, 5, N, 0, 40, N, 5],
    "distance": [1400, 1089, 762, 719, 762, 1089, 1400, 719, 200, 1089, 187, 1400],
    "speed": [381.25, N, 400.5, 366.0, 402.125, 410.0, 381.25, N, 395.5, 410.0, 250.75, 399.0],
}).convert_dtypes(convert_floating=False).astype({"speed": "Float64"})
LEFT = pd.DataFrame({
    "key": ["b", "a", N, "c", "a", "d"], "n": [1, 2, 3, 4, 5, 6], "x": [1.5, N, 2.5, 3.5, 4.5, 5.5],
}).convert_dtypes(convert_floating=False).astype({"x": "Float64"})
RIGHT = pd.DataFrame({
    "key": ["a", "e", "b", N, "a", "b"], "n": [20, 50, 30, 40, 10, 60], "y": [7, 8, 9, 10, 11, 12],
}).convert_dtypes()
LONG = pd.DataFrame({"n": [(7 * n) % 101 for n in range(100)], "x": [((37 * n) % 64) / 8 for n in range(100)]}).convert_dtypes(
    convert_floating=False).astype({"x": "Float64"})

HOURS = pd.to_datetime([1357034400000, 1357030800000, N, 1357038000000, 1357030800000, 1357041600000], unit="ms", utc=True)
TYPES = pd.DataFrame({
    "at": pd.Series(HOURS).astype("datetime64[ms, UTC]"), "ok": [True, False, N, True, True, N], "i16": [1, -2, N, 4, 300, 4],
    "i32": [70000, N, -5, 70000, 0, 1], "u16": [1, 2, N, 4, 65535, 4], "f32": [0.5, 1.25, N, 2.0, -1.0, 2.0],
}).astype({"ok": "boolean", "i16": "Int16", "i32": "Int32", "u16": "UInt16", "f32": "Float32"})

CSVS = {
    "types": "id,carrier,speed,late\n1,UA,381.25,True\n2,AA,400,false\n3,,1e2,TRUE\n",
    "blank lines": "\n\nid,n\n\n1,2\n  \n3,4\n\t\n\n",
    "one column": "n\n1\n\n2\n",
    "missing": "n,x,t\n1,nan,a\nNA,1.5,\n,2,\"\"\n4,null,None\n",
    "quoted": "id,n,\"a \"\"b\"\"\"\n\"1\",\"2\",\"x, y\"\n\"2\",\"\",\"5\"\" disk\"\n",
    "mixed": "id,code\n1,7\n2,8A\n3,007\n",
    "large": "n,m\n99999999999999999999,9223372036854775807\n1,-1\n",
    "signs": "n,x\n+1, 2.5\n-3,inf\n",
    "ragged": "a,b\n1,2\n3,4,5\n",
    "header": "a,b\n",
    "nothing": "",
}

FRAMES = {
    "flights": FLIGHTS,
    "empty": FLIGHTS.head(0),
    # Labels that go up and down, some twice.
    "unsorted": FLIGHTS.drop(columns="carrier").set_axis(pd.Index([3, 1, 4, 1, 5, 9, 2, 6, 5, 30, 8, 7])),
    # Different labels that go up and down.
    "shuffled": FLIGHTS[["delay", "distance"]].set_axis(pd.Index([3, 1, 4, 10, 5, 9, 2, 6, 50, 30, 8, 7])),
    "falling": FLIGHTS[["delay", "origin"]].set_axis(pd.Index([24, 22, 20, 18, 18, 14, 12, 10, 8, 6, 4, 2])),
    "texts": FLIGHTS[["delay", "distance"]].set_axis(pd.Index(list("gbadcfehkjil"), dtype="string")),
    "left": LEFT,
    "right": RIGHT,
    "long": LONG,
    "types": TYPES,
}


def z_score(values):
    return (values - values.mean()) / values.std()


def spread(rows):
    """One group's rows -> one row: what apply is given."""
    return pd.DataFrame({"carrier": rows["carrier"].iloc[:1].array, "rows": [len(rows)], "total": [rows["distance"].sum()]})


def read(name):
    return pd.read_csv(io.StringIO(CSVS[name]), dtype_backend="numpy_nullable")


def back(frame, columns=None):
    """A frame that was written as Parquet and read again."""
    file = io.BytesIO()
    frame.to_parquet(file)
    return pd.read_parquet(file, columns=columns)


def dtypes(frame):
    """Types under the names that they have in Rust."""
    short = {"string": "str", "boolean": "bool", "datetime64[ms, UTC]": "datetime[ms, UTC]"}
    name = lambda dtype: short.get(dtype, dtype.replace("UInt", "u").replace("Int", "i").replace("Float", "f"))
    return "\n".join(f"{column} {name(str(dtype))}" for column, dtype in frame.dtypes.items())


F = FRAMES
f, e, u, s, d, t, left, right, long, k = F.values()
ones = {name: FRAMES["flights"][name] for name in FRAMES["flights"]}
delay, speed, carrier, distance = f["delay"], f["speed"], f["carrier"], f["distance"]
by = lambda *keys: f.groupby(list(keys))
cut = f[f["distance"] > 800]

CASES = {
    # head, tail, columns
    "head": lambda: f.head(3), "head beyond": lambda: f.head(99), "head 0": lambda: f.head(0), "tail": lambda: f.tail(4),
    "tail of unsorted": lambda: u.tail(2), "head of empty": lambda: e.head(2),
    "select": lambda: f[["speed", "carrier"]], "select unknown": lambda: f[["sped"]],
    "rename": lambda: f.rename(columns={"delay": "late", "speed": "fast"}),
    # filter, assign
    "filter by mask": lambda: f[f["delay"] > 0], "filter keeps labels": lambda: u[u["delay"] >= 5],
    "filter of empty": lambda: e[e["delay"] > 0], "filter to nothing": lambda: f[f["distance"] > 9999],
    "filter by equality": lambda: f[f["carrier"] == "UA"], "filter by inequality": lambda: f[f["carrier"] != "UA"],
    "filter by two columns": lambda: f[f["delay"] < f["distance"]],
    "query": lambda: f.query("distance > 800"), "query of two": lambda: f[(f["distance"] > 800) & (f["origin"] == "JFK")],
    "query nulls": lambda: f[f["delay"].isna()],
    "assign": lambda: f.assign(hours=f["distance"] / f["speed"]), "assign over": lambda: f.assign(distance=f["distance"] * 2),
    "assign constant": lambda: f.assign(year=2013), "assign to empty": lambda: e.assign(twice=e["distance"] * 2),
    "assign a mean": lambda: f.assign(above=f["distance"] - f["distance"].mean()),
    "set column aligned": lambda: f.assign(late=cut["delay"]),
    "set column by other labels": lambda: s.assign(twice=s.sort_index()["distance"] * 2),
    "set column duplicate labels": lambda: s.assign(bad=u["delay"]),
    # index
    "set_index": lambda: f.set_index("carrier"), "set_index two": lambda: f.set_index(["origin", "carrier"]),
    "set_index unknown": lambda: f.set_index("carier"), "reset_index": lambda: f.reset_index(),
    "reset_index named": lambda: f.set_index("origin").reset_index(), "reset_index of unsorted": lambda: u.reset_index(),
    "reset_index two": lambda: f.set_index(["origin", "carrier"]).reset_index(),
    "reset_index drop": lambda: u.reset_index(drop=True), "reset_index after filter": lambda: cut.reset_index(drop=True),
    "reset_index taken": lambda: f.set_index("origin").assign(origin=1).reset_index(),
    # sort
    "sort_index": lambda: u.sort_index(kind="stable"), "sort_index texts": lambda: t.sort_index(),
    "sort_index numbers": lambda: f.sort_index(), "sort_index falling": lambda: d.sort_index(kind="stable"),
    "sort_index two": lambda: f.dropna().set_index(["origin", "carrier"]).sort_index(kind="stable"),
    "sort_index empty": lambda: e.set_index("origin").sort_index(),
    "sort_values": lambda: f.sort_values("delay", kind="stable"),
    "sort_values down": lambda: f.sort_values("delay", ascending=False, kind="stable"),
    "sort_values text": lambda: f.sort_values("carrier", kind="stable"),
    "sort_values text down": lambda: f.sort_values("carrier", ascending=False, kind="stable"),
    "sort_values two": lambda: f.sort_values(["origin", "speed"], kind="stable"),
    "sort_values two ways": lambda: f.sort_values(["origin", "delay"], ascending=[True, False], kind="stable"),
    "sort_values floats": lambda: u.sort_values("speed", ascending=False, kind="stable"),
    "sort_values empty": lambda: e.sort_values("delay"), "sort_values unknown": lambda: f.sort_values("dealy"),
    "sort_values long": lambda: long.sort_values(["x", "n"], ascending=[False, True], kind="stable"),
    "series sort_values": lambda: speed.sort_values(kind="stable"),
    "series sort_values down": lambda: carrier.sort_values(ascending=False, kind="stable"),
    # loc, iloc, at
    "loc": lambda: s.loc[[4]], "loc duplicate": lambda: u.loc[1], "loc missing": lambda: u.loc[[77]],
    "loc text": lambda: t.loc[["c"]], "loc other type": lambda: s.loc[["c"]],
    "loc two levels": lambda: f.set_index(["origin", "carrier"]).loc[[("EWR", "UA")]],
    "loc list": lambda: s.loc[[9, 1, 7]], "loc list duplicate": lambda: u.loc[[5, 1, 5]],
    "loc list missing": lambda: u.loc[[5, 77]], "loc range numbers": lambda: f.loc[3:6],
    "loc range unsorted": lambda: s.loc[4:9], "loc range backwards": lambda: s.loc[9:4],
    "loc range duplicate": lambda: u.loc[1:9], "loc range missing": lambda: s.loc[4:77],
    "loc range falling": lambda: d.loc[19:9], "loc range rising": lambda: s.sort_index().loc[0:6],
    "loc range rising duplicates": lambda: u.sort_index(kind="stable").loc[1:5],
    "loc range texts": lambda: t.sort_index().loc["b":"dd"], "loc range beyond": lambda: f.loc[100:200],
    "series loc": lambda: u["delay"].loc[[5]], "series loc range": lambda: delay.loc[2:4],
    "iloc": lambda: f.iloc[[5]], "iloc last": lambda: u.iloc[[-1]], "iloc beyond": lambda: f.iloc[12],
    "iloc before": lambda: f.iloc[-13], "iloc of empty": lambda: e.iloc[0], "iloc range": lambda: u.iloc[4:8],
    "iloc range negative": lambda: f.iloc[-5:-2], "iloc range beyond": lambda: f.iloc[8:99],
    "iloc range backwards": lambda: f.iloc[6:2], "iloc list": lambda: u.iloc[[7, 0, -2, 7]],
    "iloc list beyond": lambda: u.iloc[[7, 12]], "series iloc range": lambda: speed.iloc[3:5],
    "at": lambda: f.at[4, "delay"], "at text": lambda: t.at["d", "distance"], "at null": lambda: f.at[3, "delay"],
    "at missing": lambda: s.at[77, "delay"], "at unknown column": lambda: f.at[4, "dealy"],
    # rows before
    "shift": lambda: f.shift(1), "shift back": lambda: u.shift(-2), "shift far": lambda: f.shift(50),
    "shift 0": lambda: f.shift(0), "series shift": lambda: carrier.shift(3), "diff": lambda: f[["delay", "distance", "speed"]].diff(1),
    "diff back": lambda: distance.diff(-3), "diff long": lambda: long.diff(7), "diff empty": lambda: e["distance"].diff(1),
    "cumsum": lambda: f[["delay", "distance", "speed"]].cumsum(), "cumsum of unsorted": lambda: u["delay"].cumsum(),
    "cumsum empty": lambda: e["distance"].cumsum(), "cummax": lambda: f[["delay", "distance", "speed"]].cummax(),
    "cummax long": lambda: long.cummax(), "cumsum long": lambda: long.cumsum(),
    "ffill": lambda: f.ffill(), "ffill nothing before": lambda: f.iloc[2:].ffill(),
    "rank": lambda: f[["delay", "distance", "speed"]].rank(), "rank long": lambda: long.rank(), 
    # Through numpy: a series of pandas' own nullable type gives a missing value a rank, which its frame does not.
    "series rank": lambda: u["delay"].astype("float64").rank(),
    "rolling mean": lambda: speed.rolling(3).mean(), "rolling mean frame": lambda: long.rolling(10).mean(),
    "rolling mean 1": lambda: delay.rolling(1).mean(), "rolling mean far": lambda: distance.rolling(99).mean(),
    # different values
    "drop_duplicates": lambda: f.drop_duplicates("origin"), "drop_duplicates last": lambda: f.drop_duplicates("origin", keep="last"),
    "drop_duplicates two": lambda: f.drop_duplicates(["carrier", "origin"]), "drop_duplicates all": lambda: u[["origin", "distance"]].drop_duplicates(),
    "drop_duplicates nulls": lambda: f.drop_duplicates("carrier", keep="last"), "drop_duplicates empty": lambda: e.drop_duplicates("carrier"),
    "drop_duplicates unknown": lambda: f.drop_duplicates("carier"), "drop_duplicates long": lambda: long.drop_duplicates("x", keep="last"),
    "largest per group": lambda: f.sort_values(["delay", "distance"], ascending=[False, True], kind="stable").drop_duplicates("origin"),
    "value_counts": lambda: carrier.value_counts(), "value_counts numbers": lambda: delay.value_counts(),
    "value_counts empty": lambda: e["carrier"].value_counts(), "nunique": lambda: f.nunique(),
    "series nunique": lambda: delay.nunique(), "unique": lambda: pd.Series(carrier.unique(), name="carrier"),
    "unique numbers": lambda: pd.Series(u["delay"].unique(), name="delay"),
    # groupby
    "agg": lambda: by("carrier").agg(n=("delay", "count"), total=("delay", "sum"), mean=("speed", "mean"), std=("speed", "std")),
    "agg ends": lambda: by("origin").agg(low=("delay", "min"), high=("speed", "max"), a=("carrier", "first"), z=("carrier", "last")),
    "agg two keys": lambda: by("origin", "carrier").agg(rows=("distance", "count"), far=("distance", "max")),
    "agg median": lambda: by("origin").agg(delay=("delay", "median"), speed=("speed", "median"), n=("delay", "count")),
    "agg quantile": lambda: by("origin").agg(**{"90 %": ("distance", lambda x: x.quantile(0.9))}),
    "agg text ends": lambda: by("origin").agg(low=("carrier", "min"), high=("carrier", "max"), n=("carrier", "count")),
    "agg empty": lambda: e.groupby(["carrier"]).agg(n=("delay", "count"), mean=("speed", "mean")),
    "agg unknown": lambda: by("carrier").agg(n=("dealy", "count")), "agg number key": lambda: by("distance").agg(n=("delay", "count")),
    "agg long": lambda: long.groupby("x").agg(mean=("n", "mean"), std=("n", "std"), median=("n", "median"), last=("n", "last")),
    "size": lambda: by("carrier").size(), "size two keys": lambda: by("origin", "carrier").size(),
    "transform mean": lambda: by("origin")["speed"].transform("mean"), "transform z-score": lambda: by("origin")["speed"].transform(z_score),
    "transform null key": lambda: by("carrier")["distance"].transform("sum"), "transform median": lambda: by("origin")["delay"].transform("median"),
    "group diff": lambda: by("origin")["distance"].diff(1), "group shift": lambda: by("origin")["carrier"].shift(1),
    "group cumsum": lambda: by("origin")["delay"].cumsum(), "transform z-score long": lambda: long.groupby("x")["n"].transform(z_score),
    "group diff long": lambda: long.groupby("x")["n"].diff(1),
    "apply": lambda: f.groupby("carrier", group_keys=False)[f.columns].apply(spread).reset_index(drop=True),
    # merge
    "merge inner": lambda: left.merge(right, on="key"), "merge left": lambda: left.merge(right, on="key", how="left"),
    "merge right": lambda: left.merge(right, on="key", how="right"), "merge outer": lambda: left.merge(right, on="key", how="outer"),
    "merge two keys": lambda: f.merge(f.head(4)[["origin", "carrier", "delay"]], on=["origin", "carrier"], how="left"),
    "merge empty": lambda: f.merge(e[["carrier", "delay"]], on="carrier"), "merge left empty": lambda: f.merge(e[["carrier", "delay"]], on="carrier", how="left"),
    "merge unknown": lambda: left.merge(right, on="kay"), "merge types": lambda: left.merge(right.rename(columns={"key": "n", "n": "key"}), on="n"),
    "merge itself": lambda: long.merge(long, on="x").tail(50),
    "merge index inner": lambda: s.merge(t.reset_index(drop=True)[["distance"]], left_index=True, right_index=True),
    "merge index left": lambda: s.merge(f[["distance", "speed"]], left_index=True, right_index=True, how="left"),
    "merge index right": lambda: s.merge(f[["distance", "speed"]], left_index=True, right_index=True, how="right"),
    "merge index outer": lambda: s.merge(f[["distance", "speed"]], left_index=True, right_index=True, how="outer"),
    "merge index duplicates": lambda: u[["delay"]].merge(s[["distance"]], left_index=True, right_index=True, how="left"),
    # concat
    "concat": lambda: pd.concat([f.head(3), f.tail(2)]), "concat other columns": lambda: pd.concat([s, f[["delay", "speed"]]]),
    "concat named": lambda: pd.concat([f.set_index("origin").head(2), f.set_index("carrier").head(2)])[["delay", "speed"]],
    "concat types": lambda: pd.concat([f[["delay"]], f[["speed"]].rename(columns={"speed": "delay"})]),
    # arithmetic and comparison, aligned
    "add": lambda: delay + distance, "sub same labels": lambda: u["distance"] - u["delay"], "mul": lambda: speed * distance,
    "div": lambda: distance / delay, "add scalar": lambda: delay + 10, "div scalar": lambda: distance / 8,
    "sub part": lambda: f["distance"] - cut["distance"], "add shuffled": lambda: s["delay"] + f["distance"],
    "add duplicates": lambda: u["delay"] + s["delay"], "add both duplicates": lambda: u["delay"] + d["delay"],
    "add texts": lambda: t["delay"] + t.sort_index()["distance"], "frames add": lambda: s + s.sort_index(),
    "frames sub": lambda: s - f[["distance", "delay"]], "frames same": lambda: s * s, "frames other columns": lambda: s + f[["distance", "delay"]].tail(4).rename(columns={"delay": "late"}),
    "text and number": lambda: carrier - distance,
    "eq": lambda: delay == 5, "ne": lambda: carrier != "UA", "lt": lambda: delay < distance, "ge": lambda: speed.ge(395.5),
    "lt aligned": lambda: s["delay"].lt(f["distance"]), "z-score by hand": lambda: (speed - by("origin")["speed"].transform("mean")) / by("origin")["speed"].transform("std"),
    "shift and align": lambda: f["distance"] - f["distance"].shift(1),
    "frames eq": lambda: s.eq(f[["distance", "delay"]]), "frames ne": lambda: s.ne(s.sort_index() + 1),
    "frames lt": lambda: s.lt(f[["distance", "delay"]]), "frames le": lambda: s.le(s), "frames gt": lambda: u[["delay"]].gt(s[["delay"]]),
    "frames ge other columns": lambda: s.ge(f[["delay", "speed"]].tail(4)),
    "frames eq texts": lambda: f[["carrier", "origin"]].eq(f[["carrier", "origin"]].shift(1)),
    "frames lt empty": lambda: e[["delay"]].lt(e[["delay"]]),
    "frames lt text and number": lambda: f[["carrier"]].lt(f[["delay"]].rename(columns={"delay": "carrier"})),
    # other types
    "len": lambda: len(u), "len empty": lambda: len(e), "dtypes": lambda: dtypes(f), "dtypes empty": lambda: dtypes(e), "types dtypes": lambda: dtypes(k),
    "types tail": lambda: k.tail(4), "types query": lambda: k[k["ok"]], "types set_index": lambda: k.set_index("at"),
    "types sort_values": lambda: k.sort_values(["at", "f32"], ascending=[False, True], kind="stable"),
    "types sort_values flag": lambda: k.sort_values("ok", kind="stable"), "types sort_index": lambda: k.set_index("u16").sort_index(kind="stable"),
    "types shift": lambda: k.shift(2), "types diff": lambda: k[["at", "i16", "i32", "f32"]].diff(1),
    "types cumsum": lambda: k[["i16", "i32", "u16", "f32"]].cumsum(),
    "types cummax": lambda: k[["at", "i16", "i32", "u16", "f32"]].cummax(), "types ffill": lambda: k.ffill(),
    "types rank": lambda: k[["at", "i32", "u16", "f32"]].rank(), "types rolling mean": lambda: k["f32"].rolling(2).mean(),
    "types cumsum of times": lambda: k["at"].cumsum(),
    "types drop_duplicates": lambda: k.drop_duplicates("at", keep="last"), "types value_counts": lambda: k["at"].value_counts(),
    "types value_counts flag": lambda: k["ok"].value_counts(), "types nunique": lambda: k.nunique(), "types unique": lambda: pd.Series(k["at"].unique(), name="at"),
    "types agg": lambda: k.groupby("ok").agg(n=("at", "count"), late=("at", "max"), first=("at", "first"), i=("i16", "sum"), j=("i32", "min"), u=("u16", "max"), mean=("f32", "mean"), std=("f32", "std"), ok=("ok", "last")),
    "types agg by time": lambda: k.groupby("at").agg(n=("i16", "count"), u=("u16", "sum"), f=("f32", "max"), middle=("i32", "median")),
    "types size": lambda: k.groupby(["i16", "f32"]).size(), "types transform": lambda: k.groupby("u16")["i32"].transform("max"),
    "types merge": lambda: k.merge(k[["at", "i16"]].rename(columns={"i16": "n"}), on="at"),
    "types concat": lambda: pd.concat([k[["i16", "at"]], k[["i32", "at"]].rename(columns={"i32": "i16"})]),
    "types add": lambda: k["i16"] + k["u16"], "types sub times": lambda: k["at"] - k["at"].shift(1), "types div": lambda: k["i32"] / k["u16"],
    "types lt": lambda: k["i16"] < k["u16"], "types ge": lambda: k["f32"] >= 1.25,
    "types describe": lambda: k[["i16", "i32", "u16"]].describe(), "types print": lambda: repr(k), "types print times": lambda: repr(k["at"]),
    "types print numbers": lambda: repr(k["u16"]), "types empty": lambda: k.head(0),
    # files
    **{f"read_csv {name}": lambda name=name: read(name) for name in CSVS},
    "to_parquet": lambda: back(f), "to_parquet empty": lambda: back(e), "to_parquet types": lambda: back(k),
    "to_parquet labels": lambda: back(u).reset_index(), "to_parquet named labels": lambda: back(f.set_index(["origin", "carrier"])).reset_index(),
    "read_parquet": lambda: back(f, ["speed", "carrier"]), "read_parquet unknown": lambda: back(f, ["sped"]),
    # describe, print
    "describe": lambda: f.describe(), "describe long": lambda: long.describe(),
    "print": lambda: repr(f), "print series": lambda: repr(delay), "print labels": lambda: repr(t.set_axis(t.index.rename("letter"))),
    "print long": lambda: repr(long), "print empty": lambda: repr(e), "print two levels": lambda: repr(by("origin", "carrier").agg(n=("delay", "count"))),
    "print counts": lambda: repr(carrier.value_counts()),
}


def kind(dtype):
    name = str(dtype).lower()
    for part, kind in [("int", "int"), ("float", "float"), ("bool", "bool"), ("datetime", "datetime"), ("timedelta", "duration")]:
        if part in name:
            return kind
    return "text"


def plain(value):
    if isinstance(value, (pd.Timestamp, pd.Timedelta)):
        return value.as_unit("ms")._value
    return value.item() if hasattr(value, "item") else value


def column(name, values):
    listed = [None if pd.isna(value) else plain(value) for value in values]
    # JSON has no number for 1 / 0.
    listed = ["inf" if value == float("inf") else value for value in listed]
    # Of an object without a value nothing is known.
    of_a_kind = "any" if values.dtype == object and not listed else kind(values.dtype)
    return {"name": "" if name is None else str(name), "kind": of_a_kind, "type": str(values.dtype).lower(), "values": listed}


def index(labels):
    levels = [labels.get_level_values(level) for level in range(labels.nlevels)]
    return [column("index" if level.name is None else level.name, level) for level in levels]


def table(value):
    if isinstance(value, pd.Series):
        return {"index": index(value.index), "columns": [column(value.name, value)]}
    return {"index": index(value.index), "columns": [column(name, value[name]) for name in value.columns]}


def answer(case):
    try:
        value = case()
    except Exception as error:
        return {"refused": type(error).__name__}
    if isinstance(value, str):
        return {"text": value}
    if isinstance(value, (pd.DataFrame, pd.Series)):
        return table(value)
    return {"value": None if pd.isna(value) else value.item() if hasattr(value, "item") else value}


if __name__ == "__main__":
    goldens = {"pandas": pd.__version__, "csvs": CSVS, "tables": {name: table(frame) for name, frame in FRAMES.items()}}
    goldens["cases"] = {name: answer(case) for name, case in CASES.items()}
    path = Path(__file__).parent.parent / "tests/goldens/pandas.json"
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(case)}" for name, case in goldens["cases"].items())
    tables = ",\n".join(f"{json.dumps(name)}: {json.dumps(frame)}" for name, frame in goldens["tables"].items())
    csvs = ",\n".join(f"{json.dumps(name)}: {json.dumps(text)}" for name, text in CSVS.items())
    path.write_text(f'{{"pandas": "{pd.__version__}", "csvs": {{\n{csvs}\n}}, "tables": {{\n{tables}\n}}, "cases": {{\n{lines}\n}}}}\n')
    refused = [f"{name} ({case['refused']})" for name, case in goldens["cases"].items() if "refused" in case]
    print(f"{len(CASES)} cases; refused: {', '.join(refused)}")
