//! Several inputs.

use outgrow::partitioned::{
    Cursor, Dropped, Engine, ErrorKind, How, Sides, Table, Transform, Zip, Zippable, cotransform,
};
use polars::prelude::*;

use super::{message, same_rows};

fn a() -> DataFrame {
    df!("a" => [1, 3, 1], "b" => [2, 4, 5]).unwrap()
}

fn b() -> DataFrame {
    df!("c" => [6, 2], "a" => [1, 7]).unwrap()
}

/// The key, and how many rows each side has of it.
fn sizes(left: DataFrame, right: DataFrame) -> PolarsResult<DataFrame> {
    let from = if left.height() > 0 { &left } else { &right };
    let key = from.column("a")?.i32()?.get(0);
    df!("key" => [key], "left" => [left.height() as u32], "right" => [right.height() as u32])
}
outgrow::register!(sizes, sides);

const SIZES: &str = "key: i32, left: u32, right: u32";

fn zipped(how: How) -> Zip {
    a().zip(b()).by(["a"]).how(how)
}

fn check(how: How, expected: &[(i32, u32, u32)], engine: &dyn Engine) {
    let found = cotransform(zipped(how), sizes).schema(SIZES).run(engine).unwrap();
    let column = |of: fn(&(i32, u32, u32)) -> u32| expected.iter().map(of).collect::<Vec<u32>>();
    let keys: Vec<i32> = expected.iter().map(|row| row.0).collect();
    same_rows(&found, &df!("key" => keys, "left" => column(|row| row.1), "right" => column(|row| row.2)).unwrap());
}

/// Case 6.
pub fn zip_inner(engine: &dyn Engine) {
    check(How::Inner, &[(1, 2, 1)], engine);
}

pub fn zip_left(engine: &dyn Engine) {
    check(How::Left, &[(1, 2, 1), (3, 1, 0)], engine);
}

pub fn zip_right(engine: &dyn Engine) {
    check(How::Right, &[(1, 2, 1), (7, 0, 1)], engine);
}

pub fn zip_full(engine: &dyn Engine) {
    check(How::Full, &[(1, 2, 1), (3, 1, 0), (7, 0, 1)], engine);
}

fn only_sizes(left: DataFrame, right: DataFrame) -> PolarsResult<DataFrame> {
    df!("left" => [left.height() as u32], "right" => [right.height() as u32])
}
outgrow::register!(only_sizes, sides);

pub fn zip_cross(engine: &dyn Engine) {
    let cross = |a: DataFrame, b: DataFrame| {
        let call = cotransform(a.zip(b).how(How::Cross), only_sizes).schema("left: u32, right: u32");
        call.run(engine).unwrap()
    };
    same_rows(&cross(a(), b()), &df!("left" => [3u32], "right" => [2u32]).unwrap());
    same_rows(&cross(a(), b().clear()), &df!("left" => [3u32], "right" => [0u32]).unwrap());
    same_rows(&cross(a().clear(), b().clear()), &df!("left" => [0u32], "right" => [0u32]).unwrap());
}

pub fn zip_by_common_columns(engine: &dyn Engine) {
    let found = cotransform(a().zip(b()), sizes).schema(SIZES).run(engine).unwrap();
    same_rows(&found, &df!("key" => [1], "left" => [2u32], "right" => [1u32]).unwrap());
    let nothing = cotransform(a().zip(b().clear()), sizes).schema(SIZES).run(engine).unwrap();
    assert_eq!((nothing.height(), nothing.width()), (0, 3));
}

fn by_name(sides: Sides) -> anyhow::Result<DataFrame> {
    anyhow::ensure!(
        sides.named("planes").is_err_and(|error| error.to_string().contains("there are flights, weather, airports"))
    );
    let rows = |name: &str| Ok::<_, outgrow::Error>(sides.named(name)?.height() as u32);
    Ok(df!("flights" => [rows("flights")?], "weather" => [rows("weather")?], "all" => [sides.len() as u32])?)
}
outgrow::register!(by_name, sides);

