//! Three ways to one answer: right with ties and in any order, and what each of them moves.

use outgrow::dropin as pd;
use outgrow::ledger::{self, Ledger};
use outgrow::{Result, flights};
use polars::prelude::*;

use crate::inputs::{Case, cases, made_up, shuffled, skewed, slices, with_ties};
use crate::{Check, Exercise, expected};

/// What the attendee writes.
pub struct Answer {
    /// By a sort of all flights.
    pub by_sort: fn(&pd::DataFrame) -> Result<pd::DataFrame>,
    /// By the largest delay of each airport.
    pub by_join: fn(&pd::DataFrame) -> Result<pd::DataFrame>,
    /// By slices: some flights -> the latest of each airport.
    pub by_slice: fn(DataFrame) -> PolarsResult<DataFrame>,
    /// Rows that the first moves.
    pub moved_by_sort: Option<u64>,
    /// Rows that the second moves.
    pub moved_by_join: Option<u64>,
    /// Rows that the third moves.
    pub moved_by_slice: Option<u64>,
}

const COLUMNS: [&str; 3] = ["dest", "arr_delay", "id"];

impl Exercise for Answer {
    fn check(&self, check: &mut Check) {
        let known = |case: Case| {
            let flights = case.flights.select(COLUMNS).expect("columns of flights");
            Case { flights: flights.drop_nulls(Some(&["arr_delay"])).expect("a column of flights"), ..case }
        };
        let mut cases = cases();
        let tied = shuffled(&with_ties(&made_up(400, 9), "arr_delay"), 9);
        cases.insert(3, Case { name: "equal delays, and rows in another order", flights: tied });
        // The key of this question is another one than that of most.
        let skewed = skewed(&made_up(1_000, 10), "dest", "ATL", 0.9, 10);
        cases.insert(4, Case { name: "an airport to which most of the flights go", flights: skewed });
        let cases: Vec<Case> = cases.into_iter().map(known).collect();
        for (name, way) in [("by_sort", self.by_sort), ("by_join", self.by_join)] {
            for case in &cases {
                let told = format!("{name} and {}", case.name);
                let answer = check.call(&told, || {
                    let partitions = pd::DataFrame::from_columns(case.flights.clone())?.repartition(5);
                    way(&partitions)?.into_columns()
                });
                if let Some(answer) = answer {
                    hold(check, &told, &answer, &case.flights);
                }
            }
        }
        for case in &cases {
            let told = format!("by_slice and {}", case.name);
            let slices = slices(&case.flights).into_iter();
            let parts = check.call(&told, || slices.map(self.by_slice).collect::<PolarsResult<Vec<_>>>());
            let Some(parts) = parts else { continue };
            let Some(parts) = check.stacked(&told, parts) else { continue };
            let of_slices = parts.height();
            if let Some(answer) = check.call(&told, || (self.by_slice)(parts))
                && hold(check, &told, &answer, &case.flights)
            {
                let airports = latest(&case.flights).height();
                check.require(&told, of_slices <= 5 * airports, || {
                    format!(
                        "The answer is right, but the five slices hand on {of_slices} rows together, and nothing is gained by \
                         asking them first. A row per airport and slice is enough, {} at the most.",
                        5 * airports
                    )
                });
            }
        }
        if check.right_so_far() {
            self.check_moved(check);
        }
    }
}

impl Answer {
    fn check_moved(&self, check: &mut Check) {
        let case = "the real flights";
        let Some((rows, sort, of_join, slice)) = check.call(case, || self.counted()) else { return };
        let join = of_join.rows_moved();
        let cheap = check.require(case, join < rows / 2, || {
            format!(
                "by_join is right, but it moves {join} rows for {rows} flights: something in it puts all flights in order. \
                 Find the few with the largest delays first, and care for ties then."
            )
        });
        let on_partitions = cheap && check.require(case, joined_on_partitions(&of_join), || {
            let steps: Vec<String> = of_join.steps.iter().map(|step| format!("\"{}\"", step.what)).collect();
            format!(
                "by_join is right, but its work is not done on partitions, so nobody sees what moves. Its ledger has {}; expected \
                 were a step that reduces each partition, and a merge. What comes after `into_columns` has all rows in one \
                 piece, and is in no ledger.",
                if steps.is_empty() { "no step".to_string() } else { steps.join(", ") }
            )
        });
        if !on_partitions {
            return;
        }
        let predictions = [
            (
                "MOVED_BY_SORT",
                self.moved_by_sort,
                sort,
                "a sort sends each flight to its place, to keep one per airport.",
            ),
            (
                "MOVED_BY_JOIN",
                self.moved_by_join,
                join,
                "a partition knows its own largest delays, and these meet; the table of them is small and goes to all \
                 partitions, so the flights stay where they are.",
            ),
            ("MOVED_BY_SLICE", self.moved_by_slice, slice, "a slice hands on a row for each airport it flies to."),
        ];
        if check.predicted(case, 2.0, &predictions) {
            let steps = of_join.steps.iter().filter(|step| step.rows_moved > 0);
            let steps: Vec<String> = steps.map(|step| format!("{} in \"{}\"", step.rows_moved, step.what)).collect();
            check.note(format!(
                "Moved: {sort} rows by the sort, {join} by the join, {slice} by the slices, for the same {} rows. The join \
                 moves {}. The first way is the one that people write; it is right, and moves {:.0}x as much as the cheapest.",
                latest(&crate::inputs::real().drop_nulls(Some(&["arr_delay"])).expect("a column of flights")).height(),
                steps.join(", "),
                sort as f64 / join.min(slice).max(1) as f64
            ));
        }
    }

