//! What is done to tables before and after a function.

use outgrow::partitioned::{
    Engine, How, Input, Job, Losses, Partition, Serial, Sink, Table, Zippable, by, cotransform, transform,
};
use polars::prelude::*;

use super::{case_1, first, message, same, same_rows};

fn table(frame: PolarsResult<DataFrame>) -> Table {
    frame.unwrap().into()
}

pub fn joins_of_all_kinds(engine: &dyn Engine) {
    let left = table(df!("a" => [1, 2, 3], "x" => ["p", "q", "r"]));
    let right = table(df!("y" => [10.0, 20.0, 40.0], "a" => [1, 2, 4]));
    let run = |how| left.join(&right, how).run(engine).unwrap();
    let rows = |a: &[i32], x: &[Option<&str>], y: &[Option<f64>]| df!("a" => a, "x" => x, "y" => y).unwrap();
    let (p, q, r) = (Some("p"), Some("q"), Some("r"));
    same_rows(&run(How::Inner), &rows(&[1, 2], &[p, q], &[Some(10.0), Some(20.0)]));
    same_rows(&run(How::Left), &rows(&[1, 2, 3], &[p, q, r], &[Some(10.0), Some(20.0), None]));
    same_rows(&run(How::Right), &rows(&[1, 2, 4], &[p, q, None], &[Some(10.0), Some(20.0), Some(40.0)]));
    same_rows(&run(How::Full), &rows(&[1, 2, 3, 4], &[p, q, r, None], &[Some(10.0), Some(20.0), None, Some(40.0)]));
    same_rows(&run(How::Semi), &df!("a" => [1, 2], "x" => ["p", "q"]).unwrap());
    same_rows(&run(How::Anti), &df!("a" => [3], "x" => ["r"]).unwrap());
    let grid = table(df!("z" => [true, false]));
    let crossed = table(df!("a" => [1, 2])).join(grid, How::Cross).run(engine).unwrap();
    same_rows(&crossed, &df!("a" => [1, 1, 2, 2], "z" => [true, false, true, false]).unwrap());
}

/// Case 7.
pub fn joins_do_not_match_nulls(engine: &dyn Engine) {
    let left = table(df!("a" => [1, 4], "b" => [Some(2), None], "c" => [3, 6]));
    let right = table(df!("a" => [1, 4], "b" => [Some(2), None], "d" => [33, 63]));
    let inner = left.join(&right, How::Inner).run(engine).unwrap();
    same_rows(&inner, &df!("a" => [1], "b" => [Some(2)], "c" => [3], "d" => [33]).unwrap());
    let anti = left.join(&right, How::Anti).run(engine).unwrap();
    same_rows(&anti, &df!("a" => [4], "b" => [None::<i32>], "c" => [6]).unwrap());
    assert_eq!(left.join(&right, How::Full).run(engine).unwrap().height(), 3);
}

pub fn a_broadcast_join_gives_the_same(engine: &dyn Engine) {
    let left = table(df!("a" => (0..500).map(|n| n % 7).collect::<Vec<i32>>(), "n" => (0..500).collect::<Vec<i32>>()));
    let right = table(df!("a" => [0, 1, 2, 2, 9], "y" => [1, 2, 3, 4, 5]));
    for (how, rows) in [(How::Inner, 288), (How::Left, 572), (How::Semi, 216), (How::Anti, 284)] {
        let exchanged = left.join(&right, how).run(engine).unwrap();
        assert_eq!(exchanged.height(), rows);
        same_rows(&left.join(right.broadcast(), how).run(engine).unwrap(), &exchanged);
    }
    let told = message(left.join(right.broadcast(), How::Full).run(engine));
    assert!(told.contains("cannot be broadcast for a full join"), "{told}");
}

