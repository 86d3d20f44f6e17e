//! A change from day to day: within a route, and in order of time.

use outgrow::dropin as pd;
use outgrow::{Result, ledger};
use polars::prelude::*;

use crate::inputs::{made_up, real, shuffled};
use crate::{Check, Exercise, expected};

/// What the attendee writes.
pub struct Answer {
    /// Days of all routes -> the same, with the change from the day before.
    pub day_over_day: fn(&pd::DataFrame) -> Result<pd::DataFrame>,
}

const KEYS: [&str; 4] = ["origin", "dest", "month", "day"];

impl Exercise for Answer {
    fn check(&self, check: &mut Check) {
        let nine = nine();
        let made_up = days_of(&made_up(400, 10));
        let in_time = made_up.sort(["month", "day"], SortMultipleOptions::default()).expect("columns of days");
        let cases = [
            ("nine days of three routes", nine.clone()),
            ("these nine days in another order", nine.reverse()),
            ("36 routes, one after the other", made_up.clone()),
            ("36 routes, in order of time", in_time),
            ("36 routes, in any order", shuffled(&made_up, 10)),
            ("all days of 2013", days_of(&real())),
        ];
        for (case, days) in cases {
            let (answer, ledger) = ledger::record(|| {
                check.call(case, || {
                    let partitions = pd::DataFrame::from_columns(days.clone())?.repartition(3);
                    (self.day_over_day)(&partitions)?.into_columns()
                })
            });
            let Some(answer) = answer else { continue };
            let rows = Rows::of(&days);
            let truth = rows.above(&rows.in_time(), Group::Route);
            let mut expected = expected(rows.changes(&truth)).by(&KEYS);
            for (above, why) in rows.mistakes() {
                if above != truth {
                    expected = expected.mistake(rows.changes(&above), rows.told(&above, &truth, why));
                }
            }
            let zero = rows.changes(&truth).fill_null(FillNullStrategy::Zero).expect("a column of numbers");
            let routes = truth.iter().filter(|above| above.is_none()).count();
            expected = expected.mistake(
                zero,
                format!(
                    "The first day of each of {routes} routes has a change of 0, as if it had been like the day before. There is no \
                     day before: null says so, and a mean leaves it out, while it counts a 0."
                ),
            );
            if check.expect(case, &answer, &expected) && days.height() > 10_000 {
                let leaks = rows.above(&rows.given(), Group::None).iter().zip(&truth).filter(|(a, b)| a != b).count();
                let (rows, moved) = (days.height(), ledger.rows_moved());
                let twice = match moved > rows as u64 {
                    true => " The order over the whole table moved them once, and the groups once more.",
                    false => "",
                };
                check.note(format!(
                    "With all days in order of route and time, a plain `diff` is wrong in {leaks} of {rows} rows. Your answer \
                     moved {moved} rows.{twice} An order within each group is all that is needed."
                ));
            }
        }
    }
}

/// What has to be the same for the row above to count.
#[derive(Clone, Copy)]
enum Group {
    None,
    Origin,
    Dest,
    Route,
}

/// The days, a vector per column.
struct Rows<'a> {
    days: &'a DataFrame,
    routes: Vec<(String, String)>,
    dates: Vec<(i16, i16)>,
    delays: Vec<f64>,
}

impl<'a> Rows<'a> {
    fn of(days: &'a DataFrame) -> Self {
        let texts = |name: &str| -> PolarsResult<Vec<String>> {
            Ok(days.column(name)?.str()?.iter().map(|text| text.unwrap_or_default().to_string()).collect())
        };
        let numbers = |name: &str| -> PolarsResult<Vec<i16>> {
            Ok(days.column(name)?.i16()?.iter().map(Option::unwrap_or_default).collect())
        };
        let read = || -> PolarsResult<Self> {
            let delays = days.column("delay")?.f64()?.iter().map(Option::unwrap_or_default).collect();
            Ok(Self {
                days,
                routes: texts("origin")?.into_iter().zip(texts("dest")?).collect(),
                dates: numbers("month")?.into_iter().zip(numbers("day")?).collect(),
                delays,
            })
        };
        read().expect("columns of days")
    }

    fn given(&self) -> Vec<usize> {
        (0..self.delays.len()).collect()
    }

    /// Rows in the order of a key; those with the same key stay as they are.
    fn ordered<K: Ord>(&self, key: impl Fn(usize) -> K) -> Vec<usize> {
        let mut rows = self.given();
        rows.sort_by_key(|row| key(*row));
        rows
    }

    fn in_time(&self) -> Vec<usize> {
        self.ordered(|row| self.dates[row])
    }

