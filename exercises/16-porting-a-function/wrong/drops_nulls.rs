//! expect: because their delay is not known
//!
//! What `dropna` does in pandas: a row with a null anywhere goes.

use outgrow::partitioned::{Engine, by, transform};
use polars::prelude::DataFrame;

/// The business logic, as it has been for years.
mod fleet {
    use std::cmp::Reverse;

    use serde::{Deserialize, Serialize};

    /// A flight, as the airline files it.
    #[derive(Deserialize)]
    pub struct Flight {
        /// The number under which it is filed.
        pub record: i64,
        pub tailnum: Option<String>,
        pub day: Day,
        /// In minutes; unknown for a flight that was cancelled.
        pub arr_delay: Option<i16>,
    }

    /// A day, as `2013-07-09`: days in this form sort as texts do.
    #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
    pub struct Day(String);

    /// What is written in the log book of an aircraft.
    #[derive(Serialize)]
    pub struct Entry {
        pub tailnum: Option<String>,
        pub first_day: Day,
        pub flights: u32,
        /// Of the flights whose delay is known.
        pub mean_delay: Option<f64>,
        pub worst_delay: Option<i16>,
        /// The number of the flight with the worst delay; of several, the smallest.
        pub worst_record: Option<i64>,
    }

    /// All flights of one aircraft -> its entry.
    pub fn log_book(flights: Vec<Flight>) -> Vec<Entry> {
        let Some(first_day) = flights.iter().map(|flight| flight.day.clone()).min() else { return vec![] };
        let known: Vec<i16> = flights.iter().filter_map(|flight| flight.arr_delay).collect();
        let total: f64 = known.iter().map(|delay| f64::from(*delay)).sum();
        let with_delay = flights.iter().filter(|flight| flight.arr_delay.is_some());
        let worst = with_delay.max_by_key(|flight| (flight.arr_delay, Reverse(flight.record)));
        vec![Entry {
            tailnum: flights[0].tailnum.clone(),
            first_day,
            flights: flights.len() as u32,
            mean_delay: (!known.is_empty()).then(|| total / known.len() as f64),
            worst_delay: worst.and_then(|flight| flight.arr_delay),
            worst_record: worst.map(|flight| flight.record),
        }]
    }
}

/// All flights -> a row per aircraft.
fn of_the_fleet(flights: DataFrame, engine: &dyn Engine) -> outgrow::Result<DataFrame> {
    transform(flights.drop_nulls::<String>(None)?, fleet::log_book)
        .schema("tailnum: str, first_day: date, flights: u32, mean_delay: f64, worst_delay: i16, worst_record: i64")
        .partition(by(["tailnum"]))
        .run(engine)
}

outgrow_exercises::answer!(porting_a_function { of_the_fleet });
