//! The first and the last flight of a day: right for every order of rows, also for one that the engine makes.

use outgrow::ledger;
use outgrow::partitioned::{Engine, Input, Job, Losses, Serial, Sink, Threads};
use polars::prelude::*;

use crate::inputs::{made_up, real, shuffled, with_nulls};
use crate::{Asked, Check, Exercise, expected};

/// What the attendee writes.
pub struct Answer {
    /// All flights -> for each aircraft and day the flight that left first.
    pub first_of_day: fn(DataFrame, &dyn Engine) -> outgrow::Result<DataFrame>,
    /// All flights -> for each aircraft and day the flight that left last.
    pub last_of_day: fn(DataFrame, &dyn Engine) -> outgrow::Result<DataFrame>,
}

const KEYS: [&str; 3] = ["tailnum", "month", "day"];
const COLUMNS: [&str; 6] = ["tailnum", "month", "day", "id", "dep_time", "dest"];

impl Exercise for Answer {
    fn check(&self, check: &mut Check) {
        let busy = busy(400, 1);
        // A group is sorted at a time, and the year has a quarter of a million: a month shows the same.
        let january = real().lazy().filter(col("month").eq(lit(1i16))).select(COLUMNS.map(col)).collect();
        let january = january.expect("columns of flights");
        let cases = [
            ("six flights of one aircraft", six()),
            ("rows in another order", shuffled(&busy, 1)),
            ("cancelled flights", shuffled(&with_nulls(&busy, "dep_time", 0.3, 2), 2)),
            ("the real flights of January, in another order", shuffled(&january, 3)),
        ];
        for (case, flights) in cases {
            let parts = [("first", self.first_of_day, false), ("last", self.last_of_day, true)];
            for (which, part, latest) in parts {
                let threads = Threads::new(2);
                let engine = Asked::new(&threads);
                let (answer, ledger) = ledger::record(|| check.call(case, || part(flights.clone(), &engine)));
                let Some(answer) = answer else { continue };
                if check.expect(case, &answer, &right(&flights, latest).mistakes_of(&flights, latest, which)) {
                    check.through(case, &engine, &ledger);
                }
            }
        }
        if !check.right_so_far() {
            return;
        }
        let case = "an engine that hands rows over in another order";
        for (part, latest) in [(self.first_of_day, false), (self.last_of_day, true)] {
            let Some(answer) = check.call(case, || part(busy.clone(), &AsTheyArrive)) else { continue };
            let right = firsts(&busy, &["dep_time", "id"], latest);
            let differ = differing(&answer, &right);
            check.require(case, differ == 0, || {
                format!(
                    "Rows were put in order before the call, and the engine handed them over in another one: {differ} of \
                     {} answers are wrong then. One that moves rows between machines cannot keep their order for \
                     nothing. What a group needs is said in the call, with `presort`; that also sorts no more than a group \
                     at a time.",
                    right.height()
                )
            });
        }
        if check.right_so_far() {
            let (in_file, right) = (as_they_come(&january, false), firsts(&january, &["dep_time", "id"], false));
            check.note(format!(
                "In the order of the file, the first row of each aircraft and day is wrong in {} of {} cases even without \
                 presort; in another order it was wrong in {}. Nothing but the call tells the two apart.",
                differing(&in_file, &right),
                right.height(),
                differing(&as_they_come(&shuffled(&january, 3), false), &right)
            ));
        }
    }
}

/// The right table and its tables of mistakes.
struct Right(DataFrame);

fn right(flights: &DataFrame, latest: bool) -> Right {
    Right(firsts(flights, &["dep_time", "id"], latest))
}

impl Right {
    fn mistakes_of(self, flights: &DataFrame, latest: bool, which: &str) -> crate::Expected {
        let days = self.0.height();
        let came = [as_they_come(flights, latest), as_they_come(flights, false)];
        let ties = firsts(flights, &["dep_time"], latest);
        let last = last_of(flights, &["dep_time", "id"]);
        let told = |rows: &DataFrame| {
            format!(
                "This is the {which} row of each aircraft and day, and rows come as they come: in {} of {days} cases \
                 another flight is the {which} one. An order that your function needs is part of the call: `presort`.",
                differing(rows, &self.0)
            )
        };
        let same = format!(
            "Where flights leave in the same minute, or not at all, it is chance which of them is taken: in {} of {days} \
             cases not the one with the smallest `id`. Rows that are equal in a presort stay as they came; name `id` as its \
             second column.",
            differing(&ties, &self.0)
        );
        let never = format!(
            "In {} of {days} cases this is a flight that never left, though others of that day did: nulls come last in a \
             presort, so they are the last rows. They come last with `desc` too: what is the first row then?",
            never_left(&last, &self.0)
        );
        let (reasons, right) = (came.each_ref().map(told), self.0);
        let [by_place, by_head] = came;
        let [last_row, first_row] = reasons;
        let expected = expected(right).by(&KEYS).mistake(by_place, last_row).mistake(by_head, first_row);
        let expected = expected.mistake(ties, same);
        if latest { expected.mistake(last, never) } else { expected }
    }
}

