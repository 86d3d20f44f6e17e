//! Many small groups: right, in few calls, and without a table per group.

use outgrow::ledger;
use outgrow::partitioned::{Engine, Serial, Threads};
use polars::prelude::*;

use crate::inputs::{made_up, real, shuffled, with_nulls};
use crate::{Asked, Check, Exercise, calls, counted, expected};

/// What the attendee writes.
pub struct Answer {
    /// All flights -> a row for each aircraft and day.
    pub of_all_days: fn(DataFrame, &dyn Engine) -> outgrow::Result<DataFrame>,
}

const KEYS: [&str; 3] = ["tailnum", "month", "day"];
const COLUMNS: [&str; 6] = ["tailnum", "month", "day", "id", "dep_time", "arr_delay"];

const JANUARY: &str = "the real flights of January";
const MILLION: &str = "a million groups";

/// With the flights of so many years there are a million groups.
const YEARS: usize = 4;

/// How often a group may ask for memory: a table for each of them asks far more often, a query over all hardly ever.
const ASKED_PER_GROUP: u64 = 4;

impl Exercise for Answer {
    fn check(&self, check: &mut Check) {
        let january = real().lazy().filter(col("month").eq(lit(1i16))).select(COLUMNS.map(col)).collect();
        let january = january.expect("columns of flights");
        let cases = [
            ("a few hundred flights", busy(300, 1)),
            ("unknown delays, and rows in another order", shuffled(&with_nulls(&busy(600, 2), "arr_delay", 0.3, 2), 2)),
            (JANUARY, shuffled(&january, 3)),
        ];
        for (case, flights) in cases {
            let groups = flights.select(KEYS).and_then(|keys| keys.unique_stable(None, UniqueKeepStrategy::Any, None));
            let groups = groups.expect("columns of flights").height();
            let right = of_groups(&flights);
            let unknown = flights.column("arr_delay").map_or(0, Column::null_count);
            let engines: [&dyn Engine; 2] = [&Serial, &Threads::new(2)];
            for engine in engines.map(Asked::new) {
                let (answer, ledger) =
                    ledger::record(|| check.call(case, || (self.of_all_days)(flights.clone(), &engine)));
                let Some(answer) = answer else { continue };
                let calls = calls(&ledger);
                if answer.height() <= calls && calls < right.height() {
                    let called = if calls == 1 { "once".to_string() } else { format!("{calls} times") };
                    check.require(case, false, || {
                        format!(
                            "Your function was called {called} and gave {} rows together, where there are {} aircraft \
                             and days with a known delay: a bucket holds many groups now, and it took all rows for those of \
                             its first key.",
                            answer.height(),
                            right.height()
                        )
                    });
                    continue;
                }
                let aircraft = right.column("tailnum").and_then(|tails| tails.n_unique()).unwrap_or_default();
                if answer.height() == aircraft && aircraft < right.height() {
                    check.require(case, false, || {
                        format!(
                            "There is a row for each of {aircraft} aircraft, and one for each aircraft and day is wanted, {} \
                             rows: `month` and `day` are keys as well, in the call and in the function.",
                            right.height()
                        )
                    });
                    continue;
                }
                let leaked = leaked(&answer, &flights);
                if leaked > 0 {
                    check.require(case, false, || {
                        format!(
                            "{leaked} aircraft have gained something on a day with a single flight: it was compared with the \
                             row above, the last one from the group before it. In a bucket groups lie side by side, and \
                             nothing but the keys tells where one ends."
                        )
                    });
                    continue;
                }
                let expected = expected(right.clone())
                    .by(&KEYS)
                    .mistake(
                        by_group(in_order(&flights), col("arr_delay").max() - col("arr_delay").min()),
                        "This is the largest delay of a day less the smallest, so it is never below 0, whichever came first. \
                         The last one less the first one is wanted: the presort puts them in order, and `last` and `first` \
                         take them.",
                    )
                    .mistake(
                        by_group(sorted(flights.clone()), gained()),
                        format!(
                            "The {unknown} flights whose delay is not known take part: where one of them is the first or the \
                             last of its day, the difference is null. Leave them out before you group."
                        ),
                    );
                let right = check.expect(case, &answer, &expected);
                if !right || !check.through(case, &engine, &ledger) {
                    continue;
                }
                check.require(case, calls * 2 < groups || groups < 1_000, || {
                    format!(
                        "The answer is right, but the function is called for every group: {calls} calls for {} rows, \
                         {:.1} rows in each. So much is paid per call that the rows hardly matter. `.algo(Algo::Coarse)` \
                         makes it a call per bucket.",
                        flights.height(),
                        flights.height() as f64 / calls as f64
                    )
                });
                check.require(case, calls != 1 || engine.concurrency() == 1 || groups < 1_000, || {
                    "The answer is right, but all rows went through one call, so one thread did all the work. Split them by \
                     the three keys."
                        .into()
                });
            }
        }
        if !check.right_so_far() {
            return;
        }
        for case in [JANUARY, MILLION] {
            let Some(alone) = check.alone(case) else { return };
            let figure = |column: &str| alone.answer.column(column).ok()?.get(0).ok()?.extract::<u64>();
            let figures = ["groups", "rows", "expected", "calls"].map(|column| figure(column).unwrap_or_default());
            let [groups, rows, expected, calls] = figures;
            check.require(case, rows == expected, || format!("There are {rows} rows, and {expected} were expected."));
            let asked = alone.allocations;
            let few = check.require(case, asked <= ASKED_PER_GROUP * groups, || {
                format!(
                    "The answer is right, and takes only {calls} calls. But memory was asked for {asked} times, {:.1} times \
                     for each of {groups} groups: within a call you make a table for each group, as the engine did before. \
                     Let one query go through all groups of the bucket.",
                    asked as f64 / groups as f64
                )
            });
            if !few {
                return;
            }
            if case == MILLION {
                check.note(format!(
                    "{groups} groups in {calls} calls; memory was asked for {asked} times, {:.2} times per group.",
                    asked as f64 / groups as f64
                ));
            }
        }
    }

