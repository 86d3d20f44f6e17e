//! expect: flights are missing
//!
//! pandas' groupby leaves out null keys; SQL's GROUP BY does not.

use outgrow::Result;
use outgrow::eager as pd;
use polars::prelude::*;

fn by_aircraft(flights: DataFrame) -> Result<DataFrame> {
    let flights = pd::DataFrame::from_columns(flights)?;
    let known = [("flights", "id", pd::Agg::Count), ("departed", "dep_time", pd::Agg::Count)];
    let aircraft = flights.groupby(&["tailnum"]).agg(&known)?.reset_index()?;
    let aircraft = aircraft.assign("cancelled", col("flights") - col("departed"))?;
    aircraft.select(&["tailnum", "flights", "cancelled"])?.into_columns()
}

outgrow_exercises::answer!(null_keys { by_aircraft });
