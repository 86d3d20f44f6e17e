//! What `Serial` and `Threads` do beyond what every engine must: who starts first, who stops, what the ledger tells, and
//! where this machine ends.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};
use std::time::Duration;

use outgrow::ledger;
use outgrow::partitioned::{
    Algo, Cursor, Engine, Frames, How, Partition, Serial, Threads, Zippable, by, cotransform, per_row, transform,
};
use outgrow::{exchange, partitioned::num};
use polars::prelude::*;

/// Groups 0 to 99 of ten rows each, and group 77 of a thousand more.
fn skewed() -> DataFrame {
    let keys: Vec<i32> = (0..1_000).map(|row| row % 100).chain(vec![77; 1_000]).collect();
    df!("key" => keys).unwrap()
}

#[test]
fn a_straggler_starts_first_and_the_ledger_names_it() {
    for engine in [&Serial as &dyn Engine, &Threads::new(1)] {
        for algo in [Algo::Hash, Algo::Even] {
            let order = Mutex::new(Vec::new());
            let note = |_: DataFrame, cursor: Cursor<'_>| {
                order.lock().unwrap().push((cursor.physical_partition(), cursor.key("key").unwrap().to_string()));
            };
            let call = transform(skewed(), note).partition(by(["key"]).algo(algo));
            let (outcome, ledger) = ledger::record(|| call.for_each(engine));
            outcome.unwrap();
            let order = order.into_inner().unwrap();
            let first: Vec<&str> =
                order.iter().filter(|call| call.0 == order[0].0).map(|call| call.1.as_str()).collect();
            assert!(first.contains(&"77"), "{order:?}");
            let step = ledger.steps.last().unwrap();
            assert_eq!((step.tasks, step.rows), (100, 2_000));
            assert_eq!((step.largest_task.as_str(), step.largest_task_rows), ("key = 77", 1_010));
        }
    }
}

/// Two that wait for each other until both are there, and not forever.
#[derive(Default)]
struct Meeting {
    there: Mutex<usize>,
    came: Condvar,
}

impl Meeting {
    fn wait(&self) -> bool {
        let mut there = self.there.lock().unwrap();
        *there += 1;
        self.came.notify_all();
        let late = self.came.wait_timeout_while(there, Duration::from_secs(20), |there| *there < 2).unwrap().1;
        !late.timed_out()
    }
}

/// Two groups whose keys fall into one bucket are worked on at the same time, when each group is a partition.
#[test]
fn even_by_key_keeps_no_group_waiting_for_another() {
    let keys = df!("key" => (0..100).collect::<Vec<i32>>()).unwrap();
    let buckets = exchange::bucket_of_rows(&keys, exchange::buckets(2), 0).unwrap();
    let other = (1..100).find(|key| buckets[*key] == buckets[0]).unwrap() as i32;
    let input = df!("key" => [0, 0, other, other, 100]).unwrap();
    let meeting = Meeting::default();
    let meets = |rows: DataFrame| rows.height() < 2 || meeting.wait();
    let call = transform(&input, |rows: DataFrame| df!("met" => [meets(rows)])).schema("met: bool");
    let met = call.partition(by(["key"]).algo(Algo::Even)).run(&Threads::new(2)).unwrap();
    assert!(met.height() == 3 && met.column("met").unwrap().bool().unwrap().all());
}

/// A failure is not waited for by those who have much left to do.
#[test]
fn other_workers_stop_after_a_failure() {
    let calls = AtomicUsize::new(0);
    let work = |_: DataFrame, cursor: Cursor<'_>| -> anyhow::Result<()> {
        if cursor.key("key").is_ok_and(|key| key.extract::<i32>() == Some(0)) {
            anyhow::bail!("on purpose");
        }
        calls.fetch_add(1, Ordering::Relaxed);
        std::thread::sleep(Duration::from_millis(1));
        Ok(())
    };
    // The group that fails is the largest, so it starts first; the others would take two seconds each worker.
    let keys: Vec<i32> = (1..4_000).chain(vec![0; 10_000]).collect();
    let input = df!("key" => keys).unwrap();
    let told = transform(&input, work).partition(by(["key"])).for_each(&Threads::new(2)).unwrap_err().to_string();
    assert!(told.contains("failed for key = 0: on purpose"), "{told}");
    assert!(calls.load(Ordering::Relaxed) < 2_000, "{calls:?} of 3,999 groups were worked on after one had failed");
}

