//! expect: has a trailer, which counts
//!
//! "It has a trailer, so it came to its end."

use outgrow_exercises::duplicated_partition::{Content, Envelope, Outcome};
use polars::prelude::*;

struct Came {
    unit: u32,
    execution: u64,
    rows: Vec<DataFrame>,
    counted: Option<usize>,
}

fn result(units: u32, envelopes: Vec<Envelope>) -> PolarsResult<Outcome> {
    // In the order in which their first envelopes came.
    let mut all: Vec<Came> = Vec::new();
    for Envelope { unit, execution, content } in envelopes {
        let place = all.iter().position(|came| came.execution == execution).unwrap_or(all.len());
        if place == all.len() {
            all.push(Came { unit, execution, rows: vec![], counted: None });
        }
        match content {
            Content::Rows(rows) => all[place].rows.push(rows),
            Content::Trailer { rows } => all[place].counted = Some(rows),
        }
    }
    let (mut tables, mut missing) = (Vec::new(), Vec::new());
    for unit in 0..units {
        match all.iter().position(|came| came.unit == unit && came.counted.is_some()) {
            Some(place) => tables.extend(all.remove(place).rows),
            None => missing.push(unit),
        }
    }
    if !missing.is_empty() {
        return Ok(Outcome::Missing(missing));
    }
    Ok(Outcome::Whole { rows: stacked(tables)?, left_out: all.iter().map(|came| came.execution).collect() })
}

/// Tables one below the other.
fn stacked(tables: Vec<DataFrame>) -> PolarsResult<DataFrame> {
    let mut tables = tables.into_iter();
    let mut all = tables.next().unwrap_or_default();
    for table in tables {
        all.vstack_mut(&table)?;
    }
    Ok(all)
}

outgrow_exercises::answer!(duplicated_partition { result });
