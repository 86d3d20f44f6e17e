//! Rows that do not fit in memory wait in files.
//!
//! The files have no name: the system removes them when they are closed, however the program ends. Pieces are written
//! as Arrow IPC, one after the other, and found again by their place.

use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use polars::prelude::*;
use polars_io::SerWriter;
use polars_io::ipc::{IpcReader, IpcWriter};
use polars_io::mmap::MmapBytesReader;
use polars_io::prelude::SerReader;

use crate::error::{Error, Result};
use crate::memory::show_bytes;

/// Files of pieces. Many threads may write and read them at the same time.
#[derive(Debug)]
pub struct SpillFiles {
    folder: PathBuf,
    /// Those that nobody writes to just now, and where they end. Who writes has a file alone: a piece goes there as it
    /// is encoded, and nobody waits for the lock that the system has on a file.
    idle: Mutex<Vec<(Arc<File>, u64)>>,
    bytes: AtomicU64,
}

/// Where a piece is.
#[derive(Clone, Debug)]
pub struct Place {
    file: Arc<File>,
    start: u64,
    end: u64,
}

impl SpillFiles {
    /// An empty one in this folder.
    ///
    /// # Errors
    /// [`Error::Io`] when the folder cannot be written.
    pub fn new(folder: &Path) -> Result<Self> {
        let idle = Mutex::new(vec![(Self::another(folder)?, 0)]);
        Ok(Self { folder: folder.to_path_buf(), idle, bytes: AtomicU64::new(0) })
    }

    fn another(folder: &Path) -> Result<Arc<File>> {
        let next = "Set TMPDIR, or .spill_to(folder), to a folder that can be written.";
        let file = tempfile::tempfile_in(folder).map_err(Error::io("cannot make a temporary file in", folder, next))?;
        Ok(Arc::new(file))
    }

    fn idle(&self) -> MutexGuard<'_, Vec<(Arc<File>, u64)>> {
        self.idle.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Writes a piece.
    ///
    /// # Errors
    /// [`Error::Io`] when the disk is full: it names the folder and the bytes.
    pub fn write(&self, rows: &DataFrame) -> Result<Place> {
        let mut alone = own(rows)?;
        let free = self.idle().pop();
        let (file, start) = free.map_or_else(|| Ok((Self::another(&self.folder)?, 0)), Ok::<_, Error>)?;
        let mut region = Region { file: &file, start, at: start, end: u64::MAX, trouble: None };
        let mut buffered = BufWriter::new(&mut region);
        let written = IpcWriter::new(&mut buffered).with_parallel(false).finish(&mut alone);
        let written = written.and_then(|()| Ok(buffered.flush()?));
        drop(buffered);
        if let Some(source) = region.trouble {
            let what = format!("{source} (after {} of spilled rows)", show_bytes(self.bytes()));
            let source = std::io::Error::new(source.kind(), what);
            let next = "Free space there, set TMPDIR or .spill_to(folder) to a larger disk, or raise .memory_budget().";
            return Err(Error::io("cannot spill to", &self.folder, next)(source));
        }
        written?;
        let end = region.at;
        self.bytes.fetch_add(end - start, Ordering::Relaxed);
        self.idle().push((file.clone(), end));
        Ok(Place { file, start, end })
    }

    /// Reads a piece again.
    ///
    /// # Errors
    /// [`Error::Io`] when the file cannot be read.
    pub fn read(&self, place: &Place) -> Result<DataFrame> {
        let Place { file, start, end } = place;
        let mut region = Region { file, start: *start, at: *start, end: *end, trouble: None };
        let rows = IpcReader::new(&mut region).finish();
        match region.trouble {
            Some(source) => {
                Err(Error::io("cannot read spilled rows in", &self.folder, "Is the disk in order?")(source))
            }
            None => Ok(rows?),
        }
    }

    /// Bytes written so far.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }
}

/// Part of a file, as a file of its own: columns are written from where they are encoded and read into where they stay.
struct Region<'a> {
    file: &'a File,
    start: u64,
    at: u64,
    end: u64,
    /// What the system said. It is kept here, and a part that cannot be read ends: the dataframe engine panics on some
    /// errors, and of others it tells half.
    trouble: Option<std::io::Error>,
}

impl Read for Region<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        let count = self.end.saturating_sub(self.at).min(bytes.len() as u64) as usize;
        match read_at(self.file, &mut bytes[..count], self.at) {
            Ok(()) => {
                self.at += count as u64;
                Ok(count)
            }
            Err(error) => {
                self.trouble = Some(error);
                Ok(0)
            }
        }
    }
}

impl Write for Region<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = write_at(self.file, bytes, self.at);
        written.map_err(|error| self.trouble.insert(error).kind())?;
        self.at += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Seek for Region<'_> {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        let at = match to {
            SeekFrom::Start(offset) => self.start.checked_add(offset),
            SeekFrom::End(offset) => self.end.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.at.checked_add_signed(offset),
        };
        self.at = at.filter(|at| *at >= self.start).ok_or(std::io::ErrorKind::InvalidInput)?;
        Ok(self.at - self.start)
    }
}

impl MmapBytesReader for Region<'_> {}

