//! The straggler of a real run, from its ledger; and the speed-up that it leaves.

use outgrow::ledger::{self, Step};
use outgrow::partitioned::{Threads, by, transform};
use polars::prelude::*;

use crate::panics::caught;
use crate::{Check, Exercise};

/// What the attendee writes.
pub struct Answer {
    /// The carrier with the largest partition.
    pub straggler: Option<&'static str>,
    /// Its share of all flights, in percent.
    pub percent: Option<u64>,
    /// Rows of each partition and the number of workers -> the best possible speed-up.
    pub best_speed_up: fn(&[u64], u64) -> f64,
}

/// The function is looked at when the constants are right.
const NOT_YET: &str = "`best_speed_up` has not been looked at yet.";

impl Exercise for Answer {
    fn check(&self, check: &mut Check) {
        let case = "the real flights, a partition per carrier";
        let Some((calls, partitions)) = check.call(case, counted) else { return };
        let rows: Vec<u64> = partitions.iter().map(|(_, rows)| *rows).collect();
        let (largest, all) = (calls.largest_task_rows, calls.rows);
        // As the ledger writes it.
        let straggler = calls.largest_task.trim_start_matches("carrier = ").trim_matches('"').to_string();

        let gap = [("STRAGGLER", self.straggler.is_none()), ("PERCENT", self.percent.is_none())];
        if let Some((name, _)) = gap.iter().find(|(_, gap)| *gap) {
            check.require(case, false, || format!("This is not written yet: {name} is `None`."));
            return;
        }
        let named = self.straggler.unwrap_or_default();
        let of_named = partitions.iter().find(|(carrier, _)| carrier == named).map(|(_, rows)| *rows);
        let right = check.require(case, named == straggler, || match of_named {
            Some(rows) => format!(
                "{named} is not the largest partition: it has {rows} rows, and the ledger has one of {largest}. \
                 Whoever gets that one is still at work when {named} is done. {NOT_YET}"
            ),
            None => format!("There is no carrier `{named}`; the ledger names the largest task. {NOT_YET}"),
        });
        let share = 100.0 * largest as f64 / all as f64;
        let percent = self.percent.unwrap_or_default();
        let right = right
            && check.require(case, (percent as f64 - share).abs() <= 1.0, || {
                format!("{straggler} has {largest} of {all} rows, and that is not {percent} %. {NOT_YET}")
            });
        if !right {
            return;
        }
        let inputs: [(&str, &[u64], &[u64]); 4] = [
            ("partitions of 60, 20, 20 and 20 rows", &[60, 20, 20, 20], &[1, 2, 3, 8]),
            ("ten partitions of 10 rows each", &[10; 10], &[1, 2, 5, 10]),
            ("a single partition", &[500], &[1, 4]),
            (case, &rows, &[1, 2, 4, 16, 64]),
        ];
        for (case, rows, counts) in inputs {
            for workers in counts {
                let speed_up = check.call(case, || Ok::<_, String>((self.best_speed_up)(rows, *workers)));
                let Some(speed_up) = speed_up else { return };
                if !check.require(case, possible(rows, *workers, speed_up), || told(rows, *workers, speed_up)) {
                    return;
                }
            }
        }
        let case = "no partition at all";
        let of_nothing = caught(|| Ok::<_, String>((self.best_speed_up)(&[], 4)));
        let number = of_nothing.as_ref().is_ok_and(|speed_up| speed_up.is_finite());
        let number = check.require(case, number, || match of_nothing {
            Ok(speed_up) => format!(
                "Where there is no partition at all your function gives {speed_up}: nothing was divided by nothing. Take the \
                 largest of no rows for 1, and the rest follows."
            ),
            Err(reason) => format!(
                "{reason}\nWhere there is no partition at all there is no largest one: `max` of nothing is `None`. Take it for \
                 1, and the rest follows."
            ),
        });
        if !number {
            return;
        }
        let enough = all.div_ceil(largest);
        let best = |workers| bound(&rows, workers);
        check.note(format!(
            "Counted: {} calls, the largest with {largest} of {all} rows ({share:.1} %), {}. Four workers can be {:.2} \
             times as fast as one, {enough} workers {:.2} times, and sixteen {:.2} times, no more. Who wants more has \
             to make {straggler}'s work smaller, not the number of workers larger.",
            calls.tasks,
            calls.largest_task,
            best(4),
            best(enough),
            best(16),
        ));
    }
}

