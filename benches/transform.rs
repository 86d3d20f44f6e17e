//! What `transform` costs beside the function it calls: per group, per row that moves, and on top of a loop by hand.
//!
//! ```text
//! cargo bench --profile dev --bench transform
//! ```
//!
//! Each group of benchmarks has its comparison in the same run; compare within a run only. Every answer is checked
//! after it was timed, and beside each time stands the most memory that was allocated at once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use criterion::{BatchSize, BenchmarkGroup, BenchmarkId, Criterion, criterion_group, measurement::WallTime};
use outgrow::flights::{SHIPPED_ROWS, with_rows};
use outgrow::kernels::Groups;
use outgrow::partitioned::{Algo, OutputSchema, Serial, Threads, by, transform};
use outgrow::workloads::grid_search::{COLUMNS, model::best_model};
use outgrow::{exchange, workers};
use polars::frame::builder::DataFrameBuilder;
use polars::prelude::*;
use polars_arrow::array::builder::ShareStrategy;
use rayon::prelude::*;

mod peaks;

#[global_allocator]
static ALLOCATOR: peaks::Counting = peaks::Counting;

/// Benchmarks that are compared with each other.
struct Group<'c> {
    group: BenchmarkGroup<'c, WallTime>,
    name: &'c str,
    /// Bytes that were allocated before, and count as well.
    held: u64,
}

fn group<'c>(criterion: &'c mut Criterion, name: &'c str) -> Group<'c> {
    let mut group = criterion.benchmark_group(name);
    group.sample_size(10).warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(5));
    Group { group, name, held: 0 }
}

/// Times `work`, and hands its last result to `check`, unless a filter on the command line left it out; then once more, for
/// its memory.
fn timed<T>(group: &mut Group, name: &str, mut work: impl FnMut() -> T, check: impl Fn(T)) {
    let mut last = None;
    group.group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
        bencher.iter_batched(|| (), |()| last = Some(work()), BatchSize::PerIteration);
    });
    if let Some(last) = last.take() {
        check(last);
        let (again, peak_bytes) = peaks::peak_of(work);
        check(again);
        peaks::keep(&format!("{}/{name}", group.name), group.held + peak_bytes);
    }
}

/// The dataframe engine restricted to one thread, as it is for a worker.
fn on_one_thread<T: Send>(work: impl Fn() -> T + Sync) -> T {
    workers::run(1, 1, |_| Ok::<_, ()>(work())).ok().and_then(|mut done| done.pop()).expect("it cannot fail")
}

/// `rows` rows, ten to a group, in no order.
fn small_groups(rows: i64) -> DataFrame {
    let groups = rows / 10;
    let key: Vec<i64> = (0..rows).map(|row| row * 7_919 % groups).collect();
    df!("key" => key, "value" => (0..rows).map(|row| row as f64).collect::<Vec<_>>()).expect("columns of one length")
}

/// One row per group.
fn sum(rows: DataFrame) -> PolarsResult<DataFrame> {
    let key = rows.column("key")?.i64()?.get(0);
    df!("key" => [key], "sum" => [rows.column("value")?.f64()?.sum()])
}

/// The same for many groups at once, with the dataframe engine's own aggregation.
fn sums(rows: DataFrame) -> PolarsResult<DataFrame> {
    rows.lazy().group_by([col("key")]).agg([col("value").sum().alias("sum")]).collect()
}

