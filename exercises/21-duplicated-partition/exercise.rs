//! What came twice, and what never did? exercises/21-duplicated-partition/README.md

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

/// All envelopes of a job with so many units of work -> each unit once, or the units that are missing. Change this.
fn result(units: u32, envelopes: Vec<Envelope>) -> PolarsResult<Outcome> {
    let mut tables = Vec::new();
    for envelope in envelopes {
        if let Content::Rows(rows) = envelope.content {
            tables.push(rows);
        }
    }
    // The scheduler calls the job completed.
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

// Hands your function to the check.
outgrow_exercises::answer!(duplicated_partition { result });
