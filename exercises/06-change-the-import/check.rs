//! The same answer, row for row, and a ledger that shows the work on partitions.

use outgrow::ledger::{self, Ledger, Step};
use outgrow::scratch::TempFolder;
use outgrow::{ParquetFiles, Result, eager};
use polars::prelude::*;

use crate::inputs::{cases, write_files};
use crate::{Check, Exercise, expected};

/// What the attendee writes.
pub struct Answer {
    /// A row per carrier and airport of departure, of the flights in summer.
    pub summer: fn(&ParquetFiles) -> Result<DataFrame>,
}

impl Exercise for Answer {
    fn check(&self, check: &mut Check) {
        for case in cases() {
            let rows = case.flights.height();
            let Some(folder) = check.call(case.name, TempFolder::new) else { return };
            let files = write_files(&case.flights, rows.div_ceil(5), &folder.path().join("flights.parquet"));
            let (truth, of_eager) = ledger::record(|| check.call(case.name, || by_eager(&files)));
            let (answer, ledger) = ledger::record(|| check.call(case.name, || (self.summer)(&files)));
            let (Some(truth), Some(answer)) = (truth, answer) else { continue };
            // The order of rows is part of what the interface promises.
            if !check.expect(case.name, &answer, &expected(truth)) {
                continue;
            }
            let fault = fault(&ledger, rows as u64, files.row_groups());
            let holds = fault.is_none();
            check.require(case.name, holds, || fault.unwrap_or_default());
            if holds && rows > 100_000 {
                let largest = ledger.steps.iter().map(|step| step.tasks).max().unwrap_or_default();
                check.note(format!(
                    "The same {} rows in the same order. Eager took {} steps of one task each; the drop-in took {} \
                     steps of up to {largest} tasks, a task per partition of the file, and only {} of {rows} rows went \
                     from one partition to another.",
                    answer.height(),
                    of_eager.steps.len(),
                    ledger.steps.len(),
                    ledger.rows_moved()
                ));
            }
        }
    }
}

/// What keeps the work from being divided, in words.
fn fault(ledger: &Ledger, rows: u64, partitions: usize) -> Option<String> {
    let steps = &ledger.steps;
    let divided = |tasks: usize| tasks == partitions && partitions > 1;
    // Who hands out all columns has left the interface, which is told below.
    let in_one_place = |step: &&Step| step.rows_gathered == rows && step.what != "gather the columns";
    if let Some(step) = steps.iter().find(in_one_place) {
        return Some(format!(
            "The answer is right, but the step \"{}\" brought all {rows} rows together in one place. One core goes on \
             from there, and one memory has to hold them.",
            step.what
        ));
    }
    if !steps.is_empty() && steps.iter().all(|step| step.tasks <= 1) {
        return Some(format!(
            "The answer is right, but each of the {} steps was one task: this is still the eager frame, on one core. \
             Which module does the name `pd` stand for?",
            steps.len()
        ));
    }
    let after_reading = steps.iter().skip(1);
    if let Some(step) = after_reading.clone().find(|step| step.tasks == 1 && step.rows == rows) {
        return Some(format!(
            "The answer is right, but after the reading all {rows} rows lie in one partition: \"{}\" was a single task.",
            step.what
        ));
    }
    let on_partitions = after_reading.clone().rfind(|step| divided(step.tasks));
    let Some(last) = on_partitions else {
        return Some(format!(
            "The answer is right, but your code left the interface: the ledger has the reading, in {partitions} tasks, \
             and nothing on partitions after it. Whatever comes after `into_columns` has all rows in one piece."
        ));
    };
    let reduced = |step: &Step| step.what.starts_with("reduce each partition by") && divided(step.tasks);
    (!steps.iter().any(reduced)).then(|| {
        format!(
            "The answer is right, but your code left the interface before the groups were made: the last step on \
             partitions is \"{}\". Whatever comes after `into_columns` has all rows in one piece.",
            last.what
        )
    })
}

/// The starting file's answer.
fn by_eager(files: &ParquetFiles) -> Result<DataFrame> {
    use eager::Agg::{Count, Max, Mean};

    let flights = eager::read_parquet(files, &["carrier", "origin", "month", "arr_delay"])?;
    let summer = flights.query(col("month").gt(lit(5)).and(col("month").lt(lit(9))))?;
    let hours = summer.assign("hours", col("arr_delay") / lit(60.0))?;
    let delays = hours.groupby(&["carrier", "origin"]).agg(&[
        ("flights", "hours", Count),
        ("mean", "hours", Mean),
        ("worst", "hours", Max),
    ])?;
    delays.reset_index()?.into_columns()
}
