//! The frame: partitions of rows, and one index over all of them.

use polars::prelude as pl;

use super::{GroupBy, pool};
use crate::error::Result;
use crate::labels::{labels_first, positions};
use crate::ledger::{self, Step};
use crate::parquet::ParquetFiles;

/// A table whose rows have a place and a label, held in partitions.
#[derive(Clone, Debug)]
pub struct DataFrame {
    /// At least one; all have the same columns.
    pub(super) partitions: Vec<pl::DataFrame>,
    /// The labels of each partition's rows, a column per level; `None` for 0, 1, 2, ... over all partitions.
    pub(super) index: Option<Vec<pl::DataFrame>>,
}

/// Reads these columns of all rows, a partition per row group, as pandas' `read_parquet(path, columns=...)`. The index
/// is 0, 1, 2, ... (a *distributed sequence*: the row counts in the footers say where each partition begins).
///
/// # Errors
/// [`Error::Input`](crate::Error::Input) for a column that is not there or a damaged file.
pub fn read_parquet(files: &ParquetFiles, columns: &[&str]) -> Result<DataFrame> {
    let mut partitions = pool::map((0..files.row_groups()).collect(), |number| files.read_row_group(number, columns))?;
    if partitions.is_empty() {
        partitions.push(files.empty(columns)?);
    }
    ledger::note(Step {
        what: "read a partition per row group".into(),
        tasks: partitions.len(),
        largest_task_rows: partitions.iter().map(|rows| rows.height() as u64).max().unwrap_or(0),
        ..Step::default()
    });
    Ok(DataFrame { partitions, index: None })
}

impl DataFrame {
    /// A frame of these columns, in one partition, with the index 0, 1, 2, ...
    pub fn from_columns(columns: pl::DataFrame) -> Self {
        Self { partitions: vec![columns], index: None }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.partitions.iter().map(pl::DataFrame::height).sum()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Names of the columns, in order, those of the index not among them.
    pub fn columns(&self) -> Vec<String> {
        self.partitions[0].columns().iter().map(|column| column.name().to_string()).collect()
    }

    /// Groups the rows by key columns; rows with a null in a key are left out, as in pandas.
    pub fn groupby<'a>(&'a self, keys: &[&str]) -> GroupBy<'a> {
        GroupBy::new(self, keys)
    }

    /// The labels become the first columns (a nameless index the column `index`), and the index 0, 1, 2, ...
    ///
    /// # Errors
    /// [`Error::Input`](crate::Error::Input) when a label has the name of a column.
    pub fn reset_index(self) -> Result<Self> {
        let labels = self.index.unwrap_or_else(|| {
            let mut first = 0;
            let of = |rows: &pl::DataFrame| {
                first += rows.height();
                positions(first - rows.height(), rows.height())
            };
            self.partitions.iter().map(of).collect()
        });
        let labelled = labels.into_iter().zip(&self.partitions).map(|(labels, rows)| labels_first(labels, rows));
        Ok(Self { partitions: labelled.collect::<Result<_>>()?, index: None })
    }

    /// The columns in one piece, without the index: the partitions are gathered.
    ///
    /// # Errors
    /// What the dataframe engine reports.
    pub fn into_columns(self) -> Result<pl::DataFrame> {
        let mut partitions = self.partitions.into_iter();
        let mut all = partitions.next().unwrap_or_default();
        partitions.try_for_each(|rows| all.vstack_mut_owned(rows).map(|_| ()))?;
        Ok(all)
    }
}
