//! Who does the work: the last word of a call.

use polars::prelude::DataFrame;

use super::faults::Losses;
use super::sink::Sink;
use super::{Input, Processes, Spent, Task, local};
use crate::error::{Error, Result};
use crate::memory::MemoryBudget;
use crate::parquet::ParquetFiles;
use crate::workers;

/// Runs a [`Job`]. The library knows no engine by name beyond the two here: another crate can bring its own.
///
/// An engine brings the rows of each physical partition together, as the job's [`Split`](super::Split) says, and hands
/// them to [`Task::run`], here or in another process, where [`registered`](super::registered) finds the function again.
///
/// # A third engine
///
/// This one brings the rows of each key together, or takes slices of rows as they lie, and has the function found by name,
/// as the other side of a border would. It is `examples/third_engine.rs`, and passes the suite that every engine must pass: `tests/suite`, which
/// another crate takes in by its path.
///
/// ```
#[doc = include_str!("../../examples/third_engine.rs")]
/// ```
// ANCHOR: engine
pub trait Engine: Sync {
    /// What it is called on the command line. See the example at [`Engine`].
    fn name(&self) -> &'static str;

    /// How many partitions it works on at the same time. See the example at [`Engine`].
    fn concurrency(&self) -> usize;

    /// Runs the function on every partition and gives what it returns to the sink,
    /// in any order. See the example at [`Engine`].
    ///
    /// # Errors
    /// [`Error::Function`] with function, key and cause; what reading the input reports.
    fn execute(&self, job: &Job, sink: &dyn Sink) -> Result<Losses>;

    /// An engine that understands SQL answers some questions about these files better in its own way. See the example at
    /// [`Sql`].
    fn sql(&self, _files: &ParquetFiles) -> Option<&dyn Sql> {
        None
    }

    /// Where the time of its calls went so far, if it works in other processes. See the example at [`Spent`].
    fn spent(&self) -> Option<Spent> {
        None
    }

    /// Who works for it beside this process. See the example at [`Processes`].
    fn processes(&self) -> Processes {
        Processes::default()
    }
}
// ANCHOR_END: engine

/// Answers questions in SQL.
///
/// ```
/// use outgrow::ParquetFiles;
/// use outgrow::partitioned::{Engine, Serial, Sql};
/// # use polars::prelude::*;
/// /// The flights of each carrier, by an engine that knows SQL or not at all.
/// fn flights_of_each(files: &ParquetFiles, engine: &dyn Engine) -> Option<outgrow::Result<DataFrame>> {
///     let sql = engine.sql(files)?;
///     Some(sql.query(files, "flights", "select carrier, count(*) as n from flights group by carrier"))
/// }
/// let flights = outgrow::flights::shipped()?;
/// assert!(flights_of_each(&flights, &Serial).is_none());
/// # Ok::<(), outgrow::Error>(())
/// ```
pub trait Sql: Sync {
    /// The answer to a query over the rows of these files, which it calls `table`. See the example at [`Sql`].
    ///
    /// # Errors
    /// [`Error::Input`] for a query that cannot be read; what the engine reports.
    fn query(&self, files: &ParquetFiles, table: &str, sql: &str) -> Result<DataFrame>;
}

/// A call that has been checked and can be run.
///
/// What an engine does with one: see the example at [`Engine`].
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
    /// See the example at [`Engine`].
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

/// An engine by the name it has on the command line, and how it is made for a number of threads. Where it is written as
/// `name=address`, it is made for that address.
///
/// ```
/// use outgrow::partitioned::{EngineByName, Serial};
/// let debugging: EngineByName = ("debugging", |_threads, _address| Ok(Box::new(Serial)));
/// assert_eq!(debugging.1(8, None)?.concurrency(), 1);
/// # Ok::<(), outgrow::Error>(())
/// ```
pub type EngineByName = (&'static str, fn(usize, Option<&str>) -> Result<Box<dyn Engine>>);

/// The engines of this crate; the first one is the default.
///
/// ```
/// use outgrow::partitioned::LOCAL_ENGINES;
/// let (name, make) = LOCAL_ENGINES[0];
/// let engine = make(4, None)?;
/// assert_eq!((name, engine.name(), engine.concurrency()), ("threads", "threads", 4));
/// let told = make(4, Some("10.0.0.1")).err().unwrap().to_string();
/// assert_eq!(told, "engine `threads` is this process, and has no address `10.0.0.1`. Leave it out.");
/// # Ok::<(), outgrow::Error>(())
/// ```
pub const LOCAL_ENGINES: [EngineByName; 2] = [
    ("threads", |threads, address| {
        here("threads", address).map(|()| Box::new(Threads::new(threads)) as Box<dyn Engine>)
    }),
    ("serial", |_, address| here("serial", address).map(|()| Box::new(Serial) as Box<dyn Engine>)),
];

fn here(name: &str, address: Option<&str>) -> Result<()> {
    match address {
        None => Ok(()),
        Some(address) => {
            Err(Error::input(format!("engine `{name}` is this process, and has no address `{address}`. Leave it out.")))
        }
    }
}

/// One partition after the other, on one thread: to see what is right, and to debug.
///
/// ```
/// use outgrow::partitioned::{Serial, by, transform};
/// # use polars::prelude::*;
/// let flights = df!("carrier" => ["UA", "AA", "UA"], "delay" => [4, 0, 33])?;
/// let first = |rows: DataFrame| rows.head(Some(1));
/// let firsts = transform(flights, first).schema("*").partition(by(["carrier"])).run(&Serial)?;
/// assert_eq!(firsts.height(), 2);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Serial;

/// Partitions on the threads of this machine, the largest first.
///
/// ```
/// use outgrow::partitioned::{Threads, by, transform};
/// # use polars::prelude::*;
/// let flights = df!("carrier" => ["UA", "AA", "UA"], "delay" => [4, 0, 33])?;
/// let first = |rows: DataFrame| rows.head(Some(1));
/// let firsts = transform(flights, first).schema("*").partition(by(["carrier"])).run(&Threads::default())?;
/// assert_eq!(firsts.height(), 2);
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Threads {
    threads: usize,
}

impl Threads {
    /// So many threads, at least one.
    ///
    /// ```
    /// use outgrow::partitioned::{Engine, Threads};
    /// assert_eq!((Threads::new(4).concurrency(), Threads::new(0).concurrency()), (4, 1));
    /// ```
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
