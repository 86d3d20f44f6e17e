//! A call of `transform`: right on both engines, and through the engine.

use outgrow::ledger;
use outgrow::partitioned::{Engine, Serial, Threads};
use polars::prelude::*;

use crate::inputs::cases;
use crate::{Asked, Check, Exercise, expected};

/// What the attendee writes.
pub struct Answer {
    /// All flights -> a row per carrier.
    pub of_all_carriers: fn(DataFrame, &dyn Engine) -> outgrow::Result<DataFrame>,
}

impl Exercise for Answer {
    fn check(&self, check: &mut Check) {
        for case in cases() {
            let flights = case.flights.select(["carrier", "origin", "arr_delay"]).expect("columns of flights");
            let expected = expected(by_group(&flights, &["carrier"]))
                .by(&["carrier"])
                .mistake(
                    in_one(&flights),
                    "Your function was called once per slice of rows, here one with all carriers in it, and took the first \
                     name for all. `.partition(by([...]))` says which rows belong together.",
                )
                .mistake(
                    by_group(&flights, &["carrier", "origin"]),
                    "Your function was called once per carrier and airport, so a carrier has up to three rows. Only the \
                     carrier makes flights belong together here.",
                );
            let engines: [&dyn Engine; 2] = [&Serial, &Threads::new(2)];
            for engine in engines.map(Asked::new) {
                let (answer, ledger) = ledger::record(|| {
                    check.call(case.name, || (self.of_all_carriers)(flights.clone(), &engine).map_err(explained))
                });
                let Some(answer) = answer else { continue };
                if !check.expect(case.name, &answer, &expected) || !check.through(case.name, &engine, &ledger) {
                    continue;
                }
                let by_carrier = ledger.steps.iter().any(|step| step.what.contains("on each group"));
                check.require(case.name, by_carrier, || {
                    "The answer is right, but your code divides the flights by itself, and gives the engine one carrier \
                     after the other. `.partition(by([...]))` leaves that to the engine."
                        .into()
                });
                if flights.height() > 100_000 && engine.concurrency() > 1 {
                    check.note(format!(
                        "On two threads: {} rows moved in {} exchange, then {} tasks, a call per carrier each.",
                        ledger.rows_moved(),
                        ledger.exchanges(),
                        ledger.steps.last().map_or(0, |step| step.tasks)
                    ));
                }
            }
        }
    }
}

/// The error of a schema that does not fit, with what to look at.
fn explained(error: outgrow::Error) -> String {
    let text = error.to_string();
    if !text.contains("`late`") || text.contains("no column") {
        return text;
    }
    match text.contains("cannot become f32") {
        true => format!("{text} (`float` is `f32` here; what Python calls a float is `f64`, or `double`)"),
        false => format!("{text} (a share has decimals, and a type of whole numbers has no decimals)"),
    }
}

fn row(flights: &DataFrame) -> DataFrame {
    let delays = flights.column("arr_delay").and_then(|delays| Ok(delays.i16()?.clone())).expect("a column of flights");
    let known: Vec<i16> = delays.iter().flatten().collect();
    let late = known.iter().filter(|minutes| **minutes > 15).count();
    let late = late as f64 / known.len().max(1) as f64;
    let carrier = flights.select(["carrier"]).expect("a column of flights").head(Some(1));
    let figures = [Column::new("flights".into(), [known.len() as i64]), Column::new("late".into(), [late])];
    carrier.hstack(&figures).expect("a row each")
}

fn by_group(flights: &DataFrame, keys: &[&str]) -> DataFrame {
    let groups = flights.partition_by_stable(keys.iter().copied(), true).expect("columns of flights");
    groups.iter().map(row).reduce(|all, row| all.vstack(&row).expect("the same columns")).expect("there are flights")
}

fn in_one(flights: &DataFrame) -> DataFrame {
    row(flights)
}
