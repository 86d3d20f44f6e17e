//! What a function may take and give, and where rows come from and go to.

use outgrow::partitioned::{Cursor, Engine, Frames, Structs, by, num, transform};
use polars::prelude::*;
use serde::{Deserialize, Serialize};

use super::{case_1, count, first, message, same, same_rows};

fn looks(rows: &DataFrame) -> DataFrame {
    rows.head(Some(1))
}
outgrow::register!(looks);

pub fn frames_and_references(engine: &dyn Engine) {
    let expected = df!("a" => [None, Some(1.0), Some(3.0)], "b" => [1, 2, 4]).unwrap();
    let by_value = transform(case_1(), first).schema("*").partition(by(["a"]).presort("b")).run(engine).unwrap();
    let looked = transform(case_1(), looks).schema("*").partition(by(["a"]).presort("b")).run(engine).unwrap();
    same_rows(&by_value, &expected);
    same_rows(&looked, &expected);
}

/// Business logic that has never heard of frames.
#[derive(Deserialize)]
struct Flight {
    carrier: String,
    delay: Option<f64>,
}

#[derive(Serialize)]
struct Summary {
    flights: u32,
    carrier: String,
    worst: Option<f64>,
}

fn summary(flights: Vec<Flight>) -> Vec<Summary> {
    let worst = flights.iter().filter_map(|flight| flight.delay).reduce(f64::max);
    vec![Summary { flights: flights.len() as u32, carrier: flights[0].carrier.clone(), worst }]
}
outgrow::register!(summary);

fn flights() -> DataFrame {
    df!(
        "carrier" => ["UA", "AA", "UA", "B6"],
        "tail" => [1, 2, 3, 4],
        "delay" => [Some(3.5), None, Some(40.0), Some(-2.0)]
    )
    .unwrap()
}

fn summaries() -> DataFrame {
    let worst = [Some(40.0), None, Some(-2.0)];
    df!("carrier" => ["UA", "AA", "B6"], "worst" => worst, "flights" => [2u32, 1, 1]).unwrap()
}

const SUMMARY: &str = "carrier: str, worst: f64, flights: u32";

pub fn structs_in_and_out(engine: &dyn Engine) {
    let found = transform(flights(), summary).schema(SUMMARY).partition(by(["carrier"])).run(engine).unwrap();
    same_rows(&found, &summaries());
    // A null has no place in a field that is no Option.
    #[derive(Deserialize)]
    #[allow(dead_code)]
    struct Strict {
        delay: f64,
    }
    fn strict(flights: Vec<Strict>) -> DataFrame {
        df!("n" => [flights.len() as u32]).unwrap()
    }
    let refused = message(
        transform(flights(), strict).schema("n: u32").partition(by(["carrier"])).run(&outgrow::partitioned::Serial),
    );
    assert!(refused.contains("for carrier = \"AA\"") && refused.contains("do not fit"), "{refused}");
}

fn summary_of_slice(flights: Structs<Flight>) -> Result<Vec<Summary>, std::fmt::Error> {
    let flights: Vec<Flight> = flights.collect();
    Ok(summary(flights))
}
outgrow::register!(summary_of_slice);

pub fn an_iterator_of_structs(engine: &dyn Engine) {
    let found = transform(flights(), summary_of_slice).schema(SUMMARY).partition(by(["carrier"])).run(engine).unwrap();
    same_rows(&found, &summaries());
}

fn twice(pieces: Frames) -> impl Iterator<Item = DataFrame> {
    pieces.flat_map(|piece| [piece.clone(), piece])
}
outgrow::register!(twice);

pub fn an_iterator_of_frames(engine: &dyn Engine) {
    let input = df!("a" => [1, 2, 1]).unwrap();
    let expected = df!("a" => [1, 1, 1, 1, 2, 2]).unwrap();
    same_rows(&transform(&input, twice).schema("*").run(engine).unwrap(), &expected);
    same_rows(&transform(&input, twice).schema("*").partition(by(["a"])).run(engine).unwrap(), &expected);
}

fn nothing(_: Frames) -> std::iter::Empty<DataFrame> {
    std::iter::empty()
}
outgrow::register!(nothing);

