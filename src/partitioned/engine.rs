//! Who does the work: the last word of a call.

use polars::prelude::*;

use super::{Input, Partition, local};
use crate::error::Result;
use crate::workers;

/// Runs a [`Job`]. The library knows no engine by name beyond the two here: another crate can bring its own.
pub trait Engine: Sync {
    /// What it is called on the command line.
    fn name(&self) -> &'static str;

    /// How many partitions it works on at the same time.
    fn concurrency(&self) -> usize;

    /// Runs the function on every partition and stacks what it returns. The order of the rows is not defined.
    ///
    /// # Errors
    /// [`Error::Function`](crate::Error::Function) with function, key and cause; what reading the input reports.
    fn execute(&self, job: &Job) -> Result<DataFrame>;
}

/// A function of the caller, with any error made one.
pub type Function<'a> = dyn Fn(DataFrame) -> anyhow::Result<DataFrame> + Send + Sync + 'a;

/// A call that has been checked and can be run.
pub struct Job<'a> {
    /// The rows.
    pub input: &'a Input,
    /// How they are split.
    pub partition: &'a Partition,
    /// What is done with each partition.
    pub function: &'a Function<'a>,
    /// Name of the function, for errors.
    pub name: &'a str,
    /// What it returns.
    pub output: Schema,
}

/// An engine by the name it has on the command line, and how it is made for a number of threads.
pub type EngineByName = (&'static str, fn(usize) -> Result<Box<dyn Engine>>);

/// The engines of this crate; the first one is the default.
pub static LOCAL_ENGINES: [EngineByName; 2] =
    [("threads", |threads| Ok(Box::new(Threads::new(threads)))), ("serial", |_| Ok(Box::new(Serial)))];

/// One partition after the other, on one thread: to see what is right, and to debug.
#[derive(Clone, Copy, Debug, Default)]
pub struct Serial;

/// Partitions on the threads of this machine, the largest first.
#[derive(Clone, Copy, Debug)]
pub struct Threads {
    threads: usize,
}

impl Threads {
    /// So many threads, at least one.
    pub fn new(threads: usize) -> Self {
        Self { threads: threads.max(1) }
    }
}

impl Default for Threads {
    /// A thread for each core that this process may use.
    fn default() -> Self {
        Self::new(workers::cores())
    }
}

impl Engine for Serial {
    fn name(&self) -> &'static str {
        "serial"
    }

    fn concurrency(&self) -> usize {
        1
    }

    fn execute(&self, job: &Job) -> Result<DataFrame> {
        local::execute(job, 1)
    }
}

impl Engine for Threads {
    fn name(&self) -> &'static str {
        "threads"
    }

    fn concurrency(&self) -> usize {
        self.threads
    }

    fn execute(&self, job: &Job) -> Result<DataFrame> {
        local::execute(job, self.threads)
    }
}