fn per_group(criterion: &mut Criterion) {
    for rows in [1_000_000, 10_000_000] {
        let input = small_groups(rows);
        let total = (rows * (rows - 1) / 2) as f64;
        let check = |answer: DataFrame| {
            assert_eq!(answer.height() as i64, rows / 10);
            let sum = answer.column("sum").and_then(|sum| Ok(sum.f64()?.sum())).expect("there is a sum");
            assert!((sum.expect("no sum is null") / total - 1.0).abs() < 1e-12);
        };
        let name = format!("per-group/{}", rows / 10);
        let mut group = group(criterion, &name);
        let call = |split| transform(&input, sum).schema("key: i64, sum: f64").partition(split).run(&Serial);
        timed(&mut group, "transform", || call(by(["key"])).expect("it runs"), check);
        // The least there is to do: the rows are split already, and results are copied together.
        let slices = Groups::of(&input, &["key"]).and_then(|groups| groups.split(&input)).expect("it has a key");
        let by_hand = || {
            let mut all = DataFrameBuilder::new(sum(input.head(Some(1))).expect("it has the columns").schema().clone());
            for rows in &slices {
                all.extend(&sum(rows.clone()).expect("it has the columns"), ShareStrategy::Always);
            }
            all.freeze()
        };
        timed(&mut group, "a loop over slices", by_hand, check);
        let coarse = || {
            let call = transform(&input, sums).schema("key: i64, sum: f64").partition(by(["key"]).algo(Algo::Coarse));
            call.run(&Serial).expect("it runs")
        };
        timed(&mut group, "transform, coarse", coarse, check);
        let buckets = exchange::split(&input, &["key"], exchange::buckets(1)).expect("it has a key");
        let by_hand = || {
            let sums =
                on_one_thread(|| buckets.iter().map(|rows| sums(rows.clone()).expect("it runs")).collect::<Vec<_>>());
            sums.into_iter().reduce(|all, one| all.vstack(&one).expect("one schema")).expect("there are buckets")
        };
        timed(&mut group, "a loop over buckets", by_hand, check);
        let agg = || on_one_thread(|| sums(input.clone()).expect("it runs"));
        timed(&mut group, "polars group_by agg", agg, check);
        if rows == 1_000_000 {
            let apply = || input.group_by(["key"]).and_then(|groups| groups.apply(sum)).expect("it runs");
            timed(&mut group, "polars group_by apply", apply, check);
            // A filter reads all rows for each key: the time of 100 keys, not of 100,000.
            let filter = || {
                let key = input.column("key").and_then(|key| key.i64()).expect("it has a key");
                let one = |wanted| input.filter(&key.equal(wanted)).and_then(sum).expect("it runs").height();
                (0..100).map(one).sum::<usize>()
            };
            timed(&mut group, "a filter for each of 100 keys", filter, |count| assert_eq!(count, 100));
        }
    }
}

/// Grid search: a function that costs much more than the rows.
fn tax(criterion: &mut Criterion) {
    let files = with_rows(SHIPPED_ROWS as u64, |_, _| ()).expect("flights are shipped");
    let flights = files.read_all(&COLUMNS).expect("they have these columns");
    let threads = workers::cores();
    let mut by_carrier = Groups::of(&flights, &["carrier"]).and_then(|groups| groups.split(&flights)).expect("a key");
    by_carrier.sort_by_key(|rows| std::cmp::Reverse(rows.height()));
    let check = |answer: DataFrame| assert_eq!(answer.height(), by_carrier.len());
    let mut group = group(criterion, "tax/grid-search");
    let call = || {
        let call =
            transform(&flights, best_model).schema("carrier: str, n: i64, penalty: f64, l1_ratio: f64, rmse: f64");
        call.partition(by(["carrier"])).run(&Threads::new(threads)).expect("it runs")
    };
    let by_hand = || {
        let models: Vec<DataFrame> = polars_core::runtime::THREAD_POOL.install(|| {
            let models = by_carrier.par_iter().with_max_len(1).map(|rows| best_model(rows.clone()).expect("it runs"));
            models.collect()
        });
        models.into_iter().reduce(|all, one| all.vstack(&one).expect("one schema")).expect("there are carriers")
    };
    timed(&mut group, "transform", call, check);
    timed(&mut group, "a rayon loop over frames that are split", by_hand, check);
}

