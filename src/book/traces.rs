//! What the engines did with a small table, row by row: the widgets of the book play it back.
//!
//! Nothing here is a model of an engine. [`shuffle`] runs `transform` over 48 rows, with a function that notes which rows
//! it was given in which call; [`index`] runs the drop-in over 24 rows and looks at the labels after each step. Both keep
//! what the [`ledger`](mod@crate::ledger) says beside it. The traces are committed under `book/traces/`, and a test fails when
//! the engines no longer do the same.

use std::path::PathBuf;

use polars::prelude::*;
use serde::Serialize;

use crate::dropin::{self, DefaultIndex, Limits, with_limits};
use crate::error::{Error, Result};
use crate::flights;
use crate::ledger::{self, Ledger};
use crate::parquet::{ParquetFiles, write_parquet};
use crate::partitioned::{Algo, Cursor, Engine, Partition, Serial, by, num, transform};
use crate::scratch::TempFolder;

/// Runs an engine, and tells what it did as JSON.
pub type Recorder = fn() -> Result<String>;

/// Every trace: its name, and how it is recorded.
pub const TRACES: [(&str, Recorder); 2] = [("shuffle", || shuffle(&Serial)), ("index", index)];

/// Where a trace is kept.
pub fn path(name: &str) -> PathBuf {
    flights::home().join(format!("book/traces/{name}.json"))
}

/// A trace as it was committed.
///
/// # Errors
/// [`Error::Io`] when it is not there.
pub fn committed(name: &str) -> Result<String> {
    let path = path(name);
    let text = std::fs::read_to_string(&path).map_err(Error::io("cannot read", &path, "Is OUTGROW_HOME right?"))?;
    Ok(text.trim_end().to_string())
}

/// A step of the ledger, in short.
#[derive(Debug, Serialize)]
struct Step {
    what: String,
    rows: u64,
    moved: u64,
    gathered: u64,
    barrier: bool,
}

fn steps(ledger: Ledger) -> Vec<Step> {
    let short = |step: ledger::Step| Step {
        what: step.what,
        rows: step.rows,
        moved: step.rows_moved,
        gathered: step.rows_gathered,
        barrier: step.barrier,
    };
    ledger.steps.into_iter().map(short).collect()
}

/// Writes frames as a file, a row group each, and opens it.
fn stored(frames: &[DataFrame], folder: &TempFolder) -> Result<ParquetFiles> {
    let path = folder.path().join("flights.parquet");
    write_parquet(frames, &path)?;
    ParquetFiles::open(&path.to_string_lossy())
}

fn json(trace: &impl Serialize) -> Result<String> {
    serde_json::to_string(trace).map_err(|error| Error::Failure(format!("a trace is no JSON: {error}")))
}

/// The keys of the shuffled flights.
const CARRIERS: [&str; 6] = ["UA", "B6", "EV", "DL", "AA", "MQ"];
/// How many flights each carrier has, from no skew to nearly all under one key.
const SKEWS: [(&str, [usize; 6]); 4] = [
    ("none", [8, 8, 8, 8, 8, 8]),
    ("some", [14, 10, 8, 7, 5, 4]),
    ("strong", [24, 8, 6, 5, 3, 2]),
    ("one key", [38, 4, 2, 2, 1, 1]),
];
/// Row groups that the flights lie in.
const SLICES: usize = 4;
/// Every way to split that is recorded. With seed 0, chance deals groups out as the hash does.
const ALGOS: [(&str, Algo); 4] =
    [("hash", Algo::Hash), ("rand", Algo::Rand { seed: 7 }), ("even", Algo::Even), ("coarse", Algo::Coarse)];

