//! Every engine gives every case of the suite the same answer, and so do any division, order and chunking of the rows.

mod suite;

use outgrow::partitioned::{
    Algo, Engine, Job, Losses, Partition, Serial, Sink, Task, Threads, by, num, registered, transform,
};
use polars::prelude::*;
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
        mod under_a_tiny_budget {
            $(#[test] fn $case() { super::suite::$case(&super::Tight(outgrow::partitioned::Threads::new(2), 1 << 20)) })+
        }
    };
}

for_each_case!(on_local_engines);

/// An engine that calls what it finds under the function's name, with parameters that were text in between: what one
/// must do whose workers are other processes. Steps of tables it runs here.
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
        let task = Task { function: &*function, ..job.task.again() };
        self.0.execute(&Job { inputs: job.inputs, task, memory: job.memory.clone() }, sink)
    }
}

#[test]
fn what_has_no_name_cannot_go_to_another_process_and_the_way_out_is_named() {
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

fn sized(rows: DataFrame) -> PolarsResult<DataFrame> {
    let mut sized = rows.clone();
    sized.with_column(Column::new("size".into(), vec![rows.height() as i64; rows.height()]))?;
    Ok(sized)
}

proptest! {
    /// No row is lost or made twice, groups are whole, the input is unchanged: for any rows, order, chunks, engine,
    /// algorithm and number of partitions.
    #[test]
    fn any_division_gives_the_same_groups(
        rows in prop::collection::vec((prop::option::of(0i32..5), prop::option::of("[abc]{1,2}|a text of more than twelve bytes")), 0..120),
        cut in 0usize..120,
        threads in 1usize..9,
        partitions in prop::option::of(0usize..40),
        algo in prop::sample::select(vec![Algo::Hash, Algo::Rand { seed: 3 }, Algo::Even]),
        tight in any::<bool>(),
    ) {
        let keys: Vec<Option<i32>> = rows.iter().map(|row| row.0).collect();
        let texts: Vec<Option<&str>> = rows.iter().map(|row| row.1.as_deref()).collect();
        let ids: Vec<i64> = (0..rows.len() as i64).collect();
        let whole = df!("key" => keys, "text" => texts, "id" => ids).unwrap();
        let (head, tail) = whole.split_at(cut.min(rows.len()) as i64);
        let chunked = tail.vstack(&head).unwrap();
        let untouched = chunked.clone();
        let mut split = by(["key", "text"]).algo(algo);
        if let Some(partitions) = partitions {
            split = split.num(partitions);
        }
        let call = |input: &DataFrame, split: Partition, engine: &dyn Engine| {
            transform(input, sized).schema("*, size: i64").partition(split).run(engine).unwrap()
        };
        let count = |row| rows.iter().filter(|other| *other == row).count() as i64;
        let mut expected = whole.clone();
        expected.with_column(Column::new("size".into(), rows.iter().map(count).collect::<Vec<_>>())).unwrap();
        suite::same_rows(&call(&whole, by(["key", "text"]), &Serial), &expected);
        let engine: &dyn Engine = if tight { &Tight(Threads::new(threads), 8 << 10) } else { &Threads::new(threads) };
        suite::same_rows(&call(&chunked, split, engine), &expected);
        prop_assert!(chunked.equals_missing(&untouched));
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
}
