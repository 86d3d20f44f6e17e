//! Rows that belong to no group: exercises/11-null-keys/README.md

use outgrow::Result;
use outgrow::eager as pd;
use outgrow::partitioned::{How, Serial, Table};
use polars::prelude::*;

/// All flights -> `tailnum`, how many `flights` it has, and how many of them were `cancelled`.
fn by_aircraft(flights: DataFrame) -> Result<DataFrame> {
    let flights = pd::DataFrame::from_columns(flights)?;
    let known = [("flights", "id", pd::Agg::Count), ("departed", "dep_time", pd::Agg::Count)];
    let aircraft = flights.groupby(&["tailnum"]).agg(&known)?.reset_index()?;
    let aircraft = aircraft.assign("cancelled", col("flights") - col("departed"))?;
    aircraft.select(&["tailnum", "flights", "cancelled"])?.into_columns()
}

// Hands your function to the check.
outgrow_exercises::answer!(null_keys { by_aircraft });
