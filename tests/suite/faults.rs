//! What goes wrong, and how it is told.

use std::sync::Mutex;

use outgrow::partitioned::{
    Cursor, Dropped, Engine, ErrorKind, Frames, Partition, Structs, Zippable, by, cotransform, num, transform,
};
use polars::prelude::*;

use super::{message, same, same_rows, unreachable};

fn fails_for_ua(rows: DataFrame) -> anyhow::Result<DataFrame> {
    match rows.column("carrier")?.str()?.get(0) {
        Some("UA") => anyhow::bail!("no delays"),
        Some("AA") => Ok(df!("delay" => [1.5])?),
        _ => Ok(df!("delay" => [1])?),
    }
}
outgrow::register!(fails_for_ua);

fn carrier(name: &str) -> DataFrame {
    df!("carrier" => [name, name]).unwrap()
}

pub fn errors_name_function_key_and_cause(engine: &dyn Engine) {
    let run = |name| transform(carrier(name), fails_for_ua).schema("delay: i64").partition(by(["carrier"])).run(engine);
    assert_eq!(run("DL").unwrap().height(), 1);
    assert_eq!(
        message(run("UA")),
        "function `fails_for_ua` failed for carrier = \"UA\": no delays. Call it on these rows alone to see why"
    );
}

fn out_of_fuel(_: DataFrame) -> DataFrame {
    panic!("out of fuel")
}
outgrow::register!(out_of_fuel);

pub fn panics_name_function_key_and_cause(engine: &dyn Engine) {
    let outcome = transform(carrier("UA"), out_of_fuel).schema("*").partition(by(["carrier"])).run(engine);
    let told = message(outcome);
    assert!(told.contains("`out_of_fuel` failed for carrier = \"UA\": it panicked: out of fuel"), "{told}");
    let told = message(transform(carrier("UA"), out_of_fuel).schema("*").run(engine));
    // Both slices fail; which one does so first is chance.
    assert!(told.contains("`out_of_fuel` failed on partition "), "{told}");
    assert!(told.contains(": it panicked: out of fuel"), "{told}");
}

pub fn a_broken_schema_names_column_and_value(engine: &dyn Engine) {
    let run = |schema: &str| {
        message(transform(carrier("AA"), fails_for_ua).schema(schema).partition(by(["carrier"])).run(engine))
    };
    let broken = run("delay: i64");
    assert!(
        broken
            .contains("for carrier = \"AA\": column `delay` of its output is f64, and the value 1.5 cannot become i64"),
        "{broken}"
    );
    let missing = run("delay: f64, mean: f64");
    assert!(missing.contains("its output has no column `mean`; it has delay"), "{missing}");
}

#[derive(Debug, thiserror::Error)]
#[error("more than two rows")]
struct TooMany;
outgrow::register_error!(TooMany);

/// Gives each row, and fails after the second.
fn two_at_most(pieces: Frames) -> impl Iterator<Item = Result<DataFrame, TooMany>> {
    let rows = pieces.flat_map(|piece| (0..piece.height()).map(move |row| piece.slice(row as i64, 1)));
    rows.enumerate().flat_map(|(at, row)| std::iter::once(Ok(row)).chain((at == 1).then_some(Err(TooMany))))
}
outgrow::register!(two_at_most);

/// Case 4.
pub fn ignored_errors_drop_the_whole_group_and_say_so(engine: &dyn Engine) {
    let input = df!("a" => [Some(1), None, Some(3), None], "b" => [2, 1, 4, 4]).unwrap();
    let dropped = Dropped::default();
    let found = transform(&input, two_at_most)
        .schema("*")
        .partition(by(["a"]).presort("b desc"))
        .ignore_errors([ErrorKind::of::<TooMany>()], &dropped)
        .run(engine)
        .unwrap();
    same_rows(&found, &df!("a" => [Some(1), Some(3)], "b" => [2, 4]).unwrap());
    assert_eq!((dropped.partitions(), dropped.rows()), (1, 2));
    let told = dropped.to_string();
    assert_eq!(told, "1 partition with 2 rows dropped; the first: for a = null: more than two rows");
}

