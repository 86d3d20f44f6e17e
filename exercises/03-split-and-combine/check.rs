//! A mean over slices: right however the rows are cut, and from partial results that are small.

use std::collections::BTreeMap;

use polars::prelude::*;

use crate::inputs::{cases, slices};
use crate::{Check, Exercise, expected};

/// What the attendee writes.
pub struct Answer {
    /// Some flights -> what is kept of them.
    pub part: fn(DataFrame) -> PolarsResult<DataFrame>,
    /// What was kept of all slices -> the answer.
    pub whole: fn(DataFrame) -> PolarsResult<DataFrame>,
}

impl Exercise for Answer {
    fn check(&self, check: &mut Check) {
        for case in cases() {
            let flights = case.flights.select(["carrier", "origin", "arr_delay"]).expect("columns of flights");
            let slices = slices(&flights);
            let parts =
                check.call(case.name, || slices.iter().cloned().map(self.part).collect::<PolarsResult<Vec<_>>>());
            let Some(parts) = parts else { continue };
            let moved: usize = parts.iter().map(DataFrame::height).sum();
            let Some(parts) = check.stacked(case.name, parts) else { continue };
            let Some(answer) = check.call(case.name, || (self.whole)(parts)) else { continue };

            let truth = of_all(&flights, mean()).expect("flights have these columns");
            let nan = truth.clone().lazy().with_column(col("arr_delay").fill_null(lit(f64::NAN))).collect();
            let expected = expected(truth.clone())
                .by(&["carrier"])
                .mistake(mean_of_means(&slices), told(&slices))
                .mistake(
                    of_all(&flights, of_all_rows()).expect("as above"),
                    "The sum is divided by the number of all flights, also those whose delay is not known. `count` leaves \
                     them out, `len` does not.",
                )
                .mistake(
                    of_all(&flights, mean().floor()).expect("as above"),
                    "This is the mean without its decimals: a whole number divided by a whole number is a whole number. \
                     Cast one of them to Float64.",
                )
                .mistake(
                    of_all(&flights, of_all_rows().floor()).expect("as above"),
                    "Two things at once. The sum is divided by the number of all flights, also those whose delay is not \
                     known: `count` leaves them out, `len` does not. And a whole number divided by a whole number has no \
                     decimals: cast one of them to Float64.",
                )
                .mistake(
                    nan.expect("as above"),
                    "A carrier of which no delay is known has NaN here: 0 divided by 0. NaN is a number to all that comes \
                     after it, and a mean over carriers would be NaN as well; null says that there is no value.",
                );
            if !check.expect(case.name, &answer, &expected) {
                continue;
            }
            // Few rows are not always few bytes: a list in a row may hold all flights.
            let largest = slices.iter().max_by_key(|slice| slice.height()).expect("there are slices");
            if !check.does_not_grow(case.name, largest, self.part) {
                continue;
            }
            let most = truth.height() * slices.len();
            check.require(case.name, moved <= most, || {
                format!(
                    "The answer is right, but the partial results have {moved} rows together, of {} flights. For a mean a \
                     row per carrier and slice is enough, {most} at the most.",
                    flights.height()
                )
            });
            if check.right_so_far() && case.flights.height() > 100_000 {
                check.note(format!(
                    "Of {} flights in {} slices, {moved} rows went to the one who makes the answer.",
                    flights.height(),
                    slices.len()
                ));
            }
        }
    }
}

fn mean() -> Expr {
    col("arr_delay").mean()
}

/// The sum by the number of all rows.
fn of_all_rows() -> Expr {
    col("arr_delay").sum() / len().cast(DataType::Float64)
}

fn of_all(flights: &DataFrame, what: Expr) -> PolarsResult<DataFrame> {
    flights.clone().lazy().group_by([col("carrier")]).agg([what.alias("arr_delay")]).collect()
}

fn mean_of_means(slices: &[DataFrame]) -> DataFrame {
    let means = slices.iter().map(|slice| of_all(slice, mean()).expect("slices of flights"));
    let stacked = means.reduce(|all, part| all.vstack(&part).expect("the same columns")).expect("there are slices");
    of_all(&stacked, mean()).expect("means per carrier")
}

/// The mistake in figures of this input: the carrier whose slices differ most in size.
fn told(slices: &[DataFrame]) -> String {
    let lots = slices.iter().map(|slice| of_all_with_count(slice).expect("slices of flights"));
    let lots = lots.reduce(|all, lot| all.vstack(&lot).expect("the same columns")).expect("there are slices");
    let mut of_carriers: BTreeMap<&str, Vec<(u32, f64)>> = BTreeMap::new();
    let columns = || {
        Some((
            lots.column("carrier").ok()?.str().ok()?,
            lots.column("n").ok()?.u32().ok()?,
            lots.column("arr_delay").ok()?.f64().ok()?,
        ))
    };
    let (carriers, counts, means) = columns().expect("made above");
    for ((carrier, n), mean) in carriers.iter().zip(counts.iter()).zip(means.iter()) {
        if let (Some(carrier), Some(n), Some(mean)) = (carrier, n, mean) {
            of_carriers.entry(carrier).or_default().push((n, mean));
        }
    }
    let extremes = of_carriers.into_iter().map(|(carrier, mut lots)| {
        lots.sort_by_key(|lot| lot.0);
        (carrier, lots[0], lots[lots.len() - 1])
    });
    let times = |(_, few, many): &(&str, (u32, f64), (u32, f64))| f64::from(many.0) / f64::from(few.0);
    let most = extremes.max_by(|this, that| times(this).total_cmp(&times(that)));
    let Some(most) = most else { return "This is a mean of means.".into() };
    let (carrier, few, many) = most;
    format!(
        "This is a mean of means. {carrier} has {} known delays with a mean of {:.1} minutes in one slice, and {} with a \
         mean of {:.1} in another: both means count the same here, though one stands for {:.1}x the flights.",
        many.0,
        many.1,
        few.0,
        few.1,
        times(&most)
    )
}

fn of_all_with_count(flights: &DataFrame) -> PolarsResult<DataFrame> {
    let known = [col("arr_delay").count().alias("n"), mean()];
    flights.clone().lazy().group_by([col("carrier")]).agg(known).collect()
}
