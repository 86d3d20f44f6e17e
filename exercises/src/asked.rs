//! Whether the engine that an answer was given is the one that did the work.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use outgrow::ledger::Ledger;
use outgrow::partitioned::{Engine, Job, Losses, Sink};

use crate::Check;

/// An engine that hands everything on to another one, and counts how often it is asked.
pub struct Asked<'a> {
    engine: &'a dyn Engine,
    times: AtomicUsize,
}

impl<'a> Asked<'a> {
    /// Hands on to this engine. One for each call of the answer, because it counts from 0.
    pub fn new(engine: &'a dyn Engine) -> Self {
        Self { engine, times: AtomicUsize::new(0) }
    }
}

impl Engine for Asked<'_> {
    fn name(&self) -> &'static str {
        self.engine.name()
    }

    fn concurrency(&self) -> usize {
        self.engine.concurrency()
    }

    fn execute(&self, job: &Job, sink: &dyn Sink) -> outgrow::Result<Losses> {
        self.times.fetch_add(1, Relaxed);
        self.engine.execute(job, sink)
    }
}

/// How many calls of a function any engine made, by the ledger.
pub fn calls(ledger: &Ledger) -> usize {
    ledger.steps.iter().filter(|step| step.what.starts_with("call `")).map(|step| step.tasks).sum()
}

impl Check {
    /// Demands of a right answer that the engine it was given was asked. `ledger` is that of the answer: it tells a loop
    /// from a call that ran on another engine. Returns whether it was.
    pub fn through(&mut self, case: &str, engine: &Asked, ledger: &Ledger) -> bool {
        self.require(case, engine.times.load(Relaxed) > 0, || {
            match calls(ledger) {
                0 => {
                    "The answer is right, but the engine was not asked: your code went through the rows by itself, in one \
                     place. Let `transform` call the function."
                }
                _ => {
                    "The answer is right, but `transform` ran on another engine than the one that was given. Whoever calls \
                     your code chooses where it runs, on one thread or on many machines: `engine` is the last word of the \
                     call."
                }
            }
            .into()
        })
    }
}
