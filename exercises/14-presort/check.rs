//! The first and the last flight of a day: right for every order of rows, also for one that the engine makes.

use outgrow::ledger;
use outgrow::partitioned::{Engine, Input, Job, Losses, Serial, Sink, Threads};
use polars::prelude::*;

use crate::inputs::{made_up, real, shuffled, with_nulls};
use crate::{Asked, Check, Exercise, Expected, expected};

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
            ("nine flights of one aircraft", nine()),
            ("rows in another order", shuffled(&busy, 1)),
            ("cancelled flights", shuffled(&with_nulls(&busy, "dep_time", 0.3, 2), 2)),
            ("the real flights of January, in another order", shuffled(&january, 3)),
        ];
        for (case, flights) in cases {
            for (name, part, latest) in self.parts() {
                let case = format!("{name} and {case}");
                let threads = Threads::new(2);
                let engine = Asked::new(&threads);
                let (answer, ledger) = ledger::record(|| check.call(&case, || part(flights.clone(), &engine)));
                let Some(answer) = answer else { continue };
                if check.expect(&case, &answer, &expected_of(&flights, latest)) {
                    check.through(&case, &engine, &ledger);
                }
            }
        }
        if !check.right_so_far() {
            return;
        }
        for (name, part, latest) in self.parts() {
            let case = format!("{name} and an engine that hands rows over in another order");
            let Some(answer) = check.call(&case, || part(busy.clone(), &AsTheyArrive)) else { continue };
            let right = firsts(&busy, &[("dep_time", latest), ("id", false)]);
            let differ = differing(&answer, &right);
            check.require(&case, differ == 0, || {
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
            let (in_file, right) =
                (as_they_come(&january, false), firsts(&january, &[("dep_time", false), ("id", false)]));
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

type Part = fn(DataFrame, &dyn Engine) -> outgrow::Result<DataFrame>;

impl Answer {
    /// The functions by name, and whether each wants the latest departure.
    fn parts(&self) -> [(&'static str, Part, bool); 2] {
        [("first_of_day", self.first_of_day, false), ("last_of_day", self.last_of_day, true)]
    }
}

/// The right table, and what to say of others.
fn expected_of(flights: &DataFrame, latest: bool) -> Expected {
    let which = if latest { "last" } else { "first" };
    let right = firsts(flights, &[("dep_time", latest), ("id", false)]);
    let days = right.height();
    let came = |last: bool| {
        let rows = as_they_come(flights, last);
        let reason = format!(
            "This is the {} row of each aircraft and day, and rows come as they come: in {} of {days} cases another flight \
             is the {which} one. An order that your function needs is part of the call: `presort`.",
            if last { "last" } else { "first" },
            differing(&rows, &right)
        );
        (rows, reason)
    };
    let ties = firsts(flights, &[("dep_time", latest)]);
    let same = format!(
        "Where flights leave in the same minute, or not at all, it is chance which of them is taken: in {} of {days} \
         cases not the one with the smallest `id`. Rows that are equal in a presort stay as they came; name `id` as its \
         second column.",
        differing(&ties, &right)
    );
    let largest = firsts(flights, &[("dep_time", latest), ("id", true)]);
    let other_end = format!(
        "Of flights with the same `dep_time` this takes the largest `id`, in {} of {days} cases; the smallest counts. \
         `desc` holds for one column only, the one that it stands behind.",
        differing(&largest, &right)
    );
    let by_id = firsts(flights, &[("id", false)]);
    let swapped = format!(
        "This is the flight with the smallest `id` of each aircraft and day: in {} of {days} cases another one is the \
         {which} one. The first column of a presort decides, and the next only where it is equal. No two flights have \
         the same `id`, so what stands behind it decides nothing.",
        differing(&by_id, &right)
    );
    let never = |largest_id: bool| {
        let rows = last_of(flights, &[("dep_time", false), ("id", !largest_id)]);
        let reason = format!(
            "In {} of {days} cases this is a flight that never left, though others of that day did: nulls come last in a \
             presort, so they are the last rows. They come last with `desc` too: what is the first row then?",
            never_left(&rows, &right)
        );
        (rows, reason)
    };
    let mut mistakes = vec![came(latest), came(!latest), (ties, same), (largest, other_end), (by_id, swapped)];
    if latest {
        mistakes.extend([never(true), never(false)]);
    }
    let expected = expected(right).by(&KEYS);
    mistakes.into_iter().fold(expected, |expected, (gives, reason)| expected.mistake(gives, reason))
}

/// Nine flights of one aircraft on two days: not in order of time, one cancelled, three in the same minute. Each mistake
/// gives another table here.
fn nine() -> DataFrame {
    df!(
        "tailnum" => ["N14228"; 9],
        "month" => [7i16; 9],
        "day" => [9i16, 9, 9, 9, 9, 9, 10, 10, 10],
        "id" => [2, 5, 1, 4, 3, 6, 8, 9, 7],
        "dep_time" =>
            [Some(1130i16), Some(615), Some(900), Some(1745), None, Some(1200), Some(900), Some(900), Some(900)],
        "dest" => ["BOS", "ORD", "DCA", "MIA", "ATL", "CLT", "SFO", "SEA", "DEN"],
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

/// Sorted by these columns, those with `true` from the largest value on.
fn sorted(flights: &DataFrame, order: &[(&str, bool)]) -> DataFrame {
    let (columns, descending): (Vec<&str>, Vec<bool>) = order.iter().copied().unzip();
    let options = SortMultipleOptions::default().with_order_descending_multi(descending);
    let options = options.with_nulls_last(true).with_maintain_order(true);
    flights.sort(columns, options).expect("columns of flights")
}

/// A row per aircraft and day: the first in this order.
fn firsts(flights: &DataFrame, order: &[(&str, bool)]) -> DataFrame {
    one_row(sorted(flights, order), false)
}

fn last_of(flights: &DataFrame, order: &[(&str, bool)]) -> DataFrame {
    one_row(sorted(flights, order), true)
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
