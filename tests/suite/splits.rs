//! How rows are split.

use outgrow::partitioned::{Algo, Cursor, Engine, Partition, Table, by, num, per_row, transform};
use polars::prelude::*;

use super::{case_1, count, first, first_of, message, same, same_rows, unreachable, with_count};

/// Cases 1: the first row by key, in order of `b`, both ways, whatever the number of partitions.
pub fn the_first_row_of_each_group(engine: &dyn Engine) {
    let up = df!("a" => [None, Some(1.0), Some(3.0)], "b" => [1, 2, 4]).unwrap();
    let down = df!("a" => [None, Some(1.0), Some(3.0)], "b" => [4, 2, 4]).unwrap();
    same_rows(&first_of(case_1(), by(["a"]).presort("b"), engine), &up);
    same_rows(&first_of(case_1(), by(["a"]).presort("b DESC"), engine), &down);
    same_rows(&first_of(case_1(), by(["a"]).presort("b DESC").num(3), engine), &down);
}

pub fn presort_puts_nulls_last_both_ways(engine: &dyn Engine) {
    let input = df!("a" => [1, 1, 1], "b" => [None, Some(7), Some(8)]).unwrap();
    same_rows(&first_of(&input, by(["a"]).presort("b"), engine), &df!("a" => [1], "b" => [Some(7)]).unwrap());
    same_rows(&first_of(&input, by(["a"]).presort("b desc"), engine), &df!("a" => [1], "b" => [Some(8)]).unwrap());
}

/// Case 2.
pub fn null_keys_form_a_group_of_two_keys(engine: &dyn Engine) {
    let input = df!("a" => [Some(1.0), Some(1.0), None], "b" => [None::<f64>, None, None], "c" => [1, 0, 2]).unwrap();
    let expected = df!("a" => [Some(1.0), None], "b" => [None::<f64>, None], "c" => [0, 2]).unwrap();
    same_rows(&first_of(input, by(["a", "b"]).presort("c"), engine), &expected);
}

/// Adds `p` before `ct`.
fn p_then_ct(rows: DataFrame) -> PolarsResult<DataFrame> {
    let mut with_p = rows.clone();
    with_p.with_column(Column::new("p".into(), vec![1i32; rows.height()]))?;
    with_count(with_p)
}
outgrow::register!(p_then_ct);

/// Case 3.
pub fn columns_are_appended_in_the_order_of_the_schema(engine: &dyn Engine) {
    let input = df!("a" => [Some(1), None, Some(3), None], "b" => [2, 1, 4, 4]).unwrap();
    let found = transform(&input, p_then_ct).schema("*, ct: i32, p: i32").partition(by(["a"])).run(engine).unwrap();
    let a = [None, None, Some(1), Some(3)];
    let expected = df!("a" => a, "b" => [1, 4, 2, 4], "ct" => [2, 2, 1, 1], "p" => [1, 1, 1, 1]).unwrap();
    same_rows(&found, &expected);
}

/// The rows, and the place of each in its partition.
fn places(rows: DataFrame) -> PolarsResult<DataFrame> {
    let mut placed = rows.clone();
    placed.with_column(Column::new("place".into(), (0..rows.height() as u32).collect::<Vec<_>>()))?;
    Ok(placed)
}
outgrow::register!(places);

pub fn rows_keep_their_order_inside_a_group(engine: &dyn Engine) {
    let rows = 300_000u32;
    let input =
        df!("key" => (0..rows).map(|n| n % 7).collect::<Vec<_>>(), "n" => (0..rows).collect::<Vec<_>>()).unwrap();
    let found = transform(&input, places).schema("*, place: u32").partition(by(["key"])).run(engine).unwrap();
    let mut expected = input;
    expected.with_column(Column::new("place".into(), (0..rows).map(|n| n / 7).collect::<Vec<_>>())).unwrap();
    same_rows(&found, &expected);
}