pub fn a_wrong_join_is_refused(engine: &dyn Engine) {
    let left = table(df!("a" => [1], "x" => [1]));
    for (right, on, how, expected) in [
        (df!("y" => [1]), None, How::Inner, "the tables have no column in common"),
        (df!("a" => [1], "x" => [1]), Some(["a"]), How::Left, "both tables have a column `x`"),
        (df!("a" => ["1"]), None, How::Inner, "column `a` is i32 on one side and str on another"),
        (df!("a" => [1]), Some(["y"]), How::Inner, "input 0 has no column `y`"),
        (df!("a" => [1]), Some(["a"]), How::Cross, "a cross join has no columns to join on"),
    ] {
        let right = table(right);
        let joined = match on {
            None => left.join(right, how),
            Some(on) => left.join_on(right, on, how),
        };
        let told = message(joined.run(engine));
        assert!(told.contains(expected), "{told}");
    }
}

pub fn unions_subtractions_intersections(engine: &dyn Engine) {
    let a = table(df!("x" => [Some(1), Some(1), Some(2), None, None]));
    let b = table(df!("x" => [Some(1), Some(3), None]));
    let check = |found: Table, expected: &[Option<i32>]| {
        same_rows(&found.run(engine).unwrap(), &df!("x" => expected).unwrap());
    };
    check(a.distinct(), &[Some(1), Some(2), None]);
    check(a.union(&b), &[Some(1), Some(2), Some(3), None]);
    check(a.union_all(&b), &[Some(1), Some(1), Some(1), Some(2), Some(3), None, None, None]);
    check(a.subtract(&b), &[Some(2)]);
    check(a.subtract_all(&b), &[Some(1), Some(2), None]);
    check(a.intersect(&b), &[Some(1), None]);
    check(a.intersect_all(&b), &[Some(1), None]);
    check(b.subtract(&b), &[]);
}

pub fn sets_of_other_columns_are_refused(engine: &dyn Engine) {
    let told = message(table(df!("x" => [1])).union(table(df!("x" => [1.0]))).run(engine));
    assert!(told.contains("different columns: `x: i32` and `x: f64`"), "{told}");
}

pub fn take_of_all_and_by_group(engine: &dyn Engine) {
    let input = Table::from(case_1());
    let all = input.take(2, Partition::default().presort("b desc, a")).run(engine).unwrap();
    assert!(all.equals_missing(&df!("a" => [Some(3.0), None], "b" => [4, 4]).unwrap()), "{all}");
    let each = input.take(1, by(["a"]).presort("b")).run(engine).unwrap();
    same_rows(&each, &df!("a" => [None, Some(1.0), Some(3.0)], "b" => [1, 2, 4]).unwrap());
    let coarse = by(["a"]).presort("b").algo(outgrow::partitioned::Algo::Coarse).num(1);
    same_rows(&input.take(1, coarse).run(engine).unwrap(), &each);
    assert!(message(input.take(1, outgrow::partitioned::per_row()).run(engine)).contains("Leave out per_row()"));
    assert_eq!(input.take(0, Partition::default()).run(engine).unwrap().height(), 0);
    assert!(message(input.take(1, by(["x"])).run(engine)).contains("no column `x`"));
}

pub fn sample_is_seeded(engine: &dyn Engine) {
    let input = table(df!("n" => (0..1_000).collect::<Vec<i32>>()));
    let sample = |seed| input.sample(0.1, seed).run(engine).unwrap();
    assert_eq!(sample(1).height(), 100);
    assert!(sample(1).equals(&sample(1)) && !sample(1).equals(&sample(2)));
    assert!(sample(1).equals(&input.sample(0.1, 1).run(&Serial).unwrap()));
    assert!(message(input.sample(1.5, 1).run(engine)).contains("1.5 is no fraction"));
}

