//! Every engine gives every case of the suite the same answer, and so do any division, order and chunking of the rows.

mod suite;
#[path = "../examples/third_engine.rs"]
#[allow(dead_code)]
mod third_engine;

use outgrow::partitioned::{
    Algo, Cursor, Engine, ErrorKind, How, Job, Losses, Sink, Table, Task, Threads, Zippable, by, cotransform, num,
    registered, transform,
};
use polars::prelude::*;
use polars_io::parquet::write::ParquetWriter;
use proptest::prelude::*;

macro_rules! on_local_engines {
    ($($case:ident)+) => {
        mod on_serial {
            $(#[test] fn $case() { super::suite::$case(&outgrow::partitioned::Serial) })+
        }
        mod on_threads {
            $(#[test] fn $case() { super::suite::$case(&outgrow::partitioned::Threads::new(3)) })+
        }
        mod by_name {
            $(#[test] fn $case() { super::suite::$case(&super::ByName(outgrow::partitioned::Threads::new(2))) })+
        }
        mod on_a_third_engine {
            $(#[test] fn $case() { super::suite::$case(&super::third_engine::Rented { machines: 3 }) })+
        }
        mod under_a_tiny_budget {
            $(#[test] fn $case() { super::suite::$case(&super::Tight(outgrow::partitioned::Threads::new(2), 1 << 20)) })+
        }
    };
}

for_each_case!(on_local_engines);

/// An engine that calls what it finds under the function's name, with parameters that were text in between, and ignores the
/// errors that it finds by name: what one must do whose workers are other processes. Steps of tables it runs here.
struct ByName(Threads);

impl Engine for ByName {
    fn name(&self) -> &'static str {
        "by-name"
    }

    fn concurrency(&self) -> usize {
        self.0.concurrency()
    }

    fn execute(&self, job: &Job, sink: &dyn Sink) -> outgrow::Result<Losses> {
        if job.task.step {
            return self.0.execute(job, sink);
        }
        let signature = job.signature(self)?;
        let entry = registered(signature.name)?;
        assert_eq!(entry.version, signature.version);
        let params = serde_json::from_str(&signature.params.to_string()).unwrap();
        let function = entry.function(&params)?;
        let ignored = job.task.ignore.iter().map(|kind| ErrorKind::named(kind.name()));
        let ignored = ignored.collect::<outgrow::Result<Vec<_>>>()?;
        let task = Task { function: &*function, ignore: &ignored, ..job.task.again() };
        self.0.execute(&Job { inputs: job.inputs, task, memory: job.memory.clone() }, sink)
    }
}

/// What a crate with an engine of its own does.
#[test]
fn all_cases_can_be_run_at_once() {
    suite::all(&third_engine::Rented { machines: 2 });
    let told = std::panic::catch_unwind(|| suite::all(&Forgets)).unwrap_err();
    let told = told.downcast_ref::<String>().unwrap();
    assert!(told.contains("cases failed on `forgets`: [") && told.contains("\"joins_of_all_kinds\""), "{told}");
    let unseen = |case: fn(&dyn Engine)| std::panic::catch_unwind(|| case(&Forgets)).is_ok();
    let unseen: Vec<&str> = suite::CASES.iter().filter(|(_, case)| unseen(*case)).map(|(name, _)| *name).collect();
    // Every other case tells of an engine that does nothing.
    let refused_before = [
        "a_wrong_split_is_refused",
        "rules_are_checked_before_anything_runs",
        "a_wrong_zip_is_refused",
        "a_wrong_join_is_refused",
        "sets_of_other_columns_are_refused",
        "results_that_cannot_be_written_are_refused",
    ];
    let nothing_is_right = ["empty_input_with_keys_calls_nothing", "yielding_nothing_has_the_schema"];
    // Steps that a table takes by itself, and what it asks of its input.
    let before_the_engine = [
        "sample_is_seeded",
        "an_expression_over_all_rows_sees_all_rows",
        "only_the_columns_that_are_looked_at_are_read",
    ];
    let known = [&refused_before[..], &nothing_is_right, &before_the_engine].concat();
    let unknown: Vec<_> = unseen.iter().filter(|case| !known.contains(case)).collect();
    assert!(unknown.is_empty() && unseen.len() == known.len(), "{unseen:?} pass on an engine that does nothing");
}

/// An engine that loses everything.
struct Forgets;

impl Engine for Forgets {
    fn name(&self) -> &'static str {
        "forgets"
    }

    fn concurrency(&self) -> usize {
        1
    }

    fn execute(&self, _: &Job, _: &dyn Sink) -> outgrow::Result<Losses> {
        Ok(Losses::default())
    }
}

fn one_name(rows: DataFrame) -> DataFrame {
    rows
}
fn another(rows: DataFrame) -> DataFrame {
    rows
}
outgrow::register!(one_name, name = "taken twice");
outgrow::register!(another, name = "taken twice");

#[test]
fn a_name_belongs_to_one_function() {
    let told = registered("taken twice").err().unwrap().to_string();
    assert!(told.starts_with("two functions are registered as `taken twice`: "), "{told}");
    assert!(told.contains("engines_agree::one_name") && told.contains("Give one another name"), "{told}");
}

/// An engine that calls nothing here: it asks for what it could send.
struct Elsewhere;
impl Engine for Elsewhere {
    fn name(&self) -> &'static str {
        "elsewhere"
    }

    fn concurrency(&self) -> usize {
        1
    }

    fn execute(&self, job: &Job, _: &dyn Sink) -> outgrow::Result<Losses> {
        job.signature(self).map(|_| Losses::default())
    }
}

#[test]
fn what_has_no_name_cannot_go_to_another_process_and_the_way_out_is_named() {
    fn plain(rows: DataFrame) -> DataFrame {
        rows
    }
    fn weighted(rows: DataFrame, _: &i32) -> DataFrame {
        rows
    }
    let input = df!("a" => [1]).unwrap();
    let closure = transform(&input, |rows: DataFrame| rows).schema("*").run(&Elsewhere).unwrap_err().to_string();
    assert!(
        closure.starts_with("engine `elsewhere` calls functions in other processes, and `a closure in"),
        "{closure}"
    );
    assert!(closure.contains("Make it a fn, and add outgrow::register!(it);"), "{closure}");
    let unregistered = transform(&input, plain).schema("*").run(&Elsewhere).unwrap_err().to_string();
    assert!(unregistered.contains("`plain` cannot go there: it has no name there"), "{unregistered}");
    transform(&input, suite::same).schema("*").run(&Elsewhere).unwrap();
    let unknown = registered("nobody").err().unwrap().to_string();
    assert!(
        unknown.contains("no function `nobody` is registered") && unknown.contains("register!(nobody)"),
        "{unknown}"
    );
    let wrong =
        registered("scaled").unwrap().function(&serde_json::json!({ "by": "three" })).err().unwrap().to_string();
    assert!(wrong.contains("function `scaled`: its parameters cannot be read"), "{wrong}");
    let with_init = transform(&input, weighted).on_init(|| Ok::<_, std::io::Error>(1)).schema("*").run(&Elsewhere);
    assert!(with_init.unwrap_err().to_string().contains("it has no name there"));
}

fn scored(_: DataFrame, _: &Option<f64>) -> DataFrame {
    unreachable!("the call is refused")
}
outgrow::register!(scored);

#[test]
fn what_goes_with_a_function_may_be_what_keeps_it_here() {
    fn one() -> std::io::Result<Option<f64>> {
        Ok(Some(1.0))
    }
    fn matched(_: DataFrame, _: &DataFrame) -> DataFrame {
        unreachable!("the call is refused")
    }
    let input = df!("a" => [1]).unwrap();
    let cannot =
        |name: &str| format!("engine `elsewhere` calls functions in other processes, and `{name}` cannot go there: ");
    let told = suite::message(transform(&input, scored).params(Some(f64::NAN)).schema("*").run(&Elsewhere));
    let nan = "in its parameters is the number NaN, which JSON cannot say. Send an Option, or a text";
    assert_eq!(told, cannot("scored") + nan);
    let told = suite::message(transform(&input, scored).on_init(one).schema("*").run(&Elsewhere));
    assert!(told.ends_with("its set-up was not registered with it: register!(it, on_init = set_up);"), "{told}");
    let told = suite::message(transform(&input, matched).broadcast(input.clone()).schema("*").run(&Elsewhere));
    let frame = "a frame goes with it. Give a path as a parameter, and read it there (.on_init)";
    assert_eq!(told, cannot("matched") + frame);
    let told = suite::message(Table::from(&input).distinct().run(&Elsewhere));
    assert!(told.starts_with(&(cannot("distinct") + "it is a step of a table. Run the table on a local")), "{told}");
    transform(&input, scored).params(Some(1.0)).schema("*").run(&Elsewhere).unwrap();
}

/// An engine with so many bytes of memory: so few that rows are spilled, and buckets divided again.
struct Tight(Threads, u64);

impl Engine for Tight {
    fn name(&self) -> &'static str {
        "tight"
    }

    fn concurrency(&self) -> usize {
        self.0.concurrency()
    }

    fn execute(&self, job: &Job, sink: &dyn Sink) -> outgrow::Result<Losses> {
        let memory = outgrow::memory::MemoryBudget { bytes: self.1, ..job.memory.clone() };
        self.0.execute(&Job { inputs: job.inputs, task: job.task.again(), memory }, sink)
    }
}

/// The rows, how many there are, and which was the first.
fn sized(rows: DataFrame) -> PolarsResult<DataFrame> {
    let (size, first) = (rows.height() as i64, rows.column("id")?.i64()?.get(0));
    let mut sized = rows.clone();
    sized.with_column(Column::new("size".into(), vec![size; rows.height()]))?;
    sized.with_column(Column::new("first".into(), vec![first; rows.height()]))?;
    Ok(sized)
}

/// The same of each group, for a function that sees many.
fn sized_each(rows: DataFrame) -> PolarsResult<DataFrame> {
    let of_group = |expression: Expr, name| expression.over([col("key"), col("text")]).map(|of| of.alias(name));
    rows.lazy()
        .with_columns([of_group(len().cast(DataType::Int64), "size")?, of_group(col("id").first(), "first")?])
        .collect()
}

proptest! {
    /// No row is lost or made twice, groups are whole and in order, the input is unchanged: for any rows, order, chunks,
    /// engine, algorithm and number of partitions, from a frame or a file.
    #[test]
    fn any_division_gives_the_same_groups(
        rows in prop::collection::vec((prop::option::of(0i32..5), prop::option::of("[abc]{1,2}|a text of more than twelve bytes")), 0..120),
        shuffle in any::<u64>(),
        cut in 0usize..120,
        threads in 1usize..9,
        partitions in prop::option::of(0usize..40),
        algo in prop::sample::select(vec![Algo::Hash, Algo::Rand { seed: 3 }, Algo::Even, Algo::Coarse]),
        presort in any::<bool>(),
        (tight, from_file) in any::<(bool, bool)>(),
    ) {
        let keys: Vec<Option<i32>> = rows.iter().map(|row| row.0).collect();
        let texts: Vec<Option<&str>> = rows.iter().map(|row| row.1.as_deref()).collect();
        let ids: Vec<i64> = (0..rows.len() as i64).collect();
        let whole = df!("key" => keys, "text" => texts, "id" => ids).unwrap();
        // Any order, in two chunks.
        let mut order: Vec<IdxSize> = (0..rows.len() as IdxSize).collect();
        order.sort_by_key(|row| u64::from(*row + 1).wrapping_mul(shuffle));
        let chunked = || {
            let shuffled = whole.take(&IdxCa::from_vec("".into(), order.clone())).unwrap();
            let (head, tail) = shuffled.split_at(cut.min(rows.len()) as i64);
            tail.vstack(&head).unwrap()
        };
        let input = chunked();
        let mut split = by(["key", "text"]).algo(algo);
        if let Some(partitions) = partitions {
            split = split.num(partitions);
        }
        if presort {
            split = split.presort("id desc");
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.parquet");
        let table = match from_file {
            true => {
                let file = std::fs::File::create(&path).unwrap();
                ParquetWriter::new(file).with_row_group_size(Some(16)).finish(&mut input.clone()).unwrap();
                Table::from(path.as_path())
            }
            false => Table::from(&input),
        };
        let engine: &dyn Engine = if tight { &Tight(Threads::new(threads), 8 << 10) } else { &Threads::new(threads) };
        let call = match algo {
            Algo::Coarse => transform(table, sized_each),
            _ => transform(table, sized),
        };
        let found = call.schema("*, size: i64, first: i64").partition(split).run(engine).unwrap();

        let in_order: Vec<i64> = input.column("id").unwrap().i64().unwrap().into_no_null_iter().collect();
        let of = |row: usize| -> Vec<i64> {
            in_order.iter().copied().filter(|id| rows[*id as usize] == rows[row]).collect()
        };
        let mut expected = whole.clone();
        let sizes = (0..rows.len()).map(|row| of(row).len() as i64);
        expected.with_column(Column::new("size".into(), sizes.collect::<Vec<_>>())).unwrap();
        let firsts = (0..rows.len()).map(|row| if presort { of(row).into_iter().max() } else { of(row).first().copied() });
        expected.with_column(Column::new("first".into(), firsts.collect::<Vec<_>>())).unwrap();
        suite::same_rows(&found, &expected);
        prop_assert!(input.equals_missing(&chunked()));
    }

    /// Without keys every row is seen once, whatever the slices.
    #[test]
    fn any_slicing_sees_each_row_once(
        rows in 0usize..200,
        threads in 1usize..9,
        partitions in 0usize..40,
        algo in prop::sample::select(vec![Algo::Hash, Algo::Rand { seed: 3 }, Algo::Even, Algo::Coarse]),
    ) {
        let input = df!("id" => (0..rows as i64).collect::<Vec<_>>()).unwrap();
        let seen = transform(&input, |rows: DataFrame| rows).schema("*").partition(num(partitions).algo(algo));
        suite::same_rows(&seen.run(&Threads::new(threads)).unwrap(), &input);
    }

    /// What two tables give together does not depend on how their rows are divided, ordered or chunked; and a null meets
    /// nothing in zips and joins, and another null in sets.
    #[test]
    fn any_division_of_two_tables_gives_the_same(
        left in prop::collection::vec((prop::option::of(0i32..4), 0i64..3), 0..60),
        right in prop::collection::vec((prop::option::of(0i32..4), 0i64..3), 0..60),
        cut in 0usize..60,
        threads in 1usize..9,
        partitions in 1usize..40,
        tight in any::<bool>(),
    ) {
        let table = |rows: &[(Option<i32>, i64)], value: &str| {
            let (keys, values): (Vec<Option<i32>>, Vec<i64>) = rows.iter().copied().unzip();
            let (head, tail) = df!("key" => keys, value => values).unwrap().split_at(cut.min(rows.len()) as i64);
            tail.vstack(&head).unwrap()
        };
        let (a, b) = (table(&left, "x"), table(&right, "y"));
        let engine: &dyn Engine = if tight { &Tight(Threads::new(threads), 4 << 10) } else { &Threads::new(threads) };
        let of = |rows: &[(Option<i32>, i64)], key| rows.iter().filter(|row| row.0 == key).count() as u32;

        // Zip: a group for each key that both have, with all of its rows on each side.
        let sizes = |x: DataFrame, y: DataFrame, cursor: Cursor<'_>| {
            let key = cursor.key("key").unwrap().extract::<i32>();
            df!("key" => [key], "x" => [x.height() as u32], "y" => [y.height() as u32])
        };
        let zip = |how| a.zip(&b).by(["key"]).how(how).num(partitions);
        let zipped = |how| cotransform(zip(how), sizes).schema("key: i32, x: u32, y: u32").run(engine).unwrap();
        let mut expected = Vec::new();
        for key in 0..4 {
            let (x, y) = (of(&left, Some(key)), of(&right, Some(key)));
            if x + y > 0 {
                expected.push((Some(key), x, y));
            }
        }
        let inner: Vec<_> = expected.iter().filter(|row| row.1 > 0 && row.2 > 0).copied().collect();
        expected.extend([(None, of(&left, None), 0), (None, 0, of(&right, None))].into_iter().filter(|row| row.1 + row.2 > 0));
        let frame = |rows: &[(Option<i32>, u32, u32)]| {
            let keys: Vec<_> = rows.iter().map(|row| row.0).collect();
            let (x, y): (Vec<_>, Vec<_>) = rows.iter().map(|row| (row.1, row.2)).unzip();
            df!("key" => keys, "x" => x, "y" => y).unwrap()
        };
        let there = |side: fn(&(Option<i32>, u32, u32)) -> u32| {
            let rows: Vec<_> = expected.iter().filter(|row| side(row) > 0).copied().collect();
            frame(&rows)
        };
        suite::same_rows(&zipped(How::Inner), &frame(&inner));
        suite::same_rows(&zipped(How::Left), &there(|row| row.1));
        suite::same_rows(&zipped(How::Right), &there(|row| row.2));
        suite::same_rows(&zipped(How::Full), &frame(&expected));

        // Join: every pair, and who has no partner.
        let meets = |row: &(Option<i32>, i64), others: &[(Option<i32>, i64)]| {
            row.0.is_some() && others.iter().any(|other| other.0 == row.0)
        };
        let mut pairs = Vec::new();
        for (key, x) in left.iter().filter(|row| row.0.is_some()) {
            pairs.extend(right.iter().filter(|row| row.0 == *key).map(|(_, y)| (*key, Some(*x), Some(*y))));
        }
        let (met, alone): (Vec<_>, Vec<_>) = left.iter().copied().partition(|row| meets(row, &right));
        let left_only = alone.iter().map(|row| (row.0, Some(row.1), None));
        let right_only = right.iter().filter(|row| !meets(row, &left)).map(|row| (row.0, None, Some(row.1)));
        let join = |how| Table::from(&a).join(&b, how).memory_budget("1MiB").run(engine).unwrap();
        for (how, expected) in [
            (How::Inner, pairs.clone()),
            (How::Left, pairs.iter().copied().chain(left_only.clone()).collect()),
            (How::Right, pairs.iter().copied().chain(right_only.clone()).collect()),
            (How::Full, pairs.iter().copied().chain(left_only).chain(right_only).collect::<Vec<_>>()),
        ] {
            let keys: Vec<Option<i32>> = expected.iter().map(|row| row.0).collect();
            let (x, y): (Vec<_>, Vec<_>) = expected.iter().map(|row| (row.1, row.2)).unzip();
            suite::same_rows(&join(how), &df!("key" => keys, "x" => x, "y" => y).unwrap());
        }
        suite::same_rows(&join(How::Semi), &table(&met, "x"));
        suite::same_rows(&join(How::Anti), &table(&alone, "x"));

        // Sets, as multisets.
        let mut other = right.clone();
        let remaining: Vec<_> = left
            .iter()
            .filter(|row| other.iter().position(|like| like == *row).map(|at| other.swap_remove(at)).is_none())
            .copied()
            .collect();
        let mut b_like_a = b.clone();
        b_like_a.set_column_names(&["key", "x"]).unwrap();
        let sets = [Table::from(&a).subtract_all(&b_like_a), Table::from(&a).union_all(&b_like_a)];
        let [subtracted, both] = sets.map(|table| table.run(engine).unwrap());
        suite::same_rows(&subtracted, &table(&remaining, "x"));
        suite::same_rows(&both, &table(&[left.as_slice(), right.as_slice()].concat(), "x"));
    }
}
