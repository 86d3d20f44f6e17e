//! What is checked, in a sentence.

use polars::prelude::*;

use crate::inputs::cases;
use crate::{Check, Exercise, expected};

/// What the attendee writes.
pub struct Answer {
    /// Some flights -> a row per carrier.
    pub count: fn(DataFrame) -> PolarsResult<DataFrame>,
}

impl Exercise for Answer {
    fn check(&self, check: &mut Check) {
        for case in cases() {
            let flights = case.flights.select(["carrier", "arr_delay"]).expect("columns of flights");
            let Some(answer) = check.call(case.name, || (self.count)(flights.clone())) else { continue };
            let expected = expected(counted(&flights, len()))
                .by(&["carrier"])
                .mistake(
                    counted(&flights, col("arr_delay").count()),
                    "This counts only flights whose delay is known: `count` leaves out what is null, `len` does not.",
                )
                .mistake(
                    counted(&flights, lit(flights.height() as u32)),
                    format!("This counts all flights for each carrier: {}.", flights.height()),
                );
            check.expect(case.name, &answer, &expected);
        }
    }
}

fn counted(flights: &DataFrame, what: Expr) -> DataFrame {
    let counted = flights.clone().lazy().group_by([col("carrier")]).agg([what.alias("flights")]);
    counted.collect().expect("columns of flights")
}
