//! Parallel in one place: how many tries run at once, and on how many threads, is counted where they run.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::ThreadId;
use std::time::Duration;

use outgrow::ledger;
use outgrow::partitioned::{Engine, Threads};
use polars::prelude::*;

use crate::inputs::{made_up, real, shuffled, skewed, unknown_for, with_nulls};
use crate::{Asked, Check, Exercise, calls, expected};

/// One try: how far flights are off the timetable, in minutes, with so many minutes of padding.
pub type Miss = dyn Fn(&DataFrame, i16) -> f64 + Send + Sync;

/// What the attendee writes.
pub struct Answer {
    /// All flights, and what one try is -> a row per carrier.
    pub of_all_carriers: fn(DataFrame, &dyn Engine, &Miss) -> outgrow::Result<DataFrame>,
}

const PADDINGS: [i16; 8] = [0, 5, 10, 15, 20, 25, 30, 35];
const THREADS: usize = 4;

impl Exercise for Answer {
    fn check(&self, check: &mut Check) {
        let cases = [
            ("four hundred flights", made_up(400, 1)),
            (
                "unknown delays, and rows in another order",
                shuffled(&with_nulls(&made_up(400, 2), "arr_delay", 0.3, 2), 2),
            ),
            ("a carrier of which no delay is known", unknown_for(&made_up(400, 3), "arr_delay", "carrier", "OO")),
            ("a carrier that has most of the flights", skewed(&made_up(1_000, 4), "carrier", "UA", 0.9, 4)),
            ("the real flights", real()),
        ];
        for (case, flights) in cases {
            let flights = flights.select(["carrier", "arr_delay"]).expect("columns of flights");
            let counter = Arc::new(Counter::default());
            let at_work = counter.clone();
            let miss: Box<Miss> = Box::new(move |flights, padding| at_work.count(flights, || off(flights, padding)));
            let threads = Threads::new(THREADS);
            let engine = Asked::new(&threads);
            let (answer, ledger) =
                ledger::record(|| check.call(case, || (self.of_all_carriers)(flights.clone(), &engine, &*miss)));
            let Some(answer) = answer else { continue };
            if !check.expect(case, &answer, &expected(best(&flights)).by(&["carrier"])) {
                continue;
            }
            let counted = counter.lock();
            let (most, threads, per_carrier) = (counted.most, counted.threads(), counted.threads_per_carrier());
            let carriers = counted.by_carrier.len();
            let by_transform = calls(&ledger) > 0;
            // How many threads there are says something of the engine that was given only where that was asked.
            if by_transform && !check.through(case, &engine, &ledger) {
                continue;
            }
            let few = check.require(case, most <= THREADS, || {
                let counts = format!(
                    "The answer is right. But {most} tries ran at the same time, on an engine of {THREADS} threads, and {threads} \
                     threads were started for them in all."
                );
                let why = match (by_transform, per_carrier) {
                    (false, _) => format!(
                        "And the engine was not asked: you started a thread for each of {carriers} carriers. It takes a task \
                         for each of its threads, and the next one when that is done."
                    ),
                    (true, per_carrier) if per_carrier >= PADDINGS.len() => format!(
                        "Each task starts a thread for each padding, {per_carrier} of them, and the engine works on {THREADS} \
                         tasks at once: {THREADS} times {per_carrier} is {}.",
                        THREADS * per_carrier
                    ),
                    (true, per_carrier) => format!(
                        "Each task starts {per_carrier} threads, as if it had the machine to itself; but there are {THREADS} such \
                         tasks at once, and {THREADS} times {per_carrier} is {}.",
                        THREADS * per_carrier
                    ),
                };
                format!("{counts} {why}")
            });
            if !few || !check.through(case, &engine, &ledger) {
                continue;
            }
            // From the ledger: how many tries were seen at once also depends on what else the machine does.
            let tasks = ledger.steps.iter().map(|step| step.tasks).max().unwrap_or_default();
            let busy = check.require(case, tasks >= THREADS.min(carriers), || {
                format!(
                    "The answer is right, but there was never more than one try at work: the engine got {tasks} task at a \
                     time, and has {THREADS} threads for {carriers} carriers. Give it all of them in one call. Its threads \
                     are not the ones that were too many."
                )
            });
            if busy && flights.height() > 100_000 {
                check.note(format!(
                    "{} tries for {carriers} carriers, at most {most} at once, on {threads} threads. A carrier with most of the flights \
                     would be worked on by one thread at the end; what helps against that is smaller tasks, and not threads \
                     within them.",
                    counted.tries
                ));
            }
        }
    }
}

