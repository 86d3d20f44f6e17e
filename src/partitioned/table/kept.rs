//! Rows that are computed once and kept: for as long as the table lives, or in a file that outlives the program.

use std::path::PathBuf;
use std::sync::Mutex;

use polars::prelude::*;

use super::{Fingerprint, Means, Node, Table};
use crate::error::Result;
use crate::parquet::ParquetFiles;
use crate::partitioned::Input;

struct Persisted {
    of: Table,
    kept: Mutex<Option<Input>>,
}

impl Node for Persisted {
    fn empty(&self) -> Result<DataFrame> {
        self.of.empty()
    }

    fn rows(&self, means: Means) -> Result<Input> {
        // Held while it is computed: whoever comes second waits instead of computing it again.
        let mut kept = self.kept.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let rows = match kept.take() {
            Some(rows) => rows,
            None => self.of.kept(means)?,
        };
        Ok(kept.insert(rows).clone())
    }

    fn fingerprint(&self, print: &mut Fingerprint) -> Result<()> {
        self.of.fingerprint(print)
    }
}

struct Checkpoint {
    of: Table,
    folder: PathBuf,
}

impl Checkpoint {
    fn path(&self) -> Result<PathBuf> {
        let mut print = Fingerprint::new();
        self.of.fingerprint(&mut print)?;
        Ok(self.folder.join(format!("{}.parquet", print.finish())))
    }
}

impl Node for Checkpoint {
    fn empty(&self) -> Result<DataFrame> {
        self.of.empty()
    }

    fn rows(&self, means: Means) -> Result<Input> {
        let path = self.path()?;
        if !path.is_file() {
            self.of.save_within(&path, means)?;
        }
        let files = ParquetFiles::open_all(&[path])?;
        let columns = files.schema().iter_names().map(|name| name.to_string()).collect();
        Ok(Input::Files { files, columns })
    }

    fn fingerprint(&self, print: &mut Fingerprint) -> Result<()> {
        self.of.fingerprint(print)
    }
}

impl Table {
    /// Computed once, on first use, and kept for as long as a clone of this table lives: in memory, and what is beyond
    /// its [budget](Table::memory_budget) in a temporary file. Without it a table that is used twice is computed twice.
    ///
    /// ```
    /// use outgrow::partitioned::{Serial, Table};
    /// # use polars::prelude::*;
    /// let flights = Table::from(df!("delay" => [4, 0, 33])?);
    /// let some = flights.sample(0.67, 1).persist();
    /// // The same rows, drawn once.
    /// assert!(some.run(&Serial)?.equals(&some.run(&Serial)?));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn persist(&self) -> Table {
        Table::new(Persisted { of: self.clone(), kept: Mutex::new(None) })
    }

    /// Written to a Parquet file in this folder on first use, and read from there by every later one, in this process
    /// or another.
    ///
    /// The file is named after all that the rows depend on: values, files (by name, length and time of change),
    /// expressions, and functions by registered name, version and parameters. Change one, and it is computed anew. A
    /// function that is not [registered](crate::register) is refused, since nothing says whether it changed.
    ///
    /// ```
    /// use outgrow::partitioned::{Serial, Table};
    /// # use polars::prelude::*;
    /// let folder = tempfile::tempdir().unwrap();
    /// let flights = Table::from(df!("delay" => [4, 0, 33])?);
    /// let late = |minutes: i32| flights.filter(col("delay").gt(lit(minutes))).checkpoint(folder.path());
    /// let files = || folder.path().read_dir().unwrap().count();
    /// late(15).run(&Serial)?;
    /// late(15).run(&Serial)?; // read from the file
    /// assert_eq!(files(), 1);
    /// late(30).run(&Serial)?; // another question
    /// assert_eq!(files(), 2);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn checkpoint(&self, folder: impl Into<PathBuf>) -> Table {
        Table::new(Checkpoint { of: self.clone(), folder: folder.into() })
    }
}
