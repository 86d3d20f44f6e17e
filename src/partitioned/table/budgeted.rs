//! How much memory a table may take while it is computed.

use std::path::{Path, PathBuf};

use polars::prelude::*;

use super::{Fingerprint, Means, Node, Table};
use crate::error::Result;
use crate::partitioned::Input;
use crate::partitioned::budget::Budget;

struct Budgeted {
    of: Table,
    budget: Budget,
}

impl Node for Budgeted {
    fn empty(&self) -> Result<DataFrame> {
        self.budget.check()?;
        self.of.empty()
    }

    fn rows(&self, means: Means) -> Result<Input> {
        self.of.rows(Means { memory: &self.budget.within(means.memory)?, ..means })
    }

    fn save(&self, path: &Path, means: Means) -> Option<Result<()>> {
        let memory = match self.budget.within(means.memory) {
            Ok(memory) => memory,
            Err(error) => return Some(Err(error)),
        };
        Some(self.of.save_within(path, Means { memory: &memory, ..means }))
    }

    fn only(&self, columns: &[String]) -> Option<Table> {
        self.of.0.only(columns).map(|of| Table::new(Self { of, budget: self.budget.clone() }))
    }

    /// The same rows, in however much memory.
    fn fingerprint(&self, print: &mut Fingerprint) -> Result<()> {
        self.of.fingerprint(print)
    }

    fn goes_everywhere(&self) -> bool {
        self.of.0.goes_everywhere()
    }
}

impl Table {
    fn within(&self, budget: Budget) -> Table {
        Table::new(Budgeted { of: self.clone(), budget })
    }

    /// How much memory each step up to here may take while it exchanges rows and works on partitions, as in `"1GiB"`.
    /// Without this a table takes what the call may take whose input it is
    /// ([`Transform::memory_budget`](crate::partitioned::Transform::memory_budget)), or half of what is left on this
    /// machine.
    ///
    /// What a step computed waits for the next one in an eighth of that; rows beyond it are in a temporary file. Filters,
    /// selections and joins with a [broadcast](Table::broadcast) table hold nothing: they happen while rows are read. What
    /// needs all rows at once (an expression over all rows, see [`Table::filter`]) is refused beyond the budget; so is a
    /// single group of a join, an aggregation or a set operation: all rows with one key (those with none, too), or all
    /// rows where there is no key. Only [`Table::run`] then holds the whole result; [`Table::save_as`] does not.
    ///
    /// ```
    /// use outgrow::partitioned::{How, Table, Threads};
    /// # use polars::prelude::*;
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let path = folder.path().join("joined.parquet");
    /// let flights = Table::from(df!("tail" => ["N1", "N2"], "delay" => [4, 33])?);
    /// let planes = df!("tail" => ["N1"], "seats" => [55])?;
    /// let joined = flights.join(planes, How::Left).memory_budget("64MiB");
    /// joined.save_as(&path, &Threads::default())?;
    /// # assert_eq!(Table::from(path.as_path()).run(&Threads::default())?.shape(), (2, 3));
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn memory_budget(&self, bytes: &str) -> Table {
        self.within(Budget { bytes: Some(bytes.to_string()), spill_to: None })
    }

    /// The folder of the temporary files of each step up to here; the system's, without this.
    ///
    /// ```
    /// use outgrow::partitioned::{Serial, Table};
    /// # use polars::prelude::*;
    /// let fast_disk = tempfile::tempdir().unwrap();
    /// let tails = Table::from(df!("tail" => ["N1", "N1", "N2"])?);
    /// assert_eq!(tails.distinct().memory_budget("1MiB").spill_to(fast_disk.path()).run(&Serial)?.height(), 2);
    /// # Ok::<(), outgrow::Error>(())
    /// ```
    pub fn spill_to(&self, folder: impl Into<PathBuf>) -> Table {
        self.within(Budget { bytes: None, spill_to: Some(folder.into()) })
    }
}
