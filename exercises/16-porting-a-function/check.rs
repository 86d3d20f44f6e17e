//! Business logic over plain structs, run as it is: nulls stay nulls, days stay days, numbers stay exact.

use chrono::{Datelike, NaiveDate};
use outgrow::ledger;
use outgrow::partitioned::{Engine, Serial, Threads};
use polars::prelude::*;

use crate::inputs::{made_up, real, shuffled, unknown_for, with_nulls};
use crate::{Asked, Check, Exercise, expected};

/// What the attendee writes.
pub struct Answer {
    /// All flights -> a row per aircraft.
    pub of_the_fleet: fn(DataFrame, &dyn Engine) -> outgrow::Result<DataFrame>,
}

/// The first whole number that an f64 does not have.
const FIRST_RECORD: i64 = (1 << 53) + 1;

impl Exercise for Answer {
    fn check(&self, check: &mut Check) {
        let few = fewer_aircraft(&made_up(400, 1));
        let cases = [
            ("six flights", made_up(6, 3)),
            ("unknown delays", with_nulls(&few, "arr_delay", 0.3, 1)),
            ("flights of an unknown aircraft, in another order", shuffled(&with_nulls(&few, "tailnum", 0.2, 2), 2)),
            ("an aircraft of which no delay is known", unknown_for(&few, "arr_delay", "tailnum", "N103")),
            ("the real flights", real()),
        ];
        for (case, flights) in cases {
            let flights = filed(&flights);
            let right = log_books(&flights, col("arr_delay"));
            let with_zeros = log_books(&flights, col("arr_delay").fill_null(lit(0i16)));
            let (unknown, rows) = (flights.column("arr_delay").map_or(0, Column::null_count), flights.height());
            let zeros = format!(
                "A delay that is not known counts as a delay of 0 here: {unknown} of {rows} flights arrived on time that never \
                 arrived. Null is not a number; in a struct it is an `Option`, and `log_book` knows what to do with it."
            );
            let (rounded, rounding) = rounded(&right);
            let expected = expected(comparable(right))
                .by(&["tailnum"])
                .mistake(comparable(with_zeros), zeros)
                .mistake(comparable(rounded), rounding)
                .mistake(
                    comparable(in_one(&flights)),
                    "`log_book` was called once per slice of rows, here one with the flights of all aircraft, and took the \
                     first tail number for all. `.partition(by([...]))` says which rows belong together.",
                )
                .mistake(
                    comparable(log_books(&known(&flights, "arr_delay"), col("arr_delay"))),
                    format!(
                        "{unknown} of {rows} flights are missing: they were left out because their delay is not known. They \
                         are flights of the aircraft all the same, and `flights` counts them. `log_book` leaves a null out \
                         itself where it has to; give it all rows."
                    ),
                )
                .mistake(
                    comparable(log_books(&known(&flights, "tailnum"), col("arr_delay"))),
                    format!(
                        "{} of {rows} flights are missing, those whose tail number is not known. Null is a key like any \
                         other here: these flights are one group, with an entry whose `tailnum` is null.",
                        flights.column("tailnum").map_or(0, Column::null_count)
                    ),
                );
            let engines: [&dyn Engine; 2] = [&Serial, &Threads::new(2)];
            for engine in engines.map(Asked::new) {
                let (answer, ledger) = ledger::record(|| {
                    check.call(case, || (self.of_the_fleet)(flights.clone(), &engine).map_err(explained))
                });
                let Some(answer) = answer else { continue };
                let day = answer.column("first_day").map(|day| day.dtype().clone());
                if !check.expect(case, &comparable(answer), &expected) {
                    continue;
                }
                check.require(case, matches!(day, Ok(DataType::Date)), || {
                    "`first_day` is a text, not a date: it looks the same, but whoever takes its month or the days between \
                     two of them has to read it first. Write `date` in the schema."
                        .into()
                });
                if !check.through(case, &engine, &ledger) {
                    continue;
                }
                let as_it_is = ledger.steps.iter().any(|step| step.what.starts_with("call `log_book` on each group"));
                check.require(case, as_it_is, || {
                    "The answer is right, but the engine did not call `log_book` itself for each aircraft. It can be given as \
                     it is: `transform(flights, fleet::log_book)`."
                        .into()
                });
                if rows > 100_000 && engine.concurrency() > 1 {
                    check.note(format!(
                        "`log_book` was called for {} aircraft, with {rows} structs together. {unknown} delays are not known.",
                        ledger.steps.last().map_or(0, |step| step.tasks)
                    ));
                }
            }
        }
    }
}