    fn alone(&self, case: &str) -> anyhow::Result<DataFrame> {
        let year = real().select(COLUMNS)?;
        let (once, times) = match case {
            JANUARY => (year.lazy().filter(col("month").eq(lit(1i16))).collect()?, 1),
            _ => (year, YEARS),
        };
        let mut flights = once.clone();
        for number in 1..times {
            // The flights of another year are those of a fleet of its own.
            let renamed = (col("tailnum") + lit(format!("-{number}"))).alias("tailnum");
            flights.vstack_mut(&once.clone().lazy().with_column(renamed).collect()?)?;
        }
        flights.rechunk_mut();
        let groups = flights.select(KEYS)?.unique_stable(None, UniqueKeepStrategy::Any, None)?.height() as u64;
        let expected = (of_groups(&once).height() * times) as u64;
        let (answer, ledger) = ledger::record(|| counted(|| (self.of_all_days)(flights, &Threads::new(2))));
        let (rows, calls) = (answer?.height() as u64, calls(&ledger) as u64);
        Ok(df!("groups" => [groups], "rows" => [rows], "expected" => [expected], "calls" => [calls])?)
    }
}

/// Thirty aircraft on three days, so that some of them fly more than once on a day.
fn busy(rows: usize, seed: u64) -> DataFrame {
    let number = |of: &str, most: i32| col(of).cast(DataType::Int32) % lit(most);
    let fewer = made_up(rows, seed).lazy().with_columns([
        (lit("N1") + number("flight", 30).cast(DataType::String)).alias("tailnum"),
        lit(1).cast(DataType::Int16).alias("month"),
        (number("air_time", 3) + lit(1)).cast(DataType::Int16).alias("day"),
    ]);
    fewer.collect().and_then(|flights| flights.select(COLUMNS)).expect("columns of flights")
}

/// Known delays, by group and then in order of time.
fn in_order(flights: &DataFrame) -> DataFrame {
    sorted(flights.drop_nulls(Some(&["arr_delay"])).expect("a column of flights"))
}

fn sorted(flights: DataFrame) -> DataFrame {
    let columns = [&KEYS[..], &["dep_time", "id"]].concat();
    flights.sort(columns, SortMultipleOptions::default().with_nulls_last(true)).expect("columns of flights")
}

fn gained() -> Expr {
    col("arr_delay").last() - col("arr_delay").first()
}

fn of_groups(flights: &DataFrame) -> DataFrame {
    by_group(in_order(flights), gained())
}

fn by_group(in_order: DataFrame, gained: Expr) -> DataFrame {
    let of_groups = in_order.lazy().group_by_stable(KEYS.map(col)).agg([gained.alias("gained")]);
    of_groups.collect().expect("columns of flights")
}

/// How many groups of a single flight have gained something against themselves.
fn leaked(answer: &DataFrame, flights: &DataFrame) -> usize {
    // Whichever types the schema of the answer gives them.
    let keys = || KEYS.map(|key| col(key).cast(DataType::String));
    let known = in_order(flights).lazy().group_by(KEYS.map(col)).agg([len().alias("flights")]);
    let single = known.filter(col("flights").eq(lit(1))).select(keys()).collect().expect("columns of flights");
    let gained = answer.clone().lazy().filter(col("gained").neq(lit(0))).select(keys()).collect();
    let both = gained.and_then(|gained| gained.join(&single, KEYS, KEYS, JoinArgs::new(JoinType::Inner), None));
    // An answer with other columns is another mistake.
    both.map_or(0, |both| both.height())
}
