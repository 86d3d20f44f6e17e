//! Where an executor finds the rows of an input.

use outgrow::ParquetFiles;
use outgrow::Result;
use outgrow::partitioned::Input;
use serde::{Deserialize, Serialize};

use super::assignment::Assignment;
use super::frames;

/// An input as it travels: files that every executor can read, or nothing, where the rows go with the assignments.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum GivenInput {
    /// Parquet files, and the columns that are needed.
    Files {
        /// Where they are, for every executor.
        paths: Vec<std::path::PathBuf>,
        /// The columns to read, in this order.
        columns: Vec<String>,
    },
    /// The rows come with each assignment.
    SentAlong,
}

impl GivenInput {
    /// The rows of an assignment: an input, and which rows of it.
    ///
    /// # Errors
    /// When the files cannot be read here, or the rows were damaged on their way.
    pub fn open(&self, assignment: &Assignment) -> Result<(Input, std::ops::Range<usize>)> {
        match (self, &assignment.frame) {
            (GivenInput::Files { paths, columns }, _) => {
                let input = Input::Files { files: ParquetFiles::open_all(paths)?, columns: columns.clone() };
                Ok((input, assignment.rows.start as usize..assignment.rows.end as usize))
            }
            (GivenInput::SentAlong, frame) => {
                let rows = frames::decode(frame.as_deref().unwrap_or_default())?;
                let all = 0..rows.height();
                Ok((Input::Frame(rows), all))
            }
        }
    }
}
