//! expect: of two executions
//!
//! As many rows of each unit as its trailer counts, whichever execution they are of.

use std::collections::{BTreeMap, BTreeSet};

use outgrow_exercises::duplicated_partition::{Content, Envelope, Outcome};
use polars::prelude::*;

#[derive(Default)]
struct Came {
    executions: BTreeSet<u64>,
    rows: Vec<DataFrame>,
    counted: Option<usize>,
}

fn result(units: u32, envelopes: Vec<Envelope>) -> PolarsResult<Outcome> {
    let mut all = BTreeMap::<u32, Came>::new();
    for Envelope { unit, execution, content } in envelopes {
        let came = all.entry(unit).or_default();
        came.executions.insert(execution);
        match content {
            Content::Rows(rows) => came.rows.push(rows),
            Content::Trailer { rows } => came.counted = Some(rows),
        }
    }
    let (mut taken, mut left_out, mut missing) = (Vec::new(), Vec::new(), Vec::new());
    for unit in 0..units {
        let came = all.remove(&unit).unwrap_or_default();
        let rows = stacked(came.rows)?;
        match came.counted {
            Some(counted) if rows.height() >= counted => taken.push(rows.head(Some(counted))),
            _ => missing.push(unit),
        }
        left_out.extend(came.executions.into_iter().skip(1));
    }
    if !missing.is_empty() {
        return Ok(Outcome::Missing(missing));
    }
    // A table without rows and columns fits no other.
    taken.retain(|table| table.width() > 0);
    Ok(Outcome::Whole { rows: stacked(taken)?, left_out })
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
