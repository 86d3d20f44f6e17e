//! The same answer from less memory: the table decides first, then counted bytes.

use outgrow::eager::{self as pd, Agg};
use outgrow::flights::{self, SHIPPED_ROWS};
use outgrow::ledger::{self, Ledger};
use outgrow::memory::show_bytes;
use outgrow::scratch::TempFolder;
use outgrow::{ParquetFiles, Result};
use polars::prelude::*;

use crate::inputs::{cases, write_files};
use crate::{Check, Exercise, counted, expected};

/// The real flights so many times, where memory is counted.
const TIMES: usize = 4;

/// How much of what is enough an answer may take.
const ROOM: f64 = 1.5;

/// What the attendee writes.
pub struct Answer {
    /// A row per carrier, of its flights of more than 1,000 miles.
    pub delays: fn(&ParquetFiles) -> Result<DataFrame>,
}

impl Exercise for Answer {
    fn check(&self, check: &mut Check) {
        let needed = ["carrier", "distance", "arr_delay"];
        let mut ledger = Ledger::default();
        let mut of_needed = 0;
        for case in cases() {
            let Some(folder) = check.call(case.name, TempFolder::new) else { return };
            let files = write_files(&case.flights, 100_000, &folder.path().join("flights.parquet"));
            let answer;
            (answer, ledger) = ledger::record(|| check.call(case.name, || (self.delays)(&files)));
            of_needed = case.flights.select(needed).expect("columns of flights").estimated_size() as u64;
            let Some(answer) = answer else { continue };
            let expected = expected(long(&case.flights, col("arr_delay").count())).mistake(
                long(&case.flights, len()),
                "`flights` counts all long flights, also those whose delay is not known.",
            );
            check.expect(case.name, &answer, &expected);
        }
        if !check.right_so_far() {
            return;
        }
        let case = "1.3 million flights";
        let Some(enough) = check.alone("enough") else { return };
        let Some(alone) = check.alone(case) else { return };
        let (peak, enough) = (alone.peak_bytes, enough.peak_bytes);
        let times = peak as f64 / enough as f64;
        let all_rows = SHIPPED_ROWS as u64;
        check.require(case, times <= ROOM, || {
            let read = ledger.steps.first().map_or(0, |step| step.bytes_materialised);
            let sort = ledger.steps.iter().find(|step| step.what.starts_with("sort by") && step.rows == all_rows);
            let why = match sort {
                _ if read > of_needed + of_needed / 5 => format!(
                    "It reads columns that nobody asks for: their values are {:.1} times those of the columns that the \
                     answer needs, and every copy of a row has them as well.",
                    read as f64 / of_needed as f64
                ),
                Some(sort) => format!(
                    "The step \"{}\" copies all columns of all rows, beside the table as it was read, for an order \
                     that is not needed: `groupby` brings the groups into order by itself.",
                    sort.what
                ),
                None => {
                    let whole = ledger.steps.iter().filter(|step| step.rows == all_rows).map(|step| step.what.as_str());
                    format!(
                        "These steps had all rows before them, and what they made was there at the same time: {}.",
                        whole.collect::<Vec<_>>().join(", ")
                    )
                }
            };
            format!(
                "The answer is right, and {} were in use at once where {} are enough: {times:.1} times as much. {why}",
                show_bytes(peak),
                show_bytes(enough)
            )
        });
        let even_less = if peak < enough - enough / 100 { ", and you need even less" } else { "" };
        check.note(format!(
            "At most {} were in use at once; with the columns and rows that are needed, and each copied once, {} are \
             enough{even_less}.",
            show_bytes(peak),
            show_bytes(enough)
        ));
    }

    fn alone(&self, case: &str) -> anyhow::Result<DataFrame> {
        let path = flights::home().join("datasets/flights.parquet");
        let files = ParquetFiles::open_all(&vec![path; TIMES])?;
        Ok(match case {
            "enough" => counted(|| enough(&files))?,
            _ => counted(|| (self.delays)(&files))?,
        })
    }
}

/// What is enough: the columns that are asked for, and the rows that are asked for copied once.
fn enough(files: &ParquetFiles) -> Result<DataFrame> {
    let flights = pd::read_parquet(files, &["carrier", "distance", "arr_delay"])?;
    let long = flights.query(col("distance").gt(lit(1000)))?;
    let long = long.assign("hours", col("arr_delay") / lit(60.0))?;
    let delays = long.groupby(&["carrier"]).agg(&[("flights", "hours", Agg::Count), ("mean", "hours", Agg::Mean)])?;
    delays.reset_index()?.into_columns()
}

fn long(flights: &DataFrame, count: Expr) -> DataFrame {
    let long = flights.clone().lazy().filter(col("distance").gt(lit(1000)).and(col("carrier").is_not_null()));
    let figures = [count.alias("flights"), (col("arr_delay").mean() / lit(60.0)).alias("mean")];
    let sorted = long.group_by([col("carrier")]).agg(figures).sort(["carrier"], Default::default());
    sorted.collect().expect("columns of flights")
}
