//! What a transform can be given, as slices that can be had one at a time.

use polars::prelude::*;

use crate::error::Result;
use crate::parquet::ParquetFiles;

/// The rows of a call: a frame, or Parquet files of which some columns are read.
///
/// A frame is never changed; cloning it shares the columns. Files are read slice by slice, and only while a function
/// runs on that slice.
#[derive(Clone, Debug)]
pub enum Input {
    /// Rows in memory.
    Frame(DataFrame),
    /// Rows in files, a slice per row group.
    Files {
        /// The files.
        files: ParquetFiles,
        /// The columns to read, in this order.
        columns: Vec<String>,
    },
}

impl Input {
    /// A frame with the columns of the input and no row.
    ///
    /// # Errors
    /// [`Error::Input`](crate::Error::Input) for a column that the files do not have.
    pub fn empty(&self) -> Result<DataFrame> {
        match self {
            Input::Frame(frame) => Ok(frame.clear()),
            Input::Files { files, columns } => files.empty(&names(columns)),
        }
    }

    /// How many slices there are: row groups of the files, or `wanted` pieces of the frame. No input has no slice.
    pub fn slices(&self, wanted: usize) -> usize {
        match self {
            Input::Frame(frame) => wanted.clamp(1, frame.height().max(1)),
            Input::Files { files, .. } => files.row_groups().max(1),
        }
    }

    /// Slice `number` of `slices`.
    ///
    /// # Errors
    /// [`Error::Input`](crate::Error::Input) for files that are damaged or gone.
    pub fn slice(&self, number: usize, slices: usize) -> Result<DataFrame> {
        match self {
            Input::Frame(frame) => {
                let at = |number: usize| number * frame.height() / slices;
                Ok(frame.slice(at(number) as i64, at(number + 1) - at(number)))
            }
            Input::Files { files, .. } if files.row_groups() == 0 => self.empty(),
            Input::Files { files, columns } => files.read_row_group(number, &names(columns)),
        }
    }
}

fn names(columns: &[String]) -> Vec<&str> {
    columns.iter().map(String::as_str).collect()
}

impl From<DataFrame> for Input {
    fn from(frame: DataFrame) -> Self {
        Input::Frame(frame)
    }
}

impl From<&DataFrame> for Input {
    fn from(frame: &DataFrame) -> Self {
        Input::Frame(frame.clone())
    }
}

/// These columns of some files.
impl<const N: usize> From<(&ParquetFiles, [&str; N])> for Input {
    fn from((files, columns): (&ParquetFiles, [&str; N])) -> Self {
        (files, columns.as_slice()).into()
    }
}

/// These columns of some files.
impl From<(&ParquetFiles, &[&str])> for Input {
    fn from((files, columns): (&ParquetFiles, &[&str])) -> Self {
        Input::Files { files: files.clone(), columns: columns.iter().map(|column| column.to_string()).collect() }
    }
}
