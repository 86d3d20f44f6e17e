//! expect: took all that came
//!
//! "The scheduler calls the job completed."

use outgrow_exercises::duplicated_partition::{Content, Envelope, Outcome};
use polars::prelude::*;

fn result(units: u32, envelopes: Vec<Envelope>) -> PolarsResult<Outcome> {
    let mut tables = Vec::new();
    for envelope in envelopes {
        if let Content::Rows(rows) = envelope.content {
            tables.push(rows);
        }
    }
    Ok(Outcome::Whole { rows: stacked(tables)?, left_out: vec![] })
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
