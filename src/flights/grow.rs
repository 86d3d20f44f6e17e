//! More flights: the shipped table resampled with replacement, to any size, in bounded memory.
//!
//! The same seed gives the same bytes on any number of cores: every row group draws from a random stream of its own,
//! chosen by its number.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use polars::prelude::*;
use polars_io::parquet::write::ParquetWriter;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{MOST_ROWS, schema, shipped};
use crate::error::{Error, Result};
use crate::scratch::Replacement;
use crate::workers;

/// The seed of every grown table that nobody chose a seed for.
pub const SEED: u64 = 2013;

/// Rows in a row group, the last one of a table excepted. Small enough for the columns of a query to stay in a core's
/// cache, large enough to compress well: a quarter of the time of the partitioned aggregation hung on this.
pub const ROW_GROUP: u64 = 1 << 17;

/// Row groups in a file.
const GROUPS_PER_FILE: u64 = 8;

/// What to write, and where.
#[derive(Clone, Copy, Debug)]
pub struct Order<'a> {
    /// How many flights, 0 to [`MOST_ROWS`].
    pub rows: u64,
    /// The folder to make. It must not exist, or be empty, unless `force` is set.
    pub out: &'a Path,
    /// The same seed gives the same bytes.
    pub seed: u64,
    /// Replace flights that `out` holds from an earlier time; anything else it holds is still refused.
    pub force: bool,
}

/// Writes `order.rows` flights as Parquet files under `order.out` and returns how many files there are.
///
/// The folder appears under its name only when it is complete. `progress` is told the rows written so far, in all.
///
/// # Errors
/// [`Error::Input`] for too many rows or a folder that holds something already, [`Error::Io`] for a full disk; then
/// nothing is left behind, and what was there before is untouched.
pub fn grow(order: &Order, progress: impl Fn(u64) + Sync) -> Result<u64> {
    check_rows(order.rows)?;
    if order.force {
        only_flights(order.out)?;
    }
    let folder = Replacement::folder(order.out, order.force)?;
    let flights = shipped()?;
    let columns: Vec<String> = schema().iter_names().map(|name| name.to_string()).collect();
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let mut flights = flights.read_all(&columns)?;
    flights.rechunk_mut();

    let files = order.rows.div_ceil(ROW_GROUP * GROUPS_PER_FILE).max(1);
    let written = AtomicU64::new(0);
    workers::run(workers::cores(), files as usize, |file| {
        let path = folder.path().join(format!("flights-{file:05}.parquet"));
        let groups = file as u64 * GROUPS_PER_FILE..(file as u64 + 1) * GROUPS_PER_FILE;
        write_file(&path, &flights, order, groups, |rows| {
            progress(written.fetch_add(rows, Ordering::Relaxed) + rows);
        })
        .map_err(|cause| disk(order.out, written.load(Ordering::Relaxed), order.rows, cause))
    })?;
    folder.commit()?;
    Ok(files)
}

/// Whether a table of flights can have so many rows.
///
/// # Errors
/// [`Error::Input`] when it cannot.
pub fn check_rows(rows: u64) -> Result<()> {
    if rows > MOST_ROWS {
        return Err(Error::input(format!(
            "{rows} rows do not fit: the row id is a 32-bit integer, so a table has at most {MOST_ROWS} rows. Ask for \
             fewer."
        )));
    }
    Ok(())
}

/// Replacing is for flights that were grown before, not for whatever else a folder holds.
fn only_flights(folder: &Path) -> Result<()> {
    let entries = folder.read_dir().into_iter().flatten().flatten().map(|entry| entry.file_name());
    let mut foreign = entries
        .map(|name| name.to_string_lossy().into_owned())
        .filter(|name| !(name.starts_with("flights-") && name.ends_with(".parquet")));
    match foreign.next() {
        Some(name) => Err(Error::input(format!(
            "{} holds `{name}`, which is none of the files that --force may replace (flights-*.parquet). Choose another \
             --out.",
            folder.display()
        ))),
        None => Ok(()),
    }
}

fn write_file(
    path: &Path,
    flights: &DataFrame,
    order: &Order,
    groups: std::ops::Range<u64>,
    progress: impl Fn(u64),
) -> PolarsResult<()> {
    let mut buffer = BufWriter::with_capacity(1 << 20, File::create_new(path)?);
    let mut writer = ParquetWriter::new(&mut buffer).set_parallel(false).batched(flights.schema())?;
    for group in groups {
        let first = group * ROW_GROUP;
        let rows = ROW_GROUP.min(order.rows.saturating_sub(first));
        if rows == 0 {
            break;
        }
        writer.write_batch(&resample(flights, order.seed, group, first, rows)?)?;
        progress(rows);
    }
    writer.finish()?;
    drop(writer);
    buffer.flush()?;
    buffer.get_ref().sync_all()?;
    Ok(())
}

/// `rows` flights drawn with replacement, with ids from `first` on.
fn resample(flights: &DataFrame, seed: u64, group: u64, first: u64, rows: u64) -> PolarsResult<DataFrame> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(group);
    let all = flights.height() as IdxSize;
    let drawn: IdxCa = (0..rows).map(|_| Some(random.random_range(0..all))).collect();
    let mut frame = flights.take(&drawn)?;
    let ids = Int32Chunked::from_iter_values("id".into(), (first..first + rows).map(|id| id as i32));
    frame.with_column(ids.into_column())?;
    Ok(frame)
}

fn disk(out: &Path, rows: u64, of: u64, cause: PolarsError) -> Error {
    Error::Io {
        what: "cannot write flights to",
        path: out.to_path_buf(),
        source: std::io::Error::other(format!("{cause} (after {rows} of {of} rows)")),
        next: "Free some space or choose another --out; nothing was left behind.",
    }
}