pub fn fillna_and_dropna(engine: &dyn Engine) {
    let input = table(df!("a" => [Some(1i16), None, None], "b" => [None, None, Some("x")]));
    let run = |table: Table| table.run(engine).unwrap();
    same_rows(&run(input.fillna(0, &["a"])), &df!("a" => [1i16, 0, 0], "b" => [None, None, Some("x")]).unwrap());
    same_rows(&run(input.dropna(&["a"])), &df!("a" => [Some(1i16)], "b" => [None::<&str>]).unwrap());
    assert_eq!(run(input.dropna(&[])).height(), 0);
    let told = message(input.fillna(0.5, &["a"]).run(engine));
    assert!(told.contains("does not fit column `a`, which is i16"), "{told}");
    assert!(message(input.fillna(0, &["x"]).run(engine)).contains("no column `x`"));
    assert!(message(input.dropna(&["x"]).run(engine)).contains("no column `x`"));
    assert!(
        message(input.fillna(Series::new("".into(), [1i16, 2]), &["a"]).run(engine))
            .contains("is 2 values. Give it one.")
    );
}

/// Case 8, and what is done row by row.
pub fn select_filter_and_aggregate(engine: &dyn Engine) {
    let input = Table::from(case_1());
    let twice = (col("b").max() * lit(2)).alias("twice");
    let found = input.aggregate(["a"], [col("b").max(), twice]).run(engine).unwrap();
    let keys = [None, Some(1.0), Some(3.0)];
    same_rows(&found, &df!("a" => keys, "b" => [4, 2, 4], "twice" => [8, 4, 8]).unwrap());
    let all = input.aggregate(Vec::<String>::new(), [col("b").sum()]).run(engine).unwrap();
    same_rows(&all, &df!("b" => [13]).unwrap());
    let late = input.filter(col("b").gt(lit(2))).select([(col("b") + lit(1)).alias("c")]).run(engine).unwrap();
    same_rows(&late, &df!("c" => [5, 5]).unwrap());
    let with = input.with_columns([col("a").is_null().alias("none")]).columns(["none", "b"]).run(engine).unwrap();
    same_rows(&with, &df!("none" => [false, true, true, false, true], "b" => [2, 2, 1, 4, 4]).unwrap());
    assert!(message(input.columns(["x"]).run(engine)).contains("no column `x`"));
    assert!(message(input.columns(["a", "a"]).run(engine)).contains("columns: `a` is named twice"));
    assert!(message(input.columns(Vec::<String>::new()).run(engine)).contains("columns: none is named"));
    assert!(message(input.filter(col("x").is_null()).run(engine)).contains("x"));
}

pub fn an_expression_over_all_rows_sees_all_rows(engine: &dyn Engine) {
    let rows = 300_000;
    let input = table(df!("n" => (0..rows).collect::<Vec<i64>>()));
    let above = input.filter(col("n").gt(col("n").mean())).run(engine).unwrap();
    assert_eq!(above.height(), 150_000);
    let sums = input.select([col("n").sum()]).run(engine).unwrap();
    same_rows(&sums, &df!("n" => [rows * (rows - 1) / 2]).unwrap());
    same_rows(&input.select([lit(1).alias("one")]).run(engine).unwrap(), &df!("one" => [1]).unwrap());
}

/// Counts how often it was called: by the rows of a file.
fn leaves_a_trace(rows: DataFrame, folder: &str) -> std::io::Result<DataFrame> {
    tempfile::Builder::new().prefix("call").disable_cleanup(true).tempfile_in(folder)?;
    Ok(rows)
}
outgrow::register!(leaves_a_trace);

pub fn persist_computes_once(engine: &dyn Engine) {
    let traces = tempfile::tempdir().unwrap();
    let folder = traces.path().to_string_lossy().into_owned();
    let calls = || traces.path().read_dir().unwrap().count();
    let traced = || -> Table {
        transform(case_1(), leaves_a_trace)
            .params(folder.clone())
            .schema("*")
            .partition(outgrow::partitioned::num(1))
            .into()
    };
    let twice = |table: Table| table.union_all(&table).run(engine).unwrap();
    let recomputed = twice(traced());
    assert_eq!(calls(), 2);
    same_rows(&twice(traced().persist()), &recomputed);
    assert_eq!(calls(), 3);
}