/// Fails at its first piece.
fn gives_up(pieces: Frames) -> anyhow::Result<DataFrame> {
    let first = pieces.map(|piece| piece.height()).next();
    anyhow::bail!("a first piece of {first:?} rows is too much")
}
outgrow::register!(gives_up);

/// The rows of a partition are counted whether the function looked at them or not.
pub fn dropped_rows_are_counted_to_the_last(engine: &dyn Engine) {
    let rows = 300_000;
    let input = df!("a" => vec![1; rows], "n" => (0..rows as i64).collect::<Vec<_>>()).unwrap();
    for partition in [Partition::default(), num(1), num(3), by(["a"])] {
        let dropped = Dropped::default();
        let call = transform(&input, gives_up).schema("*").partition(partition).memory_budget("1MiB");
        let found = call.ignore_errors([ErrorKind::any()], &dropped).run(engine).unwrap();
        assert_eq!((found.height(), dropped.rows()), (0, rows), "{dropped}");
    }
}

pub fn errors_of_another_kind_are_not_ignored(engine: &dyn Engine) {
    let dropped = Dropped::default();
    let call = transform(carrier("UA"), fails_for_ua).schema("delay: i64").partition(by(["carrier"]));
    let told = message(call.ignore_errors([ErrorKind::of::<TooMany>(), ErrorKind::panic()], &dropped).run(engine));
    assert!(told.contains("no delays"), "{told}");
}

pub fn what_breaks_the_schema_is_not_ignored(engine: &dyn Engine) {
    let dropped = Dropped::default();
    let call = transform(carrier("AA"), fails_for_ua).schema("delay: i64").partition(by(["carrier"]));
    let told = message(call.ignore_errors([ErrorKind::any()], &dropped).run(engine));
    assert!(told.contains("the value 1.5 cannot become i64"), "{told}");
}

#[derive(serde::Serialize)]
struct Late {
    delay: f64,
}

/// A value that its column cannot hold.
fn a_third(_: DataFrame) -> Vec<Late> {
    vec![Late { delay: 1.0 / 3.0 }]
}
outgrow::register!(a_third);

pub fn structs_that_break_the_schema_are_not_ignored(engine: &dyn Engine) {
    for (schema, expected) in [
        ("delay: f32", "cannot become f32"),
        ("delay: i64", "column `delay` of its output is f64, and the value 0.3333333333333333 cannot become i64"),
        ("delay: f64, mean: str", "its output has no column `mean`; it has delay"),
    ] {
        let dropped = Dropped::default();
        let call = transform(carrier("AA"), a_third).schema(schema).partition(by(["carrier"]));
        let told = message(call.ignore_errors([ErrorKind::any()], &dropped).run(engine));
        assert_eq!(dropped.partitions(), 0);
        assert!(told.contains("`a_third` failed for carrier = \"AA\"") && told.contains(expected), "{told}");
        assert!(told.contains("what .schema() promises"), "{told}");
    }
}

#[derive(serde::Deserialize)]
struct Known {
    delay: f64,
}

fn held(flights: Vec<Known>) -> PolarsResult<DataFrame> {
    df!("delay" => flights.iter().map(|flight| flight.delay).collect::<Vec<_>>())
}
outgrow::register!(held);

fn streamed(flights: Structs<Known>) -> PolarsResult<DataFrame> {
    df!("delay" => flights.map(|flight| flight.delay).collect::<Vec<_>>())
}
outgrow::register!(streamed);

fn streamed_beside(_: DataFrame, flights: Structs<Known>) -> PolarsResult<DataFrame> {
    streamed(flights)
}
outgrow::register!(streamed_beside, sides);