pub fn the_number_of_partitions_changes_nothing(engine: &dyn Engine) {
    let input =
        df!("a" => (0..500).map(|n| n % 37).collect::<Vec<i32>>(), "b" => (0..500).collect::<Vec<i32>>()).unwrap();
    let run = |partition: Partition| {
        transform(&input, with_count).schema("*, ct: i32").partition(partition).run(engine).unwrap()
    };
    let mut expected = input.clone();
    let sizes = (0..500).map(|n| if n % 37 < 500 % 37 { 14 } else { 13 });
    expected.with_column(Column::new("ct".into(), sizes.collect::<Vec<i32>>())).unwrap();
    for partition in [
        by(["a"]),
        by(["a"]).num(1),
        by(["a"]).num(3),
        by(["a"]).num(1_000),
        by(["a"]).algo(Algo::Even),
        by(["a"]).algo(Algo::Rand { seed: 4 }),
        by(["a"]).num("ROWCOUNT / 100").algo(Algo::Rand { seed: 5 }),
    ] {
        same_rows(&run(partition), &expected);
    }
}

/// The keys in the order in which the function sees them, and whether any comes back after another.
fn order_of_keys(rows: DataFrame) -> PolarsResult<DataFrame> {
    let keys: Vec<i32> = rows.column("a")?.i32()?.into_no_null_iter().collect();
    let values: Vec<i32> = rows.column("b")?.i32()?.into_no_null_iter().collect();
    let sorted = keys.iter().zip(&values).is_sorted();
    df!("rows" => [rows.height() as u32], "sorted" => [sorted], "groups" => [rows.column("a")?.n_unique()? as u32])
}
outgrow::register!(order_of_keys);

pub fn coarse_sees_whole_groups_sorted(engine: &dyn Engine) {
    let rows = 1_000i32;
    let input =
        df!("a" => (0..rows).map(|n| n * 7 % 50).collect::<Vec<_>>(), "b" => (0..rows).rev().collect::<Vec<_>>())
            .unwrap();
    let coarse = by(["a"]).presort("b").algo(Algo::Coarse);
    let schema = "rows: u32, sorted: bool, groups: u32";
    let found = transform(&input, order_of_keys).schema(schema).partition(coarse.clone().num(4)).run(engine).unwrap();
    assert!(found.column("sorted").unwrap().bool().unwrap().all());
    let sum = |name: &str| found.column(name).unwrap().u32().unwrap().sum();
    // Each group was seen once, by one call, and there were fewer calls than groups.
    assert_eq!((sum("rows"), sum("groups")), (Some(1_000), Some(50)));
    assert!(found.height() <= 4, "{found}");
}

/// Counts the calls since its set-up.
fn calls_since(rows: DataFrame, calls: &std::sync::atomic::AtomicU32) -> PolarsResult<DataFrame> {
    let before = calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let mut called = rows.select(["a"])?.head(Some(1));
    called.with_column(Column::new("before".into(), [before]))?;
    Ok(called)
}
fn from_zero() -> std::io::Result<std::sync::atomic::AtomicU32> {
    Ok(Default::default())
}
outgrow::register!(calls_since, on_init = from_zero);

pub fn even_by_key_sets_up_for_each_group(engine: &dyn Engine) {
    let input = df!("a" => [1, 2, 3, 1, 2, 3]).unwrap();
    let call = |partition| {
        let found =
            transform(&input, calls_since).on_init(from_zero).schema("a: i32, before: u32").partition(partition);
        found.run(engine).unwrap()
    };
    let expected = df!("a" => [1, 2, 3], "before" => [0u32, 0, 0]).unwrap();
    same_rows(&call(by(["a"]).algo(Algo::Even)), &expected);
    let places = transform(&input, physical).schema("partition: u32").partition(by(["a"]).algo(Algo::Even));
    assert_eq!(places.run(engine).unwrap().column("partition").unwrap().n_unique().unwrap(), 3);
    let together = call(by(["a"]).num(1));
    same_rows(&together.select(["before"]).unwrap(), &df!("before" => [0u32, 1, 2]).unwrap());
}

