//! An exchange under a cap: right on small files, and alive on large ones.

use std::path::Path;

use outgrow::memory::show_bytes;
use outgrow::partitioned::{Engine, Serial, Threads};
use outgrow::scratch::TempFolder;
use outgrow::{ParquetFiles, flights, measure};
use polars::prelude::*;

use crate::inputs::{made_up, shuffled, with_nulls, write_files};
use crate::{Check, Exercise, counted, expected};

/// What the answer may have in use beyond what there was before.
const CAP: u64 = 32 << 20;

/// The real flights so many times.
const TIMES: usize = 4;

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
        ];
        for (case, flights) in inputs {
            let Some(folder) = check.call(case, TempFolder::new) else { return };
            let (from, to) = (folder.path().join("flights.parquet"), folder.path().join("answer.parquet"));
            let files = write_files(&flights, 150, &from);
            let written = check.call(case, || {
                (self.answer)(&files, &to, &Serial)?;
                measure::read(&to)
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
            check.expect(case, &written, &expected);
        }
        if !check.right_so_far() {
            return;
        }
        let case = "1.3 million flights";
        let Some(alone) = check.alone(case, Some(CAP)) else { return };
        let (rows, total) = totals();
        if check.expect(case, &alone.answer, &expected(df!("rows" => [rows], "total" => [total]).expect("two figures")))
        {
            let columns = ["id", "tailnum", "time_hour", "arr_delay"];
            let read = crate::inputs::real().select(columns).expect("columns of flights").estimated_size() * TIMES;
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
        counted(|| (self.answer)(&files, &to, &Threads::new(2)))?;
        let written = ParquetFiles::open_all(&[&to])?.read_all(&["id", "before"])?;
        let total = written.column("before")?.cast(&DataType::Int64)?.i64()?.sum().unwrap_or_default();
        Ok(df!("rows" => [written.height() as i64], "total" => [total])?)
    }
}

/// Rows, and the sum of all delays before, of the real flights so many times: of equal flights each but the first comes
/// after one with its own delay.
fn totals() -> (i64, i64) {
    let flights = before(&in_time(&crate::inputs::real()), &["tailnum"]);
    let sum = |column: &str| {
        flights.column(column).and_then(|column| Ok(column.i16()?.iter().flatten().map(i64::from).sum::<i64>()))
    };
    let (own, before) = (sum("arr_delay").expect("a delay"), sum("before").expect("a delay"));
    ((flights.height() * TIMES) as i64, own * (TIMES as i64 - 1) + before)
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
    groups
        .iter()
        .map(shifted)
        .reduce(|all, group| all.vstack(&group).expect("the same columns"))
        .expect("there are flights")
}