pub fn zip_of_three_by_name(engine: &dyn Engine) {
    let zip = a().zip(b()).zip(df!("a" => [1, 1, 1]).unwrap()).named(["flights", "weather", "airports"]);
    let found = cotransform(zip.clone(), by_name).schema("flights: u32, weather: u32, all: u32").run(engine).unwrap();
    same_rows(&found, &df!("flights" => [2u32], "weather" => [1u32], "all" => [3u32]).unwrap());
    let told = message(cotransform(zip, sizes).schema(SIZES).run(engine));
    assert!(told.contains("`sizes` takes 2 inputs, and 3 are zipped"), "{told}");
}

pub fn zip_null_keys_never_match(engine: &dyn Engine) {
    let left = df!("a" => [Some(1), None, None], "b" => [1, 1, 1]).unwrap();
    let right = df!("a" => [None, Some(1)], "c" => [1, 1]).unwrap();
    let run = |how| cotransform(left.zip(&right).by(["a"]).how(how), sizes).schema(SIZES).run(engine).unwrap();
    let rows = |keys: &[Option<i32>], left: &[u32], right: &[u32]| {
        df!("key" => keys, "left" => left, "right" => right).unwrap()
    };
    same_rows(&run(How::Inner), &rows(&[Some(1)], &[1], &[1]));
    same_rows(&run(How::Left), &rows(&[Some(1), None], &[1, 2], &[1, 0]));
    same_rows(&run(How::Full), &rows(&[Some(1), None, None], &[1, 2, 0], &[1, 0, 1]));
}

fn firsts(left: DataFrame, right: DataFrame) -> PolarsResult<DataFrame> {
    let first = |rows: &DataFrame| rows.column("t")?.i32()?.get(0).ok_or_else(|| polars_err!(NoData: "no row"));
    df!("left" => [first(&left)?], "right" => [first(&right)?])
}
outgrow::register!(firsts, sides);

pub fn zip_presorts_each_side(engine: &dyn Engine) {
    let left = df!("a" => [1, 1], "t" => [3, 4]).unwrap();
    let right = df!("a" => [1, 1], "t" => [9, 8]).unwrap();
    let zip = left.zip(&right).by(["a"]).presort("t desc").num(2);
    let found = cotransform(zip, firsts).schema("left: i32, right: i32").run(engine).unwrap();
    same_rows(&found, &df!("left" => [4], "right" => [9]).unwrap());
}

#[derive(serde::Deserialize)]
struct Flight {
    b: i32,
}
#[derive(serde::Deserialize)]
struct Weather {
    c: i32,
}
#[derive(serde::Serialize)]
struct Both {
    sum: i32,
}

fn add(flights: Vec<Flight>, weather: Vec<Weather>) -> Vec<Both> {
    let sum = flights.iter().map(|flight| flight.b).sum::<i32>() + weather.iter().map(|weather| weather.c).sum::<i32>();
    vec![Both { sum }]
}
outgrow::register!(add, sides);

pub fn zip_of_structs(engine: &dyn Engine) {
    let found = cotransform(zipped(How::Full), add).schema("sum: i32").run(engine).unwrap();
    same_rows(&found, &df!("sum" => [13, 4, 2]).unwrap());
}

#[derive(serde::Serialize, serde::Deserialize)]
struct Scale {
    by: u32,
}

fn scale(text: &str) -> Result<Scale, std::num::ParseIntError> {
    Ok(Scale { by: text.parse()? })
}

/// Everything that a function of one table may ask for: by reference, parameters that were set up, a cursor.
fn told(left: &DataFrame, right: &DataFrame, scale: &Scale, cursor: Cursor) -> anyhow::Result<DataFrame> {
    let key: i32 = cursor.key("a")?.try_extract()?;
    anyhow::ensure!(key != 7, "no flights");
    cursor.send(&key)?;
    Ok(df!("key" => [key], "left" => [scale.by * left.height() as u32], "right" => [right.height() as u32])?)
}
outgrow::register!(told, sides, validate = "partition_by_has: a", on_init = scale);

