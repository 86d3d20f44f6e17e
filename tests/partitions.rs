//! What the drop-in does for its answers: where borders lie never shows, and what is promised not to move does not.

use outgrow::dropin::{self, Fallback, Limits, with_fallback, with_limits};
use outgrow::eager;
use outgrow::kernels::{Agg, How, Keep, Transform, Window};
use outgrow::labels::DefaultIndex;
use outgrow::ledger::{Ledger, record};
use outgrow::workloads::{ALL, day_over_day, join_weather};
use polars::prelude as pl;
use polars::prelude::{ChunkCompareEq, col, df};
use proptest::prelude::*;

type Row = (Option<i64>, Option<String>, Option<i64>);

fn columns(rows: &[Row]) -> pl::DataFrame {
    let numbers: Vec<Option<i64>> = rows.iter().map(|row| row.0).collect();
    let texts: Vec<Option<&str>> = rows.iter().map(|row| row.1.as_deref()).collect();
    let others: Vec<Option<i64>> = rows.iter().map(|row| row.2).collect();
    df!("n" => numbers, "t" => texts, "x" => others).unwrap()
}

/// Everything that needs more than a partition, one result after the other.
macro_rules! everything {
    ($frame:expr, $other:expr) => {{
        let (frame, other) = ($frame, $other);
        let indexed = frame.set_index(&["n"]).unwrap();
        let numbers = frame.select(&["n", "x"]).unwrap();
        let groups = frame.groupby(&["t"]);
        let tables = vec![
            frame.sort_values(&["n", "x"], &[true, false]).unwrap(),
            frame.sort_values(&["t"], &[false]).unwrap(),
            indexed.sort_index().unwrap(),
            frame.drop_duplicates(&["n", "t"], Keep::First).unwrap(),
            frame.drop_duplicates(&["t"], Keep::Last).unwrap(),
            frame.merge(&other, &["t"], How::Inner).unwrap(),
            frame.merge(&other, &["t", "n"], How::Left).unwrap(),
            frame.merge(&other, &["n"], How::Right).unwrap(),
            frame.merge(&other, &["t"], How::Outer).unwrap(),
            numbers.rank().unwrap(),
            numbers.cumsum().unwrap(),
            numbers.cummax().unwrap(),
            numbers.diff(3).unwrap(),
            frame.ffill().unwrap(),
            frame.shift(-2).unwrap(),
            numbers.rolling_mean(4).unwrap(),
            groups.agg(&[("m", "x", Agg::Median), ("f", "n", Agg::First), ("c", "x", Agg::Count)]).unwrap(),
            groups.transform("x", Transform::Window(Window::Diff(1))).unwrap().to_frame("d").unwrap(),
            groups.transform("x", Transform::ZScore).unwrap().to_frame("z").unwrap(),
            frame.col("t").unwrap().value_counts().unwrap().to_frame("count").unwrap(),
            indexed
                .col("x")
                .unwrap()
                .add(&other.set_index(&["n"]).unwrap().col("x").unwrap())
                .unwrap()
                .to_frame("s")
                .unwrap(),
            numbers.describe().unwrap(),
            frame.iloc_range(3, 9),
        ];
        tables.into_iter().map(|table| (table.index().unwrap(), table.into_columns().unwrap())).collect::<Vec<_>>()
    }};
}

