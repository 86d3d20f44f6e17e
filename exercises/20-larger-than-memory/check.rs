//! An exchange under a cap: right on small files, and alive on large ones.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use outgrow::memory::show_bytes;
use outgrow::partitioned::{Engine, Input, Job, Losses, Serial, Sink, Threads};
use outgrow::scratch::TempFolder;
use outgrow::{ParquetFiles, flights, ledger, measure};
use polars::prelude::*;

use crate::inputs::{made_up, real, shuffled, skewed, with_nulls, write_files};
use crate::{Alone, Asked, Check, Exercise, counted, expected};

/// What the answer may have in use beyond what there was before.
const CAP: u64 = 48 << 20;

/// The real flights so many times.
const TIMES: usize = 8;

/// What the attendee writes.
pub struct Answer {
    /// Writes all flights with the delay of the one before.
    pub answer: fn(&ParquetFiles, &Path, &dyn Engine) -> outgrow::Result<()>,
}

impl Exercise for Answer {
    fn check(&self, check: &mut Check) {
        let plain = made_up(600, 1);
        let inputs = [
            ("six hundred flights", plain.clone()),
            ("unknown delays, and rows in another order", shuffled(&with_nulls(&plain, "arr_delay", 0.3, 2), 2)),
            ("an aircraft with most of the flights", skewed(&plain, "tailnum", "N100", 0.8, 3)),
            ("aircraft that are not known", with_nulls(&plain, "tailnum", 0.3, 4)),
        ];
        for (case, flights) in inputs {
            let Some(folder) = check.call(case, TempFolder::new) else { return };
            let (from, to) = (folder.path().join("flights.parquet"), folder.path().join("answer.parquet"));
            let files = write_files(&flights, 150, &from);
            let engine = Asked::new(&Serial);
            let (written, ledger) = ledger::record(|| {
                check.call(case, || {
                    (self.answer)(&files, &to, &engine)?;
                    measure::read(&to)
                })
            });
            let Some(written) = written else { continue };
            let slices: Vec<DataFrame> = (0..4).map(|at| flights.slice(at * 150, 150)).collect();
            let in_slices = slices.iter().map(|slice| before(slice, &[]));
            let expected = expected(before(&in_time(&flights), &["tailnum"]))
                .by(&["id"])
                .mistake(
                    in_slices.reduce(|all, slice| all.vstack(&slice).expect("the same columns")).expect("four slices"),
                    "The flight before is often one of another aircraft: your function was called once per slice of rows, \
                     and a slice holds many aircraft.",
                )
                .mistake(
                    before(&flights, &["tailnum"]),
                    "The flight before is the one in the row before, and the rows of an aircraft do not come in order of \
                     time: say so with `presort`.",
                );
            if check.expect(case, &written, &expected) {
                check.through(case, &engine, &ledger);
            }
        }
        if !check.right_so_far() {
            return;
        }
        let case = "2.7 million flights";
        let Some(alone) = check.alone_under(case, CAP, what_was_held) else { return };
        let answer = alone.answer.select(TOTALS).expect("figures of the answer");
        if check.expect(case, &answer, &expected(totals())) {
            let columns = ["id", "tailnum", "time_hour", "arr_delay"];
            let read = real().select(columns).expect("columns of flights").estimated_size() * TIMES;
            check.note(format!(
                "At most {} were in use at once; the columns that it read have {}.",
                show_bytes(alone.peak_bytes),
                show_bytes(read as u64)
            ));
        }
    }

    fn alone(&self, _case: &str) -> anyhow::Result<DataFrame> {
        let path = flights::home().join("datasets/flights.parquet");
        let files = ParquetFiles::open_all(&vec![path; TIMES])?;
        let folder = TempFolder::new()?;
        let to = folder.path().join("answer.parquet");
        let engine = Watched::default();
        let (done, ledger) = ledger::record(|| counted(|| (self.answer)(&files, &to, &engine)));
        done?;
        let spilled: u64 = ledger.steps.iter().map(|step| step.bytes_spilled).sum();
        let written = ParquetFiles::open_all(&[&to])?.read_all(&["id", "before"])?;
        let figures = [
            Column::new("frames".into(), [engine.frames.into_inner()]),
            Column::new("budget".into(), [engine.budget.into_inner()]),
            Column::new("spilled".into(), [spilled]),
            Column::new("answer".into(), [written.estimated_size() as u64]),
        ];
        Ok(sums(&written, "before")?.hstack(&figures)?)
    }
}

