//! A task per row of a grid, with a table beside it: a row for each, and nothing moves.

use std::collections::HashMap;

use outgrow::ledger;
use outgrow::memory::show_bytes;
use outgrow::partitioned::{Engine, Serial, Threads};
use polars::prelude::*;

use crate::inputs::{made_up, real, shuffled, with_nulls};
use crate::{Asked, Check, Exercise, calls, expected};

/// What the attendee writes.
pub struct Answer {
    /// The grid, and all flights -> a row for each row of the grid.
    pub of_the_grid: fn(DataFrame, DataFrame, &dyn Engine) -> outgrow::Result<DataFrame>,
}

impl Exercise for Answer {
    fn check(&self, check: &mut Check) {
        let twice = grid(2).vstack(&grid(2).tail(Some(1))).expect("the same columns");
        let cases = [
            ("a thousand flights", grid(2), made_up(1_000, 1)),
            ("a row that is in the grid twice", twice, made_up(1_000, 2)),
            (
                "unknown delays, and rows in another order",
                grid(3),
                shuffled(&with_nulls(&made_up(1_000, 3), "arr_delay", 0.3, 3), 3),
            ),
            ("the real flights", grid(2), real()),
        ];
        for (case, grid, flights) in cases {
            // Each row of the grid with each of these would take minutes, and tell nothing new.
            if flights.height() > 100_000 && !check.right_so_far() {
                return;
            }
            let flights = flights.select(["id", "dest", "arr_delay"]).expect("columns of flights");
            let right = tried(&grid, &flights);
            let engines: [&dyn Engine; 2] = [&Serial, &Threads::new(2)];
            for engine in engines.map(Asked::new) {
                let (answer, ledger) =
                    ledger::record(|| check.call(case, || (self.of_the_grid)(grid.clone(), flights.clone(), &engine)));
                let Some(answer) = answer else { continue };
                let calls = calls(&ledger);
                let moved = ledger.rows_moved();
                let (tries, rows) = (grid.height() as u64, flights.height() as u64);
                let beside = check.require(case, moved < rows, || {
                    format!(
                        "{moved} rows, {}, moved from one partition to another: you put each row of the grid with each flight \
                         ({tries} times {rows} rows), and split that. The table is the same for every task; `broadcast` hands it \
                         to all of them, and it has {} once.",
                        show_bytes(ledger.bytes_moved()),
                        show_bytes(flights.estimated_size() as u64)
                    )
                });
                if !beside {
                    continue;
                }
                let per_task = check.require(case, calls == 0 || calls as u64 == tries || moved > 0, || {
                    format!(
                        "Your function was called {calls} times for {tries} rows of the grid: it got several rows of the grid at \
                         once, and looked at the first one only. Say that every row is a partition."
                    )
                });
                if !per_task {
                    continue;
                }
                let alone = check.require(case, moved == 0, || {
                    format!(
                        "The {tries} rows of the grid were exchanged by their values, and {calls} tasks came of it. But a try \
                         has no other row to meet: it is a task as it is, wherever it lies - and of two equal rows, only one \
                         would be answered. Let every row be a partition."
                    )
                });
                if !alone || !check.expect(case, &answer, &expected(right.clone()).by(&["penalty", "seed"])) {
                    continue;
                }
                if check.through(case, &engine, &ledger) && rows > 100_000 && engine.concurrency() > 1 {
                    check.note(format!(
                        "{calls} tasks, one for each row of the grid, shared a table of {}; no row moved. Each row of the grid with \
                         each flight would have been {} rows.",
                        show_bytes(flights.estimated_size() as u64),
                        tries * rows
                    ));
                }
            }
        }
    }
}

/// Six penalties with so many seeds each.
fn grid(seeds: i64) -> DataFrame {
    let points = [0.0, 1.0, 10.0, 30.0, 100.0, 1000.0]
        .into_iter()
        .flat_map(|penalty| (1..=seeds).map(move |seed| (penalty, seed)));
    let (penalties, seeds): (Vec<f64>, Vec<i64>) = points.unzip();
    df!("penalty" => penalties, "seed" => seeds).expect("columns of one length")
}

fn tried(grid: &DataFrame, flights: &DataFrame) -> DataFrame {
    let known = || -> PolarsResult<Vec<(i32, String, f64)>> {
        let (ids, dests) = (flights.column("id")?.i32()?, flights.column("dest")?.str()?);
        let rows = ids.iter().zip(dests.iter()).zip(flights.column("arr_delay")?.i16()?.iter());
        Ok(rows.filter_map(|((id, dest), delay)| Some((id?, dest?.to_string(), f64::from(delay?)))).collect())
    };
    let known = known().expect("columns of flights");
    let columns = || Some((grid.column("penalty").ok()?.f64().ok()?, grid.column("seed").ok()?.i64().ok()?));
    let (penalties, seeds) = columns().expect("made here");
    let errors: Vec<f64> = penalties
        .iter()
        .flatten()
        .zip(seeds.iter().flatten())
        .map(|(penalty, seed)| error(&known, penalty, seed))
        .collect();
    grid.hstack(&[Column::new("rmse".into(), errors)]).expect("a row each")
}

fn error(flights: &[(i32, String, f64)], penalty: f64, seed: i64) -> f64 {
    let (unseen, seen): (Vec<_>, Vec<_>) = flights.iter().partition(|flight| held_out(seed, flight.0));
    let mean = seen.iter().map(|flight| flight.2).sum::<f64>() / seen.len() as f64;
    let mut sums: HashMap<&str, (f64, f64)> = HashMap::new();
    for (_, dest, delay) in seen {
        let (sum, count) = sums.entry(dest).or_default();
        (*sum, *count) = (*sum + delay, *count + 1.0);
    }
    let guess = |dest: &str| sums.get(dest).map_or(mean, |(sum, count)| (sum + penalty * mean) / (count + penalty));
    let squares = unseen.iter().map(|(_, dest, delay)| (guess(dest) - delay).powi(2));
    (squares.sum::<f64>() / unseen.len() as f64).sqrt()
}

fn held_out(seed: i64, id: i32) -> bool {
    let mut mixed = (seed as u64 ^ id as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31)).is_multiple_of(5)
}