/// Case 5.
pub fn yielding_nothing_has_the_schema(engine: &dyn Engine) {
    let input = df!("a" => [1, 3], "b" => [2, 4]).unwrap();
    let expected = df!("a" => Vec::<i32>::new(), "b" => Vec::<i32>::new(), "c" => Vec::<i32>::new()).unwrap();
    same_rows(&transform(&input, nothing).schema("*, c: i32").run(engine).unwrap(), &expected);
    same_rows(&transform(&input, nothing).schema("*, c: i32").partition(by(["a"])).run(engine).unwrap(), &expected);
}

fn other_way_round(rows: DataFrame) -> PolarsResult<DataFrame> {
    rows.select(["b", "a"])
}
outgrow::register!(other_way_round);

pub fn columns_in_another_order_are_put_right(engine: &dyn Engine) {
    let input = df!("a" => [1, 3], "b" => [2, 4]).unwrap();
    same_rows(&transform(&input, other_way_round).schema("*").run(engine).unwrap(), &input);
}

pub fn values_widen_when_nothing_is_lost(engine: &dyn Engine) {
    let input = df!("a" => [1, 3], "b" => ["2", "4"]).unwrap();
    let found = transform(&input, same).schema("a: i64, b: i16").partition(by(["a"])).run(engine).unwrap();
    same_rows(&found, &df!("a" => [1i64, 3], "b" => [2i16, 4]).unwrap());
}

#[derive(Serialize, Deserialize)]
struct Scale {
    by: i32,
    name: String,
}

fn scaled(rows: DataFrame, scale: &Scale) -> PolarsResult<DataFrame> {
    let scaled = rows.column("a")?.i32()? * scale.by;
    Ok(scaled.with_name(scale.name.as_str().into()).into_column().into_frame())
}
outgrow::register!(scaled);

pub fn parameters_reach_the_function(engine: &dyn Engine) {
    let input = df!("a" => [1, 3]).unwrap();
    let scale = Scale { by: 3, name: "b".into() };
    let found = transform(&input, scaled).params(scale).schema("b: i32").partition(by(["a"])).run(engine).unwrap();
    same_rows(&found, &df!("b" => [3, 9]).unwrap());
}

fn key_and_number(rows: &DataFrame, offset: &i32, cursor: Cursor<'_>) -> anyhow::Result<DataFrame> {
    let key: i32 = cursor.key("a")?.try_extract()?;
    anyhow::ensure!(cursor.key("b").is_err() && rows.height() == 2);
    Ok(df!("key" => [key + offset])?)
}
outgrow::register!(key_and_number);

pub fn a_cursor_tells_the_key(engine: &dyn Engine) {
    let input = df!("a" => [1, 3, 3, 1], "b" => [0, 0, 0, 0]).unwrap();
    let found =
        transform(&input, key_and_number).params(10).schema("key: i32").partition(by(["a"])).run(engine).unwrap();
    same_rows(&found, &df!("key" => [11, 13]).unwrap());
    fn no_key(_: DataFrame, cursor: Cursor) -> outgrow::Result<DataFrame> {
        cursor.key("a").map(|_| DataFrame::empty())
    }
    let refused = message(transform(&input, no_key).schema("*").run(&outgrow::partitioned::Serial));
    assert!(refused.contains("no key `a`") && refused.contains("Split with by([\"a\"])"), "{refused}");
}

/// Stands for a model that is expensive to load: it is as large as the parameter says.
fn load(size: &i32) -> std::io::Result<Vec<i32>> {
    Ok((0..*size).collect())
}

fn predict(rows: DataFrame, model: &[i32]) -> PolarsResult<DataFrame> {
    df!("prediction" => vec![model.len() as i32; rows.height()])
}
outgrow::register!(predict, on_init = load);

pub fn set_up_once_in_each_physical_partition(engine: &dyn Engine) {
    let input = df!("a" => [1, 2, 3]).unwrap();
    let call = transform(&input, predict).on_init(load).params(7).schema("prediction: i32").partition(num(2));
    same_rows(&call.run(engine).unwrap(), &df!("prediction" => [7, 7, 7]).unwrap());
}

