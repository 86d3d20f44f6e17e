//! expect: to know where the rows lie
//!
//! What one has to do where nobody wrote the counts down.

use outgrow::Result;
use outgrow_exercises::rows_by_place::Slices;
use polars::prelude::*;

fn rows(table: &Slices, from: usize, count: usize) -> Result<DataFrame> {
    let mut all = table.no_rows();
    for number in 0..table.counts().len() {
        all.vstack_mut(&table.read(number)?)?;
    }
    Ok(all.slice(from as i64, count))
}

fn tail(table: &Slices, count: usize) -> Result<DataFrame> {
    let all: usize = table.counts().iter().sum();
    rows(table, all.saturating_sub(count), count)
}

outgrow_exercises::answer!(rows_by_place { rows, tail });