    /// For each row the one above it in this order and within its group.
    fn above(&self, order: &[usize], group: Group) -> Vec<Option<usize>> {
        let mut last = std::collections::HashMap::new();
        let mut above = vec![None; order.len()];
        for row in order {
            let (origin, dest) = &self.routes[*row];
            let key = match group {
                Group::None => ("", ""),
                Group::Origin => (origin.as_str(), ""),
                Group::Dest => ("", dest.as_str()),
                Group::Route => (origin.as_str(), dest.as_str()),
            };
            above[*row] = last.insert(key, *row);
        }
        above
    }

    /// Rows above, as they are by mistake, and what the mistake was.
    fn mistakes(&self) -> [(Vec<Option<usize>>, &'static str); 7] {
        let sorted = self.ordered(|row| (&self.routes[row], self.dates[row]));
        [
            (self.above(&self.given(), Group::None), "`diff` looks at the row above, whatever it is."),
            (
                self.above(&sorted, Group::None),
                "Sorted by route and day, the row above is still another route's there.",
            ),
            (self.above(&self.in_time(), Group::None), "In order of time, the rows of other routes lie between."),
            (
                self.above(&self.given(), Group::Route),
                "The rows of a route are not in order of time: they have the order of the table, until you give them one.",
            ),
            (
                self.above(&self.ordered(|row| self.dates[row].1), Group::Route),
                "The order is that of the day of the month alone, so the days of all months lie between each other.",
            ),
            (
                self.above(&self.in_time(), Group::Origin),
                "The groups are those of the airport of departure alone, where many routes begin.",
            ),
            (
                self.above(&self.in_time(), Group::Dest),
                "The groups are those of the airport of arrival alone, where several routes end.",
            ),
        ]
    }

    fn changes(&self, above: &[Option<usize>]) -> DataFrame {
        let changes = above.iter().enumerate().map(|(row, above)| Some(self.delays[row] - self.delays[(*above)?]));
        let changes: Float64Chunked = changes.collect();
        self.days.hstack(&[changes.with_name("change".into()).into_column()]).expect("as long as the others")
    }

    /// The first row for which it matters, in figures.
    fn told(&self, above: &[Option<usize>], truth: &[Option<usize>], why: &str) -> String {
        let wrong: Vec<usize> = (0..above.len()).filter(|row| above[*row] != truth[*row]).collect();
        // A value where none should be shows it best.
        let Some(row) = wrong.iter().find(|row| truth[**row].is_none()).or(wrong.first()).copied() else {
            return why.into();
        };
        let Some(other) = above[row] else {
            let first = format!(
                "{} has a day before {}, and your answer has no change there.",
                self.route(row),
                self.date(row)
            );
            return format!("{first} {why} {} of {} changes are wrong.", wrong.len(), above.len());
        };
        let leak = self.routes[row] != self.routes[other];
        let what = match (truth[row], leak) {
            (None, true) => format!("{} is its first day. The value leaks from another route:", self.date(row)),
            (Some(_), true) => format!("on {} the value leaks from another route:", self.date(row)),
            (None, false) => format!("{} comes first in time, and has a value:", self.date(row)),
            (Some(_), false) => format!("the change on {} is not that from the day before:", self.date(row)),
        };
        format!(
            "{}: {what} {:.1} is {:.1} less {:.1}, and that is {} on {}. {why} {} of {} changes are wrong, and nothing fails.",
            self.route(row),
            self.delays[row] - self.delays[other],
            self.delays[row],
            self.delays[other],
            self.route(other),
            self.date(other),
            wrong.len(),
            above.len()
        )
    }

    fn route(&self, row: usize) -> String {
        format!("{} to {}", self.routes[row].0, self.routes[row].1)
    }

    fn date(&self, row: usize) -> String {
        const MONTHS: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        let (month, day) = self.dates[row];
        format!("{day} {}", MONTHS[(month - 1) as usize])
    }
}

/// Three routes with three days each, from January into February.
fn nine() -> DataFrame {
    let days = df!(
        "origin" => ["JFK", "JFK", "JFK", "EWR", "EWR", "EWR", "EWR", "EWR", "EWR"],
        "dest" => ["ATL", "ATL", "ATL", "BOS", "BOS", "BOS", "ATL", "ATL", "ATL"],
        "month" => [1i32, 1, 2, 1, 1, 2, 1, 1, 2],
        "day" => [30i32, 31, 1, 30, 31, 1, 30, 31, 1],
        "delay" => [60.0, 62.0, 61.0, 10.0, 12.0, 11.0, 35.0, 30.0, 38.0]
    );
    let small = ["month", "day"].map(|name| col(name).cast(DataType::Int16));
    days.and_then(|days| days.lazy().with_columns(small).collect()).expect("small numbers")
}

/// The mean delay of each route and day on which one is known, in order of route and day.
fn days_of(flights: &DataFrame) -> DataFrame {
    let days = flights.clone().lazy().group_by(KEYS.map(col)).agg([col("arr_delay").mean().alias("delay")]);
    let days = days.filter(col("delay").is_not_null()).sort(KEYS, SortMultipleOptions::default());
    days.collect().expect("columns of flights")
}
