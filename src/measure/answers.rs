//! Answers: written, read, and held against each other.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use polars::prelude::*;
use polars_io::csv::read::CsvReadOptions;
use polars_io::csv::write::CsvWriter;
use polars_io::parquet::read::ParquetReader;
use polars_io::parquet::write::ParquetWriter;

use crate::error::{Error, Result, brief};
use crate::flights;
use crate::scratch::Replacement;
use crate::workloads::Workload;

/// Writes an answer as `.parquet` or `.csv`, by the ending of the name. It replaces a file of that name, at once.
///
/// # Errors
/// [`Error::Input`] for another ending, [`Error::Io`] when the file cannot be written.
pub fn write(answer: &DataFrame, path: &Path) -> Result<()> {
    let format = format(path)?;
    let draft = Replacement::file(path, true)?;
    let cannot = || Error::io("cannot write", path, "Choose a place that can be written.");
    let mut file = File::create(draft.path()).map_err(cannot())?;
    let mut answer = answer.clone();
    match format {
        Format::Parquet => ParquetWriter::new(&mut file).finish(&mut answer).map(|_| ()),
        Format::Csv => CsvWriter::new(&mut file).finish(&mut answer),
    }
    .map_err(|cause| cannot()(std::io::Error::other(cause.to_string())))?;
    draft.commit()
}

/// Whether an answer can be written under this name.
///
/// # Errors
/// [`Error::Input`] for an ending that is neither `.parquet` nor `.csv`.
pub fn check_name(path: &Path) -> Result<()> {
    format(path).map(|_| ())
}

enum Format {
    Parquet,
    Csv,
}

fn format(path: &Path) -> Result<Format> {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("parquet") => Ok(Format::Parquet),
        Some("csv") => Ok(Format::Csv),
        _ => Err(Error::input(format!(
            "the answer cannot be written to `{}`. Let the name end with .parquet or .csv.",
            path.display()
        ))),
    }
}

/// Reads an answer that was written as Parquet.
///
/// # Errors
/// [`Error::Io`] or [`Error::Polars`] when it is not there or damaged.
pub fn read(path: &Path) -> Result<DataFrame> {
    let file = File::open(path).map_err(Error::io("cannot read", path, "Run it again."))?;
    Ok(ParquetReader::new(file).finish()?)
}

/// The expected answer for all shipped flights, with the types of `answer`.
///
/// # Errors
/// [`Error::Input`] when `datasets/answers/` has none or it cannot be read.
pub fn expected(workload: &Workload, answer: &Schema) -> Result<DataFrame> {
    let path = flights::home().join(format!("datasets/answers/{}.csv", workload.name));
    let bad = |cause: String| {
        Error::input(format!(
            "the expected answer {} cannot be read: {cause}. Restore datasets/answers/.",
            path.display()
        ))
    };
    let file = File::open(&path).map_err(|cause| bad(cause.to_string()))?;
    CsvReadOptions::default()
        .with_schema(Some(Arc::new(answer.clone())))
        .into_reader_with_file_handle(file)
        .finish()
        .map_err(|cause| bad(brief(&cause)))
}

/// Checks an answer for all shipped flights, of the mode `name`, against the expected one.
///
/// # Errors
/// As [`expected`] and [`agree`].
pub fn agree_with_expected(workload: &Workload, name: &str, answer: &DataFrame) -> Result<()> {
    let expected = expected(workload, answer.schema())?;
    agree(workload, (name, answer), ("datasets/answers", &expected))
}