/// The same rows in one chunk, with texts of their own: a piece of a large column would otherwise take all its texts
/// along.
fn own(rows: &DataFrame) -> Result<DataFrame> {
    let mut rows = rows.clone();
    rows.rechunk_mut();
    let columns = rows.columns().iter().map(|column| match has_texts(column.dtype()) {
        true => Ok(alone(column.as_materialized_series())?.into_column()),
        false => Ok(column.clone()),
    });
    Ok(DataFrame::new(rows.height(), columns.collect::<Result<_>>()?)?)
}

fn has_texts(dtype: &DataType) -> bool {
    match dtype {
        DataType::String | DataType::Binary => true,
        DataType::List(inner) => has_texts(inner),
        DataType::Struct(fields) => fields.iter().any(|field| has_texts(field.dtype())),
        _ => false,
    }
}

fn alone(values: &Series) -> PolarsResult<Series> {
    let name = values.name().clone();
    Ok(match values.dtype() {
        DataType::String => {
            let chunks = values.str()?.downcast_iter().map(|chunk| chunk.clone().gc());
            StringChunked::from_chunk_iter(name, chunks).into_series()
        }
        DataType::Binary => {
            let chunks = values.binary()?.downcast_iter().map(|chunk| chunk.clone().gc());
            BinaryChunked::from_chunk_iter(name, chunks).into_series()
        }
        DataType::List(_) => {
            let trimmed = values.trim_lists_to_normalized_offsets();
            let lists = trimmed.as_ref().unwrap_or(values);
            lists.list()?.apply_to_inner(&|inner| alone(&inner))?.into_series()
        }
        DataType::Struct(_) => values.struct_()?.try_apply_fields(alone)?.into_series(),
        _ => values.clone(),
    })
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], offset: u64) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(windows)]
fn write_at(file: &File, mut bytes: &[u8], mut offset: u64) -> std::io::Result<()> {
    while !bytes.is_empty() {
        let written = std::os::windows::fs::FileExt::seek_write(file, bytes, offset)?;
        bytes = &bytes[written..];
        offset += written as u64;
    }
    Ok(())
}

#[cfg(windows)]
fn read_at(file: &File, mut bytes: &mut [u8], mut offset: u64) -> std::io::Result<()> {
    while !bytes.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, bytes, offset)?;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        bytes = &mut bytes[read..];
        offset += read as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_come_back_as_they_were() {
        let file = SpillFiles::new(&std::env::temp_dir()).unwrap();
        let long = "a text that is longer than twelve bytes";
        let rows = df!("s" => [Some(long), None, Some("UA")], "n" => [1i16, 2, 3]).unwrap();
        let pieces = [rows.slice(0, 2), rows.vstack(&rows).unwrap(), rows.clear()];
        let places: Vec<Place> = pieces.iter().map(|piece| file.write(piece).unwrap()).collect();
        for (piece, place) in pieces.iter().zip(places).rev() {
            assert!(file.read(&place).unwrap().equals_missing(piece));
        }
    }

    #[test]
    fn a_slice_does_not_take_all_texts_along() {
        let long: Vec<String> = (0..10_000).map(|n| format!("a text of some length, number {n}")).collect();
        let texts = df!("s" => long).unwrap();
        let lazy = texts.lazy().with_columns([
            col("s").cast(DataType::Binary).alias("b"),
            concat_list([col("s"), lit("another text, which is long, too")]).unwrap().alias("l"),
            as_struct(vec![col("s")]).alias("r"),
        ]);
        let nested = as_struct(vec![col("l"), col("b")]).implode(true).over([col("s")]).unwrap();
        let rows = lazy.with_column(nested.alias("n")).collect().unwrap();
        let slice = rows.slice(5_000, 10);
        let file = SpillFiles::new(&std::env::temp_dir()).unwrap();
        let place = file.write(&slice).unwrap();
        assert!(file.bytes() < 20_000, "{}", file.bytes());
        assert!(file.read(&place).unwrap().equals(&slice));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_names_the_folder_and_the_bytes() {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let idle = Mutex::new(vec![(Arc::new(full), 0)]);
        let file = SpillFiles { folder: "/var/tmp".into(), idle, bytes: AtomicU64::new(3 << 20) };
        let error = file.write(&df!("n" => [1]).unwrap()).unwrap_err().to_string();
        assert!(error.starts_with("cannot spill to /var/tmp: No space left on device"), "{error}");
        assert!(error.contains("after 3.0 MiB of spilled rows") && error.contains(".spill_to(folder)"), "{error}");
    }

    #[test]
    fn rows_that_cannot_be_read_again_name_the_folder() {
        let file = SpillFiles::new(&std::env::temp_dir()).unwrap();
        let place = Place { end: 1 << 20, ..file.write(&df!("n" => [1]).unwrap()).unwrap() };
        let error = file.read(&place).unwrap_err().to_string();
        assert!(
            error.starts_with("cannot read spilled rows in ") && error.contains("Is the disk in order?"),
            "{error}"
        );
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = SpillFiles::new(Path::new("/no/such/folder")).unwrap_err().to_string();
        assert!(
            error.contains("cannot make a temporary file in /no/such/folder") && error.contains("TMPDIR"),
            "{error}"
        );
    }
}
