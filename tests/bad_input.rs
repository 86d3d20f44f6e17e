//! Bad input gets one line that says what was wrong, the value seen, and what to do next; and nothing is lost.

mod support;

use std::path::Path;

use polars::prelude::*;
use support::*;

fn run_on(input: &Path, mode: &str) -> Vec<String> {
    ["run", "aggregation", "--mode", mode, "--json", "--input", input.to_str().unwrap()].map(String::from).to_vec()
}

#[track_caller]
fn refused_in_all_modes(input: &Path, parts: &[&str]) {
    for mode in ["eager", "dropin", "partitioned"] {
        let arguments = run_on(input, mode);
        refused(&arguments.iter().map(String::as_str).collect::<Vec<_>>(), 2, parts);
    }
}

#[test]
fn files_that_are_not_there() {
    let folder = tempfile::tempdir().unwrap();
    refused_in_all_modes(&folder.path().join("no.parquet"), &["no.parquet", "Give a Parquet file"]);
    refused_in_all_modes(folder.path(), &["holds no *.parquet file"]);
    refused_in_all_modes(&folder.path().join("*.parquet"), &["matches nothing"]);
    refused_in_all_modes(&folder.path().join("[.parquet"), &["is not a glob"]);
}

#[test]
fn files_that_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text.parquet");
    std::fs::write(&text, "carrier,origin\nUA,EWR\n").unwrap();
    refused_in_all_modes(&text, &["text.parquet cannot be read as Parquet"]);

    let empty = folder.path().join("empty.parquet");
    std::fs::write(&empty, "").unwrap();
    refused_in_all_modes(&empty, &["empty.parquet cannot be read as Parquet"]);

    let whole = folder.path().join("whole.parquet");
    write_parquet(&flights().head(Some(5_000)), &whole);
    let bytes = std::fs::read(&whole).unwrap();
    let cut = folder.path().join("cut.parquet");
    std::fs::write(&cut, &bytes[..bytes.len() / 2]).unwrap();
    refused_in_all_modes(&cut, &["cut.parquet cannot be read as Parquet"]);

    // Damage in the middle of the data: the footer is fine, so it shows only when rows are read.
    let mut damaged = bytes.clone();
    let middle = damaged.len() / 2;
    damaged[4..middle].fill(0xff);
    let path = folder.path().join("damaged.parquet");
    std::fs::write(&path, damaged).unwrap();
    refused_in_all_modes(&path, &["damaged.parquet cannot be read as Parquet"]);
}

/// Whatever bytes are wrong, the file is refused or read; nothing panics.
#[test]
fn any_damage_is_an_error_or_harmless() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flipped.parquet");
    write_parquet(&flights().head(Some(300)), &path);
    let whole = std::fs::read(&path).unwrap();
    let columns = ["carrier", "arr_delay", "time_hour"];
    let (mut refused, mut seed) = (0, 1usize);
    for _ in 0..400 {
        let mut bytes = whole.clone();
        for _ in 0..3 {
            // Marsaglia's xorshift: any sequence will do. The footer is at the end, and small: mostly there.
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            let at = if seed % 4 > 0 { bytes.len() - 1 - seed % 4_000 } else { seed % bytes.len() };
            bytes[at] ^= 1 << (seed >> 32 & 7);
        }
        std::fs::write(&path, bytes).unwrap();
        let outcome = outgrow::ParquetFiles::open(path.to_str().unwrap()).and_then(|files| files.read_all(&columns));
        match outcome {
            Err(outgrow::Error::Input(message)) => {
                assert!(message.contains("flipped.parquet"), "{message}");
                refused += 1;
            }
            Err(other) => panic!("{other:?}"),
            Ok(_) => {}
        }
    }
    assert!(refused > 40, "{refused}");
}

/// Half of the data is not an answer: what cannot be read is said, not skipped.
#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_not_skipped() {
    let folder = tempfile::tempdir().unwrap();
    write_parquet(&flights().head(Some(10)), &folder.path().join("a.parquet"));
    std::os::unix::fs::symlink("nowhere", folder.path().join("b.parquet")).unwrap();
    let input = folder.path().to_str().unwrap();
    refused(&["run", "aggregation", "--mode", "eager", "--input", input], 1, &["b.parquet", "No such file"]);
}