#[derive(Serialize)]
struct Shuffle {
    carriers: [&'static str; 6],
    slices: Vec<usize>,
    skews: Vec<Skew>,
    runs: Vec<Shuffled>,
}

#[derive(Serialize)]
struct Skew {
    name: &'static str,
    /// For each row the number of its carrier.
    carriers: Vec<usize>,
}

/// One run of `transform`.
#[derive(Serialize)]
struct Shuffled {
    algo: &'static str,
    by_carrier: bool,
    skew: usize,
    num: usize,
    /// Calls of the function: the number of the physical partition, and the rows in the order in which it saw them.
    calls: Vec<(usize, Vec<usize>)>,
    steps: Vec<Step>,
}

/// The carrier of each flight: dealt out so that each slice has its share, in no order.
fn carriers_of_rows(flights: [usize; 6]) -> Vec<usize> {
    let sorted: Vec<usize> = flights.iter().enumerate().flat_map(|(carrier, rows)| vec![carrier; *rows]).collect();
    // 29 and 48 have no divisor in common, so every flight is met once.
    (0..sorted.len()).map(|row| sorted[row * 29 % sorted.len()]).collect()
}

/// What `engine` does with 48 flights: for each algo, with and without a key, each skew, and 2 to 6 partitions, which
/// rows the function sees in which call of which physical partition.
///
/// # Errors
/// What the engine reports.
pub fn shuffle(engine: &dyn Engine) -> Result<String> {
    let mut trace = Shuffle { carriers: CARRIERS, slices: vec![], skews: vec![], runs: vec![] };
    for (skew, (name, flights)) in SKEWS.into_iter().enumerate() {
        let carriers = carriers_of_rows(flights);
        let all = df!(
            "carrier" => carriers.iter().map(|carrier| CARRIERS[*carrier]).collect::<Vec<_>>(),
            "row" => (0..carriers.len() as u32).collect::<Vec<_>>(),
        )?;
        let height = carriers.len() / SLICES;
        let slices: Vec<DataFrame> = (0..SLICES).map(|slice| all.slice((slice * height) as i64, height)).collect();
        let folder = TempFolder::new()?;
        let files = stored(&slices, &folder)?;
        trace.slices = files.row_group_rows();
        for (algo, meant) in ALGOS {
            for (by_carrier, count) in [true, false].into_iter().flat_map(|key| (2..=6).map(move |count| (key, count)))
            {
                let split = if by_carrier { by(["carrier"]).num(count) } else { num(count) }.algo(meant);
                let (calls, ledger) = ledger::record(|| calls(&files, split, engine));
                let (calls, steps) = (calls?, steps(ledger));
                trace.runs.push(Shuffled { algo, by_carrier, skew, num: count, calls, steps });
            }
        }
        trace.skews.push(Skew { name, carriers });
    }
    json(&trace)
}

/// Every call of a function that notes where it is and which rows it has.
fn calls(files: &ParquetFiles, split: Partition, engine: &dyn Engine) -> Result<Vec<(usize, Vec<usize>)>> {
    let note = |rows: DataFrame, cursor: Cursor<'_>| -> Result<DataFrame> {
        let height = rows.height() as u32;
        let place = [cursor.physical_partition() as u32, cursor.group() as u32];
        Ok(df!(
            "partition" => vec![place[0]; rows.height()],
            "group" => vec![place[1]; rows.height()],
            "place" => (0..height).collect::<Vec<_>>(),
            "row" => rows.column("row")?.u32()?.into_no_null_iter().collect::<Vec<_>>(),
        )?)
    };
    let noted = transform(files, note)
        .schema("partition: u32, group: u32, place: u32, row: u32")
        .partition(split)
        .run(engine)?
        .sort(["partition", "group", "place"], SortMultipleOptions::default())?;
    let column = |name: &str| -> Result<Vec<usize>> {
        Ok(noted.column(name)?.u32()?.into_no_null_iter().map(|value| value as usize).collect())
    };
    let (partitions, groups, rows) = (column("partition")?, column("group")?, column("row")?);
    let mut calls: Vec<((usize, usize), Vec<usize>)> = Vec::new();
    for ((partition, group), row) in partitions.into_iter().zip(groups).zip(rows) {
        match calls.last_mut() {
            Some((call, rows)) if *call == (partition, group) => rows.push(row),
            _ => calls.push(((partition, group), vec![row])),
        }
    }
    Ok(calls.into_iter().map(|((partition, _), rows)| (partition, rows)).collect())
}

/// Minutes of delay of the flights whose index is watched, by partition.
const DELAYS: [[i32; 6]; 4] =
    [[4, -3, 33, 0, 12, -8], [-5, -1, -6, 47, -2, -4], [19, 2, 25, -7, 8, 60], [-10, 15, -9, 1, -12, 90]];