pub fn even_by_place_differs_by_one(engine: &dyn Engine) {
    let input = df!("n" => (0..10).collect::<Vec<i32>>()).unwrap();
    let found = transform(&input, count).schema("n: u32").partition(num(4).algo(Algo::Even)).run(engine).unwrap();
    same_rows(&found, &df!("n" => [2u32, 2, 3, 3]).unwrap());
}

/// The number of the physical partition.
fn physical(rows: DataFrame, cursor: Cursor) -> PolarsResult<DataFrame> {
    df!("partition" => vec![cursor.physical_partition() as u32; rows.height().min(1)])
}
outgrow::register!(physical);

pub fn num_counts_physical_partitions(engine: &dyn Engine) {
    let input = df!("n" => (0..1_000).collect::<Vec<i32>>()).unwrap();
    let found = transform(&input, physical).schema("partition: u32").partition(by(["n"]).num(5)).run(engine).unwrap();
    assert_eq!(found.column("partition").unwrap().n_unique().unwrap(), 5);
}

pub fn num_reads_expressions(engine: &dyn Engine) {
    let input = df!("n" => (0..100).collect::<Vec<i32>>()).unwrap();
    let calls = |num: &str| {
        let partition = Partition::default().num(num);
        transform(&input, count).schema("n: u32").partition(partition).run(engine).unwrap().height()
    };
    assert_eq!(calls("ROWCOUNT / 20"), 5);
    assert_eq!(calls("min(3, ROWCOUNT)"), 3);
    assert_eq!(calls("CONCURRENCY - CONCURRENCY"), 1);
    assert_eq!(calls("1000"), 100);
    let wrong = transform(&input, unreachable).schema("*").partition(num("ROWCOUNT / 0")).run(engine);
    assert!(message(wrong).contains("num `ROWCOUNT / 0`: division by zero"));
}

pub fn per_row_sees_one_row_at_a_time(engine: &dyn Engine) {
    let input = df!("a" => [3, 1, 2]).unwrap();
    let found = transform(&input, with_count).schema("*, ct: i32").partition(per_row()).run(engine).unwrap();
    same_rows(&found, &df!("a" => [1, 2, 3], "ct" => [1, 1, 1]).unwrap());
}

pub fn rand_deals_every_row_once_and_the_same_way(engine: &dyn Engine) {
    let input = df!("n" => (0..1_000).collect::<Vec<i32>>()).unwrap();
    let deal = |seed| {
        let partition = num(4).algo(Algo::Rand { seed });
        transform(&input, with_count).schema("*, ct: i32").partition(partition).run(engine).unwrap()
    };
    let dealt = deal(1);
    same_rows(&dealt.select(["n"]).unwrap(), &input);
    same_rows(&dealt, &deal(1));
    let sizes = |dealt: &DataFrame| dealt.column("ct").unwrap().i32().unwrap().into_no_null_iter().collect::<Vec<_>>();
    let (mut first, mut second) = (sizes(&dealt), sizes(&deal(2)));
    first.sort_unstable();
    second.sort_unstable();
    assert_ne!(first, second);
}

pub fn empty_input_with_keys_calls_nothing(engine: &dyn Engine) {
    let input = df!("a" => Vec::<i32>::new()).unwrap();
    let found = transform(&input, unreachable).schema("n: i64").partition(by(["a"])).run(engine).unwrap();
    assert_eq!((found.height(), found.width()), (0, 1));
}

pub fn empty_input_without_keys_calls_once(engine: &dyn Engine) {
    let input = df!("a" => Vec::<i32>::new()).unwrap();
    let found = transform(&input, count).schema("n: u32").run(engine).unwrap();
    same_rows(&found, &df!("n" => [0u32]).unwrap());
    let found = transform(&input, count).schema("n: u32").partition(num(4)).run(engine).unwrap();
    same_rows(&found, &df!("n" => [0u32]).unwrap());
}