/// A run on the real flights: what its ledger says of the calls, and the rows of each carrier.
fn counted() -> outgrow::Result<(Step, Vec<(String, u64)>)> {
    let count = |flights: DataFrame| {
        let carrier = flights.column("carrier")?.str()?.get(0).map(str::to_string);
        df!("carrier" => [carrier], "rows" => [flights.height() as i64])
    };
    let flights = crate::inputs::real().select(["carrier"])?;
    let (partitions, ledger) = ledger::record(|| {
        let call = transform(flights, count).schema("carrier: str, rows: i64").partition(by(["carrier"]));
        call.run(&Threads::new(2))
    });
    let partitions = partitions?;
    let carriers = partitions.column("carrier")?.str()?.iter().map(|carrier| carrier.unwrap_or_default().to_string());
    let rows = partitions.column("rows")?.i64()?.into_no_null_iter().map(|rows| rows as u64);
    let calls = ledger.steps.into_iter().last().unwrap_or_default();
    Ok((calls, carriers.zip(rows).collect()))
}

/// What nobody can be faster than: all workers at work all the time, and the largest partition done by one of them.
fn bound(rows: &[u64], workers: u64) -> f64 {
    let all: u64 = rows.iter().sum();
    let largest = rows.iter().max().copied().unwrap_or_default().max(1);
    (all as f64 / largest as f64).min(workers as f64)
}

/// What a plan gives: the largest partition first, each to the worker who has the least.
fn planned(rows: &[u64], workers: u64) -> f64 {
    let mut rows = rows.to_vec();
    rows.sort_unstable_by(|this, that| that.cmp(this));
    let mut loads = vec![0u64; workers as usize];
    for rows in &rows {
        if let Some(least) = loads.iter_mut().min() {
            *least += rows;
        }
    }
    rows.iter().sum::<u64>() as f64 / loads.into_iter().max().unwrap_or_default().max(1) as f64
}

/// Whether somebody may call this the best: no worse than a plan that there is, no better than any can be. Where parts do
/// not fill the workers evenly, the best lies between the two.
fn possible(rows: &[u64], workers: u64, speed_up: f64) -> bool {
    (planned(rows, workers) * 0.99..=bound(rows, workers) * 1.01).contains(&speed_up)
}

/// What is wrong with a speed-up, with the mistake where it is a known one.
fn told(rows: &[u64], workers: u64, speed_up: f64) -> String {
    let all: u64 = rows.iter().sum();
    let largest = rows.iter().max().copied().unwrap_or_default();
    let share = largest as f64 / all as f64;
    let near = |other: f64| (speed_up - other).abs() <= 0.01 * other;
    let all_and_largest = all as f64 / largest as f64;
    let with =
        format!("With {workers} worker{} your function gives {speed_up:.2}", if workers == 1 { "" } else { "s" });
    let part = format!("The largest partition has {largest} of {all} rows");
    let best = bound(rows, workers);
    if best.fract() > 0.0 && speed_up == best.floor() {
        return format!(
            "{with}, and {best:.2} is possible: the decimals are lost, because a whole number divided by a whole number is a \
             whole number. Make both an `f64` before you divide."
        );
    }
    if near(workers as f64) {
        return format!(
            "{with}, as if the rows could be shared evenly. {part}, and one worker does it alone. That takes {:.0} % \
             of the time that one worker needs for all; the others are idle in the end.",
            100.0 * share
        );
    }
    if near(1.0 / (share + (1.0 - share) / workers as f64)) {
        return format!(
            "{with}. That is Amdahl's law, which is about a part during which everybody else waits. {part}, but its \
             worker runs beside the others: {:.2} is possible.",
            bound(rows, workers)
        );
    }
    if near(all_and_largest) {
        return format!(
            "{with}, and that is more than there are workers. {part}, which is one limit; the other is that each \
             worker has {all} / {workers} rows to do, on average."
        );
    }
    let direction = if speed_up > bound(rows, workers) { "No plan is as fast" } else { "There is a faster plan" };
    format!("{with}. {direction}. {part}, and each worker has {all} / {workers} rows to do, on average.")
}
