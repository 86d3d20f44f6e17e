//! The result of a query that is never held whole: its batches go to a temporary file as the streaming engine makes
//! them, and are read from there like row groups.

use std::sync::{Arc, Mutex};

use polars::prelude::*;

use crate::error::Result;
use crate::spill::{Place, SpillFile};

/// Rows of a batch.
const BATCH: usize = 1 << 17;

/// Batches in a file.
#[derive(Clone)]
pub struct Stored {
    file: Arc<SpillFile>,
    batches: Arc<[(Place, usize)]>,
    empty: DataFrame,
}

impl Stored {
    /// Runs the query with the streaming engine.
    ///
    /// # Errors
    /// What the query reports; [`Error::Io`](crate::Error::Io) when its batches cannot be written.
    pub fn of(mut query: LazyFrame) -> Result<Self> {
        let schema = query.collect_schema()?;
        let empty = DataFrame::empty_with_schema(&schema);
        let file = Arc::new(SpillFile::new(&std::env::temp_dir())?);
        let batches = Arc::new(Mutex::new(Vec::new()));
        let (into, list) = (file.clone(), batches.clone());
        let keep = PlanCallback::new(move |batch: DataFrame| {
            let place = into.write(&batch).map_err(|error| polars_err!(ComputeError: "{error}"))?;
            list.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push((place, batch.height()));
            Ok(false)
        });
        query.sink_batches(keep, true, std::num::NonZeroUsize::new(BATCH))?.collect_with_engine(Engine::Streaming)?;
        let batches = batches.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).as_slice().into();
        Ok(Self { file, batches, empty })
    }

    /// A frame with its columns and no row.
    pub fn empty(&self) -> DataFrame {
        self.empty.clone()
    }

    /// Rows of each batch.
    pub fn rows(&self) -> impl Iterator<Item = usize> {
        self.batches.iter().map(|(_, rows)| *rows)
    }

    /// One batch.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io) when the file cannot be read.
    pub fn read(&self, number: usize) -> Result<DataFrame> {
        self.file.read(self.batches[number].0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::partitioned::{Input, Serial, by, transform};

    #[test]
    fn a_query_is_stored_batch_by_batch_and_read_in_order() {
        let rows = 3 * BATCH as i64 + 7;
        let frame = df!("n" => (0..rows).collect::<Vec<_>>()).unwrap();
        let query = frame.clone().lazy().with_columns([(col("n") % lit(3)).alias("key")]);
        let stored = Input::Stored(Stored::of(query.clone()).unwrap());
        assert!(stored.slices().len() > 1, "{:?}", stored.slices());
        assert_eq!(stored.rows(), Some(rows as usize));
        assert!(stored.collect().unwrap().select(["n"]).unwrap().equals(&frame));
        let counts = transform(query, |rows: DataFrame| df!("n" => [rows.height() as u32]))
            .schema("n: u32")
            .partition(by(["key"]))
            .run(&Serial)
            .unwrap();
        assert_eq!(counts.column("n").unwrap().u32().unwrap().sum(), Some(rows as u32));
    }
}
