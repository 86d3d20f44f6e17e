//! Shown in the book's chapter of the same name.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use outgrow::exchange;
use outgrow::flights::shipped;
use outgrow::ledger;
use outgrow::partitioned::{Done, Engine, Job, Losses, Serial, Sink, Threads, by, registered, transform};
use outgrow::workloads::{join_weather, median};
use polars::prelude::*;

// ANCHOR: by_name
fn worst_arrival(flights: DataFrame) -> PolarsResult<DataFrame> {
    let carrier = flights.column("carrier")?.str()?.get(0);
    df!("carrier" => [carrier], "delay" => [flights.column("arr_delay")?.i16()?.max()])
}
outgrow::register!(worst_arrival);
// ANCHOR_END: by_name

// ANCHOR: elsewhere
/// An engine that calls nothing here: it asks what it would send, and stops.
struct Elsewhere;

impl Engine for Elsewhere {
    fn name(&self) -> &'static str {
        "elsewhere"
    }

    fn concurrency(&self) -> usize {
        1
    }

    fn execute(&self, job: &Job, _: &dyn Sink) -> outgrow::Result<Losses> {
        let sent = job.signature(self)?; // a name, a version, parameters as JSON
        registered(sent.name)?; // what the other side does with the name
        Ok(Losses::default())
    }
}
// ANCHOR_END: elsewhere

fn flights() -> DataFrame {
    shipped().unwrap().read_all(&["carrier", "arr_delay"]).unwrap()
}

#[test]
fn by_name() -> outgrow::Result<()> {
    let flights = flights();
    // ANCHOR: refused
    let call = transform(&flights, worst_arrival).schema("carrier: str, delay: i16");
    call.partition(by(["carrier"])).run(&Elsewhere)?; // it can go

    let call = transform(&flights, |rows: DataFrame| rows).schema("*");
    let refused = call.run(&Elsewhere).unwrap_err().to_string(); // a closure cannot
    // ANCHOR_END: refused
    in_the_page(&refused);
    Ok(())
}

/// The chapter shows this message.
#[track_caller]
fn in_the_page(message: &str) {
    let page = include_str!("../../book/src/cluster.md");
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words(page).contains(&words(message)), "the chapter does not show: {message}");
}

#[test]
fn the_workloads_can_go() {
    let files = shipped().unwrap();
    // ANCHOR: today
    median::partitioned::answer(&files, &Elsewhere).unwrap();
    join_weather::partitioned::answer(&files, &Elsewhere).unwrap();
    // ANCHOR_END: today
}

// ANCHOR: lossy
/// Executors that vanish: what they gave is thrown away, and their bucket is done again.
struct Lossy {
    /// Buckets whose first executor does not live to the end.
    doomed: Mutex<BTreeSet<usize>>,
}

type Rows = DataFrame;
type Outcome = outgrow::Result<Done>;

/// What one attempt gives. Nobody sees it before the attempt has ended.
#[derive(Default)]
struct Attempt(Mutex<Vec<DataFrame>>);

impl Sink for Attempt {
    fn accept(&self, _bucket: usize, rows: DataFrame) -> outgrow::Result<()> {
        self.0.lock().unwrap().push(rows);
        Ok(())
    }
}

impl Lossy {
    fn run(&self, job: &Job, bucket: usize, rows: &Rows, sink: &dyn Sink) -> Outcome {
        loop {
            let attempt = Attempt::default();
            let done = job.task.run(bucket, vec![rows.clone()], &attempt)?;
            if self.doomed.lock().unwrap().remove(&bucket) {
                continue; // the executor is gone, and everything that it gave
            }
            let given = attempt.0.into_inner().unwrap();
            given.into_iter().try_for_each(|rows| sink.accept(bucket, rows))?;
            return Ok(done);
        }
    }
}
// ANCHOR_END: lossy

const BUCKETS: usize = 32;

impl Engine for Lossy {
    fn name(&self) -> &'static str {
        "lossy"
    }

    fn concurrency(&self) -> usize {
        1
    }

    fn execute(&self, job: &Job, sink: &dyn Sink) -> outgrow::Result<Losses> {
        let buckets = exchange::split(&job.inputs[0].collect()?, &job.task.split.key_names(), BUCKETS)?;
        let mut all = Done::default();
        for (bucket, rows) in buckets.iter().enumerate().filter(|(_, rows)| rows.height() > 0) {
            all.add(self.run(job, bucket, rows, sink)?);
        }
        Ok(all.losses)
    }
}

#[test]
fn a_lost_executor_costs_its_buckets_and_nothing_else() -> outgrow::Result<()> {
    let flights = flights();
    let of = exchange::bucket_of_rows(&flights.select(["carrier"])?, BUCKETS, 0)?;
    let doomed = of[0] as usize;
    let rows = flights.column("carrier")?.str()?.iter();
    let carriers = rows.zip(&of).filter(|(_, bucket)| **bucket as usize == doomed);
    let again = carriers.map(|(carrier, _)| carrier).collect::<BTreeSet<_>>().len();
    // ANCHOR: lost
    let calls = AtomicUsize::new(0);
    let counted = |flights: DataFrame| {
        calls.fetch_add(1, Ordering::Relaxed);
        worst_arrival(flights)
    };
    let ask = |engine: &dyn Engine| {
        let call = transform(&flights, counted).schema("carrier: str, delay: i16");
        let answer = call.partition(by(["carrier"])).run(engine)?;
        Ok::<_, outgrow::Error>(answer.sort(["carrier"], Default::default())?)
    };
    let engine = Lossy { doomed: Mutex::new(BTreeSet::from([doomed])) };
    let answer = ask(&engine)?;
    assert_eq!(calls.load(Ordering::Relaxed), 16 + again); // those of that bucket twice
    assert!(answer.equals(&ask(&Serial)?)); // and the answer is the same
    // ANCHOR_END: lost
    assert!((1..16).contains(&again), "{again}");
    assert_eq!(answer.height(), 16);
    Ok(())
}

#[test]
fn the_ledger_tells_what_would_cross_the_network() -> outgrow::Result<()> {
    let flights = flights();
    // ANCHOR: ledger
    let call = transform(&flights, worst_arrival).schema("carrier: str, delay: i16");
    let call = call.partition(by(["carrier"]));
    let (answer, ledger) = ledger::record(|| call.run(&Threads::new(2)));
    let rows = answer?.height();
    let (moved, bytes) = (ledger.rows_moved(), ledger.bytes_moved());
    println!("{moved} rows ({bytes} bytes) moved for an answer of {rows} rows");
    // ANCHOR_END: ledger
    assert_eq!((rows, ledger.rows_moved()), (16, flights.height() as u64));
    assert!(ledger.bytes_moved() > 0 && ledger.barriers() > 0);
    Ok(())
}
