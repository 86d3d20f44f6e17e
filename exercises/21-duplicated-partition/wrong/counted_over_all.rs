//! expect: Nothing is missing
//!
//! All rows, if they are as many as the trailers count; else everything once more.

use std::collections::BTreeMap;

use outgrow_exercises::duplicated_partition::{Content, Envelope, Outcome};
use polars::prelude::*;

fn result(units: u32, envelopes: Vec<Envelope>) -> PolarsResult<Outcome> {
    let (mut tables, mut counted) = (Vec::new(), BTreeMap::new());
    for envelope in envelopes {
        match envelope.content {
            Content::Rows(rows) => tables.push(rows),
            Content::Trailer { rows } => _ = counted.insert(envelope.unit, rows),
        }
    }
    let rows = stacked(tables)?;
    if rows.height() != counted.values().sum::<usize>() {
        return Ok(Outcome::Missing((0..units).collect()));
    }
    Ok(Outcome::Whole { rows, left_out: vec![] })
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
