//! Tables that are not there yet: where rows come from and what is done to them before a function sees them.
//!
//! A [`Table`] is a plan. Nothing is read or computed before an engine [runs](Table::run) it, or a call that it is the
//! input of; then it is computed *each time*, unless it is [persisted](Table::persist) or has a
//! [checkpoint](Table::checkpoint).

mod aggregate;
mod budgeted;
mod fingerprint;
mod join;
mod kept;
mod rows;
mod sets;
mod source;
mod take;

use std::path::Path;
use std::sync::Arc;

use polars::prelude::*;

use super::function::IntoFunction;
use super::{Engine, Input, Transform, transform};
use crate::error::Result;
use crate::memory::MemoryBudget;

pub use fingerprint::Fingerprint;

/// Rows to be: of a frame, a lazy frame, Parquet files, or what becomes of other tables.
///
/// ```
/// use outgrow::partitioned::{How, Serial, Table, by};
/// use polars::prelude::*;
///
/// let flights = Table::from(df!("origin" => ["EWR", "JFK", "JFK"], "delay" => [Some(4), None, Some(33)])?);
/// let airports = df!("origin" => ["EWR", "JFK"], "city" => ["Newark", "New York"])?;
/// let worst = flights
///     .dropna(&[])
///     .filter(col("delay").gt(lit(10)))
///     .join(airports, How::Left)
///     .take(1, by(["origin"]).presort("delay desc"))
///     .run(&Serial)?;
/// assert!(worst.equals(&df!("origin" => ["JFK"], "delay" => [33], "city" => ["New York"])?));
/// # Ok::<(), outgrow::Error>(())
/// ```
#[derive(Clone)]
pub struct Table(Arc<dyn Node>);

/// Who computes a table, and in how much memory.
#[derive(Clone, Copy)]
pub(super) struct Means<'a> {
    pub engine: &'a dyn Engine,
    pub memory: &'a MemoryBudget,
}

/// A step of a plan.
pub(super) trait Node: Send + Sync {
    /// Its columns, as a frame without rows. Nothing runs for it.
    fn empty(&self) -> Result<DataFrame>;

    /// Its rows: computed, or to be computed as they are read.
    fn rows(&self, means: Means) -> Result<Input>;

    /// Writes its rows to a Parquet file, where it knows a shorter way than to read them.
    fn save(&self, _path: &Path, _means: Means) -> Option<Result<()>> {
        None
    }

    /// Its rows when only these columns are looked at; what cannot save anything by that gives all.
    fn only(&self, _columns: &[String]) -> Option<Table> {
        None
    }

    /// Whether a join is to send it everywhere instead of exchanging it.
    fn goes_everywhere(&self) -> bool {
        false
    }

    /// Everything that its rows depend on.
    fn fingerprint(&self, print: &mut Fingerprint) -> Result<()>;
}

impl Table {
    pub(super) fn new(node: impl Node + 'static) -> Self {
        Self(Arc::new(node))
    }

    /// The columns, as a frame without rows. Nothing runs for it.
    ///
    /// ```
    /// # use polars::prelude::*;
    /// let flights = outgrow::partitioned::Table::from(df!("carrier" => ["UA"], "delay" => [4])?);
    /// assert_eq!(flights.with_columns([(col("delay") / lit(60.0)).alias("hours")]).empty()?.shape(), (0, 3));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Input`](crate::Error::Input) for a file or column that is not there.
    pub fn empty(&self) -> Result<DataFrame> {
        self.0.empty()
    }

    /// Computes the table and returns its rows.
    ///
    /// ```
    /// use outgrow::partitioned::{Serial, Table};
    /// # use polars::prelude::*;
    /// let late = Table::from(df!("delay" => [4, 33])?).filter(col("delay").gt(lit(15)));
    /// assert!(late.run(&Serial)?.equals(&df!("delay" => [33])?));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    ///
    /// # Errors
    /// What reading and computing report.
    pub fn run(&self, engine: &dyn Engine) -> Result<DataFrame> {
        self.run_within(Means { engine, memory: &MemoryBudget::of_this_machine() })
    }

    /// Computes the table and writes it as one Parquet file, without holding all of it. Returns the path.
    ///
    /// ```
    /// use outgrow::partitioned::{Serial, Table};
    /// # use polars::prelude::*;
    /// let folder = tempfile::tempdir().unwrap();
    /// let path = folder.path().join("late.parquet");
    /// Table::from(df!("delay" => [4, 33])?).filter(col("delay").gt(lit(15))).save_as(&path, &Serial)?;
    /// assert!(Table::from(path.as_path()).run(&Serial)?.equals(&df!("delay" => [33])?));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Table::run`], and [`Error::Io`](crate::Error::Io) when the file cannot be written.
    pub fn save_as<'p>(&self, path: &'p (impl AsRef<Path> + ?Sized), engine: &dyn Engine) -> Result<&'p Path> {
        self.save_within(path.as_ref(), Means { engine, memory: &MemoryBudget::of_this_machine() })?;
        Ok(path.as_ref())
    }

    pub(super) fn run_within(&self, means: Means) -> Result<DataFrame> {
        match self.rows(means)? {
            Input::Frame(rows) => Ok(rows),
            rows => step("read", Table::new(source::Ready(rows)), |rows: DataFrame| rows).run_within(means),
        }
    }

    fn save_within(&self, path: &Path, means: Means) -> Result<()> {
        match self.0.save(path, means) {
            Some(saved) => saved,
            None => step("write", self.clone(), |rows: DataFrame| rows).save_within(path, means),
        }
    }

    /// Its rows, computed: in memory where they are few, in a temporary file where they are not.
    fn kept(&self, means: Means) -> Result<Input> {
        match self.rows(means)? {
            rows @ (Input::Frame(_) | Input::Stored(_)) => Ok(rows),
            rows => step("read", Table::new(source::Ready(rows)), |rows: DataFrame| rows).keep_within(means),
        }
    }

    pub(super) fn rows(&self, means: Means) -> Result<Input> {
        self.0.rows(means)
    }

    pub(super) fn fingerprint(&self, print: &mut Fingerprint) -> Result<()> {
        self.0.fingerprint(print)
    }

    /// The same rows, with no other columns than these where that saves reading them.
    pub(super) fn only(&self, columns: &[String]) -> Self {
        self.0.only(columns).unwrap_or_else(|| self.clone())
    }
}

/// Why a step of a table cannot be sent to another process.
pub(super) const STEP: &str = "it is a step of a table. Run the table on a local engine, and give its rows to the call";

/// A call that a table makes by itself, under the name of what it does.
fn step<F, How>(name: &'static str, of: Table, function: F) -> Transform<'static>
where
    F: IntoFunction<'static, How, Params = ()>,
    How: 'static,
{
    transform(of, function).schema("*").step(name)
}
