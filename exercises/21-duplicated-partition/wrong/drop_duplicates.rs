//! expect: are flights all the same
//!
//! "What came twice is there twice, so drop duplicates." It looks right as long as no two flights are equal.

use std::collections::{BTreeMap, BTreeSet};

use outgrow_exercises::duplicated_partition::{Content, Envelope, Outcome};
use polars::prelude::*;

fn result(units: u32, envelopes: Vec<Envelope>) -> PolarsResult<Outcome> {
    let (mut tables, mut executions) = (Vec::new(), BTreeMap::<u32, BTreeSet<u64>>::new());
    for envelope in envelopes {
        executions.entry(envelope.unit).or_default().insert(envelope.execution);
        if let Content::Rows(rows) = envelope.content {
            tables.push(rows);
        }
    }
    let left_out = executions.into_values().flat_map(|executions| executions.into_iter().skip(1)).collect();
    let rows = stacked(tables)?.unique_stable(None, UniqueKeepStrategy::First, None)?;
    Ok(Outcome::Whole { rows, left_out })
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
