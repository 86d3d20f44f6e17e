//! Where the results of partitions go.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, Mutex};

use polars::frame::builder::DataFrameBuilder;
use polars::prelude::*;
use polars_arrow::array::builder::ShareStrategy;
use polars_io::parquet::write::{BatchedWriter, ParquetWriter};

use crate::error::{Error, Result};
use crate::memory::show_bytes;
use crate::scratch::Replacement;

/// Takes what the function gave, from any worker at any time.
///
/// An engine is given one: see the example at [`Engine`](super::Engine).
pub trait Sink: Sync {
    /// Takes rows of a physical partition. Those of one partition come in order. An engine hands it on: see the example at
    /// [`Engine`](super::Engine).
    ///
    /// # Errors
    /// [`Error::Io`] when they cannot be kept.
    fn accept(&self, partition: usize, rows: DataFrame) -> Result<()>;

    /// A folder that the result becomes when it is whole. An engine whose workers can all write there may put Parquet
    /// files into it, and give the sink nothing. For who asks for one see the example at
    /// [`Transform::save_as`](super::Transform::save_as).
    fn folder(&self) -> Option<&Path> {
        None
    }
}

/// Keeps everything in memory.
pub(super) struct Collect {
    by_partition: Mutex<BTreeMap<usize, Vec<DataFrame>>>,
}

impl Collect {
    pub fn new() -> Self {
        Self { by_partition: Mutex::default() }
    }

    /// All rows, in the order of the partitions.
    pub fn frame(self, schema: &Schema) -> Result<DataFrame> {
        let mut all = Stack::new(Arc::new(schema.clone()));
        let by_partition = self.by_partition.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
        by_partition.into_values().flatten().try_for_each(|rows| all.push(rows))?;
        all.into_frame()
    }
}

impl Sink for Collect {
    fn accept(&self, partition: usize, rows: DataFrame) -> Result<()> {
        let mut by_partition = self.by_partition.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        by_partition.entry(partition).or_default().push(rows);
        Ok(())
    }
}

/// Keeps nothing.
pub(super) struct Discard;

impl Sink for Discard {
    fn accept(&self, _: usize, _: DataFrame) -> Result<()> {
        Ok(())
    }
}

/// Rows of a row group: what is read again at once.
const ROW_GROUP: usize = 1 << 17;

/// Writes a Parquet file that appears when it is complete.
pub(super) struct Save {
    file: Replacement,
    schema: Arc<Schema>,
    writer: BatchedWriter<File>,
    waiting: Mutex<Stack>,
}

impl Save {
    pub fn new(path: &Path, schema: &Arc<Schema>) -> Result<Self> {
        let file = Replacement::file(path, true)?;
        let refused = Error::io("cannot write", path, "Choose a place that can be written.");
        let writer =
            ParquetWriter::new(File::create(file.path()).map_err(refused)?).set_parallel(false).batched(schema)?;
        Ok(Self { file, schema: schema.clone(), writer, waiting: Mutex::new(Stack::new(schema.clone())) })
    }

    /// Puts the file in its place.
    pub fn commit(self) -> Result<()> {
        let waiting = self.waiting.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
        write(&self.writer, &self.file, waiting.into_frame()?)?;
        self.writer.finish().map_err(|error| full(&self.file, &error))?;
        self.file.commit()
    }
}

/// Writes a folder of Parquet files that appears when it is complete.
pub(super) struct Parts {
    folder: Replacement,
    schema: Arc<Schema>,
    own: Mutex<Option<Arc<Save>>>,
}

impl Parts {
    /// Whether a path is to be a folder: it ends like one.
    pub fn named_by(path: &Path) -> bool {
        path.as_os_str().as_encoded_bytes().last().is_some_and(|last| std::path::is_separator(char::from(*last)))
    }

    pub fn new(path: &Path, schema: &Arc<Schema>) -> Result<Self> {
        if path.read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
            return Err(Error::input(format!(
                "save_as: {} is a folder that is not empty, and would be replaced. Empty it, or name another.",
                path.display()
            )));
        }
        Ok(Self { folder: Replacement::folder(path, true)?, schema: schema.clone(), own: Mutex::default() })
    }

    /// The file of what came to this sink.
    fn own(&self) -> Result<Arc<Save>> {
        let mut own = self.own.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(own) = &*own {
            return Ok(own.clone());
        }
        let save = Arc::new(Save::new(&self.folder.path().join("part.parquet"), &self.schema)?);
        Ok(own.insert(save).clone())
    }

    /// Puts the folder in its place, with one file at least.
    pub fn commit(self) -> Result<()> {
        if self.folder.path().read_dir().is_ok_and(|mut entries| entries.next().is_none()) {
            self.own()?;
        }
        let own = self.own.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(own) = own.and_then(Arc::into_inner) {
            own.commit()?;
        }
        self.folder.commit()
    }
}

