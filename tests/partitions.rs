//! What the drop-in does for its answers: where borders lie never shows, and what is promised not to move does not.

use outgrow::dropin::{self, Fallback, Limits, with_fallback, with_limits};
use outgrow::eager;
use outgrow::kernels::{Agg, How, Keep, Transform, Window};
use outgrow::labels::DefaultIndex;
use outgrow::ledger::{Ledger, record};
use outgrow::workloads::{ALL, day_over_day, join_weather};
use polars::prelude as pl;
use polars::prelude::{ChunkCompareEq, col, df};
use polars_io::SerReader;
use polars_io::parquet::read::ParquetReader;
use proptest::prelude::*;

type Row = (Option<i64>, Option<String>, Option<i64>, Option<i16>);

fn columns(rows: &[Row]) -> pl::DataFrame {
    let numbers: Vec<Option<i64>> = rows.iter().map(|row| row.0).collect();
    let texts: Vec<Option<&str>> = rows.iter().map(|row| row.1.as_deref()).collect();
    let others: Vec<Option<i64>> = rows.iter().map(|row| row.2).collect();
    // Quarters are exact, so that the order in which they are added makes no difference.
    let decimals: Vec<Option<f64>> = rows.iter().map(|row| row.3.map(|number| f64::from(number) / 4.0)).collect();
    let mut columns = df!("n" => numbers, "t" => texts, "x" => others, "d" => &decimals, "f" => &decimals).unwrap();
    let narrow = columns.column("f").unwrap().cast(&pl::DataType::Float32).unwrap();
    let instants =
        columns.column("x").unwrap().cast(&pl::DataType::Datetime(pl::TimeUnit::Milliseconds, None)).unwrap();
    columns.with_column(narrow).unwrap().with_column(instants.with_name("at".into())).unwrap();
    columns
}