/// Every kind of index, and its name in the book.
const KINDS: [(&str, DefaultIndex); 3] = [
    ("sequence", DefaultIndex::Sequence),
    ("distributed-sequence", DefaultIndex::DistributedSequence),
    ("distributed", DefaultIndex::Distributed),
];
/// What can be inserted between reading the flights and asking for a place.
const INSERTS: [&[&str]; 5] = [&[], &["filter"], &["sort"], &["filter", "sort"], &["sort", "filter"]];
/// The place that is asked for in the end.
const PLACE: i64 = 8;

#[derive(Serialize)]
struct Index {
    delays: Vec<i32>,
    place: i64,
    runs: Vec<Indexed>,
}

/// One chain of steps over an index of one kind.
#[derive(Serialize)]
struct Indexed {
    kind: &'static str,
    insert: &'static [&'static str],
    stages: Vec<Stage>,
}

/// The frame after a step.
#[derive(Serialize)]
struct Stage {
    step: &'static str,
    /// The flights in each partition.
    partitions: Vec<Vec<i32>>,
    /// Their labels, partition after partition.
    labels: Vec<i64>,
    ledger: Vec<Step>,
}

/// What the drop-in does with 24 flights in four partitions: read them, insert a filter or a sort, number them anew, and
/// ask for the row at a place.
///
/// A sort exchanges rows by value, as it does with more than a few; on how many cores must not be seen in the trace, so
/// its buckets are then put together to as many partitions as there were (nothing is copied for it).
///
/// # Errors
/// What the drop-in reports.
pub fn index() -> Result<String> {
    let mut first = 0;
    let partitions = DELAYS.iter().map(|delays| {
        first += delays.len() as i32;
        df!("flight" => (first - delays.len() as i32..first).collect::<Vec<_>>(), "delay" => delays)
    });
    let folder = TempFolder::new()?;
    let files = stored(&partitions.collect::<PolarsResult<Vec<_>>>()?, &folder)?;
    let mut trace = Index { delays: DELAYS.concat(), place: PLACE, runs: vec![] };
    for ((kind, meant), insert) in KINDS.into_iter().flat_map(|kind| INSERTS.map(|insert| (kind, insert))) {
        let no_few_rows = Limits { few_rows: 0, small_bytes: 0 };
        trace.runs.push(Indexed { kind, insert, stages: with_limits(no_few_rows, || stages(&files, meant, insert))? });
    }
    json(&trace)
}