    /// Flights, the rows that the sort moves, the ledger of the join, and the rows that slices hand on.
    fn counted(&self) -> Result<(u64, u64, Ledger, u64)> {
        let files = flights::shipped()?;
        let known = pd::read_parquet(&files, &COLUMNS)?.query(col("arr_delay").is_not_null())?;
        let told = |way: fn(&pd::DataFrame) -> Result<pd::DataFrame>| {
            let (done, ledger) = ledger::record(|| way(&known));
            done.map(|_| ledger)
        };
        let mut handed_on = 0;
        for number in 0..files.row_groups() {
            let slice = files.read_row_group(number, &COLUMNS)?.drop_nulls(Some(&["arr_delay"]))?;
            handed_on += (self.by_slice)(slice)?.height() as u64;
        }
        Ok((known.len() as u64, told(self.by_sort)?.rows_moved(), told(self.by_join)?, handed_on))
    }
}

/// Whether partitions reduced their own flights, and were merged with what came of it.
fn joined_on_partitions(ledger: &Ledger) -> bool {
    let divided = |what: &str| ledger.steps.iter().any(|step| step.what.contains(what) && step.tasks > 1);
    divided("reduce each partition by") && divided(" merge ")
}

fn hold(check: &mut Check, told: &str, answer: &DataFrame, flights: &DataFrame) -> bool {
    let truth = latest(flights);
    let tied = tied(flights);
    let first = tied.unique_stable(Some(&["dest".into()]), UniqueKeepStrategy::First, None).expect("as above");
    let largest = by_airport(&tied, &[col("arr_delay").first(), col("id").max()]);
    let separately = by_airport(flights, &[col("arr_delay").max(), col("id").min()]);
    let expected = expected(truth)
        .by(&["dest"])
        .mistake(
            tied.clone(),
            format!(
                "There are {} rows for {} airports: the largest delay of an airport may be that of several flights, which are \
                 equally late. Of these, keep the one with the smallest id.",
                tied.height(),
                first.height()
            ),
        )
        .mistake(
            first,
            "Of flights that are equally late you keep the one that stands first in the table. The order of rows says \
             nothing: on partitions it may be another one tomorrow. The smallest id counts.",
        )
        .mistake(
            largest,
            "Of flights that are equally late this keeps the one with the largest id, and the smallest counts. A sort has a \
             direction for each column: `with_order_descending(true)` is for all of them, and with \
             `with_order_descending_multi` each has its own.",
        )
        .mistake(separately.clone(), patched(&separately, flights));
    check.expect(told, answer, &expected)
}

/// A row that no flight is, in figures.
fn patched(separately: &DataFrame, flights: &DataFrame) -> String {
    let told = || -> PolarsResult<Option<String>> {
        let truth = flights.clone().lazy().select([col("id"), col("arr_delay").alias("own")]);
        let on = [col("id")];
        let beside = separately.clone().lazy().join(truth, on.clone(), on, JoinArgs::new(JoinType::Inner)).collect()?;
        let (delays, own) = (beside.column("arr_delay")?.i16()?, beside.column("own")?.i16()?);
        let Some(row) = delays.iter().zip(own.iter()).position(|(delay, own)| delay != own) else { return Ok(None) };
        Ok(Some(format!(
            " The row for {} has a delay of {} minutes and the id {}, and flight {} was {} minutes late.",
            beside.column("dest")?.str()?.get(row).unwrap_or_default(),
            delays.get(row).unwrap_or_default(),
            beside.column("id")?.i32()?.get(row).unwrap_or_default(),
            beside.column("id")?.i32()?.get(row).unwrap_or_default(),
            own.get(row).unwrap_or_default(),
        )))
    };
    let example = told().ok().flatten().unwrap_or_default();
    format!(
        "These rows are put together from two flights: the largest delay of all, and the smallest id of all.{example}"
    )
}

/// The latest flight to each airport.
fn latest(flights: &DataFrame) -> DataFrame {
    by_airport(&tied(flights), &[col("arr_delay").first(), col("id").min()])
}

/// All flights that are as late as the latest to their airport, in the order of the table.
fn tied(flights: &DataFrame) -> DataFrame {
    let largest = col("arr_delay").max().over([col("dest")]).expect("a key");
    let latest = col("arr_delay").eq(largest);
    flights.clone().lazy().filter(latest).select(COLUMNS.map(col)).collect().expect("columns of flights")
}

fn by_airport(flights: &DataFrame, columns: &[Expr]) -> DataFrame {
    flights.clone().lazy().group_by([col("dest")]).agg(columns).collect().expect("columns of flights")
}
