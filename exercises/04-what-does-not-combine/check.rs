//! A median over slices: right however the rows are cut, from partial results that do not grow with the flights.

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

/// The median per carrier, from a table that says how often (`n`) each `arr_delay` of a `carrier` occurs. A row may be
/// there several times, one of each file: they are added up. A delay that is not known counts for nothing.
///
/// # Errors
/// For a table without these columns.
pub fn medians(counts: &DataFrame) -> PolarsResult<DataFrame> {
    let delays = counts.column("arr_delay")?.cast(&DataType::Int64)?;
    let n = counts.column("n")?.cast(&DataType::Int64)?;
    let mut of_carriers: BTreeMap<&str, BTreeMap<i64, i64>> = BTreeMap::new();
    for ((carrier, delay), n) in counts.column("carrier")?.str()?.iter().zip(delays.i64()?.iter()).zip(n.i64()?.iter())
    {
        let Some(carrier) = carrier else { continue };
        let of_carrier = of_carriers.entry(carrier).or_default();
        if let (Some(delay), Some(n)) = (delay, n) {
            *of_carrier.entry(delay).or_default() += n;
        }
    }
    let median = |counts: &BTreeMap<i64, i64>| {
        let flights: i64 = counts.values().sum();
        let at = |place: i64| {
            let mut so_far = 0;
            let found = counts.iter().find(|(_, n)| {
                so_far += **n;
                place < so_far
            });
            found.map(|(delay, _)| *delay as f64)
        };
        // The middle one, or the two in the middle.
        Some((at((flights - 1) / 2)? + at(flights / 2)?) / 2.0)
    };
    df!(
        "carrier" => of_carriers.keys().copied().collect::<Vec<_>>(),
        "arr_delay" => of_carriers.values().map(median).collect::<Vec<_>>(),
    )
}

impl Exercise for Answer {
    fn check(&self, check: &mut Check) {
        for case in cases() {
            let flights = case.flights.select(["carrier", "origin", "arr_delay"]).expect("columns of flights");
            let slices = slices(&flights);
            let parts =
                check.call(case.name, || slices.iter().cloned().map(self.part).collect::<PolarsResult<Vec<_>>>());
            let Some(parts) = parts else { continue };
            let kept: usize = parts.iter().map(DataFrame::height).sum();
            let Some(parts) = check.stacked(case.name, parts) else { continue };
            let Some(answer) = check.call(case.name, || (self.whole)(parts)) else { continue };

            let medians = |flights: &DataFrame| by_carrier(flights, col("arr_delay").median());
            let of_slices: Vec<DataFrame> = slices.iter().map(medians).collect();
            let truth = medians(&flights);
            let known = truth.drop_nulls(Some(&["arr_delay"])).expect("a column of medians");
            let expected = expected(truth.clone())
                .by(&["carrier"])
                .mistake(known, vanished(&truth))
                .mistake(medians(&stacked(of_slices)), told(&flights, &slices))
                .mistake(
                    weighed(&slices),
                    "These are the medians of the slices, weighed by their flights. That mends a mean, because a mean \
                     times its count is a sum again. A median times its count is nothing: it does not say where the \
                     other values are.",
                )
                .mistake(
                    medians(&stacked(slices.iter().map(different).collect())),
                    "Each delay counts once for each slice here, however many flights had it. Keep with each delay how \
                     often it occurs.",
                );
            if !check.expect(case.name, &answer, &expected) {
                continue;
            }
            // The same flights twice are more flights, and no other delays.
            let largest = slices.iter().max_by_key(|slice| slice.height()).expect("there are slices");
            check.does_not_grow(case.name, largest, self.part);
            if check.right_so_far() && flights.height() > 100_000 {
                check.note(format!(
                    "Of {} flights in {} slices, {kept} rows went to the one who makes the answer: one for each \
                     different delay of a carrier in a slice. They are so few because delays are whole minutes; of a \
                     value that is hardly ever the same twice there would be a row per flight. Then the way is to \
                     bring all flights of a carrier together in one place, and every row moves.",
                    flights.height(),
                    slices.len()
                ));
            }
        }
    }
}