/// A null without an `Option` is no error of the function's own, whether its rows come at once or one by one; and none of
/// them is left out in silence.
pub fn rows_that_do_not_fit_structs_are_not_ignored(engine: &dyn Engine) {
    let input = df!("carrier" => ["AA", "AA"], "delay" => [Some(4.0), None]).unwrap();
    for (partition, which) in [(by(["carrier"]), "for carrier = \"AA\""), (num(1), "on partition 0")] {
        let dropped = Dropped::default();
        let at_once = transform(&input, held).schema("delay: f64").partition(partition.clone());
        let at_once = message(at_once.ignore_errors([ErrorKind::any()], &dropped).run(engine));
        let expected = format!("function `held` failed {which}: rows and structs do not fit: ");
        assert!(at_once.starts_with(&expected), "{at_once}");
        assert!(at_once.contains("delay") && at_once.contains("what .schema() promises"), "{at_once}");
        let one_by_one = transform(&input, streamed).schema("delay: f64").partition(partition);
        let one_by_one = message(one_by_one.ignore_errors([ErrorKind::any()], &dropped).run(engine));
        assert_eq!(one_by_one, at_once.replace("`held`", "`streamed`"));
    }
    let of_both = cotransform(input.zip(&input).by(["carrier"]), streamed_beside).schema("delay: f64");
    let told = message(of_both.run(engine));
    assert!(told.contains("for carrier = \"AA\": rows and structs do not fit: "), "{told}");
}

/// Leaves a trace in the folder, and fails at once.
fn fails_once(_: DataFrame, folder: &str) -> anyhow::Result<DataFrame> {
    tempfile::Builder::new().prefix("call").disable_cleanup(true).tempfile_in(folder)?;
    anyhow::bail!("on purpose")
}
outgrow::register!(fails_once);

pub fn nothing_is_called_after_a_failure(engine: &dyn Engine) {
    let traces = tempfile::tempdir().unwrap();
    let input = df!("a" => (0..2_000).collect::<Vec<i32>>()).unwrap();
    let folder = traces.path().to_string_lossy().into_owned();
    let call = transform(&input, fails_once).params(folder).schema("*").partition(by(["a"]).num(1));
    assert!(message(call.run(engine)).contains("on purpose"));
    assert!(traces.path().read_dir().unwrap().count() <= engine.concurrency());
}

pub fn panics_can_be_ignored(engine: &dyn Engine) {
    let dropped = Dropped::default();
    let call = transform(carrier("UA"), out_of_fuel).schema("*").partition(by(["carrier"]));
    let found = call.ignore_errors([ErrorKind::panic()], &dropped).run(engine).unwrap();
    assert_eq!((found.height(), dropped.partitions(), dropped.rows()), (0, 1, 2));
    assert!(dropped.to_string().contains("for carrier = \"UA\": it panicked: out of fuel"), "{dropped}");
}

fn sends(rows: DataFrame, cursor: Cursor) -> anyhow::Result<DataFrame> {
    cursor.send(&(cursor.key("a")?.try_extract::<i32>()?, rows.height()))?;
    Ok(rows)
}
outgrow::register!(sends);

pub fn a_callback_receives_values(engine: &dyn Engine) {
    let input = df!("a" => [1, 2, 1]).unwrap();
    let received = Mutex::new(Vec::new());
    let call = transform(&input, sends).schema("*").partition(by(["a"]));
    call.callback(|sent: (i32, usize)| received.lock().unwrap().push(sent)).run(engine).unwrap();
    let mut received = received.into_inner().unwrap();
    received.sort_unstable();
    assert_eq!(received, [(1, 2), (2, 1)]);
    // Without one, sending does nothing.
    transform(&input, sends).schema("*").partition(by(["a"])).run(engine).unwrap();
}

pub fn a_callback_of_another_type_is_an_error(engine: &dyn Engine) {
    let input = df!("a" => [1]).unwrap();
    let call = transform(&input, sends).schema("*").partition(by(["a"])).callback(|_: String| ());
    let told = message(call.run(engine));
    assert!(told.contains("it sent [1,1], and the callback takes `alloc::string::String`"), "{told}");
}

fn sends_a_mean(rows: DataFrame, cursor: Cursor) -> anyhow::Result<DataFrame> {
    cursor.send(&rows.column("delay")?.f64()?.mean())?;
    Ok(rows)
}
outgrow::register!(sends_a_mean);

fn sends_a_map(rows: DataFrame, cursor: Cursor) -> anyhow::Result<DataFrame> {
    cursor.send(&std::collections::BTreeMap::from([(("EWR", 1), rows.height())]))?;
    Ok(rows)
}
outgrow::register!(sends_a_map);