fn stages(files: &ParquetFiles, kind: DefaultIndex, insert: &[&'static str]) -> Result<Vec<Stage>> {
    let (mut stages, mut frame) = (Vec::new(), None::<dropin::DataFrame>);
    for step in ["read"].into_iter().chain(insert.iter().copied()).chain(["reset_index", "iloc"]) {
        let (next, ledger) = ledger::record(|| -> Result<dropin::DataFrame> {
            let before = || frame.as_ref().ok_or_else(|| Error::Failure(format!("{step}: nothing was read")));
            Ok(match step {
                "read" => dropin::read_parquet_indexed(files, &["flight", "delay"], kind)?,
                "filter" => before()?.query(col("delay").gt(0))?,
                "sort" => before()?.sort_values(&["delay"], &[true])?,
                "reset_index" => before()?.drop_index(),
                _ => before()?.iloc(PLACE)?,
            })
        });
        let mut next = next?;
        if step == "sort" && kind != DefaultIndex::Sequence {
            next = next.repartition(DELAYS.len());
        }
        let labels = next.index()?.columns()[0].i64()?.into_no_null_iter().collect();
        stages.push(Stage { step, partitions: flights_by_partition(&next)?, labels, ledger: steps(ledger) });
        frame = Some(next);
    }
    Ok(stages)
}

/// The flights of each partition.
fn flights_by_partition(frame: &dropin::DataFrame) -> Result<Vec<Vec<i32>>> {
    let all = frame.clone().into_columns()?;
    let mut flights = all.column("flight")?.i32()?.into_no_null_iter();
    Ok(frame.heights().into_iter().map(|rows| flights.by_ref().take(rows).collect()).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;
    use crate::eager;
    use crate::partitioned::Threads;

    #[test]
    fn engines_still_do_what_the_committed_traces_say() {
        for (name, record) in TRACES {
            let recorded = record().unwrap();
            if std::env::var_os("OUTGROW_RECORD_TRACES").is_some() {
                std::fs::write(path(name), format!("{recorded}\n")).unwrap();
            }
            assert!(recorded.len() < 100_000, "{name}: {} bytes are too many for a page", recorded.len());
            assert!(
                committed(name).unwrap() == recorded,
                "book/traces/{name}.json is not what the engine does. If it is right to do something else now: \
                 OUTGROW_RECORD_TRACES=1 cargo test --lib traces"
            );
        }
    }

    #[test]
    fn threads_do_what_serial_does() {
        assert!(shuffle(&Serial).unwrap() == shuffle(&Threads::new(3)).unwrap());
    }

    fn parsed(trace: &str) -> Value {
        serde_json::from_str(trace).unwrap()
    }

    fn numbers(value: &Value) -> Vec<i64> {
        value.as_array().unwrap().iter().map(|number| number.as_i64().unwrap()).collect()
    }

    #[test]
    fn a_shuffle_keeps_every_row_and_no_key_in_two_calls() {
        let trace = parsed(&shuffle(&Serial).unwrap());
        for run in trace["runs"].as_array().unwrap() {
            let carriers = numbers(&trace["skews"][run["skew"].as_u64().unwrap() as usize]["carriers"]);
            let calls: Vec<Vec<i64>> = run["calls"].as_array().unwrap().iter().map(|call| numbers(&call[1])).collect();
            let mut rows = calls.concat();
            rows.sort();
            assert_eq!(rows, (0..48).collect::<Vec<_>>(), "{run}");
            let met = |call: &Vec<i64>| call.iter().map(|row| carriers[*row as usize]).collect::<BTreeSet<_>>();
            let keys: Vec<i64> = calls.iter().flat_map(met).collect();
            if run["by_carrier"].as_bool().unwrap() {
                assert_eq!(keys.len(), 6, "a key is in one call only: {run}");
                assert_eq!(calls.len() == 6, run["algo"] != "coarse", "{run}");
            }
            // Only a split by place leaves rows where they are.
            let moved: u64 = run["steps"].as_array().unwrap().iter().map(|step| step["moved"].as_u64().unwrap()).sum();
            let by_place = run["by_carrier"] == false && run["algo"] != "rand";
            assert_eq!(moved, if by_place { 0 } else { 48 }, "{run}");
        }
    }

    #[test]
    fn labels_are_those_of_one_core_but_for_the_distributed_index() {
        let trace = parsed(&index().unwrap());
        let flights = (0..24).collect::<Vec<i32>>();
        let read =
            eager::DataFrame::from_columns(df!("flight" => flights, "delay" => DELAYS.concat()).unwrap()).unwrap();
        for run in trace["runs"].as_array().unwrap() {
            let mut frame = read.clone();
            for stage in run["stages"].as_array().unwrap() {
                frame = match stage["step"].as_str().unwrap() {
                    "filter" => frame.query(col("delay").gt(0)).unwrap(),
                    "sort" => frame.sort_values(&["delay"], &[true]).unwrap(),
                    "reset_index" => frame.drop_index(),
                    "iloc" => frame.iloc(PLACE).unwrap(),
                    _ => frame,
                };
                let labels = frame.index().unwrap().columns()[0].i64().unwrap().into_no_null_iter().collect::<Vec<_>>();
                let distributed =
                    run["kind"] == "distributed" && !["reset_index", "iloc"].contains(&stage["step"].as_str().unwrap());
                assert_eq!(numbers(&stage["labels"]) == labels, !distributed, "{} {stage}", run["kind"]);
                let rows: Vec<i64> = stage["partitions"].as_array().unwrap().iter().flat_map(numbers).collect();
                let flights = frame.clone().into_columns().unwrap();
                let flights = flights.column("flight").unwrap().i32().unwrap().into_no_null_iter().map(i64::from);
                assert_eq!(rows, flights.collect::<Vec<_>>(), "{} {stage}", run["kind"]);
            }
        }
    }
}