/// The error of a struct without room for nulls, with what to look at.
fn explained(error: outgrow::Error) -> String {
    let text = error.to_string();
    let does_not_fit = text.contains("do not fit");
    match () {
        () if does_not_fit && text.contains("deserialize_f") => format!(
            "{text}\nA field with decimals (`f64`) is to take a column of whole numbers, and is given none: some would be others \
             afterwards. Leave the struct as it was; its record number is an `i64`."
        ),
        () if does_not_fit && text.to_lowercase().contains("null") => format!(
            "{text}\nThe column has nulls, and a field that is no `Option` has no place for them. Filling them with a number \
             would make flights up; leave the struct as it was."
        ),
        () => text,
    }
}

/// Flights as the airline files them: with a number beyond what an f64 counts, and a date.
fn filed(flights: &DataFrame) -> DataFrame {
    let numbers = |column: &str| -> Vec<i32> {
        let numbers =
            flights.column(column).and_then(|numbers| numbers.cast(&DataType::Int32)).expect("a column of flights");
        numbers.i32().expect("just cast").iter().flatten().collect()
    };
    let dates = numbers("year").into_iter().zip(numbers("month")).zip(numbers("day"));
    let dates =
        dates.map(|((year, month), day)| NaiveDate::from_ymd_opt(year, month as u32, day as u32).expect("a day"));
    let epoch = NaiveDate::default().num_days_from_ce();
    let days: Vec<i32> = dates.map(|date| date.num_days_from_ce() - epoch).collect();
    let records: Vec<i64> = numbers("id").into_iter().map(|id| FIRST_RECORD + 2 * i64::from(id)).collect();
    let days = Column::new("day".into(), days).cast(&DataType::Date).expect("days since 1970");
    let filed = flights.select(["tailnum", "arr_delay", "origin", "dest"]).expect("columns of flights");
    filed.hstack(&[Column::new("record".into(), records), days]).expect("as long as the others")
}

fn fewer_aircraft(flights: &DataFrame) -> DataFrame {
    let few = lit("N10") + (col("flight").cast(DataType::Int32) % lit(8)).cast(DataType::String);
    flights.clone().lazy().with_column(few.alias("tailnum")).collect().expect("columns of flights")
}

/// Rows in which this column is known.
fn known(flights: &DataFrame, column: &str) -> DataFrame {
    flights.drop_nulls(Some(&[column])).expect("a column of flights")
}

/// All flights under the first tail number.
fn in_one(flights: &DataFrame) -> DataFrame {
    let first = flights.clone().lazy().with_column(col("tailnum").first()).collect().expect("a column of flights");
    log_books(&first, col("arr_delay"))
}

fn log_books(flights: &DataFrame, delay: Expr) -> DataFrame {
    let order = SortMultipleOptions::default().with_order_descending_multi([true, false]).with_nulls_last(true);
    let flights = flights.clone().lazy().with_column(delay).sort(["arr_delay", "record"], order);
    let entries = flights.group_by_stable([col("tailnum")]).agg([
        col("day").min().alias("first_day"),
        len().alias("flights"),
        col("arr_delay").mean().alias("mean_delay"),
        col("arr_delay").max().alias("worst_delay"),
        col("record").filter(col("arr_delay").is_not_null()).first().alias("worst_record"),
    ]);
    entries.collect().expect("columns of flights")
}

/// Record numbers by way of an f64, and what to say of it.
fn rounded(right: &DataFrame) -> (DataFrame, String) {
    let mut rounded = right.clone();
    let numbers = |frame: &DataFrame| {
        let column = frame.column("worst_record").and_then(|column| Ok(column.i64()?.clone()));
        column.expect("made above")
    };
    let exact = numbers(right);
    rounded
        .with_column(exact.apply_values(|record| record as f64 as i64).into_column())
        .expect("as long as the others");
    let (from, to) = exact
        .iter()
        .flatten()
        .map(|record| (record, record as f64 as i64))
        .find(|(from, to)| from != to)
        .unwrap_or_default();
    let wrong = exact.iter().flatten().filter(|record| *record as f64 as i64 != *record).count();
    let reason = format!(
        "{wrong} record numbers are others than they were: {from} came back as {to}. They went through an f64, which has \
         no place for all whole numbers of this size. A number that names something is an `i64` all the way."
    );
    (rounded, reason)
}

/// With record numbers as texts: numbers are compared as f64 otherwise, which is what must not be.
fn comparable(mut answer: DataFrame) -> DataFrame {
    let text = answer.column("worst_record").and_then(|record| record.cast(&DataType::Int64)?.cast(&DataType::String));
    if let Ok(text) = text {
        answer.with_column(text).expect("as long as the others");
    }
    answer
}