/// The carriers of which no delay is known, and where they went.
fn vanished(medians: &DataFrame) -> String {
    let unknown = medians.filter(&medians.column("arr_delay").expect("made here").is_null()).expect("a value per row");
    let carriers: Vec<&str> =
        unknown.column("carrier").and_then(|of| of.str()).expect("made here").iter().flatten().collect();
    format!(
        "{} vanished: no delay is known there, and where `part` leaves out rows with null, nothing of such a carrier is \
         left. Keep these rows: `medians` takes null for a delay that is not known.",
        carriers.join(", ")
    )
}

fn stacked(parts: Vec<DataFrame>) -> DataFrame {
    parts.into_iter().reduce(|all, part| all.vstack(&part).expect("the same columns")).expect("there are slices")
}

fn by_carrier(flights: &DataFrame, what: Expr) -> DataFrame {
    let grouped = flights.clone().lazy().group_by([col("carrier")]).agg([what.alias("arr_delay")]);
    grouped.collect().expect("columns of flights")
}

/// The medians of the slices, each as often as it has known delays.
fn weighed(slices: &[DataFrame]) -> DataFrame {
    let lots = slices.iter().map(|slice| {
        let known = [col("arr_delay").median(), col("arr_delay").count().alias("n")];
        slice.clone().lazy().group_by([col("carrier")]).agg(known).collect().expect("columns of flights")
    });
    let n = col("n").cast(DataType::Float64);
    let known = n.clone().filter(col("arr_delay").is_not_null()).sum();
    let mean = (col("arr_delay") * n).sum() / known.clone();
    by_carrier(&stacked(lots.collect()), when(known.gt(lit(0.0))).then(mean).otherwise(lit(NULL)))
}

/// Each delay of a carrier once.
fn different(slice: &DataFrame) -> DataFrame {
    let columns = slice.select(["carrier", "arr_delay"]).expect("columns of flights");
    columns.unique_stable(None, UniqueKeepStrategy::Any, None).expect("two columns that can be compared")
}

/// The mistake in figures of this input: a carrier for which it is large.
fn told(flights: &DataFrame, slices: &[DataFrame]) -> String {
    let table = |flights: &DataFrame| {
        let known = [col("arr_delay").median(), col("arr_delay").count().alias("n")];
        let grouped =
            flights.clone().lazy().group_by([col("carrier")]).agg(known).collect().expect("columns of flights");
        let columns =
            || Some((grouped.column("carrier").ok()?.str().ok()?, grouped.column("arr_delay").ok()?.f64().ok()?));
        let (carriers, medians) = columns().expect("made above");
        let n = grouped.column("n").expect("made above").cast(&DataType::Int64).expect("a count");
        let rows = carriers.iter().zip(medians.iter()).zip(n.i64().expect("cast above").iter());
        let known = rows.filter_map(|((carrier, median), n)| Some((carrier?.to_string(), (median?, n?))));
        known.collect::<BTreeMap<String, (f64, i64)>>()
    };
    let (truth, lots) = (table(flights), slices.iter().map(table).collect::<Vec<_>>());
    let of_carrier = |carrier: &str| lots.iter().filter_map(|lot| lot.get(carrier).copied()).collect::<Vec<_>>();
    let middle = |carrier: &str| {
        let mut medians: Vec<f64> = of_carrier(carrier).iter().map(|lot| lot.0).collect();
        medians.sort_by(f64::total_cmp);
        (medians[(medians.len() - 1) / 2] + medians[medians.len() / 2]) / 2.0
    };
    let off = |carrier: &str| (middle(carrier) - truth[carrier].0).abs();
    let Some(carrier) = truth.keys().max_by(|this, that| off(this).total_cmp(&off(that))) else {
        return "This is a median of medians.".into();
    };
    let lots: Vec<String> = of_carrier(carrier).iter().map(|(median, n)| format!("{median} of {n}")).collect();
    format!(
        "This is a median of medians. {carrier} has these in its slices, with the number of known delays: {}. Their \
         middle is {}; the middle of all {} delays is {}.",
        lots.join(", "),
        middle(carrier),
        truth[carrier].1,
        truth[carrier].0
    )
}