pub fn a_cotransform_has_all_that_a_transform_has(engine: &dyn Engine) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sizes.parquet");
    let (dropped, received) = (Dropped::default(), std::sync::Mutex::new(Vec::new()));
    fn call<'a>() -> Transform<'a> {
        let zip = a().zip(b()).by(["a"]).how(How::Full).num("CONCURRENCY * 2");
        cotransform(zip, told).on_init(scale).params("10".to_string()).schema(SIZES).memory_budget("16MiB")
    }
    let ignored = call()
        .ignore_errors([ErrorKind::any()], &dropped)
        .callback(|key: i32| received.lock().unwrap().push(key))
        .validate("partition_by_is: a")
        .save_as(&path, engine)
        .unwrap();
    let found = Table::from(ignored).run(&outgrow::partitioned::Serial).unwrap();
    same_rows(&found, &df!("key" => [1, 3], "left" => [20u32, 10], "right" => [1u32, 0]).unwrap());
    assert_eq!((dropped.partitions(), dropped.rows()), (1, 1));
    let mut received = received.into_inner().unwrap();
    received.sort_unstable();
    assert_eq!(received, [1, 3]);
    let failed = message(call().for_each(engine));
    assert!(failed.contains("function `told` failed for a = 7: no flights"), "{failed}");
    assert!(message(call().validate("input_has: a").run(engine)).contains("there are several"));
    let by_another = cotransform(df!("x" => [1]).unwrap().zip(df!("x" => [1]).unwrap()), told).on_init(scale);
    let refused = message(by_another.params("1".to_string()).schema(SIZES).run(engine));
    assert!(refused.contains("function `told` demands `partition_by_has: a`"), "{refused}");
}

fn sum_of(flights: &[Flight], weather: &[Weather], times: &i32) -> Vec<Both> {
    let sum = flights.iter().map(|flight| flight.b).chain(weather.iter().map(|weather| weather.c)).sum::<i32>();
    vec![Both { sum: times * sum }]
}
outgrow::register!(sum_of, sides);

pub fn zip_of_slices_with_parameters(engine: &dyn Engine) {
    let found = cotransform(zipped(How::Full), sum_of).params(2).schema("sum: i32").run(engine).unwrap();
    same_rows(&found, &df!("sum" => [26, 8, 4]).unwrap());
}

pub fn a_wrong_zip_is_refused(engine: &dyn Engine) {
    let refused = |zip: Zip| message(cotransform(zip, sizes).schema(SIZES).run(engine));
    for (zip, expected) in [
        (a().zip(b()).by(["a"]).how(How::Cross), "a cross has no keys, and by(a) was given"),
        (a().zip(b()).by(["x"]), "by: the input has no column `x`"),
        (a().zip(b()).by(["b"]), "the input has no column `b`; it has c, a"),
        (a().zip(df!("z" => [1]).unwrap()), "the inputs have no column in common"),
        (a().zip(df!("a" => ["1"]).unwrap()), "column `a` is i32 on one side and str on another"),
        (zipped(How::Semi), "semi is for joins"),
        (a().zip(b()).presort("b"), "presort: the input has no column `b`"),
        (a().zip(b()).named(["one"]), "1 names for 2 inputs"),
        (a().zip(b()).named(["one", "one"]), "two inputs are named `one`"),
    ] {
        let told = refused(zip);
        assert!(told.contains(expected), "{told}");
    }
    let star = message(cotransform(zipped(How::Inner), sizes).schema("*").run(engine));
    assert!(star.contains("`*` has no meaning for several inputs"), "{star}");
    let twice = cotransform(zipped(How::Inner), sizes).schema(SIZES).partition(outgrow::partitioned::by(["a"]));
    assert!(message(twice.run(engine)).contains("the zip says how rows are split"));
}
