//! What the tests of the program share: running it, and making files for it.

#![allow(dead_code)] // Each test file uses a part.

use std::path::Path;
use std::process::{Command, Output};

use polars::prelude::*;
use polars_io::parquet::write::ParquetWriter;

/// The program, with the shipped flights.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_outgrow"));
    // A backtrace is more than one line.
    command.env("OUTGROW_HOME", env!("CARGO_MANIFEST_DIR")).env_remove("RUST_BACKTRACE");
    // Records of tests are no measurements.
    command.env("OUTGROW_RECORDS", concat!(env!("CARGO_TARGET_TMPDIR"), "/records"));
    command
}

/// Runs the program and waits for its end.
pub fn outgrow(arguments: &[&str]) -> Output {
    program().args(arguments).output().unwrap()
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Runs the program, which must refuse with status `code`, print nothing on stdout, and one line on stderr with all of
/// `parts`.
#[track_caller]
pub fn refused(arguments: &[&str], code: i32, parts: &[&str]) {
    let output = outgrow(arguments);
    let complaint = stderr(&output);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {complaint}");
    assert_eq!(stdout(&output), "", "{arguments:?}");
    assert_eq!(complaint.lines().count(), 1, "{arguments:?}: {complaint}");
    assert!(complaint.starts_with("error: "), "{complaint}");
    for part in parts {
        assert!(complaint.contains(part), "`{part}` is not in: {complaint}");
    }
}

/// All shipped flights, all columns.
pub fn flights() -> DataFrame {
    let schema = outgrow::flights::schema();
    let columns: Vec<&str> = schema.iter_names().map(|name| name.as_str()).collect();
    outgrow::flights::shipped().unwrap().read_all(&columns).unwrap()
}

pub fn write_parquet(frame: &DataFrame, path: &Path) {
    ParquetWriter::new(std::fs::File::create(path).unwrap()).finish(&mut frame.clone()).unwrap();
}

/// The last line of stdout, which must be a JSON object.
pub fn record(output: &Output) -> serde_json::Value {
    assert!(output.status.success(), "{}", stderr(output));
    serde_json::from_str(stdout(output).lines().last().unwrap()).unwrap()
}