pub fn what_json_cannot_say_is_not_sent(engine: &dyn Engine) {
    let input = df!("delay" => [4.0, f64::NAN]).unwrap();
    let call = transform(&input, sends_a_mean).schema("*").partition(num(1)).callback(|_: Option<f64>| ());
    let told = message(call.run(engine));
    let expected = "in what it sent is the number NaN, which JSON cannot say. Send an Option, or a text";
    assert!(told.contains(expected), "{told}");
    let call = transform(&input, sends_a_map).schema("*").partition(num(1)).callback(|_: String| ());
    let told = message(call.run(engine));
    assert!(
        told.contains("failed on partition 0: what it sent cannot be written as JSON: key must be a string"),
        "{told}"
    );
}

pub fn keys_are_told_with_all_of_their_digits(engine: &dyn Engine) {
    let input = df!("delay" => [0.1 + 0.2, 1e300]).unwrap();
    let told = message(transform(input.head(Some(1)), fails_at_once).schema("*").partition(by(["delay"])).run(engine));
    assert!(told.contains("failed for delay = 0.30000000000000004: "), "{told}");
    let told = message(transform(input.tail(Some(1)), fails_at_once).schema("*").partition(by(["delay"])).run(engine));
    assert!(told.contains("failed for delay = 1e300: "), "{told}");
}

fn fails_at_once(_: DataFrame) -> anyhow::Result<DataFrame> {
    anyhow::bail!("on purpose")
}
outgrow::register!(fails_at_once);

fn demanding(rows: DataFrame) -> DataFrame {
    unreachable(rows)
}
outgrow::register!(demanding, validate = "partition_by_has: carrier");

pub fn rules_are_checked_before_anything_runs(engine: &dyn Engine) {
    let refused = |rules: &str| {
        message(
            transform(carrier("UA"), unreachable).schema("*").validate(rules).partition(by(["carrier"])).run(engine),
        )
    };
    assert!(refused("presort_has: time").contains("the presort is ``. Add `time` to presort(...)"));
    assert!(refused("input_has: delay").contains("the input has carrier. Give it `delay`"));
    assert!(refused("partition_by: carrier").contains("unknown rule `partition_by`"));
    let told = message(transform(carrier("UA"), demanding).schema("*").run(engine));
    assert!(told.contains("function `demanding` demands `partition_by_has: carrier`, but the keys are []"), "{told}");
}

pub fn a_wrong_call_is_refused_before_anything_runs(engine: &dyn Engine) {
    let input = df!("a" => [1]).unwrap();
    assert!(message(transform(&input, unreachable).run(engine)).contains("no schema"));
    let told = message(transform(&input, unreachable).schema("a i64").run(engine));
    assert!(told.contains("expected `:` and a type, at character 3:\n  a i64\n    ^"), "{told}");
    assert!(message(transform(&input, unreachable).schema("* - b").run(engine)).contains("no column `b` to drop"));
    assert!(message(transform(&input, unreachable).schema("*, a: str").run(engine)).contains("`a` occurs twice"));
    let told = message(transform(&input, unreachable).schema("*").memory_budget("1 apple").run(engine));
    assert!(told.contains("memory budget `1 apple`: give a whole number and a unit"), "{told}");
    same_rows(&transform(&input, same).schema("*").memory_budget("16MiB").run(engine).unwrap(), &input);
}

fn cannot_load() -> std::io::Result<i32> {
    Err(std::io::Error::other("no such model"))
}
fn never_called(rows: DataFrame, _: &i32) -> DataFrame {
    unreachable(rows)
}
outgrow::register!(never_called, on_init = cannot_load);

pub fn a_failing_set_up_is_told(engine: &dyn Engine) {
    let outcome = transform(carrier("UA"), never_called).on_init(cannot_load).schema("*").run(engine);
    let told = message(outcome);
    assert!(
        told.contains("`never_called` failed in its set-up for partition ")
            && told.contains(": no such model. Look at"),
        "{told}"
    );
}