/// What a filter leaves of slices decides, not the slices.
pub fn a_slice_without_rows_is_no_partition(engine: &dyn Engine) {
    let input = Table::from(df!("n" => (0..300_000).collect::<Vec<i32>>()).unwrap());
    let few = transform(input.filter(col("n").lt(lit(10))), count).schema("n: u32").run(engine).unwrap();
    same_rows(&few, &df!("n" => [10u32]).unwrap());
    let none = transform(input.filter(col("n").lt(lit(0))), count).schema("n: u32").run(engine).unwrap();
    same_rows(&none, &df!("n" => [0u32]).unwrap());
}

pub fn empty_input_for_every_algo(engine: &dyn Engine) {
    let input = df!("a" => Vec::<i32>::new(), "b" => Vec::<String>::new()).unwrap();
    for algo in [Algo::Hash, Algo::Rand { seed: 1 }, Algo::Even, Algo::Coarse] {
        for partition in [by(["a"]), by(["a"]).num(4), by(["a"]).presort("b")] {
            let found = transform(&input, unreachable).schema("*").partition(partition.algo(algo)).run(engine).unwrap();
            same_rows(&found, &input);
        }
        for partition in [Partition::default(), num(4), num("ROWCOUNT"), num(2).presort("b desc")] {
            let found = transform(&input, count).schema("n: u32").partition(partition.algo(algo)).run(engine).unwrap();
            same_rows(&found, &df!("n" => [0u32]).unwrap());
        }
    }
    let found = transform(&input, count).schema("n: u32").partition(per_row()).run(engine).unwrap();
    same_rows(&found, &df!("n" => [0u32]).unwrap());
}

pub fn a_wrong_split_is_refused(engine: &dyn Engine) {
    let input = df!("a" => [1], "b" => [2]).unwrap();
    let refused = |partition| message(transform(&input, first).schema("*").partition(partition).run(engine));
    assert!(refused(by(["x"])).contains("by: the input has no column `x`; it has a, b"));
    assert!(refused(by(["a"]).presort("b up")).contains("unknown word `up`"));
    assert!(refused(by(["a"]).presort("a")).contains("is a key already"));
    assert!(refused(num("four")).contains("`four` is no whole number"));
}

/// Keys of types that hash in their own ways, and texts that do not fit into a view.
pub fn long_keys_and_all_types(engine: &dyn Engine) {
    let texts: Vec<Option<String>> =
        (0..400).map(|n| (n % 9 != 0).then(|| format!("a key that is longer than twelve bytes: {}", n % 9))).collect();
    let mut input = df!(
        "text" => texts,
        "flag" => (0..400).map(|n| n % 2 == 0).collect::<Vec<_>>(),
        "small" => (0..400).map(|n| (n % 3) as i8).collect::<Vec<_>>(),
        // Zero and minus zero are one key, and so is everything that is no number.
        "real" => (0..400).map(|n| [0.0, -0.0, f64::NAN, -f64::NAN, 1.5][n % 5]).collect::<Vec<_>>()
    )
    .unwrap();
    let days = Column::new("day".into(), (0..400).map(|n| n % 5).collect::<Vec<i32>>()).cast(&DataType::Date).unwrap();
    input.with_column(days).unwrap();
    for key in ["text", "flag", "small", "real", "day"] {
        let counted = transform(&input, with_count).schema("*, ct: i32").partition(by([key])).run(engine).unwrap();
        let mut expected = input.clone();
        let value = |row: usize| match input.column(key).unwrap().get(row).unwrap() {
            AnyValue::Float64(real) if real.is_nan() => "NaN".to_string(),
            AnyValue::Float64(real) => (real + 0.0).to_string(),
            value => value.to_string(),
        };
        let values: Vec<String> = (0..input.height()).map(value).collect();
        let sizes = values.iter().map(|value| values.iter().filter(|other| *other == value).count() as i32);
        expected.with_column(Column::new("ct".into(), sizes.collect::<Vec<_>>())).unwrap();
        same_rows(&counted, &expected);
        let again = transform(&input, same).schema("*").partition(by(["flag", key]).num(3));
        if key != "flag" {
            same_rows(&again.run(engine).unwrap(), &input);
        }
    }
}