pub fn a_checkpoint_is_read_again(engine: &dyn Engine) {
    let traces = tempfile::tempdir().unwrap();
    let kept = tempfile::tempdir().unwrap();
    let folder = traces.path().to_string_lossy().into_owned();
    let calls = || traces.path().read_dir().unwrap().count();
    let run = |input: DataFrame, schema: &str| {
        let traced = transform(input, leaves_a_trace).params(folder.clone()).schema(schema);
        Table::from(traced.partition(outgrow::partitioned::num(1))).checkpoint(kept.path()).run(engine).unwrap()
    };
    same_rows(&run(case_1(), "*"), &case_1());
    same_rows(&run(case_1(), "*"), &case_1());
    assert_eq!((calls(), kept.path().read_dir().unwrap().count()), (1, 1));
    // Another input, another schema: another plan.
    run(case_1().head(Some(2)), "*");
    run(case_1(), "b: i32");
    assert_eq!((calls(), kept.path().read_dir().unwrap().count()), (3, 3));
    let closure = Table::from(transform(case_1(), |rows: DataFrame| rows).schema("*")).checkpoint(kept.path());
    let told = message(closure.run(engine));
    assert!(told.contains("nothing says whether function `a closure in a_checkpoint_is_read_again` changed"), "{told}");
    assert!(told.contains("outgrow::register!"), "{told}");
    let named = Table::from(transform(case_1(), first).schema("*")).filter(col("b").gt(lit(1)));
    same_rows(&named.checkpoint(kept.path()).run(engine).unwrap(), &named.run(engine).unwrap());
    same_rows(
        &transform(named.checkpoint(kept.path()), same).schema("*").run(engine).unwrap(),
        &named.run(engine).unwrap(),
    );
}

/// What an expression's text leaves out is in the plan too.
pub fn a_checkpoint_tells_questions_apart(engine: &dyn Engine) {
    let kept = tempfile::tempdir().unwrap();
    let input = table(df!("a" => [1, 1], "x" => [Some(1.0), Some(4.0)], "y" => [Some(1.26), None]));
    let run = |table: Table| table.checkpoint(kept.path()).run(engine).unwrap();
    let deviation = |ddof| run(input.aggregate(["a"], [col("x").std(ddof)]));
    same_rows(&deviation(0), &df!("a" => [1], "x" => [1.5]).unwrap());
    same_rows(&deviation(1), &df!("a" => [1], "x" => [4.5f64.sqrt()]).unwrap());
    let rounded = |digits| run(input.select([col("y").round(digits, RoundMode::HalfToEven)]));
    same_rows(&rounded(0), &df!("y" => [Some(1.0), None]).unwrap());
    same_rows(&rounded(1), &df!("y" => [Some(1.3), None]).unwrap());
    let filled = |value: f64| run(input.fillna(Scalar::from(value), &["y"]).columns(["y"]));
    same_rows(&filled(1234567.1), &df!("y" => [1.26, 1234567.1]).unwrap());
    same_rows(&filled(1234567.9), &df!("y" => [1.26, 1234567.9]).unwrap());
    assert_eq!(kept.path().read_dir().unwrap().count(), 6);
    let told = message(input.fillna(Series::new("".into(), [1.5]), &["y"]).checkpoint(kept.path()).run(engine));
    assert!(told.contains("holds a column of values"), "{told}");
}

pub fn steps_of_empty_tables(engine: &dyn Engine) {
    let none = Table::from(case_1().clear());
    let some = Table::from(case_1());
    let rows = |table: Table| table.run(engine).unwrap();
    for table in [
        none.filter(col("b").gt(lit(1))),
        none.distinct(),
        none.union(&none),
        none.union_all(&none),
        none.subtract(&some),
        some.intersect(&none),
        none.take(2, by(["a"]).presort("b")),
        none.take(2, Partition::default()),
        none.sample(0.5, 1),
        none.dropna(&[]),
        none.fillna(0, &["b"]),
        none.persist(),
        none.join(&some, How::Inner),
        some.join(&none, How::Semi),
    ] {
        same_rows(&rows(table), &case_1().clear());
    }
    assert_eq!(rows(none.union_all(&some)).height(), 5);
    assert_eq!(rows(some.subtract_all(&none)).height(), 5);
    let sums = rows(none.aggregate(["a"], [col("b").sum().alias("sum")]));
    assert_eq!((sums.height(), sums.width()), (0, 2));
    // Without keys there is one group, also of no rows.
    same_rows(&rows(none.aggregate(Vec::<String>::new(), [col("b").sum()])), &df!("b" => [0]).unwrap());
}

