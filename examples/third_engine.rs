// An engine of your own, in some other crate: `cargo run --example third_engine`.

use outgrow::exchange;
use outgrow::partitioned::{
    Algo, Done, Engine, ErrorKind, Input, Job, Losses, Serial, Sink, Task, Threads, by, registered, transform,
};
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

    // ANCHOR: execute
    fn execute(&self, job: &Job, sink: &dyn Sink) -> outgrow::Result<Losses> {
        let split = job.task.split;
        let by_chance = matches!(split.algo, Algo::Even | Algo::Rand { .. });
        let dealt = by_chance || split.num.is_some() || split.per_row;
        let by_place = split.keys.is_empty() && (dealt || job.inputs.len() > 1);
        // What has no name elsewhere, or is split by counting rows, is left to an engine
        // here.
        if job.task.step || split.algo == Algo::Even || by_place {
            return Serial.execute(job, sink);
        }
        // What crosses the border: names, a version, parameters; and the rows of one
        // bucket or slice at a time.
        let sent = job.signature(self)?;
        let found = registered(sent.name)?;
        assert_eq!(found.version, sent.version);
        let function = found.function(&sent.params)?;
        let ignore = job.task.ignore.iter().map(|kind| ErrorKind::named(kind.name()));
        let ignore = ignore.collect::<outgrow::Result<Vec<_>>>()?;
        let task = Task { function: &*function, ignore: &ignore, ..job.task.again() };
        match split.keys.is_empty() {
            true => self.slices(&task, &job.inputs[0], sink),
            false => self.buckets(&task, job.inputs, sink),
        }
    }
    // ANCHOR_END: execute
}

impl Rented {
    /// Slices as they lie in the input, each piece by piece where the function can take it so.
    fn slices(&self, task: &Task, input: &Input, sink: &dyn Sink) -> outgrow::Result<Losses> {
        let mut done = Done::default();
        for (number, slice) in input.slices().into_iter().enumerate() {
            let has_rows = |piece: &outgrow::Result<DataFrame>| piece.as_ref().map_or(true, |rows| rows.height() > 0);
            let mut pieces = input.pieces(slice).filter(has_rows).peekable();
            if pieces.peek().is_none() {
                continue;
            }
            if task.function.takes_pieces() && task.split.presort.is_empty() {
                done.add(task.run_pieces(number, None, pieces, sink)?);
                continue;
            }
            let mut rows = input.empty()?;
            for piece in pieces {
                rows.vstack_mut(&piece?)?;
            }
            done.add(task.run(number, vec![rows], sink)?);
        }
        // Without any row the function is called once.
        match done.groups {
            0 => Ok(task.run(0, vec![input.empty()?], sink)?.losses),
            _ => Ok(done.losses),
        }
    }

    /// Buckets of whole groups, of all inputs.
    fn buckets(&self, task: &Task, inputs: &[Input], sink: &dyn Sink) -> outgrow::Result<Losses> {
        let split = task.split;
        let sides = inputs.iter().map(Input::collect).collect::<outgrow::Result<Vec<_>>>()?;
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
