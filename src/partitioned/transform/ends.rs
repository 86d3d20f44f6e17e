//! The last word of a call: the engine, and what becomes of the rows.

use std::path::Path;

use polars::prelude::*;

use super::super::sink::Discard;
use super::super::table::Means;
use super::super::{Engine, Input};
use super::Transform;
use crate::error::Result;
use crate::memory::MemoryBudget;

impl<'a> Transform<'a, ()> {
    /// Runs the call on an engine and returns what the function returned for all partitions. The order of its rows is
    /// not defined.
    ///
    /// One call, and the engine is the last word of it:
    ///
    /// ```
    /// use outgrow::partitioned::{Engine, Serial, Threads, transform};
    /// # use polars::prelude::*;
    /// let flights = df!("delay" => [4, 33])?;
    /// let late = |rows: DataFrame| rows.filter(&rows.column("delay")?.i32()?.gt(15));
    /// for engine in [&Serial as &dyn Engine, &Threads::new(2)] {
    ///     assert_eq!(transform(&flights, late).schema("*").run(engine)?.height(), 1);
    /// }
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Input`](crate::Error::Input) for a call that cannot be right, before anything runs; [`Error::Function`](crate::Error::Function) when the function
    /// fails, panics or breaks its schema, with the key of the group; what reading the input reports.
    pub fn run(self, engine: &dyn Engine) -> Result<DataFrame> {
        self.run_within(Means { engine, memory: &MemoryBudget::of_this_machine() })
    }

    /// Runs the call and writes what the function returns as one Parquet file, while it runs: a result need not fit in
    /// memory. The file appears when it is complete; one that was there before is replaced. Returns the path.
    ///
    /// What is not complete vanishes with an error or a panic. A program that may be interrupted says at its start that it
    /// is to vanish then, too: [`scratch::clean_up_on_ctrl_c`](crate::scratch::clean_up_on_ctrl_c).
    ///
    /// ```
    /// use outgrow::partitioned::{Serial, Table, transform};
    /// # use polars::prelude::*;
    /// let folder = tempfile::tempdir().unwrap();
    /// let flights = df!("delay" => [4, 33])?;
    /// let late = |rows: DataFrame| rows.filter(&rows.column("delay")?.i32()?.gt(15));
    /// let path = folder.path().join("late.parquet");
    /// let saved = transform(flights, late).schema("*").save_as(&path, &Serial)?;
    /// assert_eq!(Table::from(saved).run(&Serial)?.height(), 1);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    ///
    /// A path that ends in `/` becomes a folder of files, which the executors of a cluster write by themselves:
    ///
    /// ```
    /// use outgrow::partitioned::{Serial, Table, transform};
    /// # use polars::prelude::*;
    /// let folder = tempfile::tempdir().unwrap();
    /// let path = folder.path().join("flights/");
    /// let saved = transform(df!("delay" => [4, 33])?, |rows: DataFrame| rows).schema("*").save_as(&path, &Serial)?;
    /// assert_eq!(Table::from(saved).run(&Serial)?.height(), 2);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Transform::run`], and [`Error::Io`](crate::Error::Io) when the file cannot be written.
    pub fn save_as<'p>(self, path: &'p (impl AsRef<Path> + ?Sized), engine: &dyn Engine) -> Result<&'p Path> {
        self.save_within(path.as_ref(), Means { engine, memory: &MemoryBudget::of_this_machine() })?;
        Ok(path.as_ref())
    }

    /// Runs the call for its effect (Fugue's `out_transform`); what the function returns is dropped, and no schema is
    /// needed.
    ///
    /// ```
    /// use outgrow::partitioned::{Serial, by, transform};
    /// # use polars::prelude::*;
    /// let folder = tempfile::tempdir().unwrap();
    /// let write = |flights: DataFrame| {
    ///     let carrier = flights.column("carrier").unwrap().str().unwrap().get(0).unwrap();
    ///     std::fs::write(folder.path().join(carrier), format!("{} flights", flights.height()))
    /// };
    /// let flights = df!("carrier" => ["UA", "AA", "UA"])?;
    /// transform(flights, write).partition(by(["carrier"])).for_each(&Serial)?;
    /// assert_eq!(std::fs::read_to_string(folder.path().join("UA")).unwrap(), "2 flights");
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Transform::run`].
    pub fn for_each(mut self, engine: &dyn Engine) -> Result<()> {
        self.call.schema = None;
        let ready = self.ready();
        let plan = ready.call.plan(false)?;
        ready.execute(plan, Means { engine, memory: &MemoryBudget::of_this_machine() }, &Discard)
    }

    /// Checks the call and returns the columns that it gives, as a frame without rows. Nothing runs.
    ///
    /// ```
    /// use outgrow::partitioned::{by, transform};
    /// # use polars::prelude::*;
    /// let flights = df!("carrier" => ["UA"], "delay" => [4])?;
    /// let call = transform(flights, |rows: DataFrame| rows).schema("*, share: f64").partition(by(["airline"]));
    /// assert!(call.check().unwrap_err().to_string().contains("no column `airline`"));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Input`](crate::Error::Input) for a call that cannot be right.
    pub fn check(&self) -> Result<DataFrame> {
        Ok(DataFrame::empty_with_schema(&self.call.plan(true)?.output))
    }

    /// Under the name of a step that a table takes by itself.
    pub(in super::super) fn step(mut self, name: &str) -> Self {
        self.call.name = name.to_string();
        self.call.step = true;
        self
    }

    pub(in super::super) fn run_within(self, means: Means) -> Result<DataFrame> {
        self.ready().run(means)
    }

    pub(in super::super) fn save_within(self, path: &Path, means: Means) -> Result<()> {
        self.ready().save_as(path, means)
    }

    pub(in super::super) fn keep_within(self, means: Means) -> Result<Input> {
        self.ready().keep(means)
    }
}
