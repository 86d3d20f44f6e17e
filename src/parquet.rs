//! Parquet files, read one row group at a time.
//!
//! All three modes read through here, so that they differ in what they *do* with the rows and not in how they get them.
//! A row group is the unit: it is read by one thread, alone, and only the columns that are asked for. Nothing is read
//! when the files are opened but their footers.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use polars::prelude::*;
use polars_io::parquet::metadata::{FileMetadata, FileMetadataRef};
use polars_io::parquet::read::{ParallelStrategy, ParquetReader};
use polars_io::parquet::write::ParquetWriter;

use crate::error::{Error, Result, brief};
use crate::objects;
use crate::scratch::Replacement;
use crate::timeline;

/// One or more Parquet files of one schema, opened but not read.
///
/// Cloning is cheap: the footers are shared.
#[derive(Clone, Debug)]
pub struct ParquetFiles {
    paths: Arc<[PathBuf]>,
    schema: SchemaRef,
    groups: Vec<RowGroup>,
}

/// Where one row group is, and how many of its rows are wanted.
#[derive(Clone, Debug)]
struct RowGroup {
    file: usize,
    /// The footer of the file, cut down to this row group: a reader then touches nothing else of the file.
    footer: FileMetadataRef,
    rows: usize,
}

impl RowGroup {
    fn all_of(file: usize, footer: &FileMetadata) -> impl Iterator<Item = Self> {
        let without_groups = FileMetadata { row_groups: vec![], ..footer.clone() };
        footer.row_groups.iter().map(move |group| {
            let rows = group.num_rows();
            let alone = FileMetadata { row_groups: vec![group.clone()], num_rows: rows, ..without_groups.clone() };
            Self { file, footer: Arc::new(alone), rows }
        })
    }
}

impl ParquetFiles {
    /// Opens a file, every `*.parquet` in a folder, or every match of a glob, in order of name. A URL is read through the
    /// [store](crate::objects) of its scheme.
    ///
    /// # Errors
    /// [`Error::Input`] when nothing is there, a footer cannot be read, or the files do not share one schema.
    pub fn open(file_dir_or_glob: &str) -> Result<Self> {
        Self::open_all(&expand(file_dir_or_glob)?)
    }

    /// Opens the given files as one table, in the given order.
    ///
    /// # Errors
    /// As [`ParquetFiles::open`].
    pub fn open_all<P: AsRef<Path>>(paths: &[P]) -> Result<Self> {
        let mut groups = Vec::new();
        let mut schema: Option<SchemaRef> = None;
        let paths: Vec<PathBuf> = paths.iter().map(|path| path.as_ref().to_path_buf()).collect();
        for (file, path) in paths.iter().enumerate() {
            let (footer, found) = read_footer(path)?;
            match &schema {
                Some(first) if **first != *found => {
                    return Err(Error::input(format!(
                        "{} has other columns or types than {}: found {}, expected {}. If only one of them is \
                         meant, name that file.",
                        path.display(),
                        paths[0].display(),
                        describe(&found),
                        describe(first),
                    )));
                }
                Some(_) => {}
                None => schema = Some(found),
            }
            groups.extend(RowGroup::all_of(file, &footer));
        }
        let schema = schema.ok_or_else(|| Error::input("no Parquet file was given. Name at least one."))?;
        Ok(Self { paths: paths.into(), schema, groups })
    }

    /// The columns and types of the files.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Where the files are.
    pub fn paths(&self) -> &[PathBuf] {
        &self.paths
    }

    /// How many rows there are, from the footers alone.
    pub fn rows(&self) -> usize {
        self.groups.iter().map(|group| group.rows).sum()
    }

    /// How many row groups there are: the number of slices that can be read independently.
    pub fn row_groups(&self) -> usize {
        self.groups.len()
    }

    /// Rows of each row group, in order.
    pub fn row_group_rows(&self) -> Vec<usize> {
        self.groups.iter().map(|group| group.rows).collect()
    }

    /// The first `rows` rows: whole row groups, the last one cut.
    pub fn head(mut self, rows: usize) -> Self {
        let mut left = rows;
        for group in &mut self.groups {
            group.rows = group.rows.min(left);
            left -= group.rows;
        }
        self.groups.retain(|group| group.rows > 0);
        self
    }