/// Everything that needs more than a partition, one result after the other.
macro_rules! everything {
    ($frame:expr, $other:expr) => {{
        let (frame, other) = ($frame, $other);
        let indexed = frame.set_index(&["n"]).unwrap();
        let numbers = frame.select(&["n", "x", "d", "f"]).unwrap();
        let times = frame.select(&["at", "d", "f"]).unwrap();
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
            times.cummax().unwrap(),
            times.diff(2).unwrap(),
            times.rank().unwrap(),
            numbers.le(&other.select(&["x", "d"]).unwrap()).unwrap(),
            numbers.diff(3).unwrap(),
            frame.ffill().unwrap(),
            frame.shift(-2).unwrap(),
            numbers.rolling_mean(4).unwrap(),
            groups.agg(&[("m", "x", Agg::Median), ("f", "n", Agg::First), ("c", "x", Agg::Count)]).unwrap(),
            groups
                .agg(&[("s", "d", Agg::Sum), ("m", "f", Agg::Mean), ("t", "at", Agg::Max), ("n", "x", Agg::Sum)])
                .unwrap(),
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

fn rows(most: usize) -> impl Strategy<Value = Vec<Row>> {
    use prop::option::of;
    prop::collection::vec((of(-3i64..4), of("[ab]{0,2}"), of(-9i64..9), of(-99i16..99)), 0..most)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn borders_do_not_show(
        rows in rows(40),
        others in rows(12),
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

    // A halo that is as large as the table moves every row and is no exchange all the same.
    let far = ledger_of(|| flights.col("distance")?.shift(rows as i64));
    assert_eq!((far.exchanges(), far.rows_moved()), (0, rows));

    let back = ledger_of(|| flights.groupby(&["carrier"]).transform("distance", Transform::Window(Window::Diff(1))));
    assert_eq!((back.exchanges(), back.rows_moved()), (2, 2 * rows), "there and back");
}

/// A slice is where the rows are already, whatever it is a slice of.
#[test]
fn slices_are_not_copied() {
    let flights = flights(&["id", "distance"]);
    let whole = flights.clone().into_columns().unwrap();
    let chunks = |frame: &pl::DataFrame| -> Vec<std::ops::Range<usize>> {
        let ids = frame.column("id").unwrap().i32().unwrap().clone();
        ids.downcast_iter()
            .map(|chunk| chunk.values().as_ptr_range())
            .map(|at| at.start as usize..at.end as usize)
            .collect()
    };
    let held = chunks(&whole);
    for slice in [
        flights.head(10),
        flights.iloc_range(100_000, 200_000).tail(10),
        flights.iloc_range(60_000, 300_000),
        flights.iloc(250_000).unwrap(),
        flights.repartition(3).iloc_range(1_000, 333_000),
        flights.select(&["id"]).unwrap().drop_index(),
    ] {
        let slice = slice.into_columns().unwrap();
        assert!(slice.height() > 0);
        for lies in chunks(&slice) {
            assert!(held.iter().any(|held| held.start <= lies.start && lies.end <= held.end), "{lies:?} of {held:?}");
        }
    }
}

/// What an operation made is in its ledger: no less than what it gives back and did not take.
#[test]
fn the_ledger_counts_what_is_made() {
    let flights = flights(&["id", "carrier", "distance", "arr_delay"]);
    let bytes = |frame: &dropin::DataFrame| {
        let labels = frame.index().unwrap().estimated_size();
        (frame.clone().into_columns().unwrap().estimated_size() + labels) as u64
    };
    let carriers = flights.groupby(&["carrier"]);
    let all = |series: dropin::Series| series.to_frame("n");
    macro_rules! made {
        ($($what:literal => $work:expr;)*) => {
            $({
                let (made, ledger) = record(|| -> outgrow::Result<dropin::DataFrame> { $work });
                let made = bytes(&made.unwrap());
                assert!(ledger.bytes_materialised() >= made, "{}: {} of {made}", $what, ledger.bytes_materialised());
                assert!(ledger.steps.iter().all(|step| step.tasks > 0), "{ledger:?}");
            })*
        };
    }
    made! {
        "agg" => carriers.agg(&[("mean", "arr_delay", Agg::Mean), ("most", "arr_delay", Agg::Max)]);
        "median" => carriers.agg(&[("middle", "arr_delay", Agg::Median)]);
        "size" => carriers.size().and_then(all);
        "value_counts" => flights.col("carrier")?.value_counts().and_then(all);
        "nunique" => flights.nunique().and_then(all);
        "describe" => flights.describe();
        "rank" => flights.select(&["distance"])?.rank();
        "drop_duplicates" => flights.drop_duplicates(&["distance"], Keep::First);
    }
    // Columns that stay as they are cost nothing; labels of another type do.
    let delays = |label| flights.select(&[label, "arr_delay"]).unwrap().set_index(&[label]).unwrap();
    let (by_id, by_distance) = (delays("id"), delays("distance"));
    let concat = ledger_of(|| dropin::concat(&[&by_id, &by_distance]));
    assert!(concat.bytes_materialised() >= 4 * flights.len() as u64, "{concat:?}");
    let gathered = |work: fn(&dropin::DataFrame)| record(|| work(&flights)).1.rows_gathered();
    assert_eq!(gathered(|flights| drop(flights.clone().into_columns().unwrap())), flights.len() as u64);
    assert_eq!(gathered(|flights| drop(flights.index().unwrap())), flights.len() as u64);
    assert_eq!(gathered(|flights| drop(flights.to_string())), 10);
    assert_eq!(record(|| flights.repartition(3)).1.tasks(), 3);
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

/// The warning that all rows go to one core comes once per operation, though a loop gives it another expression each time.
#[test]
fn the_warning_comes_once_per_operation() {
    const CHILD: &str = "OUTGROW_TEST_WARNS";
    if std::env::var_os(CHILD).is_some() {
        let flights = dropin::DataFrame::from_columns(df!("delay" => [1, 2, 4]).unwrap()).unwrap();
        for more in 0..3 {
            flights.query(col("delay").gt(col("delay").mean() + pl::lit(more))).unwrap();
            flights.assign("above", col("delay") - col("delay").mean() - pl::lit(more)).unwrap();
        }
        return;
    }
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_warning_comes_once_per_operation", "--nocapture"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    assert!(output.status.success());
    let written = String::from_utf8(output.stderr).unwrap();
    let warnings: Vec<&str> = written.lines().filter(|line| line.starts_with("warning: ")).collect();
    let of =
        |operation: &str| warnings.iter().filter(|line| line.starts_with(&format!("warning: {operation}: "))).count();
    assert_eq!((warnings.len(), of("query"), of("assign")), (2, 1, 1), "{written}");
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

    // Lines without anything are no rows, and what is missing is missing in quotes, too; wherever the file is cut.
    let holes: String = (0..200).map(|n| format!("\n{n},\"{n}\",nan\n \t\n{n},\"\",0.5\n\n")).collect();
    let holes = write("holes.csv", format!("\nid,n,x\n{holes}").as_bytes());
    let (eager, dropin) = (eager::read_csv(&holes).unwrap(), dropin::read_csv(&holes).unwrap());
    assert_eq!(eager.dtypes(), dropin.dtypes());
    assert_eq!(eager.dtypes()[1].1, pl::DataType::Int64);
    let (eager, dropin) = (eager.into_columns().unwrap(), dropin.into_columns().unwrap());
    assert_eq!((eager.height(), eager.column("n").unwrap().null_count()), (400, 200));
    assert!(eager.equals_missing(&dropin));

    for (name, text, parts) in [
        ("stray.csv", &b"a,b\n1,2\n5\" disk,1\n"[..], &["line 3", "quotation mark", "twice"][..]),
        ("ragged.csv", b"a,b\n1,2\n3,4,5\n", &["line 3", "3 values under 2 column names"]),
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

/// The file holds the labels in both modes, or in none: numbers that go on are not written.
#[test]
fn both_modes_write_the_same_columns() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.parquet");
    let path = path.to_str().unwrap();
    let rows = df!("n" => [1, 2, 3, 4, 5, 6], "t" => ["a", "b", "c", "d", "e", "f"]).unwrap();
    macro_rules! written {
        ($pd:ident, $frame:expr) => {{
            let frame: $pd::DataFrame = $frame;
            let indexed = frame.set_index(&["n"]).unwrap();
            let lots = [
                $pd::concat(&[&frame.head(3), &frame.tail(2)]).unwrap(),
                $pd::concat(&[&frame.head(3), &frame.iloc_range(3, 5)]).unwrap(),
                $pd::concat(&[&frame.head(0), &frame.tail(2)]).unwrap(),
                $pd::concat(&[&frame.head(2), &frame.head(0), &frame.iloc_range(2, 3)]).unwrap(),
                $pd::concat(&[&indexed.head(3), &indexed.tail(2)]).unwrap(),
                frame.tail(2),
                frame.query(col("n").gt(pl::lit(2))).unwrap(),
                indexed,
            ];
            lots.map(|frame| {
                frame.to_parquet(path).unwrap();
                ParquetReader::new(std::fs::File::open(path).unwrap()).finish().unwrap()
            })
        }};
    }
    let eager = written!(eager, eager::DataFrame::from_columns(rows.clone()).unwrap());
    assert_eq!(eager.each_ref().map(pl::DataFrame::width), [3, 2, 2, 2, 2, 2, 3, 2]);
    for partitions in [1, 2, 4] {
        let frame = dropin::DataFrame::from_columns(rows.clone()).unwrap().repartition(partitions);
        for (at, (eager, dropin)) in eager.iter().zip(&written!(dropin, frame)).enumerate() {
            assert!(eager.equals_missing(dropin), "{at}, {partitions} partitions: {dropin:?}\n{eager:?}");
        }
    }
}

/// The largest numbers there are: refused where 64 bits do not hold the result, in both modes, and never null.
#[test]
fn numbers_at_the_end_of_64_bits() {
    const LARGE: i64 = 1 << 53;
    macro_rules! all {
        ($pd:ident, $frame:expr) => {{
            let frame = |columns: pl::DataFrame| -> $pd::DataFrame { $frame(columns) };
            let ids = frame(df!("k" => ["a", "a"], "id" => [u64::MAX, 1]).unwrap());
            let id = ids.col("id").unwrap();
            let sum = |values: &[i64]| {
                let keys = vec!["a"; values.len()];
                let rows = frame(df!("k" => keys, "x" => values).unwrap());
                let sums = rows.groupby(&["k"]).agg(&[("x", "x", Agg::Sum)]);
                sums.and_then(|sums| sums.into_columns()).map(|sums| sums.column("x").unwrap().i64().unwrap().get(0))
            };
            let signed = frame(df!("id" => [LARGE, LARGE + 2], "n" => [1, 2]).unwrap());
            let unsigned = frame(df!("id" => [LARGE as u64 + 1, LARGE as u64 + 2], "m" => [3, 4]).unwrap());
            let ends = ids.groupby(&["k"]).agg(&[("least", "id", Agg::Min), ("most", "id", Agg::Max)]);
            let max = [i64::MAX, 1, -1];
            let text = |outcome: Result<String, outgrow::Error>| outcome.unwrap_or_else(|error| error.to_string());
            vec![
                text(ids.filter(&id.gt(0).unwrap()).and_then(|rows| rows.into_columns()).map(|all| all.to_string())),
                text(id.gt(-1).and_then(|mask| mask.into_column()).map(|mask| mask.into_frame().to_string())),
                text(id.add(0).map(|sums| sums.to_string())),
                text(id.cumsum().map(|sums| sums.to_string())),
                text(ends.and_then(|ends| ends.into_columns()).map(|ends| ends.to_string())),
                text(ids.describe().map(|all| all.to_string())),
                text(sum(&max).map(|sum| format!("{sum:?}"))),
                text(sum(&[i64::MAX, 1, -2]).map(|sum| format!("{sum:?}"))),
                text(sum(&[i64::MIN, -1, 2]).map(|sum| format!("{sum:?}"))),
                text(sum(&[i64::MAX, 1, 0]).map(|sum| format!("{sum:?}"))),
                text(frame(df!("x" => max).unwrap()).cumsum().map(|sums| sums.to_string())),
                text(frame(df!("x" => [i64::MAX, -1, 1]).unwrap()).cumsum().map(|sums| sums.to_string())),
                text(signed.merge(&unsigned, &["id"], How::Inner).and_then(|rows| rows.into_columns()).map(|all| all.to_string())),
                text(signed.merge(&ids, &["id"], How::Outer).map(|all| all.to_string())),
            ]
        }};
    }
    let eager = all!(eager, |columns| eager::DataFrame::from_columns(columns).unwrap());
    insta::assert_snapshot!(eager.join("\n\n"));
    for partitions in [1, 2, 3] {
        let dropin = all!(dropin, |columns| dropin::DataFrame::from_columns(columns).unwrap().repartition(partitions));
        assert_eq!(dropin, eager, "{partitions} partitions");
    }
}

/// Rows that are beyond anything are none: nothing overflows on the way.
#[test]
fn far_away_is_not_too_far() {
    let rows = df!("n" => [1i64, 2, 3, 4, 5, 6], "x" => [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).unwrap();
    macro_rules! far {
        ($frame:expr) => {{
            let frame = $frame;
            let lots = [
                frame.rolling_mean(usize::MAX),
                frame.rolling_mean(6),
                frame.rolling_mean(7),
                frame.shift(i64::MIN),
                frame.shift(i64::MAX),
                frame.shift(1 << 62),
                frame.diff(i64::MIN),
                frame.loc_range(i64::MIN, i64::MAX),
                Ok(frame.iloc_range(i64::MIN, i64::MAX)),
                Ok(frame.head(usize::MAX)),
                Ok(frame.tail(usize::MAX)),
            ];
            assert!(frame.iloc_range(3, 5).loc(i64::MIN).is_err());
            assert!(frame.iloc_range(3, 5).at(i64::MIN, "n").is_err());
            assert!(frame.iloc(i64::MIN).is_err());
            lots.map(|rows| rows.unwrap().into_columns().unwrap())
        }};
    }
    let eager = far!(eager::DataFrame::from_columns(rows.clone()).unwrap());
    assert!(eager[0].columns().iter().all(|column| column.null_count() == 6));
    for partitions in [1, 2, 3, 5] {
        let dropin = far!(dropin::DataFrame::from_columns(rows.clone()).unwrap().repartition(partitions));
        for (at, (eager, dropin)) in eager.iter().zip(&dropin).enumerate() {
            assert!(eager.equals_missing(dropin), "{at}, {partitions} partitions: {dropin:?}\n{eager:?}");
        }
    }
}

/// A column of values in an expression belongs to all rows, not to each partition.
#[test]
fn a_literal_column_is_not_repeated_for_each_partition() {
    let three = || pl::lit(pl::Column::new("three".into(), [1, 2, 3]).take_materialized_series());
    let six = || pl::lit(pl::Column::new("six".into(), [1, 2, 3, 4, 5, 6]).take_materialized_series());
    let rows = df!("n" => [1, 2, 3, 4, 5, 6]).unwrap();
    let eager = eager::DataFrame::from_columns(rows.clone()).unwrap();
    let dropin = dropin::DataFrame::from_columns(rows).unwrap().repartition(2);
    let refused = eager.assign("x", three()).unwrap_err().to_string();
    assert_eq!(dropin.assign("x", three()).map(|_| ()).unwrap_err().to_string(), refused);
    let (eager, dropin) = (eager.assign("x", six()).unwrap(), dropin.assign("x", six()).unwrap());
    assert!(eager.into_columns().unwrap().equals(&dropin.into_columns().unwrap()));
}

#[test]
fn a_reduction_may_be_called_as_its_key() {
    let rows = df!("k" => ["a", "b", "a"], "0.value" => [1, 1, 1], "x" => [1, 2, 4]).unwrap();
    let named = [("k", "x", Agg::Median), ("0.value", "x", Agg::Max)];
    for partitions in [1, 2, 3] {
        let frame = dropin::DataFrame::from_columns(rows.clone()).unwrap().repartition(partitions);
        let middle = frame.groupby(&["k", "0.value"]).agg(&named).unwrap().into_columns().unwrap();
        assert!(middle.equals(&df!("k" => [2.5, 2.0], "0.value" => [4, 2]).unwrap()), "{middle:?}");
        let most = frame.groupby(&["k", "0.value"]).agg(&named[1..]).unwrap().into_columns().unwrap();
        assert!(most.equals(&df!("0.value" => [4, 2]).unwrap()), "{most:?}");
    }
}