/// Six flights of one aircraft on two days: not in order of time, one cancelled, two in the same minute.
fn six() -> DataFrame {
    df!(
        "tailnum" => ["N14228"; 6],
        "month" => [7i16; 6],
        "day" => [9i16, 9, 9, 9, 10, 10],
        "id" => [4, 1, 3, 2, 6, 5],
        "dep_time" => [Some(1745i16), Some(1130), Some(615), None, Some(900), Some(900)],
        "dest" => ["MIA", "BOS", "ORD", "ATL", "SFO", "DEN"],
    )
    .expect("columns of one length")
}

/// Eight aircraft on three days, so that each of them flies often.
fn busy(rows: usize, seed: u64) -> DataFrame {
    let flights = made_up(rows, seed).lazy();
    let number = |of: &str, most: i32| col(of).cast(DataType::Int32) % lit(most);
    let fewer = flights.with_columns([
        (lit("N10") + number("flight", 8).cast(DataType::String)).alias("tailnum"),
        lit(1).cast(DataType::Int16).alias("month"),
        (number("air_time", 3) + lit(1)).cast(DataType::Int16).alias("day"),
    ]);
    fewer.collect().and_then(|flights| flights.select(COLUMNS)).expect("columns of flights")
}

fn sorted(flights: &DataFrame, columns: &[&str], latest: bool) -> DataFrame {
    let descending: Vec<bool> = columns.iter().map(|column| latest && *column == "dep_time").collect();
    let options = SortMultipleOptions::default().with_order_descending_multi(descending);
    let options = options.with_nulls_last(true).with_maintain_order(true);
    flights.sort(columns.iter().copied(), options).expect("columns of flights")
}

/// A row per aircraft and day: the first in this order, with the latest departures first where that is asked for.
fn firsts(flights: &DataFrame, order: &[&str], latest: bool) -> DataFrame {
    one_row(sorted(flights, order, latest), false)
}

fn last_of(flights: &DataFrame, order: &[&str]) -> DataFrame {
    one_row(sorted(flights, order, false), true)
}

fn as_they_come(flights: &DataFrame, last: bool) -> DataFrame {
    one_row(flights.clone(), last)
}

fn one_row(flights: DataFrame, last: bool) -> DataFrame {
    let of_group = |column: &str| if last { col(column).last() } else { col(column).first() };
    let rows = flights.lazy().group_by(KEYS.map(col)).agg(["id", "dep_time", "dest"].map(of_group));
    rows.collect().expect("columns of flights")
}

/// How many rows of the right answer are not in this one. The rows of an answer are known by `id`.
fn differing(answer: &DataFrame, right: &DataFrame) -> usize {
    let ids = |rows: &DataFrame| -> std::collections::HashSet<i32> {
        let ids = rows.column("id").and_then(|ids| ids.cast(&DataType::Int32)).expect("part of the answer");
        ids.i32().expect("just cast").iter().flatten().collect()
    };
    ids(right).difference(&ids(answer)).count()
}

/// How many flights of an answer never left where the right answer has one that did.
fn never_left(answer: &DataFrame, right: &DataFrame) -> usize {
    let unknown = |rows: &DataFrame| rows.column("dep_time").expect("part of the answer").null_count();
    unknown(answer).saturating_sub(unknown(right))
}

/// Rows arrive as they would from several machines: in no order that one could count on.
struct AsTheyArrive;

impl Engine for AsTheyArrive {
    fn name(&self) -> &'static str {
        "as-they-arrive"
    }

    fn concurrency(&self) -> usize {
        1
    }

    fn execute(&self, job: &Job, sink: &dyn Sink) -> outgrow::Result<Losses> {
        let arrived = job.inputs.iter().map(|input| Ok(Input::Frame(shuffled(&input.collect()?, 7))));
        let inputs = arrived.collect::<outgrow::Result<Vec<_>>>()?;
        Serial.execute(&Job { inputs: &inputs, task: job.task.again(), memory: job.memory.clone() }, sink)
    }
}
