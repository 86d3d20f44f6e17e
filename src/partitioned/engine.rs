//! Who does the work: the last word of a call.

use super::faults::Losses;
use super::sink::Sink;
use super::{Input, Task, local};
use crate::error::{Error, Result};
use crate::memory::MemoryBudget;
use crate::workers;

/// Runs a [`Job`]. The library knows no engine by name beyond the two here: another crate can bring its own.
///
/// An engine brings the rows of each physical partition together, as the job's [`Split`](super::Split) says, and hands
/// them to [`Task::run`], here or in another process, where [`registered`](super::registered) finds the function again.
pub trait Engine: Sync {
    /// What it is called on the command line.
    fn name(&self) -> &'static str;

    /// How many partitions it works on at the same time.
    fn concurrency(&self) -> usize;

    /// Runs the function on every partition and gives what it returns to the sink, in any order.
    ///
    /// # Errors
    /// [`Error::Function`](crate::Error::Function) with function, key and cause; what reading the input reports.
    fn execute(&self, job: &Job, sink: &dyn Sink) -> Result<Losses>;
}

/// A call that has been checked and can be run.
pub struct Job<'a> {
    /// The rows; several inputs for a zip, which are exchanged by the same keys.
    pub inputs: &'a [Input],
    /// What is done with them.
    pub task: Task<'a>,
    /// How much of them may be held in memory.
    pub memory: MemoryBudget,
}

impl Job<'_> {
    /// What another process needs to know of the function.
    ///
    /// # Errors
    /// [`Error::Input`] that says why this one cannot be sent anywhere, and the way out.
    pub fn signature(&self, engine: &dyn Engine) -> Result<super::Signature> {
        let name = self.task.name;
        let refused = |why: &String| {
            let engine = engine.name();
            Error::input(format!(
                "engine `{engine}` calls functions in other processes, and `{name}` cannot go there: {why}"
            ))
        };
        self.task.signature.as_ref().cloned().map_err(refused)
    }
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

    fn execute(&self, job: &Job, sink: &dyn Sink) -> Result<Losses> {
        local::execute(job, 1, sink)
    }
}

impl Engine for Threads {
    fn name(&self) -> &'static str {
        "threads"
    }

    fn concurrency(&self) -> usize {
        self.threads
    }

    fn execute(&self, job: &Job, sink: &dyn Sink) -> Result<Losses> {
        local::execute(job, self.threads, sink)
    }
}