/// Checks that two answers to `workload` are the same: columns, types, rows in order; numbers within its tolerance.
///
/// # Errors
/// [`Error::Disagreement`] that names the first cell that differs, by key and column, with both values.
pub fn agree(workload: &Workload, left: (&str, &DataFrame), right: (&str, &DataFrame)) -> Result<()> {
    let ((left_name, left), (right_name, right)) = (left, right);
    let differ = |where_: String, this: String, that: String| {
        Err(Error::Disagreement(format!(
            "{}: the answers of {left_name} and {right_name} differ in {where_}: {this} and {that}. No time is shown for \
             a wrong answer; this is a bug worth reporting.",
            workload.name
        )))
    };
    if left.schema() != right.schema() {
        return differ("their columns".into(), format!("{:?}", left.schema()), format!("{:?}", right.schema()));
    }
    if left.height() != right.height() {
        return differ("their number of rows".into(), left.height().to_string(), right.height().to_string());
    }
    for (this, that) in left.columns().iter().zip(right.columns()) {
        for row in 0..left.height() {
            let (this_value, that_value) = (this.get(row)?, that.get(row)?);
            let same = match (&this_value, &that_value) {
                (AnyValue::Float64(this), AnyValue::Float64(that)) => close(*this, *that, workload.tolerance),
                (this, that) => this == that || (this.is_null() && that.is_null()),
            };
            if !same {
                let keys = workload.keys.iter().map(|key| Ok(format!("{key} = {}", left.column(key)?.get(row)?)));
                let keys = keys.collect::<Result<Vec<_>>>()?.join(", ");
                return differ(
                    format!("column {} of {keys}", this.name()),
                    this_value.to_string(),
                    that_value.to_string(),
                );
            }
        }
    }
    Ok(())
}

fn close(this: f64, that: f64, tolerance: f64) -> bool {
    this == that || (this - that).abs() <= tolerance * this.abs().max(that.abs()) || (this.is_nan() && that.is_nan())
}

/// A short form of an answer: 16 hexadecimal digits, equal for equal answers.
///
/// Numbers count with nine digits, so that the order of a sum does not show. A number that lies on the border between
/// two roundings would show all the same; short decimals often do, and multiples of pi hardly ever, so each is
/// multiplied by pi first. Whether answers agree is decided by [`agree`], not by this.
pub fn digest(answer: &DataFrame) -> String {
    // FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/ - stable across versions, unlike std's hasher.
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut add = |text: &str| {
        for byte in text.bytes().chain([0]) {
            hash = (hash ^ byte as u64).wrapping_mul(0x0100_0000_01b3);
        }
    };
    for column in answer.columns() {
        add(column.name());
        for value in column.as_materialized_series().iter() {
            match value {
                AnyValue::Float64(value) => add(&format!("{:.8e}", value * std::f64::consts::PI)),
                other => add(&other.to_string()),
            }
        }
    }
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workloads::aggregation::WORKLOAD;

    fn answer(mean: f64) -> DataFrame {
        df!("carrier" => ["AA", "UA"], "origin" => ["EWR", "JFK"], "mean" => [Some(mean), None]).unwrap()
    }

    fn difference(left: &DataFrame, right: &DataFrame) -> Option<String> {
        agree(&WORKLOAD, ("eager", left), ("dropin", right)).err().map(|error| error.to_string())
    }

    #[test]
    fn the_last_digits_do_not_count() {
        let (this, that) = (answer(7.25), answer(7.25 * (1.0 + 1e-13)));
        assert_eq!(difference(&this, &that), None);
        assert_eq!(digest(&this), digest(&that));
    }

    #[test]
    fn a_wrong_cell_is_named_by_key_and_column() {
        let (this, that) = (answer(7.25), answer(7.2500001));
        let message = difference(&this, &that).unwrap();
        assert!(message.contains("column mean of carrier = \"AA\", origin = \"EWR\": 7.25 and 7.2500001"), "{message}");
        assert_ne!(digest(&this), digest(&that));
    }

    #[test]
    fn null_is_no_number_and_missing_rows_count() {
        let zero = df!("carrier" => ["AA", "UA"], "origin" => ["EWR", "JFK"], "mean" => [7.25, 0.0]).unwrap();
        assert!(difference(&answer(7.25), &zero).unwrap().contains("null and 0"));
        assert!(difference(&answer(7.25), &answer(7.25).head(Some(1))).unwrap().contains("2 and 1"));
        assert!(difference(&answer(7.25), &answer(7.25).select(["carrier"]).unwrap()).unwrap().contains("columns"));
    }
}