    /// Checks that the files have these columns with these types; other columns are allowed.
    ///
    /// # Errors
    /// [`Error::Input`] that names the file, the column, the type found and the type expected.
    pub fn expect(&self, expected: &Schema) -> Result<()> {
        for (name, dtype) in expected.iter() {
            match self.schema.get(name) {
                Some(found) if found == dtype => {}
                Some(found) => {
                    return Err(Error::input(format!(
                        "column `{name}` of {} is {found}, expected {dtype}. Cast it and write the file again; \
                         datasets/README.md has the schema.",
                        self.paths[0].display()
                    )));
                }
                None => {
                    return Err(Error::input(format!(
                        "{} has no column `{name}`; it has {}. Give Parquet files of flights: datasets/README.md has \
                         the schema.",
                        self.paths[0].display(),
                        describe(&self.schema)
                    )));
                }
            }
        }
        Ok(())
    }

    /// Reads one row group, these columns only, in this order, on the calling thread.
    ///
    /// # Errors
    /// [`Error::Input`] for a column that is not there or a file that is damaged or gone.
    pub fn read_row_group(&self, number: usize, columns: &[&str]) -> Result<DataFrame> {
        let group = &self.groups[number];
        let path = &self.paths[group.file];
        let projection = self.projection(columns)?;
        let chunks = group.footer.row_groups[0].parquet_columns();
        let wanted = || chunks.iter().filter(|chunk| columns.contains(&chunk.descriptor().path_in_schema[0].as_str()));
        let file = match objects::url(path) {
            Some(url) => objects::parts(url, &wanted().map(|chunk| chunk.byte_range()).collect::<Vec<_>>())?,
            None => File::open(path).map_err(Error::io("cannot read", path, "Is it still there?"))?,
        };
        let frame = undamaged(path, || {
            let mut reader = ParquetReader::new(file)
                .read_parallel(ParallelStrategy::None)
                .with_slice(Some((0, group.rows)))
                .with_projection(Some(projection));
            reader.set_metadata(group.footer.clone());
            reader.finish()
        })?;
        timeline::note_read(wanted().map(|chunk| chunk.compressed_size() as u64).sum());
        Ok(frame.select(columns.iter().copied())?)
    }

    /// Reads all rows, these columns only, one row group after the other on the calling thread.
    ///
    /// # Errors
    /// As [`ParquetFiles::read_row_group`].
    pub fn read_all(&self, columns: &[&str]) -> Result<DataFrame> {
        let mut all = self.empty(columns)?;
        for number in 0..self.row_groups() {
            all.vstack_mut(&self.read_row_group(number, columns)?)?;
        }
        Ok(all)
    }

    /// A frame with these columns, their types, and no row.
    ///
    /// # Errors
    /// [`Error::Input`] for a column that is not there.
    pub fn empty(&self, columns: &[&str]) -> Result<DataFrame> {
        let projection = self.projection(columns)?;
        let columns = projection.into_iter().map(|at| {
            let (name, dtype) = self.schema.get_at_index(at).expect("a projection holds positions in the schema");
            Column::new_empty(name.clone(), dtype)
        });
        Ok(DataFrame::new(0, columns.collect())?)
    }

    /// Positions of the columns in the files.
    fn projection(&self, columns: &[&str]) -> Result<Vec<usize>> {
        let position = |name: &&str| {
            self.schema.index_of(name).ok_or_else(|| {
                Error::input(format!(
                    "no column `{name}` in {}; it has {}. Ask for one of these.",
                    self.paths[0].display(),
                    describe(&self.schema)
                ))
            })
        };
        columns.iter().map(position).collect()
    }
}

/// Writes frames of the same columns as one file, a row group or more each, replacing a file of that name at once.
pub(crate) fn write_parquet(frames: &[DataFrame], path: &Path) -> Result<()> {
    let draft = Replacement::file(path, true)?;
    let cannot = || Error::io("cannot write", path, "Choose a place that can be written.");
    let file = File::create(draft.path()).map_err(cannot())?;
    let schema = frames.first().map(|frame| frame.schema().clone()).unwrap_or_default();
    let write = || -> PolarsResult<()> {
        let mut writer = ParquetWriter::new(file).batched(&schema)?;
        frames.iter().try_for_each(|frame| match frame.should_rechunk() {
            // Labels beside data may lie in other pieces than the data, which the writer does not take.
            true => writer.write_batch(frame.clone().align_chunks()),
            false => writer.write_batch(frame),
        })?;
        writer.finish().map(|_| ())
    };
    write().map_err(|cause| cannot()(std::io::Error::other(cause.to_string())))?;
    draft.commit()
}

