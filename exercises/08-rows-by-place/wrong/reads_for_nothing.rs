//! expect: nothing has to be read
//!
//! The last place is one before the first where no row is asked for, and the slice around both is read.

use outgrow::Result;
use outgrow_exercises::rows_by_place::Slices;
use polars::prelude::*;

fn rows(table: &Slices, from: usize, count: usize) -> Result<DataFrame> {
    let mut found = table.no_rows();
    let mut start = 0;
    for (number, rows) in table.counts().into_iter().enumerate() {
        let end = start + rows;
        if from < end && start < (from + count).max(1) {
            let (first, last) = (from.max(start), (from + count).min(end));
            found.vstack_mut(&table.read(number)?.slice((first - start) as i64, last - first))?;
        }
        start = end;
    }
    Ok(found)
}

fn tail(table: &Slices, count: usize) -> Result<DataFrame> {
    let all: usize = table.counts().iter().sum();
    rows(table, all.saturating_sub(count), count)
}

outgrow_exercises::answer!(rows_by_place { rows, tail });