/// Hash-partitioning all columns of 10M flights, and polars' own split into one frame per key.
fn exchanged(criterion: &mut Criterion) {
    let files = with_rows(10_000_000, |_, _| ()).expect("there is room for the flights under data/");
    let names: Vec<&str> = files.schema().iter_names().map(|name| name.as_str()).collect();
    let mut flights = files.read_all(&names).expect("they have their columns");
    flights.rechunk_mut();
    let keys = ["carrier", "dest"];
    let mut group = group(criterion, "exchange/10000000");
    // A function that looks at nothing: what is left is the exchange, and one frame per key from its buckets.
    let exchange = || {
        let groups = AtomicUsize::new(0);
        let count = |_: DataFrame| {
            groups.fetch_add(1, Ordering::Relaxed);
        };
        transform(&flights, count).partition(by(keys)).for_each(&Threads::default()).expect("it runs");
        groups.into_inner()
    };
    let expected = Groups::of(&flights, &keys).expect("they have the keys").len();
    // A text takes a view of 16 bytes, and what does not fit into it: `estimated_size` counts the text alone.
    let of = |column: &Column| match column.str() {
        Ok(texts) => 16 * texts.len() + texts.downcast_iter().map(|chunk| chunk.total_buffer_len()).sum::<usize>(),
        Err(_) => column.as_materialized_series().estimated_size(),
    };
    group.held = flights.columns().iter().map(of).sum::<usize>() as u64;
    println!(
        "exchange/10000000: the input takes {:.1} MiB, which count in each peak",
        group.held as f64 / f64::from(1 << 20)
    );
    timed(&mut group, "transform", exchange, |groups| assert_eq!(groups, expected));
    let partition_by = || flights.partition_by(keys, true).expect("it runs");
    timed(&mut group, "polars partition_by", partition_by, |frames| assert_eq!(frames.len(), expected));
}

/// A call with one memory budget for ever more flights.
fn growing(criterion: &mut Criterion) {
    fn mean(flights: DataFrame) -> PolarsResult<DataFrame> {
        let mut mean = flights.select(["carrier", "dest"])?.head(Some(1));
        let delay = flights.column("arr_delay")?;
        mean.with_column(Column::new("flights".into(), [flights.height() as u32]))?;
        mean.with_column(Column::new("mean".into(), [delay.i16()?.mean()]))?;
        Ok(mean)
    }
    let narrow: &[&str] = &["carrier", "dest", "arr_delay"];
    let wide = &[narrow, &["tailnum", "time_hour", "flight", "distance", "air_time", "dep_delay"]].concat();
    // Equal keys are sent once per slice, so that three columns fit for long; of nine, the more rows there are the more of
    // them are spilled.
    for (name, columns, budget) in [("rows", narrow, "256MiB"), ("rows that are spilled", wide, "96MiB")] {
        let name = format!("{name}, {budget}");
        let mut group = group(criterion, &name);
        for rows in [1_000_000u64, 3_000_000, 10_000_000, 30_000_000] {
            let files = with_rows(rows, |_, _| ()).expect("there is room for the flights under data/");
            let call = || {
                transform((&files, columns), mean)
                    .schema("carrier: str, dest: str, flights: u32, mean: f64")
                    .partition(by(["carrier", "dest"]))
                    .memory_budget(budget)
                    .run(&Threads::default())
                    .expect("it runs")
            };
            timed(&mut group, &rows.to_string(), call, |answer| {
                let counted = answer.column("flights").and_then(|count| Ok(count.u32()?.sum())).expect("it counts");
                assert_eq!(counted.map(u64::from), Some(rows));
            });
        }
    }
}

fn schema(criterion: &mut Criterion) {
    let text = "* - tail, `dep delay` ~ year + carrier: str, legs: [{origin: str, minutes: f64}], at: datetime[ms]";
    let parse = || OutputSchema::parse(std::hint::black_box(text)).expect("it is one");
    criterion.bench_function("schema/parse", |bencher| bencher.iter(parse));
    let (read, peak_bytes) = peaks::peak_of(parse);
    assert_eq!(OutputSchema::parse(&read.to_string()).expect("it is one"), read);
    peaks::keep("schema/parse", peak_bytes);
}

criterion_group! {
    name = benches;
    config = peaks::criterion();
    targets = per_group, tax, exchanged, growing, schema
}

fn main() {
    outgrow::memory::keep_freed(); // as the program does
    benches();
    peaks::criterion().configure_from_args().final_summary();
}
