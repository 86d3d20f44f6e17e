//! expect: the rows that never came
//!
//! "Of several executions the one with the most rows is the whole one." There may be none that is.

use std::collections::BTreeMap;

use outgrow_exercises::duplicated_partition::{Content, Envelope, Outcome};
use polars::prelude::*;

fn result(units: u32, envelopes: Vec<Envelope>) -> PolarsResult<Outcome> {
    let mut all = BTreeMap::<u32, BTreeMap<u64, Vec<DataFrame>>>::new();
    for Envelope { unit, execution, content } in envelopes {
        if let Content::Rows(rows) = content {
            all.entry(unit).or_default().entry(execution).or_default().push(rows);
        } else {
            all.entry(unit).or_default().entry(execution).or_default();
        }
    }
    let missing: Vec<u32> = (0..units).filter(|unit| !all.contains_key(unit)).collect();
    if !missing.is_empty() {
        return Ok(Outcome::Missing(missing));
    }
    let (mut taken, mut left_out) = (Vec::new(), Vec::new());
    for mut executions in all.into_values() {
        let rows = |tables: &[DataFrame]| tables.iter().map(DataFrame::height).sum::<usize>();
        let longest = executions.iter().max_by_key(|(_, tables)| rows(tables)).map(|(number, _)| *number);
        taken.extend(executions.remove(&longest.unwrap_or_default()).unwrap_or_default());
        left_out.extend(executions.into_keys());
    }
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