fn same(this: &pl::DataFrame, that: &pl::DataFrame) -> bool {
    this.schema() == that.schema()
        && this.height() == that.height()
        && this.columns().iter().zip(that.columns()).all(|(this, that)| match (this.f64(), that.f64()) {
            (Ok(this), Ok(that)) => this.iter().zip(that.iter()).all(|pair| match pair {
                (Some(this), Some(that)) => (this - that).abs() <= 1e-9 * this.abs().max(1.0),
                (this, that) => this == that,
            }),
            _ => this.equals_missing(that),
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn borders_do_not_show(
        rows in prop::collection::vec((prop::option::of(-3i64..4), prop::option::of("[ab]{0,2}"), prop::option::of(-9i64..9)), 0..40),
        others in prop::collection::vec((prop::option::of(-3i64..4), prop::option::of("[ab]{0,2}"), prop::option::of(-9i64..9)), 0..12),
        partitions in 1usize..9,
    ) {
        let eager = |rows: &[Row]| eager::DataFrame::from_columns(columns(rows)).unwrap();
        let dropin = |rows: &[Row]| dropin::DataFrame::from_columns(columns(rows)).unwrap().repartition(partitions);
        let expected = everything!(eager(&rows), eager(&others));
        for limits in [Limits::default(), Limits { few_rows: 0, small_bytes: 0 }] {
            let found = with_limits(limits, || everything!(dropin(&rows), dropin(&others)));
            for (at, (found, expected)) in found.iter().zip(&expected).enumerate() {
                prop_assert!(same(&found.0, &expected.0), "labels of {at}: {:?}\n{:?}", found.0, expected.0);
                prop_assert!(same(&found.1, &expected.1), "columns of {at}: {:?}\n{:?}", found.1, expected.1);
            }
        }
    }
}

fn flights(columns: &[&str]) -> dropin::DataFrame {
    dropin::read_parquet(&outgrow::flights::shipped().unwrap(), columns).unwrap()
}

fn ledger_of<T>(work: impl FnOnce() -> outgrow::Result<T>) -> Ledger {
    let (outcome, ledger) = record(work);
    outcome.map(|_| ()).unwrap();
    ledger
}

#[test]
fn the_ledger_tells_what_moves() {
    let flights = flights(&["id", "carrier", "distance", "arr_delay"]);
    let rows = flights.len() as u64;

    let combined = ledger_of(|| flights.groupby(&["carrier"]).agg(&[("mean", "arr_delay", Agg::Mean)]));
    assert!(combined.exchanges() == 0 && combined.rows_moved() <= 5 * 16, "{combined:?}");

    let median = ledger_of(|| flights.groupby(&["carrier"]).agg(&[("median", "arr_delay", Agg::Median)]));
    assert_eq!((median.exchanges(), median.rows_moved() - 16), (1, rows));

    let total = ledger_of(|| flights.col("distance")?.cumsum());
    assert_eq!((total.exchanges(), total.barriers(), total.rows_moved()), (0, 1, 4));

    let change = ledger_of(|| flights.col("distance")?.diff(1));
    assert_eq!((change.barriers(), change.rows_moved()), (0, 4));

    let sorted = ledger_of(|| flights.sort_values(&["arr_delay"], &[true]));
    assert_eq!((sorted.exchanges(), sorted.rows_moved()), (1, rows));

    let slice = ledger_of(|| Ok(flights.iloc_range(100_000, 200_000).tail(10)));
    assert_eq!((slice.rows_moved(), slice.bytes_materialised(), slice.barriers()), (0, 0, 0));

    let back = ledger_of(|| flights.groupby(&["carrier"]).transform("distance", Transform::Window(Window::Diff(1))));
    assert_eq!((back.exchanges(), back.rows_moved()), (2, 2 * rows), "there and back");
}

#[test]
fn every_workload_keeps_a_ledger_in_every_mode() {
    let files = outgrow::flights::shipped().unwrap();
    let engine = outgrow::partitioned::Threads::new(2);
    for workload in ALL {
        let eager = ledger_of(|| (workload.eager)(&files));
        assert!(eager.rows_moved() == 0 && eager.barriers() == 0, "{}: one core moves nothing", workload.name);
        assert!(eager.steps.iter().all(|step| step.tasks == 1) && eager.bytes_materialised() > 0);
        for (mode, ledger) in [
            ("dropin", ledger_of(|| (workload.dropin)(&files))),
            ("partitioned", ledger_of(|| (workload.partitioned)(&files, &engine))),
        ] {
            assert!(ledger.steps.iter().any(|step| step.tasks >= 5 && step.largest_task_rows > 0), "{mode} {ledger:?}");
            assert!(ledger.steps.iter().all(|step| !step.what.is_empty()));
        }
    }
}

/// What happens to those who forget `groupby`: the first day of a route is compared with the last of the one above.
#[test]
fn a_difference_without_its_group_leaks_into_the_next() {
    let files = outgrow::flights::shipped().unwrap();
    let right = day_over_day::dropin::answer(&files).unwrap();
    let days = flights(&["origin", "dest", "month", "day", "arr_delay"]);
    let days = days.groupby(&["origin", "dest", "month", "day"]).agg(&[("delay", "arr_delay", Agg::Mean)]).unwrap();
    let days = days.query(col("delay").is_not_null()).unwrap().reset_index().unwrap();
    let change = days.col("delay").unwrap().diff(1).unwrap();
    let routes = days.set_column("change", &change).unwrap();
    let named = [("days", "delay", Agg::Count), ("rise", "change", Agg::Max), ("fall", "change", Agg::Min)];
    let wrong = routes.groupby(&["origin", "dest"]).agg(&named).unwrap().reset_index().unwrap();
    let wrong = wrong.into_columns().unwrap();
    assert!(
        wrong.select(["origin", "dest", "days"]).unwrap().equals(&right.select(["origin", "dest", "days"]).unwrap())
    );
    let differ = |column: &str| {
        let (wrong, right) = (wrong.column(column).unwrap(), right.column(column).unwrap());
        wrong.not_equal_missing(right).unwrap().sum().unwrap()
    };
    // 223 routes, of which some end with a jump that is larger than any of their own. Nothing failed on the way.
    assert!(differ("rise") > 5 && differ("fall") > 5, "{} and {}", differ("rise"), differ("fall"));
    // A route with one day has no change; it was given one.
    assert!(right.column("rise").unwrap().null_count() > wrong.column("rise").unwrap().null_count());
}

/// The weather is sent to all, because it is small. Exchanged by key instead, the answer is the same and all flights move.
#[test]
fn a_join_by_exchange_gives_what_a_join_by_broadcast_gives() {
    let files = outgrow::flights::shipped().unwrap().head(100_000);
    let (sent, by_broadcast) = record(|| join_weather::dropin::answer(&files).unwrap());
    let limits = Limits { few_rows: 0, small_bytes: 0 };
    let (exchanged, by_exchange) = with_limits(limits, || record(|| join_weather::dropin::answer(&files).unwrap()));
    outgrow::measure::agree(&join_weather::WORKLOAD, ("broadcast", &sent), ("exchange", &exchanged)).unwrap();
    assert!(by_broadcast.exchanges() == 0 && by_broadcast.rows_moved() < 50_000);
    // There by key, and back to the order of the left side.
    assert!(by_exchange.exchanges() == 3 && by_exchange.rows_moved() > 2 * 99_000, "{by_exchange:?}");
}

#[test]
fn each_kind_of_index_keeps_its_promise() {
    let files = outgrow::flights::shipped().unwrap();
    let read = |kind| record(|| dropin::read_parquet_indexed(&files, &["id"], kind).unwrap());
    let labels = |frame: &dropin::DataFrame| frame.index().unwrap().columns()[0].i64().unwrap().clone();
    let rows = files.rows() as i64;

    let (sequence, ledger) = read(DefaultIndex::Sequence);
    assert!(labels(&sequence).into_no_null_iter().eq(0..rows));
    assert_eq!((ledger.rows_gathered(), ledger.barriers()), (rows as u64, 1));

    let (distributed_sequence, ledger) = read(DefaultIndex::DistributedSequence);
    assert!(labels(&distributed_sequence).into_no_null_iter().eq(0..rows));
    assert_eq!(ledger.rows_gathered(), 0);

    let (distributed, ledger) = read(DefaultIndex::Distributed);
    let labels: Vec<i64> = labels(&distributed).into_no_null_iter().collect();
    assert!(labels.is_sorted_by(|this, next| this < next) && labels[labels.len() - 1] > rows);
    assert_eq!((ledger.rows_gathered(), ledger.barriers()), (0, 0));

    let eager = eager::read_parquet_indexed(&files, &["id"], DefaultIndex::Distributed).unwrap();
    assert_eq!(eager.index().unwrap().columns()[0].i64().unwrap().get(1), Some(1));
}

#[test]
fn what_cannot_be_divided_falls_back_or_is_refused() {
    let flights = flights(&["id", "distance"]);
    let far = || flights.query(col("distance").gt(col("distance").mean()));
    let message = with_fallback(Fallback::Refuse, far).unwrap_err().to_string();
    assert!(message.contains("cannot be done on partitions") && message.contains("assign that"), "{message}");
    let (found, ledger) = record(|| far().unwrap());
    assert_eq!(ledger.rows_gathered(), flights.len() as u64);
    let files = outgrow::flights::shipped().unwrap();
    let eager = eager::read_parquet(&files, &["id", "distance"]).unwrap();
    let eager = eager.query(col("distance").gt(col("distance").mean())).unwrap();
    assert!(found.into_columns().unwrap().equals(&eager.into_columns().unwrap()));
    // What looks at its own row alone is no fallback.
    with_fallback(Fallback::Refuse, || flights.query(col("distance").gt(pl::lit(1000)))).unwrap();
}

#[test]
fn csv_in_pieces_is_csv_in_one() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_string()
    };
    // Whole numbers up to the last row, which makes the column text: in every piece, or not at all.
    let mixed: String = (0..500).map(|n| format!("{n},{}\n", n * 2)).collect();
    let mixed = write("mixed.csv", format!("id,code\n{mixed}500,1000A\n").as_bytes());
    let eager = eager::read_csv(&mixed).unwrap();
    let dropin = dropin::read_csv(&mixed).unwrap();
    assert_eq!(eager.dtypes()[1], ("code".to_string(), pl::DataType::String));
    assert_eq!(eager.dtypes(), dropin.dtypes());
    assert_eq!(dropin.index().unwrap().height(), 501);
    assert!(eager.into_columns().unwrap().equals_missing(&dropin.into_columns().unwrap()));

    for (name, text, parts) in [
        ("ragged.csv", &b"a,b\n1,2\n3,4,5\n"[..], &["line 3", "3 values under 2 column names"][..]),
        ("short.csv", b"a,b\n1,2\n3\n", &["line 3", "1 values under 2"]),
        ("latin.csv", b"a,b\n1,caf\xe9\n", &["not UTF-8", "line 2", "0xe9"]),
        ("empty.csv", b"", &["is empty"]),
        ("twice.csv", b"a,a\n1,2\n", &["two columns `a`"]),
    ] {
        let path = write(name, text);
        let message = eager::read_csv(&path).unwrap_err().to_string();
        assert_eq!(message, dropin::read_csv(&path).unwrap_err().to_string());
        parts.iter().for_each(|part| assert!(message.contains(part), "{message}"));
    }
}

#[test]
fn what_is_written_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.parquet");
    let path = path.to_str().unwrap();
    let flights = flights(&["id", "carrier"]).set_index(&["id"]).unwrap();
    flights.to_parquet(path).unwrap();
    let again = dropin::read_parquet(&outgrow::ParquetFiles::open(path).unwrap(), &["id", "carrier"]).unwrap();
    assert!(again.into_columns().unwrap().equals(&flights.reset_index().unwrap().into_columns().unwrap()));
}
