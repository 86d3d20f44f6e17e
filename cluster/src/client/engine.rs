//! The engine: the last word of a call, when one machine is not enough.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Instant;

use outgrow::ledger::{self, Step};
use outgrow::partitioned::{Done, Engine, Job, Losses, Processes, Sink, Spent, Sql, Threads};
use outgrow::{Error, ParquetFiles, Result};
use tokio::runtime::Runtime;

use super::address::Address;
use super::neighbours;
use super::planning::{Planned, plan};
use super::proof::{Proof, Proven};
use super::settings::Settings;
use super::submission::{Ended, Scheduler};
use crate::objects;
use crate::plan::envelope::Kind;
use crate::plan::frames;
use crate::session;
use crate::start::InProcess;

/// Partitions on the executors of a Ballista cluster.
///
/// ```no_run
/// use outgrow::partitioned::{by, transform};
/// use outgrow_cluster::Ballista;
/// # use polars::prelude::*;
///
/// fn worst(flights: DataFrame) -> PolarsResult<DataFrame> {
///     let worst = flights.column("delay")?.i32()?.max();
///     df!("carrier" => [flights.column("carrier")?.str()?.get(0)], "worst" => [worst])
/// }
/// outgrow::register!(worst);
///
/// let call = transform("flights/*.parquet", worst).schema("carrier: str, worst: i32").partition(by(["carrier"]));
/// let answer = call.run(&Ballista::connect("df://127.0.0.1:50050")?)?;
/// # Ok::<(), outgrow::Error>(())
/// ```
///
/// What differs from [`Threads`], beside the machines:
///
/// - Steps that a [`Table`](outgrow::partitioned::Table) takes by itself, such as a join, have no name that an executor
///   could find: they run on the threads of the client.
/// - A callback hears what functions sent when the result is there, from one execution of each partition, and not as they
///   run.
/// - A physical partition that came by an exchange is in its executor's memory, whatever budget the call has. More of
///   them (`.num()`) are smaller ones.
/// - `even` with keys makes each group a physical partition; groups of one bucket still run one after the other.
/// - A folder (`save_as("results/")`) is written by the executors, who must see it under the same name.
pub struct Ballista {
    address: Address,
    pub(super) settings: Settings,
    pub(super) slots: usize,
    session: String,
    spent: Mutex<Spent>,
    // Before the runtime, which it needs to stop.
    in_process: Option<InProcess>,
    pub(super) runtime: Runtime,
}

impl Ballista {
    /// The cluster whose scheduler is at this address: `df://host:port`.
    ///
    /// # Errors
    /// For what is no address, and when no scheduler answers there or it has no executor.
    pub fn connect(address: &str) -> Result<Self> {
        Self::connect_with(address, Settings::default())
    }

