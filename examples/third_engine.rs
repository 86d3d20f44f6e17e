// An engine of your own, in some other crate: `cargo run --example third_engine`.

use outgrow::exchange;
use outgrow::partitioned::{Algo, Done, Engine, Job, Losses, Serial, Sink, Task, Threads, by, registered, transform};
use polars::prelude::*;

/// Stands for machines that are rented: here they are one, and it works on one partition after the other.
pub struct Rented {
    pub machines: usize,
}

impl Engine for Rented {
    fn name(&self) -> &'static str {
        "rented"
    }

    fn concurrency(&self) -> usize {
        self.machines
    }

    fn execute(&self, job: &Job, sink: &dyn Sink) -> outgrow::Result<Losses> {
        let split = job.task.split;
        // What has no name elsewhere, or would not be split better there, is left to an engine that is here.
        if job.task.step || split.keys.is_empty() || split.algo == Algo::Even {
            return Serial.execute(job, sink);
        }
        // What crosses the border: a name, a version, parameters; and the rows of one bucket at a time.
        let sent = job.signature(self)?;
        let found = registered(sent.name)?;
        assert_eq!(found.version, sent.version);
        let function = found.function(&sent.params)?;
        let task = Task { function: &*function, ..job.task.again() };

        let sides = job.inputs.iter().map(|input| input.collect()).collect::<outgrow::Result<Vec<_>>>()?;
        let rows = sides.iter().map(DataFrame::height).sum();
        let buckets = match &split.num {
            Some(num) => num.value(rows, self.machines).map_err(outgrow::Error::input)?,
            None => exchange::buckets(self.machines),
        };
        let mut by_side = Vec::new();
        for side in &sides {
            by_side.push(exchange::split(side, &split.key_names(), buckets)?);
        }
        let mut done = Done::default();
        for bucket in 0..buckets {
            let sides: Vec<DataFrame> = by_side.iter().map(|side| side[bucket].clone()).collect();
            // A function is never called for a key that no row has.
            if sides.iter().any(|rows| rows.height() > 0) {
                done.add(task.run(bucket, sides, sink)?);
            }
        }
        Ok(done.losses)
    }
}

fn worst_delay(flights: &DataFrame) -> PolarsResult<DataFrame> {
    let carrier = flights.column("carrier")?.head(Some(1));
    DataFrame::new(1, vec![carrier, flights.column("delay")?.max_reduce()?.into_column("delay".into())])
}
outgrow::register!(worst_delay);

fn main() -> outgrow::Result<()> {
    let flights = df!("carrier" => ["UA", "AA", "UA"], "delay" => [1, 2, 4])?;
    let answer = |engine: &dyn Engine| {
        let call = transform(&flights, worst_delay).schema("carrier: str, delay: i32").partition(by(["carrier"]));
        call.run(engine)?.sort(["carrier"], Default::default()).map_err(outgrow::Error::from)
    };
    let rented = answer(&Rented { machines: 2 })?;
    assert!(rented.equals(&answer(&Threads::default())?));
    println!("{rented}");

    // A closure has no name that the other side could find.
    let refused = transform(&flights, |rows: DataFrame| rows).schema("*").partition(by(["carrier"]));
    let error = refused.run(&Rented { machines: 2 }).unwrap_err().to_string();
    assert!(error.contains("engine `rented` calls functions in other processes"));
    Ok(())
}
