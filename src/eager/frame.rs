//! The frame: columns, and an index that labels the rows.

use polars::prelude as pl;

use super::GroupBy;
use super::one_core::on_one_core;
use crate::error::Result;
use crate::labels::{labels_first, positions};
use crate::ledger::{self, Step};
use crate::parquet::ParquetFiles;

/// A table whose rows have a place and a label, held in one piece.
#[derive(Clone, Debug)]
pub struct DataFrame {
    pub(super) columns: pl::DataFrame,
    /// The labels, a column per level; `None` for 0, 1, 2, ...
    pub(super) index: Option<pl::DataFrame>,
}

/// Reads these columns of all rows, as pandas' `read_parquet(path, columns=...)`. The index is 0, 1, 2, ...
///
/// # Errors
/// [`Error::Input`](crate::Error::Input) for a column that is not there or a damaged file.
pub fn read_parquet(files: &ParquetFiles, columns: &[&str]) -> Result<DataFrame> {
    let columns = on_one_core(|| files.read_all(columns))?;
    let rows = columns.height() as u64;
    ledger::note(Step { what: "read all rows".into(), tasks: 1, largest_task_rows: rows, ..Step::default() });
    Ok(DataFrame { columns, index: None })
}

impl DataFrame {
    /// A frame of these columns, with the index 0, 1, 2, ...
    pub fn from_columns(columns: pl::DataFrame) -> Self {
        Self { columns, index: None }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.columns.height()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Names of the columns, in order, those of the index not among them.
    pub fn columns(&self) -> Vec<String> {
        self.columns.columns().iter().map(|column| column.name().to_string()).collect()
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
        let rows = self.len();
        let labels = self.index.unwrap_or_else(|| positions(0, rows));
        Ok(Self::from_columns(labels_first(labels, &self.columns)?))
    }

    /// The columns in one piece, without the index.
    ///
    /// # Errors
    /// None here; the drop-in has to gather its partitions.
    pub fn into_columns(self) -> Result<pl::DataFrame> {
        Ok(self.columns)
    }
}
