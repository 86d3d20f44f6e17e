//! What came is counted by execution, and a unit is there when one of its executions is whole.

use std::collections::BTreeMap;

use outgrow_exercises::duplicated_partition::{Content, Envelope, Outcome};
use polars::prelude::*;

/// What came of one execution of a unit.
#[derive(Default)]
struct Came {
    rows: Vec<DataFrame>,
    /// How many rows its trailer counts, where it has one.
    counted: Option<usize>,
}

/// All envelopes of a job with so many units of work -> each unit once, or the units that are missing.
fn result(units: u32, envelopes: Vec<Envelope>) -> PolarsResult<Outcome> {
    let mut all = BTreeMap::<(u32, u64), Came>::new();
    for Envelope { unit, execution, content } in envelopes {
        let came = all.entry((unit, execution)).or_default();
        match content {
            Content::Rows(rows) => came.rows.push(rows),
            Content::Trailer { rows } => came.counted = Some(rows),
        }
    }
    let (mut taken, mut left_out) = (BTreeMap::new(), Vec::new());
    for ((unit, execution), came) in all {
        let rows = came.rows.iter().map(DataFrame::height).sum::<usize>();
        if came.counted == Some(rows) && !taken.contains_key(&unit) {
            taken.insert(unit, came.rows);
        } else {
            left_out.push(execution);
        }
    }
    let missing: Vec<u32> = (0..units).filter(|unit| !taken.contains_key(unit)).collect();
    if !missing.is_empty() {
        return Ok(Outcome::Missing(missing));
    }
    Ok(Outcome::Whole { rows: stacked(taken.into_values().flatten().collect())?, left_out })
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

// Hands your function to the check.
outgrow_exercises::answer!(duplicated_partition { result });