impl Sink for Parts {
    fn accept(&self, partition: usize, rows: DataFrame) -> Result<()> {
        self.own()?.accept(partition, rows)
    }

    fn folder(&self) -> Option<&Path> {
        Some(self.folder.path())
    }
}

fn write(writer: &BatchedWriter<File>, file: &Replacement, rows: DataFrame) -> Result<()> {
    for start in (0..rows.height()).step_by(ROW_GROUP) {
        let mut rows = rows.slice(start as i64, ROW_GROUP);
        rows.rechunk_mut();
        let group = writer.encode_and_compress(&rows).collect::<PolarsResult<Vec<_>>>();
        group.and_then(|group| writer.write_row_groups(group)).map_err(|error| full(file, &error))?;
    }
    Ok(())
}

fn full(file: &Replacement, error: &PolarsError) -> Error {
    let written = file.path().metadata().map_or(0, |about| about.len());
    let what = format!("{} (after {} of results)", crate::error::brief(error), show_bytes(written));
    let next = "Free space there, or choose a path on a larger disk.";
    Error::io("cannot write", file.target(), next)(std::io::Error::other(what))
}

impl Sink for Save {
    fn accept(&self, _: usize, rows: DataFrame) -> Result<()> {
        let group = {
            let mut waiting = self.waiting.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            waiting.push(rows)?;
            if waiting.height() < ROW_GROUP {
                return Ok(());
            }
            std::mem::replace(&mut *waiting, Stack::new(self.schema.clone()))
        };
        // Encoding is most of the work, and is done by whoever brought the last rows.
        write(&self.writer, &self.file, group.into_frame()?)
    }
}

/// Frames on top of each other: large ones are kept as they are, small ones are copied together, since a chunk for
/// each of a million rows would cost more than the rows.
pub(super) struct Stack {
    done: DataFrame,
    small: DataFrameBuilder,
}

const SMALL: usize = 1 << 10;

impl Stack {
    pub fn new(schema: Arc<Schema>) -> Self {
        Self { done: DataFrame::empty_with_schema(&schema), small: DataFrameBuilder::new(schema) }
    }

    pub fn push(&mut self, rows: DataFrame) -> Result<()> {
        if rows.height() < SMALL {
            // Never shared: a short row must not keep the texts of its whole bucket alive.
            self.small.extend(&rows, ShareStrategy::Never);
            return Ok(());
        }
        self.flush()?;
        self.done.vstack_mut_owned(rows)?;
        Ok(())
    }

    pub fn height(&self) -> usize {
        self.done.height() + self.small.len()
    }

    pub fn into_frame(mut self) -> Result<DataFrame> {
        self.flush()?;
        Ok(self.done)
    }

    fn flush(&mut self) -> Result<()> {
        if !self.small.is_empty() {
            self.done.vstack_mut_owned(self.small.freeze_reset())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_frames_are_copied_together_in_order() {
        let rows = |from: i64, count: i64| df!("n" => (from..from + count).collect::<Vec<_>>()).unwrap();
        let mut stack = Stack::new(rows(0, 0).schema().clone());
        for (from, count) in [(0, 1), (1, 2), (3, 2_000), (2_003, 1), (2_004, 1)] {
            stack.push(rows(from, count)).unwrap();
        }
        assert_eq!(stack.height(), 2_005);
        let all = stack.into_frame().unwrap();
        assert!(all.equals(&rows(0, 2_005)));
        assert_eq!(all.first_col_n_chunks(), 3);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_names_the_file_and_the_bytes_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (target, rows) =
            (folder.path().join("out.parquet"), df!("n" => (0..ROW_GROUP as i64).collect::<Vec<_>>()).unwrap());
        let mut save = Save::new(&target, rows.schema()).unwrap();
        let full = File::options().write(true).open("/dev/full").unwrap();
        save.writer = ParquetWriter::new(full).batched(rows.schema()).unwrap();
        let told = save.accept(0, rows).and_then(|()| save.commit()).unwrap_err().to_string();
        assert!(told.starts_with(&format!("cannot write {}: ", target.display())), "{told}");
        assert!(told.contains("No space left on device") && told.contains(" of results). Free space there"), "{told}");
        assert_eq!(folder.path().read_dir().unwrap().count(), 0);
    }
}