/// Looks at which columns of files an engine is given.
struct Reads<'a>(&'a dyn Engine, &'a std::sync::Mutex<Vec<String>>);

impl Engine for Reads<'_> {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn concurrency(&self) -> usize {
        self.0.concurrency()
    }

    fn execute(&self, job: &Job, sink: &dyn Sink) -> outgrow::Result<Losses> {
        fn read(input: &Input) -> Vec<String> {
            match input {
                Input::Files { columns, .. } => columns.clone(),
                Input::Each { of, .. } => read(of),
                Input::Chain(inputs) => inputs.iter().flat_map(read).collect(),
                _ => vec![],
            }
        }
        self.1.lock().unwrap().extend(job.inputs.iter().flat_map(read));
        self.0.execute(job, sink)
    }
}

#[derive(serde::Deserialize)]
struct Carrier {
    carrier: String,
}

fn carriers(flights: Vec<Carrier>) -> PolarsResult<DataFrame> {
    df!("carrier" => [&*flights[0].carrier], "n" => [flights.len() as u32])
}
outgrow::register!(carriers);

fn carriers_of_both(flights: &[Carrier], others: &[Carrier]) -> PolarsResult<DataFrame> {
    df!("n" => [(flights.len() + others.len()) as u32])
}
outgrow::register!(carriers_of_both, sides);

pub fn only_the_columns_that_are_looked_at_are_read(engine: &dyn Engine) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flights.parquet");
    let flights = df!(
        "carrier" => ["UA", "AA", "UA"], "delay" => [Some(4), None, Some(33)], "day" => [1, 2, 3], "tail" => ["x"; 3]
    );
    let all = Table::from(table(flights).save_as(&path, engine).unwrap());
    let names = table(df!("carrier" => ["UA", "AA"], "name" => ["United", "American"]));
    let carriers = |table: Table| {
        let read = std::sync::Mutex::default();
        let call = transform(table, carriers).schema("carrier: str, n: u32").partition(by(["carrier"]).presort("day"));
        call.run(&Reads(engine, &read)).unwrap();
        read.into_inner().unwrap()
    };
    assert_eq!(carriers(all.clone()), ["carrier", "day"]);
    assert_eq!(carriers(all.filter(col("delay").is_not_null())), ["carrier", "delay", "day"]);
    assert_eq!(carriers(all.dropna(&["delay"]).fillna(0, &["day"])), ["carrier", "delay", "day"]);
    assert_eq!(carriers(all.join(names.broadcast(), How::Inner)), ["carrier", "day"]);
    assert_eq!(carriers(all.union_all(&all)), ["carrier", "day", "carrier", "day"]);
    let run = |table: Table| {
        let read = std::sync::Mutex::default();
        table.run(&Reads(engine, &read)).unwrap();
        read.into_inner().unwrap()
    };
    assert_eq!(run(all.select([col("day"), (col("delay") + lit(1)).alias("late")])), ["delay", "day"]);
    assert_eq!(run(all.columns(["tail", "day"])), ["day", "tail"]);
    assert_eq!(run(all.aggregate(["carrier"], [col("delay").max()])), ["carrier", "delay"]);
    let read = std::sync::Mutex::default();
    let call = cotransform(all.zip(&all).by(["day"]), carriers_of_both).schema("n: u32");
    call.run(&Reads(engine, &read)).unwrap();
    assert_eq!(read.into_inner().unwrap(), ["carrier", "day", "carrier", "day"]);
}
