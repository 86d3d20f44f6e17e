//! expect: as if all slices were of one size
//!
//! A division finds the slice, as it finds a page of a book: where all pages have as many lines.

use outgrow::Result;
use outgrow_exercises::rows_by_place::Slices;
use polars::prelude::*;

fn rows(table: &Slices, from: usize, count: usize) -> Result<DataFrame> {
    let counts = table.counts();
    let size = counts.iter().sum::<usize>().div_ceil(counts.len());
    let mut found = table.no_rows();
    if count == 0 {
        return Ok(found);
    }
    for number in from / size..=((from + count - 1) / size).min(counts.len() - 1) {
        let start = from.saturating_sub(number * size);
        let end = (from + count).saturating_sub(number * size).min(size);
        found.vstack_mut(&table.read(number)?.slice(start as i64, end - start))?;
    }
    Ok(found)
}

fn tail(table: &Slices, count: usize) -> Result<DataFrame> {
    let all: usize = table.counts().iter().sum();
    rows(table, all.saturating_sub(count), count)
}

outgrow_exercises::answer!(rows_by_place { rows, tail });
