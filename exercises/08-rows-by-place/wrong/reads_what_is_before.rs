//! expect: which comes before the first row
//!
//! Stops when it has enough, but reads on its way: cheap for the first rows, and for the last ones as dear as everything.

use outgrow::Result;
use outgrow_exercises::rows_by_place::Slices;
use polars::prelude::*;

fn rows(table: &Slices, from: usize, count: usize) -> Result<DataFrame> {
    let mut so_far = table.no_rows();
    for number in 0..table.counts().len() {
        if so_far.height() >= from + count || count == 0 {
            break;
        }
        so_far.vstack_mut(&table.read(number)?)?;
    }
    Ok(so_far.slice(from as i64, count))
}

fn tail(table: &Slices, count: usize) -> Result<DataFrame> {
    let all: usize = table.counts().iter().sum();
    rows(table, all.saturating_sub(count), count)
}

outgrow_exercises::answer!(rows_by_place { rows, tail });