#[test]
fn grown_flights_that_are_not_whole_are_not_used() {
    let home = tempfile::tempdir().unwrap();
    let grown = home.path().join("data/flights-400000-seed-2013");
    std::fs::create_dir_all(&grown).unwrap();
    write_parquet(&flights().head(Some(10)), &grown.join("flights-00000.parquet"));
    let output = program()
        .env("OUTGROW_HOME", home.path())
        .args(["run", "aggregation", "--mode", "eager", "--rows", "400000"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("holds 10 flights, not 400000. Remove it"), "{}", stderr(&output));
}

#[test]
fn other_columns_or_types() {
    let folder = tempfile::tempdir().unwrap();
    let flights = flights().head(Some(100));
    let path = folder.path().join("other.parquet");
    write_parquet(&flights.drop("origin").unwrap(), &path);
    refused_in_all_modes(&path, &["has no column `origin`", "datasets/README.md"]);

    let mut other_type = flights.clone();
    other_type.with_column(flights.column("arr_delay").unwrap().cast(&DataType::Float64).unwrap()).unwrap();
    write_parquet(&other_type, &path);
    refused_in_all_modes(&path, &["`arr_delay`", "is f64, expected i16", "Cast it"]);

    // One file of flights and one of something else.
    write_parquet(&flights, &folder.path().join("a.parquet"));
    refused_in_all_modes(folder.path(), &["other.parquet has other columns or types than"]);
}

#[test]
fn no_rows_have_an_empty_answer() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("none.parquet");
    write_parquet(&flights().clear(), &path);
    for workload in ["aggregation", "grid-search"] {
        let mut answers = Vec::new();
        for mode in ["eager", "dropin", "partitioned"] {
            for flights in [["--rows", "0"], ["--input", path.to_str().unwrap()]] {
                let answer = folder.path().join("answer.csv");
                let mut arguments =
                    vec!["run", workload, "--mode", mode, "--json", "--answer", answer.to_str().unwrap()];
                arguments.extend(flights);
                let output = outgrow(&arguments);
                assert_eq!(record(&output)["rows"], 0);
                assert!(stderr(&output).contains("no rows"), "{}", stderr(&output));
                answers.push(std::fs::read_to_string(&answer).unwrap());
            }
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{workload}: {answers:?}");
        assert_eq!(answers[0].lines().count(), 1);
    }
}

#[test]
fn numbers_that_are_none_or_do_not_fit() {
    let run = ["run", "aggregation", "--mode", "eager"];
    let with = |option: &'static str, value: &'static str| [&run[..], &[option, value]].concat();
    refused(&with("--threads", "0"), 2, &["'0'", "--threads", "1 to 1024"]);
    refused(&with("--threads", "many"), 2, &["'many'", "1 to 1024"]);
    refused(&with("--rows", "ten"), 2, &["'ten'", "--rows", "1000000 or 1e6"]);
    refused(&with("--rows", "99999999999999999999"), 2, &["99999999999999999999", "at most 2147483647"]);
    refused(&with("--memory-limit", "lots"), 2, &["'lots'", "2GiB"]);
    refused(&["compare", "aggregation", "--runs", "0"], 2, &["'0'", "--runs"]);
    refused(&["data", "grow", "--rows", "3e9", "--out", "x"], 2, &["'3e9'", "at most 2147483647"]);
}

#[test]
fn a_home_without_datasets() {
    let folder = tempfile::tempdir().unwrap();
    let output =
        program().env("OUTGROW_HOME", folder.path()).args(["run", "aggregation", "--mode", "eager"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("Set OUTGROW_HOME"), "{}", stderr(&output));
}

#[test]
fn csv_is_told_from_damaged_parquet() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flights.csv");
    std::fs::write(&path, "carrier,origin\nUA,EWR\n").unwrap();
    refused_in_all_modes(&path, &["flights.csv is CSV", "Convert it"]);
    let datasets = concat!(env!("CARGO_MANIFEST_DIR"), "/datasets");
    refused_in_all_modes(Path::new(datasets), &["airports.parquet has other columns", "name that file"]);
}