pub fn files_are_read_by_row_group(engine: &dyn Engine) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.parquet");
    let rows = df!("a" => (0..300_000).collect::<Vec<i32>>(), "b" => vec!["x"; 300_000]).unwrap();
    transform(&rows, same).schema("*").save_as(&path, engine).unwrap();
    let glob = format!("{}/*.parquet", folder.path().display());
    for input in [path.to_str().unwrap(), folder.path().to_str().unwrap(), &glob] {
        let found = transform(input, count).schema("n: u32").run(engine).unwrap();
        assert_eq!(found.column("n").unwrap().u32().unwrap().sum(), Some(300_000));
    }
    let found = transform((path.to_str().unwrap(), ["a"]), same).schema("*").partition(num(7)).run(engine).unwrap();
    same_rows(&found, &rows.select(["a"]).unwrap());
    let missing = message(transform("no/such.parquet", count).schema("n: u32").run(engine));
    assert!(missing.contains("`no/such.parquet` is no file"), "{missing}");
}

pub fn a_lazy_frame_is_an_input(engine: &dyn Engine) {
    let lazy = case_1().lazy().filter(col("a").is_not_null());
    let found = transform(lazy, same).schema("*").partition(by(["a"])).run(engine).unwrap();
    same_rows(&found, &df!("a" => [Some(1.0), Some(3.0)], "b" => [2, 4]).unwrap());
}

pub fn a_call_is_the_input_of_another(engine: &dyn Engine) {
    let first_rows = transform(case_1(), first).schema("*").partition(by(["a"]).presort("b"));
    let found = transform(first_rows, count).schema("n: u32").partition(by(["b"])).run(engine).unwrap();
    same_rows(&found, &df!("n" => [1u32, 1, 1]).unwrap());
    // The second call is checked before the first one runs.
    let first_rows = transform(case_1(), super::unreachable).schema("*");
    let refused = message(transform(first_rows, count).schema("n: u32").partition(by(["x"])).run(engine));
    assert!(refused.contains("no column `x`"), "{refused}");
}

fn effect(rows: DataFrame) {
    assert_eq!(rows.height(), 1);
}
outgrow::register!(effect);

pub fn for_each_returns_nothing(engine: &dyn Engine) {
    let input = df!("a" => [1, 2]).unwrap();
    transform(&input, effect).partition(by(["a"])).for_each(engine).unwrap();
    transform(&input, count).for_each(engine).unwrap();
    transform(flights(), summary).for_each(engine).unwrap();
    let two = df!("a" => [1, 1]).unwrap();
    let failed = message(transform(&two, effect).partition(by(["a"])).for_each(engine));
    assert!(failed.contains("`effect` failed for a = 1: it panicked"), "{failed}");
}

pub fn save_as_writes_what_run_returns(engine: &dyn Engine) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.parquet");
    let input = df!("a" => (0..5_000).map(|n| n % 999).collect::<Vec<i32>>()).unwrap();
    let call = || transform(&input, first).schema("*").partition(by(["a"]));
    assert_eq!(call().save_as(&path, engine).unwrap(), path);
    same_rows(
        &outgrow::ParquetFiles::open(path.to_str().unwrap()).unwrap().read_all(&["a"]).unwrap(),
        &call().run(engine).unwrap(),
    );
    // A folder, of as many files as the engine likes, and of nothing else.
    let parts = folder.path().join("parts/");
    assert_eq!(call().save_as(&parts, engine).unwrap(), parts);
    same_rows(
        &outgrow::ParquetFiles::open(parts.to_str().unwrap()).unwrap().read_all(&["a"]).unwrap(),
        &call().run(engine).unwrap(),
    );
    let other = |path: &std::path::Path| path.extension().is_none_or(|extension| extension != "parquet");
    assert!(!parts.read_dir().unwrap().any(|entry| other(&entry.unwrap().path())));
    let again = message(call().save_as(&parts, engine));
    assert!(again.contains("is a folder that is not empty"), "{again}");
    std::fs::remove_dir_all(&parts).unwrap();
    // A failure leaves what was there, and nothing else.
    let failed = message(transform(&input, super::unreachable).schema("*").save_as(&path, engine));
    assert!(failed.contains("it panicked"), "{failed}");
    assert_eq!(outgrow::ParquetFiles::open(path.to_str().unwrap()).unwrap().rows(), 999);
    assert_eq!(folder.path().read_dir().unwrap().count(), 1);
    let empty = transform(&input, nothing).schema("*").save_as(&path, engine).unwrap();
    assert_eq!(outgrow::ParquetFiles::open(empty.to_str().unwrap()).unwrap().rows(), 0);
}
