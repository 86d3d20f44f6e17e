//! Fugue's calls and ours, side by side.
//!
//! The idea of this mode is [Fugue](https://github.com/fugue-project/fugue)'s: write a function, say how the data is split
//! and what comes out, choose the engine last. The project is under the Apache License 2.0, and the credit for the idea
//! is its authors'. The code here is our own. Names and behaviour below are those of Fugue 0.9.7 on its pandas engine
//! (`NativeExecutionEngine`); `fa` is `fugue.api`.
//!
//! What has no counterpart says so: "none" is a decision or a gap, never a synonym for something nearby.
//!
//! # The call
//!
//! | Fugue | here |
//! |---|---|
//! | `fa.transform(df, f, schema="*, x: double", partition=..., engine=...)` | [`transform()`]`(df, f)`[`.schema`](Transform::schema)`("*, x: f64")`[`.partition`](Transform::partition)`(...)`[`.run`](Transform::run)`(&engine)` |
//! | `fa.out_transform(df, f)` | [`Transform::for_each`] |
//! | `params={"minutes": 15}` | [`Transform::params`]`(15)`: one value of the function's own type |
//! | a frame among the `params` | [`Transform::broadcast`] |
//! | `callback=` | [`Transform::callback`], and [`Cursor::send`] in the function |
//! | `ignore_errors=[ValueError]` | [`Transform::ignore_errors`]`([`[`ErrorKind::of`]`::<ParseIntError>()], &dropped)` |
//! | `save_path="x.parquet"` | [`Transform::save_as`] |
//! | `checkpoint=True`, `persist=True` | [`Table::from`]`(call)`, then [`Table::checkpoint`] or [`Table::persist`] |
//! | `as_local=True`, `as_fugue=True` | none: a result is always a local `DataFrame` |
//! | `df` as the path of a Parquet file | the same, or a folder or glob: [`Table`] |
//! | `engine="spark"`, `engine_conf=` | `run(&engine)`: [below](#engines) |
//!
//! # Schema expressions
//!
//! [`OutputSchema`] is the reference; errors point at the character.
//!
//! | Fugue | here |
//! |---|---|
//! | `a:int,b:str` | the same |
//! | `*`, `*,x:double` | the same |
//! | `*-a,b` | the same; an error when one is not there |
//! | `*~a` | the same: dropped if present |
//! | `*+a:str` | the same: another type in the same place, or appended |
//! | `` `a b`:int `` | the same |
//! | `[int]`, `{x:int}` | the same |
//! | `int`, `long`, `float`, `double`, `str`, `bool`, `bytes`, `date`, `datetime`, ... | the same, and `i32`, `i64`, `f32`, `f64`, ...; written as the latter |
//! | `<str,int>` (map), `decimal(3,2)` | none |
//! | `# schema: *` in a comment above the function | none: `.schema(...)` says it at the call |
//! | `schema=` as a function of the input's schema | none; [`OutputSchema::of`] and `format!` |
//!
//! # Partitions
//!
//! | `PartitionSpec(...)` | here |
//! |---|---|
//! | `by=["a"]`, `partition_by=` | [`by`]`(["a"])` |
//! | `presort="b desc, c"` | [`Partition::presort`]`("b desc, c")` |
//! | `num=4`, `num_partitions=` | [`num`](super::num())`(4)`, [`Partition::num`] |
//! | `num="ROWCOUNT/4 + 3"`, `CONCURRENCY` | the same text, where [each division rounds down](#where-this-is-stricter); also `min` and `max`: [`NumExpression`](expression::NumExpression) |
//! | `"per_row"` | [`per_row()`] |
//! | `algo="default"` | leave it out |
//! | `algo="hash"` | [`Algo::Hash`], also the default |
//! | `algo="rand"` | [`Algo::Rand`], with a seed |
//! | `algo="even"` | [`Algo::Even`] |
//! | `algo="coarse"` | [`Algo::Coarse`] |
//! | `row_limit`, `size_limit` (to be deprecated) | none |
//! | `PartitionSpec(spec, by=...)`, one that overrides another | none; a [`Partition`] is a value, and a function can make it |
//!
//! A presort that names a key, or a key or presort that the input lacks, is an error in both.
//!
//! # Functions
//!
//! In Fugue annotations say what a function takes; here its types do, and [`IntoFunction`] lists them.
//!
//! | annotation | here |
//! |---|---|
//! | `pd.DataFrame`, `pl.DataFrame`, `pa.Table`, `LocalDataFrame` | `DataFrame`, `&DataFrame` |
//! | `Iterable[pd.DataFrame]`, `Iterable[pa.Table]` in | [`Frames`] |
//! | `Iterable[pd.DataFrame]` out | any iterator of `DataFrame` or of `Result<DataFrame, _>`: [`GivesRows`] |
//! | `List[Dict[str, Any]]` | `Vec<T>`, `&[T]`, with `T` a struct of the caller's |
//! | `Iterable[Dict[str, Any]]` | [`Structs<T>`](Structs) |
//! | `EmptyAwareIterable[...]` | `.peekable()` of [`Structs`] |
//! | `List[List[Any]]`, `Iterable[List[Any]]` | none: a struct has names and types |
//! | further arguments with defaults | one `&P`, which [`Transform::params`] gives |
//! | `-> None` | a function that returns `()`, with [`Transform::for_each`] |
//! | a `Transformer` class with `on_init` | a function with `&P`, and [`Transform::on_init`], which makes `P` once per physical partition |
//! | `self.cursor.key_value_dict["a"]` | [`Cursor::key`]`("a")` |
//! | `self.cursor.physical_partition_no` | [`Cursor::physical_partition`] |
//! | `self.cursor.partition_no` | [`Cursor::group`], counted within the physical partition |
//! | `self.cursor.slice_no`, `self.cursor.row` | none |
//! | an argument annotated `Callable`, with `callback=` | [`Cursor::send`] |
//! | `@transformer(...)`, `register_transformer("name", f)` | [`register!`](crate::register), only where functions must be found by name |
//!
//! # Validation rules
//!
//! | Fugue, in a comment or `@transformer(...)` | [`Transform::validate`], or `validate =` of [`register!`](crate::register) |
//! |---|---|
//! | `partitionby_has: a` | `partition_by_has: a` |
//! | `partitionby_is: a` | `partition_by_is: a` |
//! | `presort_has: b desc` | the same |
//! | `presort_is` | none |
//! | `input_has: a, b:double` | the same |
//! | `input_is: a:int,b:str` | the same |
//!
//! An unknown rule is an error in both; but a comment that is misspelt is a comment, and Fugue cannot see it.
//!
//! # Several inputs
//!
//! | Fugue | here |
//! |---|---|
//! | `dag.zip(a, b, how=..., partition={"by": ["k"]})` | `a.`[`zip`](Zippable::zip)`(b)`[`.by`](Zip::by)`(["k"])`[`.how`](Zip::how)`(...)` |
//! | `how="inner"`, `"left_outer"`, `"right_outer"`, `"full_outer"`, `"cross"` | [`How::Inner`], [`How::Left`], [`How::Right`], [`How::Full`], [`How::Cross`] |
//! | `.transform(f)` of a zip, `@cotransformer` | [`cotransform()`]`(zip, f)` |
//! | `.out_transform(f)` of a zip | [`cotransform()`], then [`Transform::for_each`] |
//! | `def f(a: pd.DataFrame, b: pd.DataFrame)` | `fn f(a: DataFrame, b: DataFrame)`: [`IntoSidesFunction`] |
//! | `def f(dfs: DataFrames)` | `fn f(sides:`[`Sides`]`)`, with [`Zip::named`] |
//! | `fa.inner_join(a, b)`, `left_outer_join`, `right_outer_join`, `full_outer_join` | [`Table::join`] with [`How::Inner`], [`How::Left`], [`How::Right`], [`How::Full`] |
//! | `fa.semi_join`, `anti_join`, `cross_join` | [`Table::join`] with [`How::Semi`], [`How::Anti`], [`How::Cross`] |
//! | `fa.join(a, b, how=..., on=[...])` | [`Table::join_on`]; a column that both have and that is not joined on is an error |
//! | `fa.union`, `subtract`, `intersect` | [`Table::union`], [`Table::subtract`], [`Table::intersect`] |
//! | the same with `distinct=False` | [`Table::union_all`], [`Table::subtract_all`], [`Table::intersect_all`] |
//! | `fa.distinct` | [`Table::distinct`] |
//!
//! # Tables
//!
//! | Fugue | here |
//! |---|---|
//! | `fa.take(df, 3, presort="b desc", partition=...)` | [`Table::take`]`(3, by([...]).presort("b desc"))`; nulls last, no `na_position` |
//! | `fa.sample(df, frac=0.1, seed=7)` | [`Table::sample`]`(0.1, 7)` |
//! | `fa.sample(df, n=...)`, `replace=True` | none |
//! | `fa.fillna(df, 0, subset=["a"])` | [`Table::fillna`]`(0, &["a"])`; a value that does not fit the column's type is an error |
//! | `fa.dropna(df, subset=["a"])` | [`Table::dropna`]`(&["a"])` |
//! | `fa.dropna(how="all")`, `thresh=` | none; [`Table::filter`] |
//! | `fa.select(df, ...)` with `where=`, `having=` | [`Table::select`], [`Table::filter`], with expressions of polars |
//! | `fa.filter` | [`Table::filter`] |
//! | `fa.assign(df, x=...)` | [`Table::with_columns`] |
//! | `fa.aggregate(df, partition_by="a", x=...)` | [`Table::aggregate`]`(["a"], [...])` |
//! | `fa.rename`, `fa.alter_columns` | [`Table::select`] or [`Table::with_columns`], with `.alias(...)` and `.cast(...)` |
//! | `fa.select_columns`, `drop_columns` | [`Table::columns`] |
//! | `fa.head(df, 10)` | [`Table::take`]`(10, Partition::default())` |
//! | `fa.count`, `is_empty`, `peek_array`, `peek_dict`, `show` | none for a [`Table`]; the frame that `run` returns has and prints them |
//! | `fa.get_schema`, `get_column_names` | [`Table::empty`], and [`OutputSchema::of`] its schema |
//! | `fa.is_local`, `is_bounded`, `is_df`, `as_fugue_df`, `get_native_as_df` | none: a frame is local, and a [`Table`] is not there yet |
//! | `fa.as_pandas`, `as_arrow`, `as_array`, `as_dicts`, `as_local` | none: `run` returns a `DataFrame` of polars, which has its own ways out |
//! | `fa.normalize_column_names` | none: any name is a name, in backquotes where it must be |
//! | `fa.get_num_partitions` | none: a table has no partitions; [`Cursor::physical_partition`] tells a function its own |
//! | `fa.repartition` | none: a split belongs to a call |
//! | `fa.load("x.parquet", columns=[...])` | [`Table::from`]`(("x.parquet", ["a", "b"]))` |
//! | `fa.save(df, "x.parquet")` | [`Table::save_as`]: one file, which replaces another |
//! | CSV, JSON, `mode="append"` | none |
//! | `.persist()`, `.weak_checkpoint()` | [`Table::persist`] |
//! | `.deterministic_checkpoint()` | [`Table::checkpoint`] |
//! | `.checkpoint()`, `.strong_checkpoint()` | [`Table::save_as`], and the path as the next input |
//! | `fa.broadcast(df)`, `.broadcast()` | [`Table::broadcast`] for a join, [`Transform::broadcast`] for a function |
//! | `FugueWorkflow`, `dag.run()`, `yield_dataframe_as` | a [`Table`] is the plan, and `run` is the end of it |
//! | `dag.set_op("union", a, b)` | [`Table::union`] and its like |
//! | `@creator`, `@processor`, `@outputter`, `@module` | none: a function that makes, changes or takes a [`Table`] |
//! | `yield_file_as`, `yield_table_as` | none; [`Table::save_as`], and the path |
//! | FugueSQL: `fa.fugue_sql`, `fugue_sql_flow`, `%%fsql`, `raw_sql` | none; what a `LazyFrame` says can be a [`Table`] |
//!
//! # Engines
//!
//! | Fugue | here |
//! |---|---|
//! | no engine, `"native"`, `"pandas"` | [`Serial`] |
//! | a local Dask or Ray, for the cores of one machine | [`Threads`] |
//! | `"spark"`, `"dask"`, `"ray"`, `"duckdb"` | none |
//! | `register_execution_engine`, a class | implement [`Engine`] |
//! | `fa.get_current_parallelism` | [`Engine::concurrency`] |
//! | `fa.get_current_conf` | none: there is no configuration beside what each call says |
//! | `fa.run_engine_function` | none; what does not fit a call is a method of your own [`Engine`] |
//! | `fa.engine_context`, `set_global_engine`, `clear_global_engine` | none: each call names its engine |
//! | `engine_conf={...}` | [`Transform::memory_budget`], [`Transform::spill_to`], and what an engine is made with |
//!
//! # Where this is stricter
//!
//! The same program, another answer. Each example says what Fugue does first.
//!
//! **A value that does not fit its type.** Fugue gives 1 for 1.7 in an `int` column. Here nothing is lost in silence; what
//! loses nothing (`i32` to `i64`, `"7"` to 7) is cast in both.
//!
//! ```
//! use outgrow::partitioned::{Serial, by, transform};
//! use polars::prelude::*;
//!
//! let flights = df!("carrier" => ["UA"], "delay" => [1.7])?;
//! let call = transform(flights, |rows: DataFrame| rows).schema("carrier: str, delay: int").partition(by(["carrier"]));
//! let error = call.run(&Serial).unwrap_err().to_string();
//! assert!(error.contains("delay") && error.contains("1.7") && error.contains("carrier = \"UA\""), "{error}");
//! # Ok::<(), outgrow::Error>(())
//! ```
//!
//! **An unknown `algo`.** Fugue takes any text, and one that it does not know has no effect. In code [`Algo`] is an enum;
//! as text:
//!
//! ```
//! use outgrow::partitioned::Algo;
//! let error = "hsah".parse::<Algo>().unwrap_err().to_string();
//! assert_eq!(error, "unknown algo `hsah`. Use hash, rand, even or coarse.");
//! ```
//!
//! **Partitions that were dropped.** With `ignore_errors` Fugue leaves out the partition and says nothing. Here a call that
//! ignores errors must be given something to report to:
//!
//! ```
//! use outgrow::partitioned::{Dropped, ErrorKind, Serial, by, transform};
//! use polars::prelude::*;
//!
//! fn enough(flights: DataFrame) -> DataFrame {
//!     assert!(flights.height() > 1, "too few flights");
//!     flights
//! }
//! let flights = df!("carrier" => ["UA", "AA", "UA"])?;
//! let dropped = Dropped::default();
//! let call = transform(flights, enough).schema("*").partition(by(["carrier"]));
//! assert_eq!(call.ignore_errors([ErrorKind::panic()], &dropped).run(&Serial)?.height(), 2);
//! assert!(dropped.to_string().starts_with("1 partition with 1 row dropped; the first: for carrier = \"AA\""));
//! # Ok::<(), outgrow::Error>(())
//! ```
//!
//! **Null keys.** In Fugue a null matches nothing in a join, and another null in a zip. Here it matches nothing in both:
//! one rule. (In `by` nulls are a group, in both libraries.)
//!
//! ```
//! use outgrow::partitioned::{How, Serial, Table, Zippable, cotransform};
//! use polars::prelude::*;
//!
//! let flights = df!("tail" => [Some("N1"), None])?;
//! let planes = df!("tail" => [Some("N1"), None], "seats" => [55, 2])?;
//! assert_eq!(Table::from(&flights).join(&planes, How::Inner).run(&Serial)?.height(), 1);
//!
//! let count = |flights: DataFrame, planes: DataFrame| {
//!     df!("flights" => [flights.height() as u32], "planes" => [planes.height() as u32])
//! };
//! let keys = cotransform(flights.zip(&planes), count).schema("flights: u32, planes: u32").run(&Serial)?;
//! assert!(keys.equals(&df!("flights" => [1u32], "planes" => [1u32])?)); // Fugue: two keys
//! # Ok::<(), outgrow::Error>(())
//! ```
//!
//! **No row, and a number of partitions.** `num=4` without keys, on a frame without rows, ends Fugue's run with
//! `ValueError: No objects to concatenate`. Here it is a call that gives no row:
//!
//! ```
//! use outgrow::partitioned::{Threads, num, transform};
//! use polars::prelude::*;
//!
//! let none = df!("delay" => [4])?.clear();
//! let call = transform(none, |rows: DataFrame| rows).schema("*");
//! assert_eq!(call.partition(num(4)).run(&Threads::default())?.shape(), (0, 1));
//! # Ok::<(), outgrow::Error>(())
//! ```
//!
//! **A number of partitions is read, never evaluated.** Fugue hands the text to Python's `eval`, once `ROWCOUNT` and
//! `CONCURRENCY` are put in, and rounds down what comes out. Here it is a language of its own, of whole numbers, with
//! `+ - * /`, `min` and `max`: each division rounds down where it stands.
//!
//! ```
//! use outgrow::partitioned::expression::NumExpression;
//! assert!("__import__('os').getpid()".parse::<NumExpression>().is_err());
//! assert_eq!("min(ROWCOUNT / 2, CONCURRENCY * 4)".parse::<NumExpression>().unwrap().value(100, 4), Ok(16));
//! assert_eq!("ROWCOUNT / 4 * 3".parse::<NumExpression>().unwrap().value(10, 4), Ok(6)); // Fugue: 7
//! ```

#[cfg(doc)]
use super::*;
