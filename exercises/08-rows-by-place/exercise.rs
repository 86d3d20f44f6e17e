//! Which slice holds the last ten rows? exercises/08-rows-by-place/README.md

use outgrow::Result;
use outgrow_exercises::rows_by_place::Slices;
use polars::prelude::*;

/// `count` rows from place `from` on; fewer where the table ends before.
fn rows(table: &Slices, from: usize, count: usize) -> Result<DataFrame> {
    let mut all = table.no_rows();
    for number in 0..table.counts().len() {
        all.vstack_mut(&table.read(number)?)?;
    }
    Ok(all.slice(from as i64, count))
}

/// The last `count` rows; all where there are fewer.
fn tail(table: &Slices, count: usize) -> Result<DataFrame> {
    todo!("say from which place on they are")
}

// Hands your functions to the check.
outgrow_exercises::answer!(rows_by_place { rows, tail });