/// The files that a path, folder or glob stands for, sorted by name.
fn expand(pattern: &str) -> Result<Vec<PathBuf>> {
    let path = Path::new(pattern);
    if let Some(url) = objects::url(path) {
        return Ok(objects::list(url)?.into_iter().map(|(url, _)| url.into()).collect());
    }
    if path.is_file() {
        return Ok(vec![path.to_path_buf()]);
    }
    let (glob, what) = if path.is_dir() {
        (format!("{}/*.parquet", glob::Pattern::escape(pattern.trim_end_matches('/'))), "holds no *.parquet file")
    } else {
        (pattern.to_string(), "is no file, no folder, and matches nothing as a glob")
    };
    let matches = glob::glob(&glob).map_err(|error| Error::input(format!("`{pattern}` is not a glob: {error}.")))?;
    let matches = matches.collect::<std::result::Result<Vec<_>, _>>().map_err(|error| {
        let path = error.path().display();
        Error::input(format!("`{pattern}`: cannot look into {path}: {}. Check its permissions.", error.error()))
    })?;
    // What is no folder is meant to be read: a link that leads nowhere is an error, not half of the data.
    let mut files: Vec<PathBuf> = matches.into_iter().filter(|path| !path.is_dir()).collect();
    files.sort();
    if files.is_empty() {
        return Err(Error::input(format!("`{pattern}` {what}. Give a Parquet file, a folder of them, or a glob.")));
    }
    Ok(files)
}

/// The footer of one file and its columns.
fn read_footer(path: &Path) -> Result<(FileMetadataRef, SchemaRef)> {
    let file = match objects::url(path) {
        Some(url) => objects::footer(url)?,
        None => File::open(path).map_err(Error::io("cannot read", path, "Check the path and its permissions."))?,
    };
    undamaged(path, || {
        let mut reader = ParquetReader::new(file);
        let footer = reader.get_metadata()?.clone();
        let arrow = reader.schema()?;
        Ok((footer, Arc::new(Schema::from_arrow_schema(&arrow))))
    })
}

/// Runs a reader; a file that it cannot read is an error, also where it panics about one.
fn undamaged<T>(path: &Path, read: impl FnOnce() -> PolarsResult<T>) -> Result<T> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(outcome) => outcome.map_err(|cause| damaged(path, &cause)),
        Err(_) => Err(damaged(path, &"the reader gave up on its bytes")),
    }
}

fn damaged(path: &Path, cause: &impl std::fmt::Display) -> Error {
    if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("csv")) {
        return Error::input(format!("{} is CSV, and Parquet is needed. Convert it first.", path.display()));
    }
    Error::input(format!(
        "{} cannot be read as Parquet: {}. Is it complete, and is it Parquet?",
        path.display(),
        brief(cause)
    ))
}

fn describe(schema: &Schema) -> String {
    let columns: Vec<String> = schema.iter().map(|(name, dtype)| format!("{name}: {dtype}")).collect();
    columns.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_in_different_pieces_are_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.parquet");
        let pieces = df!("n" => [1]).unwrap().vstack(&df!("n" => [2]).unwrap()).unwrap();
        let rows = pieces.hstack(df!("m" => [3, 4]).unwrap().columns()).unwrap();
        assert!(rows.should_rechunk());
        write_parquet(std::slice::from_ref(&rows), &path).unwrap();
        assert!(ParquetFiles::open_all(&[&path]).unwrap().read_all(&["n", "m"]).unwrap().equals(&rows));
    }

    #[test]
    fn files_that_are_not_there_are_told() {
        let told = ParquetFiles::open_all::<&str>(&[]).unwrap_err().to_string();
        assert_eq!(told, "no Parquet file was given. Name at least one.");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.parquet");
        let mut rows = df!("n" => [1]).unwrap();
        ParquetWriter::new(File::create(&path).unwrap()).finish(&mut rows).unwrap();
        let files = ParquetFiles::open_all(&[&path]).unwrap();
        assert!(files.read_all(&["n"]).unwrap().equals(&rows));
        std::fs::remove_file(&path).unwrap();
        let told = files.read_all(&["n"]).unwrap_err().to_string();
        assert!(told.starts_with(&format!("cannot read {}: ", path.display())), "{told}");
        assert!(told.ends_with("Is it still there?"), "{told}");
    }
}
