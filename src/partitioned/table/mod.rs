//! Tables that are not there yet: where rows come from and what is done to them before a function sees them.
//!
//! A [`Table`] is a plan. Nothing is read or computed before an engine [runs](Table::run) it, or a call that it is the
//! input of; then it is computed *each time*, unless it is [persisted](Table::persist) or has a
//! [checkpoint](Table::checkpoint).

mod aggregate;
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

use super::{Engine, Input, transform};
use crate::error::Result;

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

/// A step of a plan.
pub(super) trait Node: Send + Sync {
    /// Its columns, as a frame without rows. Nothing runs for it.
    fn empty(&self) -> Result<DataFrame>;

    /// Its rows, computed by an engine.
    fn rows(&self, engine: &dyn Engine) -> Result<Input>;

    /// Writes its rows to a Parquet file, where that can be done without holding all of them.
    fn save(&self, _path: &Path, _engine: &dyn Engine) -> Option<Result<()>> {
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
        match self.rows(engine)? {
            Input::Frame(rows) => Ok(rows),
            rows => transform(Table::new(source::Ready(rows)), |rows: DataFrame| rows).schema("*").run(engine),
        }
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
    pub fn save_as<'p>(&self, path: &'p Path, engine: &dyn Engine) -> Result<&'p Path> {
        match self.0.save(path, engine) {
            Some(saved) => saved.map(|()| path),
            None => transform(self.clone(), |rows: DataFrame| rows).schema("*").save_as(path, engine),
        }
    }

    pub(super) fn rows(&self, engine: &dyn Engine) -> Result<Input> {
        self.0.rows(engine)
    }

    pub(super) fn fingerprint(&self, print: &mut Fingerprint) -> Result<()> {
        self.0.fingerprint(print)
    }

    /// The same rows, with no other columns than these where that saves reading them.
    pub(super) fn only(&self, columns: &[String]) -> Self {
        self.0.only(columns).unwrap_or_else(|| self.clone())
    }
}
