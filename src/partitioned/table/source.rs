//! Where rows come from.

use std::path::{Path, PathBuf};

use polars::prelude::*;

use super::{Fingerprint, Means, Node, Table};
use crate::error::{Error, Result};
use crate::parquet::ParquetFiles;
use crate::partitioned::Input;

/// Rows that are in memory.
struct Frame(DataFrame);

impl Node for Frame {
    fn empty(&self) -> Result<DataFrame> {
        Ok(self.0.clear())
    }

    fn rows(&self, _: Means) -> Result<Input> {
        Ok(Input::Frame(self.0.clone()))
    }

    fn fingerprint(&self, print: &mut Fingerprint) -> Result<()> {
        print.frame(&self.0)
    }
}

/// A query of the dataframe engine.
struct Lazy(LazyFrame);

impl Node for Lazy {
    fn empty(&self) -> Result<DataFrame> {
        let schema = self.0.clone().collect_schema()?;
        Ok(DataFrame::empty_with_schema(&schema))
    }

    #[cfg(feature = "streaming")]
    fn rows(&self, means: Means) -> Result<Input> {
        crate::partitioned::stored::Store::query(self.0.clone(), means.memory)
    }

    #[cfg(not(feature = "streaming"))]
    fn rows(&self, _: Means) -> Result<Input> {
        Ok(Input::Frame(self.0.clone().collect()?))
    }

    fn fingerprint(&self, print: &mut Fingerprint) -> Result<()> {
        print.frame(&self.0.clone().collect()?)
    }
}

/// Parquet files, or how to find them.
struct Files {
    files: Found,
    /// All when `None`.
    columns: Option<Vec<String>>,
}

#[derive(Clone)]
enum Found {
    Opened(ParquetFiles),
    At(String),
}

impl Files {
    fn open(&self) -> Result<(ParquetFiles, Vec<String>)> {
        let files = match &self.files {
            Found::Opened(files) => files.clone(),
            Found::At(path) => ParquetFiles::open(path)?,
        };
        let all = || files.schema().iter_names().map(|name| name.to_string()).collect();
        let columns = self.columns.clone().unwrap_or_else(all);
        Ok((files, columns))
    }
}

impl Node for Files {
    fn empty(&self) -> Result<DataFrame> {
        let (files, columns) = self.open()?;
        files.empty(&columns.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn rows(&self, _: Means) -> Result<Input> {
        let (files, columns) = self.open()?;
        Ok(Input::Files { files, columns })
    }

    fn only(&self, wanted: &[String]) -> Option<Table> {
        let (_, columns) = self.open().ok()?;
        let columns = columns.into_iter().filter(|column| wanted.contains(column)).collect::<Vec<_>>();
        // Rows without a column cannot be counted.
        (!columns.is_empty()).then(|| Table::new(Files { files: self.files.clone(), columns: Some(columns) }))
    }

    fn fingerprint(&self, print: &mut Fingerprint) -> Result<()> {
        let (files, columns) = self.open()?;
        print.text(&columns.join(", "));
        files.paths().iter().try_for_each(|path| print.file(path))?;
        print.text(&format!("{:?}", files.row_group_rows()));
        Ok(())
    }
}

/// Rows that an engine has computed, for it to go on with.
pub(super) struct Ready(pub Input);

impl Node for Ready {
    fn empty(&self) -> Result<DataFrame> {
        self.0.empty()
    }

    fn rows(&self, _: Means) -> Result<Input> {
        Ok(self.0.clone())
    }

    fn fingerprint(&self, _: &mut Fingerprint) -> Result<()> {
        Err(Error::input("rows that were computed already have no plan to compare."))
    }
}

impl From<DataFrame> for Table {
    fn from(frame: DataFrame) -> Self {
        Table::new(Frame(frame))
    }
}

impl From<&DataFrame> for Table {
    fn from(frame: &DataFrame) -> Self {
        Table::new(Frame(frame.clone()))
    }
}

/// A query: collected when it is needed. With the cargo feature `streaming` it is computed by polars' streaming engine and
/// written to a temporary file batch by batch, and never held whole.
impl From<LazyFrame> for Table {
    fn from(query: LazyFrame) -> Self {
        Table::new(Lazy(query))
    }
}

/// A Parquet file, every `*.parquet` in a folder, or every match of a glob.
impl From<&str> for Table {
    fn from(file_dir_or_glob: &str) -> Self {
        Table::new(Files { files: Found::At(file_dir_or_glob.to_string()), columns: None })
    }
}

/// A Parquet file, every `*.parquet` in a folder, or every match of a glob.
impl From<&String> for Table {
    fn from(file_dir_or_glob: &String) -> Self {
        file_dir_or_glob.as_str().into()
    }
}

/// A Parquet file, or every `*.parquet` in a folder.
impl From<&Path> for Table {
    fn from(file_or_dir: &Path) -> Self {
        file_or_dir.to_string_lossy().as_ref().into()
    }
}

/// A Parquet file, or every `*.parquet` in a folder.
impl From<&PathBuf> for Table {
    fn from(file_or_dir: &PathBuf) -> Self {
        file_or_dir.as_path().into()
    }
}

/// All columns of some files.
impl From<&ParquetFiles> for Table {
    fn from(files: &ParquetFiles) -> Self {
        Table::new(Files { files: Found::Opened(files.clone()), columns: None })
    }
}

/// These columns of some files.
impl From<(&ParquetFiles, &[&str])> for Table {
    fn from((files, columns): (&ParquetFiles, &[&str])) -> Self {
        let columns = columns.iter().map(|column| column.to_string()).collect();
        Table::new(Files { files: Found::Opened(files.clone()), columns: Some(columns) })
    }
}

/// These columns of some files.
impl<const N: usize> From<(&ParquetFiles, [&str; N])> for Table {
    fn from((files, columns): (&ParquetFiles, [&str; N])) -> Self {
        (files, columns.as_slice()).into()
    }
}

/// These columns of the Parquet files that a path, folder or glob stands for.
impl<const N: usize> From<(&str, [&str; N])> for Table {
    fn from((path, columns): (&str, [&str; N])) -> Self {
        let columns = columns.iter().map(|column| column.to_string()).collect();
        Table::new(Files { files: Found::At(path.to_string()), columns: Some(columns) })
    }
}

impl From<&Table> for Table {
    fn from(table: &Table) -> Self {
        table.clone()
    }
}