/// Mean distance from the timetable, with padding; 0 where no delay is known.
fn off(flights: &DataFrame, padding: i16) -> f64 {
    let delays = flights.column("arr_delay").and_then(|delays| Ok(delays.i16()?.clone())).expect("a column of flights");
    let off = delays.iter().flatten().map(|delay| f64::from((delay - padding).abs()));
    let known = delays.len() - delays.null_count();
    off.sum::<f64>() / known.max(1) as f64
}

fn best(flights: &DataFrame) -> DataFrame {
    let groups = flights.partition_by_stable(["carrier"], true).expect("a column of flights");
    let row = |flights: &DataFrame| {
        let tried = PADDINGS.map(|padding| (padding, off(flights, padding)));
        let (padding, off) = tried.into_iter().reduce(|best, next| if next.1 < best.1 { next } else { best })?;
        let carrier = flights.select(["carrier"]).ok()?.head(Some(1));
        carrier.hstack(&[Column::new("padding".into(), [padding]), Column::new("off".into(), [off])]).ok()
    };
    let rows = groups.iter().filter_map(row);
    rows.reduce(|all, row| all.vstack(&row).expect("the same columns")).expect("there are flights")
}

/// Who is at work.
#[derive(Default)]
struct Counter {
    counted: Mutex<Counted>,
    came: Condvar,
}

#[derive(Default)]
struct Counted {
    running: usize,
    most: usize,
    tries: usize,
    by_carrier: HashMap<String, HashSet<ThreadId>>,
    /// Nobody came while somebody waited for company.
    alone: bool,
}

/// How many tries wait for company: enough for all threads of the first tasks to be there.
const WAITING_TRIES: usize = 24;

impl Counter {
    fn lock(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Counts a try. The first ones wait a moment, so that threads which may run at once do: a try can be so short that
    /// they would miss each other. No answer is rejected because somebody came late.
    fn count<T>(&self, flights: &DataFrame, work: impl FnOnce() -> T) -> T {
        let carrier = flights.column("carrier").ok().and_then(|carrier| Some(carrier.str().ok()?.get(0)?.to_string()));
        let mut counted = self.lock();
        counted.running += 1;
        counted.tries += 1;
        counted.most = counted.most.max(counted.running);
        counted.by_carrier.entry(carrier.unwrap_or_default()).or_default().insert(std::thread::current().id());
        self.came.notify_all();
        if counted.tries <= WAITING_TRIES && !counted.alone {
            let company = self.came.wait_timeout_while(counted, Duration::from_secs(1), |counted| counted.most < 2);
            counted = company.unwrap_or_else(|poisoned| poisoned.into_inner()).0;
            counted.alone = counted.most < 2;
            let crowd = self.came.wait_timeout_while(counted, Duration::from_millis(20), |_| true);
            counted = crowd.unwrap_or_else(|poisoned| poisoned.into_inner()).0;
        }
        drop(counted);
        let value = work();
        self.lock().running -= 1;
        value
    }
}

impl Counted {
    fn threads(&self) -> usize {
        self.by_carrier.values().flatten().collect::<HashSet<_>>().len()
    }

    fn threads_per_carrier(&self) -> usize {
        self.by_carrier.values().map(HashSet::len).max().unwrap_or(0)
    }
}
