//! What does it cost to call a function once per group?
//!
//! Rows that are made up, in `groups` groups of one size, and a function that burns `cost` operations per row and returns
//! one row per group. Groups, rows and cost can be chosen one by one, which flights do not allow: this is what a
//! crossover map and the overhead per group are measured with.
//!
//! Why the modes differ: rows meet in one group each, so those modes that divide have to move all of them; what they win
//! is the cores. With few operations per row the moving costs more than the work; with many groups the call does.

pub mod dropin;
pub mod eager;
pub mod partitioned;

use std::fs::File;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use polars::prelude::*;
use polars_io::parquet::write::ParquetWriter;

use super::Workload;
use crate::error::{Error, Result};
use crate::flights::grow::{ROW_GROUP, check_rows};
use crate::flights::home;
use crate::parquet::ParquetFiles;
use crate::scratch::Replacement;

/// Answer: `group: i32, n: i64, burnt: i64`; `burnt` is a number that only `cost` operations per row lead to.
pub static WORKLOAD: Workload = Workload {
    name: "many-groups",
    question: "What does it cost to call a function once per group? (made-up rows, --groups and --cost)",
    claim: "Many small groups are slow.",
    keys: &["group"],
    tolerance: 0.0,
    eager: eager::answer,
    dropin: dropin::answer,
    partitioned: partitioned::answer,
};

/// Columns of the rows that are made up.
pub const COLUMNS: [&str; 2] = ["group", "value"];

/// Groups and operations per row where nobody chose.
pub const DEFAULT_GROUPS: u64 = 1_000;
/// See [`DEFAULT_GROUPS`].
pub const DEFAULT_COST: u64 = 100;

/// An answer has the signature of any other, so what it costs is set for the whole process.
static COST: AtomicU64 = AtomicU64::new(DEFAULT_COST);

/// From now on the answers do so many operations per row.
pub fn set_cost(operations: u64) {
    COST.store(operations, Ordering::Relaxed);
}

/// So many operations per row.
pub fn cost() -> u64 {
    COST.load(Ordering::Relaxed)
}

/// Rows of one group -> one row. Each row costs `cost` operations: a shift, an exclusive or and a multiplication each, one
/// after the other, as in SplitMix64. Nothing can be left out or done side by side; a compiler would fold multiplications
/// and additions alone into few.
///
/// # Errors
/// What the dataframe engine reports for rows without these columns.
pub fn burn(rows: DataFrame, cost: &u64) -> Result<DataFrame> {
    let mut burnt = 0u64;
    for value in rows.column("value")?.i64()?.into_no_null_iter() {
        let mut state = value as u64;
        for _ in 0..*cost {
            state = (state ^ (state >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        }
        // Addition that wraps does not depend on the order of the rows.
        burnt = burnt.wrapping_add(state);
    }
    let mut answer = rows.select(["group"])?.head(Some(1));
    let height = answer.height();
    answer.hstack_mut(&[
        Column::new("n".into(), vec![rows.height() as i64; height]),
        Column::new("burnt".into(), vec![burnt as i64; height]),
    ])?;
    Ok(answer)
}

/// Where [`with_rows`] keeps rows of this shape.
pub fn folder(rows: u64, groups: u64) -> PathBuf {
    home().join(format!("data/many-groups-{rows}-{groups}"))
}

/// `rows` rows in `groups` groups of one size (give or take one row), made once and kept under `data/`: row r is in group
/// r modulo `groups`, so that every group is spread over all row groups. `progress` is told rows written and in all.
///
/// # Errors
/// [`Error::Input`] for no group or more groups than rows, [`Error::Io`] for a full disk.
pub fn with_rows(rows: u64, groups: u64, progress: impl Fn(u64, u64)) -> Result<ParquetFiles> {
    check_rows(rows)?;
    if groups == 0 || groups > rows.max(1) {
        return Err(Error::input(format!(
            "{groups} groups cannot be made of {rows} rows: each needs a row. Choose 1 to {} --groups.",
            rows.max(1)
        )));
    }
    let folder = folder(rows, groups);
    if !folder.is_dir() {
        let draft = Replacement::folder(&folder, false)?;
        let disk = |cause: PolarsError| Error::Io {
            what: "cannot write rows to",
            path: folder.clone(),
            source: std::io::Error::other(cause.to_string()),
            next: "Free some space, or ask for fewer --rows.",
        };
        write(draft.path().join("rows.parquet"), rows, groups, progress).map_err(disk)?;
        match draft.commit() {
            // Another process was faster, and made the same rows.
            Err(_) if folder.is_dir() => {}
            outcome => outcome?,
        }
    }
    ParquetFiles::open(&folder.to_string_lossy())
}

fn write(path: PathBuf, rows: u64, groups: u64, progress: impl Fn(u64, u64)) -> PolarsResult<()> {
    let lot = |from: u64, to: u64| {
        let group = Int32Chunked::from_iter_values("group".into(), (from..to).map(|row| (row % groups) as i32));
        let value = Int64Chunked::from_iter_values("value".into(), (from..to).map(|row| scramble(row) as i64));
        DataFrame::new((to - from) as usize, vec![group.into_column(), value.into_column()])
    };
    let schema = lot(0, 0)?.schema().clone();
    let mut writer = ParquetWriter::new(File::create_new(path)?).set_parallel(false).batched(&schema)?;
    for from in (0..rows).step_by(ROW_GROUP as usize) {
        let to = rows.min(from + ROW_GROUP);
        writer.write_batch(&lot(from, to)?)?;
        progress(to, rows);
    }
    writer.finish()?;
    Ok(())
}

/// A number that looks random, the same for the same row (Steele, Lea and Flood's SplitMix64).
fn scramble(row: u64) -> u64 {
    let mut mixed = row.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::agree;
    use crate::partitioned::Threads;

    #[test]
    fn all_modes_agree_and_the_cost_is_in_the_answer() {
        let scratch = crate::scratch::TempFolder::new().unwrap();
        let path = scratch.path().join("rows.parquet");
        write(path.clone(), 1_000, 7, |_, _| ()).unwrap();
        let files = ParquetFiles::open(&path.to_string_lossy()).unwrap();
        let mut answers = Vec::new();
        for cost in [0, 3] {
            set_cost(cost);
            let eager = eager::answer(&files).unwrap();
            let dropin = dropin::answer(&files).unwrap();
            let partitioned = partitioned::answer(&files, &Threads::new(2)).unwrap();
            agree(&WORKLOAD, ("eager", &eager), ("dropin", &dropin)).unwrap();
            agree(&WORKLOAD, ("eager", &eager), ("partitioned", &partitioned)).unwrap();
            assert_eq!(eager.height(), 7);
            assert_eq!(eager.column("n").unwrap().i64().unwrap().sum(), Some(1_000));
            answers.push(eager);
        }
        assert!(!answers[0].equals(&answers[1]));
        set_cost(DEFAULT_COST);
    }

    #[test]
    fn more_groups_than_rows_are_refused() {
        for (rows, groups) in [(10, 11), (10, 0), (0, 2)] {
            let error = with_rows(rows, groups, |_, _| ()).unwrap_err().to_string();
            assert!(error.contains("--groups"), "{error}");
        }
    }
}
