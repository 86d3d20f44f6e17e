//! Index labels as columns: what the eager and the drop-in frame share of the index.

use polars::prelude::*;

use crate::error::{Error, Result};

/// The labels `first`, `first + 1`, ... of a frame whose index has no name: one column, `index`.
pub fn positions(first: usize, rows: usize) -> DataFrame {
    let labels = Int64Chunked::from_iter_values("index".into(), (first..first + rows).map(|label| label as i64));
    labels.into_column().into_frame()
}

/// The columns of a frame with its labels before them.
///
/// # Errors
/// [`Error::Input`] when a label has the name of a column.
pub fn labels_first(labels: DataFrame, columns: &DataFrame) -> Result<DataFrame> {
    labels.hstack(columns.columns()).map_err(|_| {
        let names: Vec<&str> = labels.columns().iter().map(|label| label.name().as_str()).collect();
        Error::input(format!(
            "the index ({}) has the name of a column. Rename the column before reset_index.",
            names.join(", ")
        ))
    })
}