#[test]
fn a_set_up_that_panics_is_told_as_one_that_fails() {
    fn cannot(_: DataFrame, _: &i32) {}
    let set_up = || -> std::io::Result<i32> { panic!("no model") };
    let told = transform(skewed(), cannot).on_init(set_up).partition(num(1)).for_each(&Serial).unwrap_err().to_string();
    assert!(told.contains("failed in its set-up for partition 0: it panicked: no model. Look at .on_init()"), "{told}");
}

/// A frame does not travel, so engines of this process alone can give it.
#[test]
fn a_broadcast_frame_is_seen_whole() {
    fn matched(rows: DataFrame, other: &DataFrame) -> PolarsResult<DataFrame> {
        df!("rows" => [rows.height() as u32], "of" => [other.height() as u32])
    }
    for engine in [&Serial as &dyn Engine, &Threads::new(3)] {
        let grid = df!("x" => [1, 2, 3, 4]).unwrap();
        let call = transform(df!("a" => [1, 2]).unwrap(), matched).broadcast(grid).schema("rows: u32, of: u32");
        let found = call.partition(by(["a"])).run(engine).unwrap();
        assert!(found.equals(&df!("rows" => [1u32, 1], "of" => [4u32, 4]).unwrap()), "{found}");
    }
}

#[test]
fn each_row_of_a_file_may_be_a_task() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("grid.parquet");
    let grid = df!("alpha" => [0.1, 1.0, 10.0]).unwrap();
    transform(&grid, |rows: DataFrame| rows).schema("*").save_as(&path, &Serial).unwrap();
    let one = |row: DataFrame| df!("rows" => [row.height() as u32]);
    let rows = transform(&path, one).schema("rows: u32").partition(per_row()).run(&Threads::new(2)).unwrap();
    assert!(rows.equals(&df!("rows" => [1u32, 1, 1]).unwrap()));
}

#[test]
fn numbers_of_partitions_have_an_end() {
    let input = df!("a" => [1]).unwrap();
    let same = |rows: DataFrame| rows;
    let call = transform(&input, same).schema("*").partition(by(["a"]).num(65_537));
    let told = call.run(&Threads::new(2)).unwrap_err().to_string();
    assert!(told.contains("num: an exchange into 65537 partitions"), "{told}");
    assert!(told.contains("Ask for 65536 at most"), "{told}");
    let slices = transform(&input, same).schema("*").partition(num(u64::MAX)).run(&Threads::new(2)).unwrap();
    assert_eq!(slices.height(), 1);
}

#[test]
fn what_a_presort_or_cross_needs_at_once_is_refused() {
    fn counts(left: DataFrame, right: DataFrame) -> PolarsResult<DataFrame> {
        df!("n" => [(left.height() * right.height()) as u64])
    }
    fn in_pieces(pieces: Frames) -> impl Iterator<Item = DataFrame> {
        pieces
    }
    let rows = df!("a" => vec![1; 400_000], "n" => (0..400_000i64).collect::<Vec<_>>()).unwrap();
    let engine = Threads::new(2);
    let cross = cotransform(rows.zip(&rows).how(How::Cross), counts).schema("n: u64").memory_budget("1MiB");
    let told = cross.run(&engine).unwrap_err().to_string();
    assert!(told.contains("`counts` failed on all rows together: its rows take 9.2 MiB at once"), "{told}");
    let call = |partition: Partition| {
        let call = transform(&rows, in_pieces).schema("*").partition(partition).memory_budget("1MiB");
        call.run(&engine).map(|rows| rows.height())
    };
    let told = call(by(["a"]).presort("n desc")).unwrap_err().to_string();
    assert!(told.contains("`in_pieces` failed for a = 1: sorting its rows takes 4.6 MiB at once"), "{told}");
    assert!(told.contains("the memory budget is 1.0 MiB") && told.contains("no presort"), "{told}");
    assert_eq!(call(by(["a"])).unwrap(), 400_000);
}

/// Dealt rows are a partition in no order: all of them are needed at once, by a function of frames.
#[test]
fn dealt_rows_that_are_more_than_the_budget_are_refused() {
    let rows = df!("n" => (0..400_000i64).collect::<Vec<_>>()).unwrap();
    let call = transform(&rows, |rows: DataFrame| rows).schema("*").memory_budget("1MiB");
    let call = call.partition(num(2).algo(Algo::Rand { seed: 1 }));
    let told = call.run(&Threads::new(2)).unwrap_err().to_string();
    assert!(told.contains(" on partition "), "{told}");
    assert!(told.contains("its rows take 1.5 MiB at once, and the memory budget is 1.0 MiB"), "{told}");
}