    /// As [`connect`](Self::connect), with other settings.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub fn connect_with(address: &str, settings: Settings) -> Result<Self> {
        let (began, address) = (Instant::now(), address.parse()?);
        let runtime = session::runtime()?;
        Self::new(address, settings, None, runtime, began)
    }

    /// A scheduler and an executor with so many slots in this process.
    ///
    /// # Errors
    /// When they cannot be started.
    pub fn in_process(slots: usize) -> Result<Self> {
        let began = Instant::now();
        let runtime = session::runtime()?;
        let in_process = runtime.block_on(InProcess::start(slots.max(1)))?;
        let address = in_process.address.clone();
        let settings = Settings { shared_folder: Some(in_process.folder().to_path_buf()), ..Settings::default() };
        Self::new(address, settings, Some(in_process), runtime, began)
    }

    fn new(
        address: Address,
        settings: Settings,
        in_process: Option<InProcess>,
        runtime: Runtime,
        began: Instant,
    ) -> Result<Self> {
        objects::read_s3();
        let session = uuid::Uuid::new_v4().to_string();
        let slots =
            runtime.block_on(async { Scheduler::connect(&address, &settings, &session).await?.slots().await })?;
        let spent = Mutex::new(Spent { start_s: began.elapsed().as_secs_f64(), ..Spent::default() });
        Ok(Self { address, settings, slots, session, spent, in_process, runtime })
    }

    /// Where the scheduler is.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Where the time of the calls so far went.
    pub fn spent(&self) -> Spent {
        *self.spent.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub(super) fn spend(&self, on: impl FnOnce(&mut Spent)) {
        on(&mut self.spent.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
    }

    /// Submits the plan until its result is proven, a bounded number of times.
    pub(super) async fn proven(&self, name: &str, planned: &Planned) -> Result<Proven> {
        let mut scheduler = Scheduler::connect(&self.address, &self.settings, &self.session).await?;
        let mut troubles: Vec<String> = Vec::new();
        for attempt in 1..=self.settings.attempts.max(1) {
            let began = Instant::now();
            let why = match scheduler.run(name, &planned.plan, planned.stamped).await? {
                Ended::Completed { envelopes, work, fetch } => {
                    self.spend(|spent| {
                        spent.work_s += work.as_secs_f64();
                        spent.fetch_s += fetch.as_secs_f64();
                    });
                    let began = Instant::now();
                    let mut proof = Proof::of(planned.units);
                    envelopes.into_iter().for_each(|envelope| proof.add(envelope));
                    let proven = proof.proven();
                    self.spend(|spent| spent.fetch_s += began.elapsed().as_secs_f64());
                    match proven {
                        Ok(proven) => {
                            self.spend(|spent| spent.left_out += proven.left_out as u64);
                            return Ok(proven);
                        }
                        Err(missing) => format!("called completed, and {missing}"),
                    }
                }
                Ended::Disturbed(why) => {
                    self.spend(|spent| spent.work_s += began.elapsed().as_secs_f64());
                    why
                }
            };
            if attempt < self.settings.attempts {
                self.spend(|spent| spent.again += 1);
                log::warn!("`{name}` is submitted again (attempt {attempt} of {}): {why}", self.settings.attempts);
            }
            troubles.push(why);
        }
        Err(Error::Failure(format!(
            "`{name}` was submitted {} times to the cluster at {}, and never gave a whole result: {}. Look at the logs of \
             scheduler and executors (outgrow-cluster status).",
            troubles.len(),
            self.address,
            troubles.join("; ")
        )))
    }
}

impl Engine for Ballista {
    fn name(&self) -> &'static str {
        "ballista"
    }

    fn concurrency(&self) -> usize {
        self.slots
    }

    /// Of files; objects are read by functions alone.
    fn sql(&self, files: &ParquetFiles) -> Option<&dyn Sql> {
        let an_object = files.paths().iter().any(|path| outgrow::objects::url(path).is_some());
        (!an_object).then_some(self as &dyn Sql)
    }

    fn spent(&self) -> Option<Spent> {
        Some(self.spent())
    }

    fn processes(&self) -> Processes {
        match self.in_process {
            Some(_) => Processes::default(),
            None => self.runtime.block_on(neighbours::processes(&self.address)),
        }
    }

    fn execute(&self, job: &Job, sink: &dyn Sink) -> Result<Losses> {
        if job.task.step {
            return Threads::default().execute(job, sink);
        }
        let began = Instant::now();
        let signature = job.signature(self)?;
        let folder = sink.folder().map(absolute).transpose()?;
        let planned = plan(job, signature, self.slots, self.settings.shared_folder.as_deref(), folder.as_deref())?;
        self.spend(|spent| spent.planning_s += began.elapsed().as_secs_f64());
        let proven = self.runtime.block_on(self.proven(job.task.name, &planned))?;
        let began = Instant::now();
        let mut all = Done::default();
        let (mut received, mut largest, mut files) = (0, 0, Vec::new());
        for execution in proven.executions {
            for envelope in execution.envelopes {
                match (envelope.kind, job.task.callback) {
                    (Kind::Rows, _) => sink.accept(envelope.partition as usize, frames::decode(&envelope.payload)?)?,
                    (Kind::Word, Some(callback)) => {
                        let word = serde_json::from_slice(&envelope.payload).map_err(anyhow::Error::from);
                        word.and_then(callback).map_err(|error| Error::Function {
                            function: job.task.name.to_string(),
                            group: "in what it sent to the callback".into(),
                            cause: format!("{error:#}"),
                            next: "Look at .callback() and what the function sends".into(),
                        })?;
                    }
                    (Kind::File, _) => files.push(String::from_utf8_lossy(&envelope.payload).into_owned()),
                    _ => {}
                }
            }
            received += execution.trailer.received_bytes;
            largest = largest.max(execution.trailer.done.rows);
            all.add(execution.trailer.done);
        }
        if let Some(folder) = &folder {
            keep_only(folder, &files)?;
        }
        self.spend(|spent| spent.fetch_s += began.elapsed().as_secs_f64());
        if let Some(rows) = planned.moved {
            ledger::note(Step {
                what: format!("exchange by {} between executors", job.task.split.keys.join(", ")),
                tasks: planned.units as usize,
                rows,
                largest_task_rows: largest,
                rows_moved: rows,
                bytes_moved: received,
                barrier: true,
                ..Step::default()
            });
        }
        ledger::note(Step {
            what: format!("call `{}` on executors", job.task.name),
            tasks: all.groups,
            rows: all.rows,
            largest_task_rows: all.largest_rows,
            largest_task: all.largest.trim_start_matches("for ").to_string(),
            ..Step::default()
        });
        Ok(all.losses)
    }
}

fn absolute(folder: &Path) -> Result<PathBuf> {
    std::path::absolute(folder).map_err(|source| Error::Io {
        what: "cannot find",
        path: folder.to_path_buf(),
        source,
        next: "Give its whole path.",
    })
}

/// Keeps the files of the executions that are the result, under plain names, and removes those of others.
fn keep_only(folder: &Path, files: &[String]) -> Result<()> {
    let refused = |source| Error::Io {
        what: "cannot put in order the files that executors wrote to",
        path: folder.to_path_buf(),
        source,
        next: "Client and executors must see the same folder.",
    };
    for (number, name) in files.iter().enumerate() {
        std::fs::rename(folder.join(name), folder.join(format!("part-{number:05}.parquet"))).map_err(refused)?;
    }
    for entry in std::fs::read_dir(folder).map_err(refused)? {
        let path = entry.map_err(refused)?.path();
        let kept = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("part"));
        if !kept {
            std::fs::remove_file(&path).map_err(refused)?;
        }
    }
    Ok(())
}
