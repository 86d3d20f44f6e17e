//! Rows that do not fit in memory wait in a file.
//!
//! The file has no name: the system removes it when it is closed, however the program ends. Pieces are written as Arrow
//! IPC, one after the other, and found again by their place.

use std::fs::File;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use polars::prelude::*;
use polars_io::SerWriter;
use polars_io::ipc::{IpcReader, IpcWriter};
use polars_io::prelude::SerReader;

use crate::error::{Error, Result};
use crate::memory::show_bytes;

/// A file of pieces. Many threads may write and read it at the same time.
#[derive(Debug)]
pub struct SpillFile {
    folder: PathBuf,
    file: File,
    end: AtomicU64,
}

/// Where a piece is in its file.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    offset: u64,
    bytes: u64,
}

impl SpillFile {
    /// An empty one in this folder.
    ///
    /// # Errors
    /// [`Error::Io`] when the folder cannot be written.
    pub fn new(folder: &Path) -> Result<Self> {
        let next = "Set TMPDIR, or .spill_to(folder), to a folder that can be written.";
        let file = tempfile::tempfile_in(folder).map_err(Error::io("cannot make a temporary file in", folder, next))?;
        Ok(Self { folder: folder.to_path_buf(), file, end: AtomicU64::new(0) })
    }

    /// Writes a piece.
    ///
    /// # Errors
    /// [`Error::Io`] when the disk is full: it names the folder and the bytes.
    pub fn write(&self, rows: &DataFrame) -> Result<Place> {
        let mut bytes = Vec::new();
        let mut alone = own(rows)?;
        IpcWriter::new(&mut bytes).with_parallel(false).finish(&mut alone)?;
        let offset = self.end.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        write_at(&self.file, &bytes, offset).map_err(|source| {
            let what = format!("{source} (after {} of spilled rows)", show_bytes(offset));
            let source = std::io::Error::new(source.kind(), what);
            let next = "Free space there, set TMPDIR or .spill_to(folder) to a larger disk, or raise .memory_budget().";
            Error::io("cannot spill to", &self.folder, next)(source)
        })?;
        Ok(Place { offset, bytes: bytes.len() as u64 })
    }

    /// Reads a piece again.
    ///
    /// # Errors
    /// [`Error::Io`] when the file cannot be read.
    pub fn read(&self, place: Place) -> Result<DataFrame> {
        let mut bytes = vec![0; place.bytes as usize];
        read_at(&self.file, &mut bytes, place.offset).map_err(Error::io(
            "cannot read spilled rows in",
            &self.folder,
            "Is the disk in order?",
        ))?;
        Ok(IpcReader::new(Cursor::new(bytes)).finish()?)
    }

    /// Bytes written so far.
    pub fn bytes(&self) -> u64 {
        self.end.load(Ordering::Relaxed)
    }
}

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
        let file = SpillFile::new(&std::env::temp_dir()).unwrap();
        let long = "a text that is longer than twelve bytes";
        let rows = df!("s" => [Some(long), None, Some("UA")], "n" => [1i16, 2, 3]).unwrap();
        let pieces = [rows.slice(0, 2), rows.vstack(&rows).unwrap(), rows.clear()];
        let places: Vec<Place> = pieces.iter().map(|piece| file.write(piece).unwrap()).collect();
        for (piece, place) in pieces.iter().zip(places).rev() {
            assert!(file.read(place).unwrap().equals_missing(piece));
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
        let file = SpillFile::new(&std::env::temp_dir()).unwrap();
        let place = file.write(&slice).unwrap();
        assert!(file.bytes() < 20_000, "{}", file.bytes());
        assert!(file.read(place).unwrap().equals(&slice));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_names_the_folder_and_the_bytes() {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let file = SpillFile { folder: "/var/tmp".into(), file: full, end: AtomicU64::new(3 << 20) };
        let error = file.write(&df!("n" => [1]).unwrap()).unwrap_err().to_string();
        assert!(error.starts_with("cannot spill to /var/tmp: No space left on device"), "{error}");
        assert!(error.contains("after 3.0 MiB of spilled rows") && error.contains(".spill_to(folder)"), "{error}");
    }

    #[test]
    fn rows_that_cannot_be_read_again_name_the_folder() {
        let file = SpillFile::new(&std::env::temp_dir()).unwrap();
        let error = file.read(Place { offset: 0, bytes: 1 }).unwrap_err().to_string();
        assert!(
            error.starts_with("cannot read spilled rows in ") && error.contains("Is the disk in order?"),
            "{error}"
        );
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let error = SpillFile::new(Path::new("/no/such/folder")).unwrap_err().to_string();
        assert!(
            error.contains("cannot make a temporary file in /no/such/folder") && error.contains("TMPDIR"),
            "{error}"
        );
    }
}