/// An engine of two threads that notes what it is given.
#[derive(Default)]
struct Watched {
    /// Bytes of inputs that are in memory when the call begins.
    frames: AtomicU64,
    /// Bytes that the call may hold.
    budget: AtomicU64,
}

impl Engine for Watched {
    fn name(&self) -> &'static str {
        "watched"
    }

    fn concurrency(&self) -> usize {
        2
    }

    fn execute(&self, job: &Job, sink: &dyn Sink) -> outgrow::Result<Losses> {
        let held = job.inputs.iter().map(|input| match input {
            Input::Frame(frame) => frame.estimated_size() as u64,
            _ => 0,
        });
        self.frames.fetch_max(held.sum(), Relaxed);
        self.budget.fetch_max(job.memory.bytes, Relaxed);
        Threads::new(2).execute(job, sink)
    }
}

/// What an answer that ran out of memory needed it for: the flights, the rows that wait, or the answer.
fn what_was_held(uncapped: &Alone) -> String {
    let figure = |column: &str| uncapped.answer.column(column).ok()?.get(0).ok()?.extract::<u64>();
    let [frames, budget, spilled, answer] =
        ["frames", "budget", "spilled", "answer"].map(|column| figure(column).unwrap_or_default());
    if frames > 0 {
        return format!(
            "All flights were read before the call: a table of {}. `transform` can read the files itself, a slice at a time.",
            show_bytes(frames)
        );
    }
    if spilled == 0 || budget > CAP / 2 {
        return format!(
            "The flights were read in slices, but the rows that wait for their aircraft's others may take {} until they \
             spill, and {} did. The call has to be told how little there is.",
            show_bytes(budget),
            if spilled == 0 { "none".to_string() } else { show_bytes(spilled) }
        );
    }
    format!(
        "The flights were read in slices, and {} of rows that wait spilled. What is left is the answer: two of its four \
         columns alone have {}, and it was held whole before it was written.",
        show_bytes(spilled),
        show_bytes(answer)
    )
}

const TOTALS: [&str; 3] = ["rows", "total", "by_id"];

/// How many rows, and sums over a delay that change when one is another's: the second weighs it by the flight's `id`.
/// Delays move on from flight to flight, so a plain sum would hardly show in which order.
fn sums(flights: &DataFrame, delay: &str) -> PolarsResult<DataFrame> {
    let delay = col(delay).cast(DataType::Int64);
    let weighed = (delay.clone() * (col("id") % lit(97)).cast(DataType::Int64)).sum();
    let rows = len().cast(DataType::Int64).alias("rows");
    flights.clone().lazy().select([rows, delay.sum().alias("total"), weighed.alias("by_id")]).collect()
}

/// The sums for the real flights so many times: of equal flights each but the first comes after one with its own delay.
fn totals() -> DataFrame {
    let flights = before(&in_time(&real()), &["tailnum"]);
    let [first, others] = ["before", "arr_delay"].map(|delay| sums(&flights, delay).expect("columns of flights"));
    let all = TOTALS.map(|column| {
        let of = |sums: &DataFrame| sums.column(column).expect("summed above").as_materialized_series().clone();
        let times = of(&others) * (TIMES as i64 - 1);
        (of(&first) + times).expect("numbers of one type").with_name(column.into()).into_column()
    });
    DataFrame::new(1, all.to_vec()).expect("columns of one length")
}

fn in_time(flights: &DataFrame) -> DataFrame {
    flights.sort(["time_hour", "id"], SortMultipleOptions::default().with_nulls_last(true)).expect("columns of flights")
}

/// The delay of the row before, within each group of these keys.
fn before(flights: &DataFrame, keys: &[&str]) -> DataFrame {
    let shifted = |flights: &DataFrame| {
        let columns = flights.select(["id", "tailnum", "arr_delay"]).expect("columns of flights");
        let before = columns.column("arr_delay").expect("as above").shift(1).with_name("before".into());
        columns.hstack(&[before]).expect("as long as the others")
    };
    if keys.is_empty() {
        return shifted(flights);
    }
    let groups = flights.partition_by_stable(keys.iter().copied(), true).expect("columns of flights");
    let stacked = |mut all: DataFrame, group: DataFrame| {
        all.vstack_mut(&group).expect("the same columns");
        all
    };
    groups.iter().map(shifted).reduce(stacked).expect("there are flights")
}
